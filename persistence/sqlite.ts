/**
 * The SQLite driver: one file, one connection, three ways to use it. Writers take the write lock
 * when they begin (`BEGIN IMMEDIATE`): a transaction that reads first and writes later fails under
 * contention, whatever its timeout. WAL lets readers go on meanwhile; every wait is bounded.
 */
import { resolve } from 'node:path';

import { FuseboardError } from '../services/errors.ts';
import { migrate, schemaVersion } from './migrations.ts';
import { loadSqlite } from './native-guard.ts';
import { sqliteCode, storeError } from './sqlite-errors.ts';
import type { SqliteHandle, SqlStatement } from './sqlite-handle.ts';

/** The longest wait that SQLite's busy timeout takes. */
const WAIT_MAX_MS = 2 ** 31 - 1;

/** How often the switch to WAL is tried while other processes open the same new file. */
const WAL_TRIES_MAX = 100;

export interface SqliteOptions {
  /** How long to wait, while opening, for others that hold the file. @default 5000 */
  readonly openWaitMs?: number;
}

/**
 * An open file of the latest schema. Every error that SQLite raises comes out as a FuseboardError.
 */
export interface SqliteFile {
  /** Absolute. */
  readonly path: string;
  prepare(sql: string): SqlStatement;
  /** Runs single statements, each a transaction of its own. Never waits for a lock. */
  once<T>(work: () => T): T;
  /** Runs statements that all see the same instant. Never waits for a lock. */
  read<T>(work: () => T): T;
  /** Runs statements that all happen or none, waiting up to `waitMs` for another writer. */
  write<T>(waitMs: number, work: () => T): T;
  close(): void;
}

/**
 * Opens a file, creates it if need be, and brings it to the latest schema.
 * @throws FuseboardError store_unavailable, store_corrupt, store_incompatible, sqlite_incompatible.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteFile {
  const absolutePath = resolve(path);
  const Database = loadSqlite();
  let handle: SqliteHandle | undefined;
  try {
    handle = new Database(absolutePath, { timeout: boundedWaitMs(options.openWaitMs ?? 5_000) });
    schemaVersion(absolutePath, handle);
    useWal(absolutePath, handle);
    handle.pragma('synchronous = NORMAL');
    handle.pragma('foreign_keys = ON');
    handle.pragma('cell_size_check = ON');
    migrate(absolutePath, handle);
    handle.pragma('busy_timeout = 0');
    assertWritable(handle);
    return sqliteFile(absolutePath, handle);
  } catch (error) {
    handle?.close();
    throw storeError(absolutePath, error);
  }
}

/**
 * Switches to WAL. SQLite's busy handler is not asked when a read lock turns into a write lock, so
 * the switch fails at once while another process makes it; waiting for a write lock bridges that.
 */
function useWal(path: string, handle: SqliteHandle): void {
  for (let tries = 1; ; tries++) {
    try {
      const mode = handle.pragma('journal_mode = WAL', { simple: true });
      if (mode === 'wal') return;
      throw new FuseboardError(
        'store_unavailable',
        `The store's file ${path} is on a file system that cannot share memory between processes.`,
        { hint: 'Name a path on a local disk.' },
      );
    } catch (error) {
      if (!isBusy(error) || tries === WAL_TRIES_MAX) throw error;
    }
    handle.exec('BEGIN IMMEDIATE; ROLLBACK');
  }
}

/** SQLite opens a file that it may only read without a word, and complains at the first write. */
function assertWritable(handle: SqliteHandle): void {
  try {
    handle.exec('UPDATE counters SET value = value WHERE FALSE');
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

const isBusy = (error: unknown): boolean => sqliteCode(error)?.startsWith('SQLITE_BUSY') === true;

/** What is asked of an open connection, from now on. */
export function sqliteFile(path: string, handle: SqliteHandle): SqliteFile {
  const begin = handle.prepare('BEGIN');
  const beginImmediate = handle.prepare('BEGIN IMMEDIATE');
  const commit = handle.prepare('COMMIT');

  const once = <T>(work: () => T): T => {
    if (!handle.open) {
      throw new FuseboardError('store_unavailable', `The store's file ${path} is closed.`);
    }
    try {
      return work();
    } catch (error) {
      throw sqliteCode(error) === undefined ? error : storeError(path, error);
    }
  };

  const transaction = <T>(start: SqlStatement, work: () => T): T => {
    try {
      start.run();
      const result = work();
      commit.run();
      return result;
    } finally {
      if (handle.inTransaction) handle.exec('ROLLBACK');
    }
  };

  return {
    path,
    prepare: (sql) => once(() => handle.prepare(sql)),
    once,
    read: (work) => once(() => transaction(begin, work)),
    write: (waitMs, work) =>
      once(() => {
        const bounded = boundedWaitMs(waitMs);
        if (bounded === 0) return transaction(beginImmediate, work);
        handle.pragma(`busy_timeout = ${bounded}`);
        try {
          return transaction(beginImmediate, work);
        } finally {
          handle.pragma('busy_timeout = 0');
        }
      }),
    close: () => void handle.close(),
  };
}

const boundedWaitMs = (waitMs: number): number =>
  waitMs > 0 ? Math.min(Math.ceil(waitMs), WAIT_MAX_MS) : 0;
