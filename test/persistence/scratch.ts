/** Folders that a test may fill, removed when it ends; stores opened in them are closed first. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';

import { openStore, type OpenStoreOptions } from '../../persistence/open-store.ts';
import type { Store } from '../../persistence/store.ts';

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Runs when the current test ends, last one first. */
export const atEnd = (cleanup: () => void): void => void cleanups.push(cleanup);

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fuseboard-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Path of a file that does not exist yet, in a folder of its own. */
export const scratchFile = (): string => join(scratchFolder(), 'board.db');

export function openSqliteStore(path: string, options?: OpenStoreOptions): Store {
  const store = openStore(`sqlite:${path}`, options);
  atEnd(() => store.close());
  return store;
}
