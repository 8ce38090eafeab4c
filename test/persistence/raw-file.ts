/** A bare connection to a store's file, to do to it what Fuseboard never would. */
import { loadSqlite } from '../../persistence/native-guard.ts';
import type { SqliteHandle } from '../../persistence/sqlite-handle.ts';
import { atEnd } from './scratch.ts';

export function openRaw(path: string): SqliteHandle {
  const handle = new (loadSqlite())(path, { timeout: 0 });
  atEnd(() => handle.close());
  return handle;
}

/** Runs SQL on a file that no one else needs to have open. */
export function tamper(path: string, sql: string): void {
  const handle = new (loadSqlite())(path, { timeout: 0 });
  handle.exec(sql);
  handle.close();
}

export const rowsOf = (path: string, sql: string): readonly unknown[] =>
  openRaw(path).prepare(sql).all();
