/**
 * What every part of the books needs of their file: the time, two kinds of transaction, and the
 * number of the write that is going on. Numbers are taken while the write lock is held, so they
 * become visible in order, and "what others changed" is everything of a higher number.
 */
import type { Clock } from '../../services/clock.ts';
import { sqliteCode } from '../sqlite-errors.ts';
import type { SqliteFile } from '../sqlite.ts';

const REVISION = 'money.revision';

export interface Books {
  readonly file: SqliteFile;
  /** Wall-clock milliseconds. */
  nowMs(): number;
  /** Single statements that change nothing. */
  readonly ask: <T>(work: () => T) => T;
  /** Statements that change nothing and see one instant. */
  read<T>(work: () => T): T;
  /** All or nothing; a power cut may take the last of these back. */
  write<T>(work: () => T): T;
  /** As `write`, and on the disk before it returns. */
  writeDurably<T>(work: () => T): T;
  /** Takes the next number; only inside a write. */
  nextRevision(): number;
  /** Number of the last write. */
  revision(): number;
}

/** @param waitMs How long to wait for others that hold the file. */
export function openBooks(file: SqliteFile, clock: Pick<Clock, 'nowMs'>, waitMs: number): Books {
  const select = file.prepare('SELECT value FROM counters WHERE name = ?').pluck();
  const count = file
    .prepare(
      `INSERT INTO counters VALUES (?, 1)
       ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
    )
    .pluck();

  /** The setting takes effect when the statement is compiled, so none is kept. */
  const synchronous = (level: 'FULL' | 'NORMAL'): void =>
    void file.prepare(`PRAGMA synchronous = ${level}`);

  /**
   * Readers wait for nobody, but for a process that puts the file in order after another one was
   * killed: then once more, with patience.
   */
  const patiently = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    file.prepare(`PRAGMA busy_timeout = ${waitMs}`).get();
    try {
      return work();
    } finally {
      file.prepare('PRAGMA busy_timeout = 0').get();
    }
  };

  return {
    file,
    nowMs: () => clock.nowMs(),
    ask: (work) => patiently(() => file.once(work)),
    read: (work) => patiently(() => file.read(work)),
    write: (work) => file.write(waitMs, work),
    writeDurably(work) {
      synchronous('FULL');
      try {
        return file.write(waitMs, work);
      } finally {
        synchronous('NORMAL');
      }
    },
    nextRevision: () => count.get(REVISION) as number,
    revision: () => patiently(() => file.once(() => (select.get(REVISION) ?? 0) as number)),
  };
}

/** Whether an error of the store says that another process holds the file. */
export const isBusy = (error: unknown): boolean =>
  error instanceof Error && sqliteCode(error.cause)?.startsWith('SQLITE_BUSY') === true;
