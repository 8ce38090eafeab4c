/**
 * A store's money as somebody sees it who knows nothing of Fuseboard: over a connection of its own,
 * with SQL of its own. Triggers make SQLite itself look at every single write to an account,
 * whichever process makes it, inside of its transaction.
 */
import Database from 'better-sqlite3';

import { COST_BASES, type CostBasis } from '../../persistence/ledger-batch.ts';
import { atEnd } from '../persistence/scratch.ts';

/** All amounts in nano-dollars. */
export interface AccountSeen {
  readonly number: number;
  readonly budget: string;
  readonly value: string;
  readonly limit: number;
  readonly settled: number;
  readonly forfeited: number;
  readonly held: number;
  readonly overspent: number;
}

/** A row of the ledger. All amounts in nano-dollars. */
export interface RowSeen {
  readonly holder: number;
  readonly worst: number;
  readonly cost: number;
  readonly basis: CostBasis;
  /** Numbers of accounts. */
  readonly charged: readonly number[];
}

export interface LossSeen {
  readonly holder: number;
  readonly account: number;
  readonly amount: number;
}

export interface HolderSeen {
  readonly number: number;
  readonly pid: number;
  readonly state: string;
}

export interface BooksOutside {
  accounts(): AccountSeen[];
  /** The account of a budget that has one only. */
  account(budget: string): AccountSeen;
  rows(): RowSeen[];
  /** What each holder has lost, and not settled since. */
  losses(): LossSeen[];
  holders(): HolderSeen[];
  /** Writes that added to what is committed of an account beyond its limit. */
  breaches(): unknown[];
  /** Does to the file what Fuseboard never would. */
  tamper(sql: string): void;
}

const GUARD = `
  CREATE TABLE guard_breaches (account, committed_before, committed, limit_in_force);
  CREATE TRIGGER guard AFTER UPDATE ON accounts
  WHEN NEW.settled_nano_usd + NEW.forfeited_nano_usd + NEW.held_nano_usd
    > max(OLD.settled_nano_usd + OLD.forfeited_nano_usd + OLD.held_nano_usd,
          coalesce((SELECT limit_nano_usd FROM budgets WHERE id = NEW.budget), 9e18))
  BEGIN
    INSERT INTO guard_breaches VALUES (
      NEW.id, OLD.settled_nano_usd + OLD.forfeited_nano_usd + OLD.held_nano_usd,
      NEW.settled_nano_usd + NEW.forfeited_nano_usd + NEW.held_nano_usd,
      (SELECT limit_nano_usd FROM budgets WHERE id = NEW.budget));
  END;
`;

const ACCOUNTS = `
  SELECT a.id AS number, budget, value, limit_nano_usd AS "limit", settled_nano_usd AS settled,
         forfeited_nano_usd AS forfeited, held_nano_usd AS held, overspent_nano_usd AS overspent
  FROM accounts a JOIN budgets b ON b.id = a.budget ORDER BY a.id`;

/** Opens the books of a file that Fuseboard has made, and guards them from now on. */
export function booksOutside(path: string): BooksOutside {
  const file = new Database(path, { timeout: 10_000 });
  atEnd(() => file.close());
  if (file.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'guard'`).get() === undefined) {
    file.exec(GUARD);
  }
  const accounts = file.prepare<[], AccountSeen>(ACCOUNTS);
  const rows = file.prepare<
    [],
    Omit<RowSeen, 'basis' | 'charged'> & { basis: number; set: string }
  >(
    `SELECT holder, worst_nano_usd AS worst, cost_nano_usd AS cost, basis, accounts AS "set"
     FROM ledger JOIN charge_sets ON charge_sets.id = ledger.charges`,
  );
  const losses = file.prepare<[], LossSeen>(
    `SELECT holder, account, forfeited_nano_usd AS amount FROM allowances
     WHERE forfeited_nano_usd > 0`,
  );
  const holders = file.prepare<[], HolderSeen>('SELECT id AS number, pid, state FROM holders');
  const breaches = file.prepare('SELECT * FROM guard_breaches');
  return {
    accounts: () => accounts.all(),
    account(budget) {
      const [account, ...others] = accounts.all().filter((one) => one.budget === budget);
      if (account === undefined || others.length > 0) throw new Error(`not one of ${budget}`);
      return account;
    },
    rows: () =>
      rows.all().map(({ basis, set, ...row }) => ({
        ...row,
        basis: COST_BASES[basis] as CostBasis,
        charged: JSON.parse(set) as number[],
      })),
    losses: () => losses.all(),
    holders: () => holders.all(),
    breaches: () => breaches.all(),
    tamper: (sql) => void file.exec(sql),
  };
}

export interface Watcher {
  /** Looks that saw something new. */
  readonly changes: () => number;
  /** What was seen beyond its limit. */
  readonly breaches: readonly AccountSeen[];
}

/** Looks at every account all the time, over a read-only connection, until the test ends. */
export function watch(path: string, onLook: (accounts: readonly AccountSeen[]) => void): Watcher {
  const file = new Database(path, { readonly: true, timeout: 0 });
  const accounts = file.prepare<[], AccountSeen>(ACCOUNTS);
  const version = file.prepare('PRAGMA data_version').pluck();
  const breaches: AccountSeen[] = [];
  let changes = 0;
  let seen: unknown;
  const timer = setInterval(() => {
    let looked: AccountSeen[];
    try {
      looked = accounts.all();
      const now = version.get();
      if (now !== seen) changes += 1;
      seen = now;
    } catch (error) {
      // Somebody brings the file in order after a kill.
      if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return;
      throw error;
    }
    breaches.push(...looked.filter((one) => one.settled + one.forfeited + one.held > one.limit));
    onLook(looked);
  }, 2);
  atEnd(() => {
    clearInterval(timer);
    file.close();
  });
  return { changes: () => changes, breaches };
}
