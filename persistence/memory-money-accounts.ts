/** Budgets and accounts in memory: found by key, numbered as they are opened. */
import { wrong } from './memory-money-checks.ts';
import type { AccountKey, AccountState } from './money-store.ts';

/** At this many accounts those whose period ended over a day ago make room. */
export const ACCOUNTS_AIM = 100_000;
const DAY_MS = 86_400_000;

export interface MemoryBudget {
  readonly id: string;
  /** As it was defined last; null as long as nobody has. */
  definedNanoUsd: number | null;
  /** In force; null for a meter, and as long as nobody has defined it. */
  limitNanoUsd: number | null;
  /** The books' revision at which the limit changed. */
  revision: number;
  readonly accounts: Map<string, Map<string, MemoryAccount>>;
}

export interface MemoryAccount {
  readonly number: number;
  readonly key: AccountKey;
  readonly budget: MemoryBudget;
  /** Leases of living and dead holders that have drawn from it or are charged to it. */
  readonly leases: Set<MemoryLease>;
  settledNanoUsd: number;
  forfeitedNanoUsd: number;
  heldNanoUsd: number;
  overspentNanoUsd: number;
  /** The part of what is settled whose rows are no longer kept. */
  checkpointNanoUsd: number;
  /** The books' revision of the last change. */
  revision: number;
  /** The holder that changed it last and knows of it; 0 for nobody. */
  writer: number;
  /** Its period ended and it was removed; what is still settled on it goes nowhere. */
  isGone: boolean;
}

/** What one holder has to do with one account. */
export interface MemoryLease {
  /** The holder's number. */
  readonly holder: number;
  readonly account: MemoryAccount;
  heldNanoUsd: number;
  /** What it lost by dying, and may still settle. */
  forfeitedNanoUsd: number;
}

export interface MemoryAccounts {
  readonly budgets: ReadonlyMap<string, MemoryBudget>;
  readonly numbered: ReadonlyMap<number, MemoryAccount>;
  /** The highest number given so far. */
  readonly lastNumber: number;
  budget(id: string): MemoryBudget;
  find(key: AccountKey): MemoryAccount | undefined;
  /** @throws FuseboardError invalid_argument for an account that is not and cannot be opened. */
  assertKept(key: AccountKey): void;
  /** The account, made now if need be. @throws FuseboardError as `assertKept` does. */
  open(key: AccountKey, nowMs: number): MemoryAccount;
  /** Removes the accounts of periods that ended at or before an instant and hold nothing. */
  forgetEnded(beforeMs: number): void;
}

export function memoryAccounts(accountsAim = ACCOUNTS_AIM): MemoryAccounts {
  const budgets = new Map<string, MemoryBudget>();
  const numbered = new Map<number, MemoryAccount>();
  let lastNumber = 0;
  let roomUntil = accountsAim;
  let forgottenToMs = -Infinity;

  const budget = (id: string): MemoryBudget => {
    let found = budgets.get(id);
    if (found === undefined) {
      found = { id, definedNanoUsd: null, limitNanoUsd: null, revision: 0, accounts: new Map() };
      budgets.set(id, found);
    }
    return found;
  };

  const find = (key: AccountKey): MemoryAccount | undefined =>
    budgets.get(key.budget)?.accounts.get(key.value)?.get(key.period);

  /** The books of a period that was forgotten are closed: its limit was spent once already. */
  const assertKept = (key: AccountKey): void => {
    if (key.endMs === null || key.endMs > forgottenToMs || find(key) !== undefined) return;
    throw wrong('key.period', 'one whose books are kept', key.period);
  };

  const forgetEnded = (beforeMs: number): void => {
    forgottenToMs = Math.max(forgottenToMs, beforeMs);
    for (const account of numbered.values()) {
      const { budget: id, value, period, endMs } = account.key;
      if (endMs === null || endMs > beforeMs || account.heldNanoUsd > 0) continue;
      account.isGone = true;
      numbered.delete(account.number);
      const values = budget(id).accounts;
      const periods = values.get(value);
      periods?.delete(period);
      if (periods?.size === 0) values.delete(value);
    }
  };

  const open = (key: AccountKey, nowMs: number): MemoryAccount => {
    const found = find(key);
    if (found !== undefined) return found;
    assertKept(key);
    if (numbered.size >= roomUntil) {
      forgetEnded(nowMs - DAY_MS);
      roomUntil = Math.max(accountsAim, 2 * numbered.size);
    }
    const made = emptyAccount(++lastNumber, key, budget(key.budget));
    numbered.set(made.number, made);
    const { accounts } = made.budget;
    const periods = accounts.get(key.value);
    if (periods === undefined) accounts.set(key.value, new Map([[key.period, made]]));
    else periods.set(key.period, made);
    return made;
  };

  return {
    budgets,
    numbered,
    get lastNumber() {
      return lastNumber;
    },
    budget,
    find,
    assertKept,
    open,
    forgetEnded,
  };
}

const emptyAccount = (
  number: number,
  { budget: id, value, period, startMs, endMs }: AccountKey,
  budget: MemoryBudget,
): MemoryAccount => ({
  number,
  key: Object.freeze({ budget: id, value, period, startMs, endMs }),
  budget,
  leases: new Set(),
  settledNanoUsd: 0,
  forfeitedNanoUsd: 0,
  heldNanoUsd: 0,
  overspentNanoUsd: 0,
  checkpointNanoUsd: 0,
  revision: 0,
  writer: 0,
  isGone: false,
});

/** A meter only measures: nothing is ever held on it. */
export const isMeter = (budget: string): boolean => budget.startsWith('@');

export const stateOf = (account: MemoryAccount): AccountState => ({
  account: account.number,
  limitNanoUsd: account.budget.limitNanoUsd,
  settledNanoUsd: account.settledNanoUsd,
  forfeitedNanoUsd: account.forfeitedNanoUsd,
  heldNanoUsd: account.heldNanoUsd,
  overspentNanoUsd: account.overspentNanoUsd,
});
