/**
 * Accounts in the file: found by key, made when first needed, read as the store's users see them.
 */
import { FuseboardError } from '../../services/errors.ts';
import type { AccountKey, AccountState } from '../money-store.ts';
import type { Books } from './books.ts';

/** A meter only measures: nothing is ever held on it. */
export const isMeter = (budget: string): boolean => budget.startsWith('@');

/** Columns of {@link stateOf}, of accounts `a` with their budgets `b`. */
export const STATE = `a.id, b.limit_nano_usd, a.settled_nano_usd, a.forfeited_nano_usd,
  a.held_nano_usd, a.overspent_nano_usd`;
export const ACCOUNTS = 'accounts a LEFT JOIN budgets b ON b.id = a.budget';

type StateRow = readonly [number, number | null, number, number, number, number];

export function stateOf(row: unknown): AccountState {
  const [account, limit, settled, forfeited, held, overspent] = row as StateRow;
  return {
    account,
    limitNanoUsd: limit,
    settledNanoUsd: settled,
    forfeitedNanoUsd: forfeited,
    heldNanoUsd: held,
    overspentNanoUsd: overspent,
  };
}

export interface Accounts {
  find(key: AccountKey): AccountState | undefined;
  /** The account, made now if need be; inside a write. @throws FuseboardError invalid_argument */
  open(key: AccountKey, revision: number, writer: number): AccountState;
  /** Undefined for one that was removed. */
  state(account: number): AccountState | undefined;
  /** Whether an account has ever had that number. */
  wasMade(account: number): boolean;
  /** Takes note of new amounts; inside a write. */
  save(state: AccountState, revision: number, writer: number): void;
  /** Those changed by somebody else since a revision. */
  changedSince(revision: number, reader: number): AccountState[];
  /** Those whose period holds an instant, or all. */
  list(atMs: number | null): (AccountState & { readonly key: AccountKey })[];
}

export function storedAccounts({ file }: Books): Accounts {
  const byKey = file
    .prepare(`SELECT ${STATE} FROM ${ACCOUNTS} WHERE a.budget = ? AND a.value = ? AND a.period = ?`)
    .raw();
  const byNumber = file.prepare(`SELECT ${STATE} FROM ${ACCOUNTS} WHERE a.id = ?`).raw();
  const insert = file.prepare(
    `INSERT INTO accounts (budget, value, period, start_ms, end_ms, revision, writer)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = file.prepare(
    `UPDATE accounts
     SET settled_nano_usd = ?, forfeited_nano_usd = ?, held_nano_usd = ?, overspent_nano_usd = ?,
         revision = ?, writer = ?
     WHERE id = ?`,
  );
  const lastMade = file
    .prepare(`SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'accounts'`)
    .pluck();
  const compactedTo = file.prepare('SELECT max(before_ms) FROM compactions').pluck();
  const changed = file
    .prepare(`SELECT ${STATE} FROM ${ACCOUNTS} WHERE a.revision > ? AND a.writer <> ?`)
    .raw();
  const keyed = `SELECT ${STATE}, a.budget, a.value, a.period, a.start_ms, a.end_ms`;
  const all = file.prepare(`${keyed} FROM ${ACCOUNTS} ORDER BY a.id`).raw();
  const current = file
    .prepare(
      `${keyed} FROM ${ACCOUNTS}
       WHERE (a.end_ms > ? OR a.end_ms IS NULL) AND (a.start_ms <= ? OR a.start_ms IS NULL)
       ORDER BY a.id`,
    )
    .raw();

  const find = (key: AccountKey): AccountState | undefined => {
    const row = byKey.get(key.budget, key.value, key.period);
    return row === undefined ? undefined : stateOf(row);
  };

  /** The books of a period that was removed are closed: its limit was spent once already. */
  const assertKept = ({ budget, period, endMs }: AccountKey): void => {
    const beforeMs = compactedTo.get() as number | null;
    if (endMs === null || beforeMs === null || endMs > beforeMs) return;
    throw new FuseboardError(
      'invalid_argument',
      `key.period must be one whose books are kept, got '${period}' of the budget '${budget}'`,
      { hint: 'The ledger was compacted beyond its end.' },
    );
  };

  return {
    find,
    open(key, revision, writer) {
      const found = find(key);
      if (found !== undefined) return found;
      assertKept(key);
      const { budget, value, period, startMs, endMs } = key;
      insert.run(budget, value, period, startMs, endMs, revision, writer);
      return find(key) as AccountState;
    },
    state(account) {
      const row = byNumber.get(account);
      return row === undefined ? undefined : stateOf(row);
    },
    wasMade: (account) =>
      Number.isSafeInteger(account) && account >= 1 && account <= (lastMade.get() as number),
    save(state, revision, writer) {
      const { settledNanoUsd, forfeitedNanoUsd, heldNanoUsd, overspentNanoUsd } = state;
      update.run(
        settledNanoUsd,
        forfeitedNanoUsd,
        heldNanoUsd,
        overspentNanoUsd,
        revision,
        writer,
        state.account,
      );
    },
    changedSince: (revision, reader) => changed.all(revision, reader).map(stateOf),
    list: (atMs) => (atMs === null ? all.all() : current.all(atMs, atMs)).map(keyedState),
  };
}

function keyedState(row: unknown): AccountState & { readonly key: AccountKey } {
  const [budget, value, period, startMs, endMs] = (row as unknown[]).slice(6) as [
    string,
    string,
    string,
    number | null,
    number | null,
  ];
  return { ...stateOf(row), key: { budget, value, period, startMs, endMs } };
}
