/**
 * What this package needs of better-sqlite3, and no more: the published types name these few
 * members and never the driver's own, so that a user's compiler needs no types of a native module.
 */

export type SqlValue = string | number | null;

/** A prepared statement. */
export interface SqlStatement {
  run(...values: readonly SqlValue[]): { readonly changes: number };
  /** First row, or undefined. */
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
  /** From now on rows are arrays. */
  raw(): this;
  /** From now on a row is its first column. */
  pluck(): this;
}

/** One connection. */
export interface SqliteHandle {
  readonly open: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): SqlStatement;
  /** Runs several statements that return nothing. */
  exec(sql: string): unknown;
  pragma(source: string, options?: { readonly simple: boolean }): unknown;
  close(): unknown;
}

/** The class that better-sqlite3 exports. `timeout` is its busy timeout in milliseconds. */
export type SqliteConstructor = new (
  path: string,
  options: { readonly timeout: number; readonly fileMustExist?: boolean },
) => SqliteHandle;
