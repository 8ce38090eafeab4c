/**
 * What a file that exists holds, money and states of breakers, opened to be looked at: nobody
 * joins, nothing is drawn, changed or created, and a board that uses the file meanwhile notices
 * nothing.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Clock } from '../services/clock.ts';
import { FuseboardError } from '../services/errors.ts';
import { sqliteBoardStates } from './board-state.ts';
import { COLUMNS, decodeRows, type DecodedRows, type StoredRow } from './breaker-row-codec.ts';
import type { BudgetDefinition } from './budget-definition.ts';
import type { CostReport, CostReportQuery, LedgerVerdict } from './cost-report.ts';
import { MIGRATIONS, schemaVersion } from './migrations.ts';
import type { AccountKey, AccountState } from './money-store.ts';
import { storedAccounts } from './money/accounts.ts';
import { openBooks } from './money/books.ts';
import { storedBudgets } from './money/budgets.ts';
import { reports } from './money/reports.ts';
import { verification } from './money/verify.ts';
import { loadSqlite } from './native-guard.ts';
import { sqlitePath } from './open-store.ts';
import { sqliteFile } from './sqlite.ts';
import { storeError } from './sqlite-errors.ts';
import type { SqliteHandle } from './sqlite-handle.ts';
import type { BoardState } from './store.ts';

export interface ReadableBooks {
  /** Every budget that somebody has defined, with the limit in force. */
  budgets(): readonly BudgetDefinition[];
  /** Accounts of the periods that hold `atMs`. Wall-clock milliseconds. */
  accounts(atMs: number): readonly (AccountState & { readonly key: AccountKey })[];
  /** The state of every breaker that ever left `closed`, and the rows that cannot be read. */
  breakers(): DecodedRows;
  /** What an operator said of the whole board. */
  board(): BoardState;
  report(query: CostReportQuery): CostReport;
  /** Recomputes every total from the rows. Reads everything. */
  verify(): LedgerVerdict;
  close(): void;
}

/** How long to wait for a process that puts the file in order. Milliseconds. */
const WAIT_MS = 5_000;

/**
 * @param target `sqlite:PATH`
 * @throws FuseboardError store_unavailable, store_corrupt, store_incompatible, sqlite_incompatible,
 *   and invalid_option for a target that is none
 */
export function openBooksToRead(target: string, clock: Pick<Clock, 'nowMs'>): ReadableBooks {
  const path = resolve(sqlitePath(target));
  const Database = loadSqlite();
  let handle: SqliteHandle | undefined;
  try {
    assertThere(path);
    // Opened read-only, SQLite would leave the files beside it behind, owned by whoever looked.
    handle = new Database(path, { timeout: WAIT_MS, fileMustExist: true });
    handle.pragma('query_only = ON');
    assertReadable(path, handle);
    const file = sqliteFile(path, handle);
    const books = openBooks(file, clock, WAIT_MS);
    const accounts = storedAccounts(books);
    const budgets = storedBudgets(books);
    const states = file.prepare(`SELECT ${COLUMNS.join(', ')} FROM breaker_states`).raw();
    const board = sqliteBoardStates(file);
    return {
      budgets: () => books.read(() => budgets.list()),
      accounts: (atMs) => books.read(() => accounts.list(atMs)),
      breakers: () => decodeRows(books.read(() => states.all()) as StoredRow[]),
      board: () => board.load(),
      report: reports(books),
      verify: verification(books),
      close: () => file.close(),
    };
  } catch (error) {
    handle?.close();
    throw storeError(path, error);
  }
}

function assertThere(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  throw new FuseboardError('store_unavailable', `There is no file ${path}.`, {
    hint: 'Name the file that a board uses as its store; looking at books creates none.',
  });
}

/** Only a board that opens the file brings its tables up to date. */
function assertReadable(path: string, handle: SqliteHandle): void {
  const version = schemaVersion(path, handle);
  if (version === MIGRATIONS.length) return;
  const problem =
    version === 0
      ? 'is empty: no board has used it yet'
      : `was written by an earlier version of Fuseboard: its schema is number ${version}, this ` +
        `version reads number ${MIGRATIONS.length}`;
  throw new FuseboardError('store_incompatible', `The store's file ${path} ${problem}.`, {
    hint: 'Open a board of this version on it once.',
  });
}
