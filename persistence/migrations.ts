/**
 * The numbered steps that lead from an empty file to today's tables. The number of the last step
 * taken is the file's `user_version`; `application_id` marks the file as Fuseboard's own, so that
 * somebody else's database is never migrated by mistake.
 */
import { FuseboardError } from '../services/errors.ts';
import { BOARD_TABLES } from './board-tables.ts';
import { MONEY_TABLES } from './money-tables.ts';
import type { SqliteHandle } from './sqlite-handle.ts';

/** "FUSE" in ASCII. */
export const APPLICATION_ID = 0x46555345;

/** Step n (from 1) is at index n - 1. A published step is never edited; a new one is appended. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE counters (
    name  TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE breaker_states (
    name           TEXT PRIMARY KEY NOT NULL,
    version        INTEGER NOT NULL,
    state          TEXT NOT NULL,
    generation     INTEGER NOT NULL,
    probe_at_ms    REAL,
    tripped_at_ms  REAL,
    trip_count     INTEGER NOT NULL,
    cause          TEXT,
    budget         TEXT NOT NULL,
    latches        TEXT NOT NULL, -- JSON
    operator_epoch INTEGER NOT NULL,
    changed_at_ms  REAL NOT NULL,
    end_at_ms      REAL NOT NULL, -- until when the state holds by itself: 0 never, Inf for ever
    writer         INTEGER NOT NULL, -- number of the connection that wrote the row
    revision       INTEGER NOT NULL -- number of the save that wrote the row
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX breaker_states_by_revision ON breaker_states (revision);

  CREATE TABLE breaker_states_set_aside (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    problem         TEXT NOT NULL,
    set_aside_at_ms REAL NOT NULL,
    row             TEXT NOT NULL -- every column of the row, as JSON
  ) STRICT;
  `,
  MONEY_TABLES,
  BOARD_TABLES,
  `
  ALTER TABLE budgets ADD COLUMN warn_at REAL; -- share of the limit; null: as nobody said
  ALTER TABLE budgets ADD COLUMN exhausted_below REAL; -- as above
  `,
];

/** What a file says about itself. */
interface Identity {
  readonly applicationId: number;
  readonly schemaVersion: number;
  readonly objectCount: number;
}

/** One statement, so that what it reads is of one instant. */
const READ_IDENTITY = `
  SELECT (SELECT application_id FROM pragma_application_id) AS applicationId,
         (SELECT user_version FROM pragma_user_version) AS schemaVersion,
         (SELECT count(*) FROM sqlite_schema) AS objectCount`;

/**
 * Reads which schema version a file has: 0 for an empty file.
 * @throws FuseboardError store_incompatible when it is another application's or of a later version.
 */
export function schemaVersion(
  path: string,
  handle: SqliteHandle,
  latest: number = MIGRATIONS.length,
): number {
  const identity = handle.prepare(READ_IDENTITY).get() as Identity;
  const isEmpty =
    identity.applicationId === 0 && identity.schemaVersion === 0 && identity.objectCount === 0;
  if (!isEmpty && identity.applicationId !== APPLICATION_ID) {
    throw new FuseboardError(
      'store_incompatible',
      `The store's file ${path} is a database of another application.`,
      { hint: 'Name another path: Fuseboard needs a file of its own.' },
    );
  }
  if (identity.schemaVersion > latest) {
    throw new FuseboardError(
      'store_incompatible',
      `The store's file ${path} was written by a later version of Fuseboard: its schema is ` +
        `number ${identity.schemaVersion}, this version knows up to ${latest}.`,
      { hint: 'Upgrade fuseboard, or name another path.' },
    );
  }
  return identity.schemaVersion;
}

/**
 * Brings a file to the latest schema, all steps or none. Several processes may do so at once: the
 * write lock lets one of them work, and the others find nothing left to do.
 */
export function migrate(
  path: string,
  handle: SqliteHandle,
  migrations: readonly string[] = MIGRATIONS,
): void {
  if (schemaVersion(path, handle, migrations.length) === migrations.length) return;
  handle.exec('BEGIN IMMEDIATE');
  try {
    const done = schemaVersion(path, handle, migrations.length);
    for (const step of migrations.slice(done)) handle.exec(step);
    handle.pragma(`application_id = ${APPLICATION_ID}`);
    handle.pragma(`user_version = ${migrations.length}`);
    handle.exec('COMMIT');
  } finally {
    if (handle.inTransaction) handle.exec('ROLLBACK');
  }
}
