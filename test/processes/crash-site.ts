/** What is found in the files of a store after the program that wrote them was killed. */
import { copyFileSync, existsSync, rmSync } from 'node:fs';

import { loadSqlite } from '../../persistence/native-guard.ts';
import { openStore } from '../../persistence/open-store.ts';
import type { LoadedStates } from '../../persistence/store.ts';

export interface Found extends LoadedStates {
  /** `ok`, or what SQLite says is broken. */
  readonly integrity: unknown;
}

/** Opens the store where it lies. */
export function lookInto(path: string): Found {
  const store = openStore(`sqlite:${path}`);
  const { rows, setAside } = store.breakerStates.load();
  store.close();
  const handle = new (loadSqlite())(path, { timeout: 0 });
  const integrity = handle.pragma('integrity_check', { simple: true });
  handle.close();
  return { rows, setAside, integrity };
}

/**
 * Opens a copy, so that whoever opens the store next finds what the crash has left, log and all.
 */
export function lookIntoCopy(path: string): Found {
  const copy = `${path}.copy`;
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  }
  const found = lookInto(copy);
  rmSync(copy);
  return found;
}
