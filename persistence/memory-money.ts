/**
 * The money of a board that keeps nothing on disk: the same rules as on disk, in plain maps. All
 * verbs answer at once and none is ever undone by a crash, since nothing survives one.
 *
 * Memory is bounded: at least the newest 100,000 rows are kept, older ones as checkpoints with
 * which `verify` still works; 100,000 rollups of an hour, after which reports forget the oldest
 * hour; about 100,000 accounts, after which those whose period ended over a day ago make room;
 * 1,000,000 ids of outside costs. The audit log alone grows with what people do.
 */
import type { Clock } from '../services/clock.ts';
import { FuseboardError } from '../services/errors.ts';
import type { BudgetLimit } from './budget-definition.ts';
import { isMeter, stateOf } from './memory-money-accounts.ts';
import { openBooks, type Books } from './memory-money-books.ts';
import { assertAmount, assertDrawItem, assertInstant } from './memory-money-checks.ts';
import { assertKey, checkedEntry, wrong } from './memory-money-checks.ts';
import { commitBatch } from './memory-money-commit.ts';
import { drawAll } from './memory-money-draw.ts';
import { newHolder, release, stayAlive } from './memory-money-holders.ts';
import type { MemoryHolder } from './memory-money-holders.ts';
import { correct } from './memory-money-leases.ts';
import { bookOutsideCosts } from './memory-money-outside.ts';
import type { MoneyEngine } from './money-engine.ts';
import type { AccountState, MoneyChanges } from './money-store.ts';

/** What is shared by every answer that tells nothing. */
const NO_CHANGES: MoneyChanges = Object.freeze({
  accounts: Object.freeze([]),
  limits: Object.freeze([]),
  forfeits: Object.freeze([]),
});

/** Books that several holders may share, each through an engine of its own. */
export interface MemoryBooks {
  /** Another holder's door to these books. */
  engine(): MoneyEngine;
}

export function memoryBooks(clock: Pick<Clock, 'nowMs'>): MemoryBooks {
  const books = openBooks();
  return { engine: () => openDoor(books, clock) };
}

function openDoor(books: Books, clock: Pick<Clock, 'nowMs'>): MoneyEngine {
  let holder: MemoryHolder | null = null;
  let hasLeft = false;
  /** Everything up to here is known to this holder. */
  let seenRevision = 0;

  const self = (): MemoryHolder => {
    if (holder !== null) return holder;
    const problem = hasLeft ? 'left the books' : 'did not join the books yet';
    throw new FuseboardError('store_unavailable', `This holder of money in memory ${problem}.`);
  };

  const look = (): MoneyChanges => {
    const since = seenRevision;
    if (since === books.revision) return NO_CHANGES;
    seenRevision = books.revision;
    return {
      accounts: holder === null ? [] : changedAccounts(holder, since),
      limits: limitsInForce(books, since),
      forfeits: books.forfeitsSince(since),
    };
  };

  return {
    join(_identity, budgets) {
      if (holder !== null) throw wrong('join', 'asked once', 'a second time');
      for (const { id, limitNanoUsd } of budgets) {
        if (isMeter(id)) throw wrong('budget.id', 'other than a meter, which has no limit', id);
        assertAmount(`limit of the budget ${id}`, limitNanoUsd);
      }
      const nowMs = clock.nowMs();
      for (const { id, limitNanoUsd } of budgets) {
        const budget = books.accounts.budget(id);
        if (budget.definedNanoUsd === limitNanoUsd) continue;
        budget.definedNanoUsd = limitNanoUsd;
        budget.limitNanoUsd = limitNanoUsd;
        budget.revision = books.nextRevision();
      }
      holder = newHolder(books.nextHolder(), nowMs);
      books.holders.set(holder.number, holder);
      hasLeft = false;
      const forfeits = books.sweep(holder.number, nowMs);
      seenRevision = books.revision;
      return {
        holder: holder.number,
        limits: limitsInForce(books, -1),
        forfeits,
        learnt: [...books.learnt].map(([key, state]) => ({ key, state })),
      };
    },

    draw(items) {
      const drawer = self();
      items.forEach(assertDrawItem);
      const nowMs = clock.nowMs();
      stayAlive(drawer, nowMs);
      return drawAll(books, drawer, items, nowMs);
    },

    commit: (batch) => commitBatch(books, self(), batch),

    changes() {
      books.sweep(holder?.number ?? 0, clock.nowMs());
      return look();
    },

    setLimit(id, limitNanoUsd, entry) {
      assertAmount('limitNanoUsd', limitNanoUsd);
      const kept = checkedEntry(entry);
      const budget = books.accounts.budgets.get(id);
      if (budget === undefined || budget.definedNanoUsd === null) {
        throw wrong('budget', 'the id of a budget that somebody has defined', id);
      }
      books.auditLog.push(kept);
      budget.limitNanoUsd = limitNanoUsd;
      budget.revision = books.nextRevision();
      return look();
    },

    correctForfeit(key, amountNanoUsd, entry): AccountState {
      assertKey(key);
      assertAmount('amountNanoUsd', amountNanoUsd);
      const kept = checkedEntry(entry);
      const account = books.accounts.find(key);
      const forfeitedNanoUsd = account?.forfeitedNanoUsd ?? 0;
      if (account === undefined || forfeitedNanoUsd < amountNanoUsd) {
        throw wrong('amountNanoUsd', `at most the ${forfeitedNanoUsd} forfeited`, amountNanoUsd);
      }
      books.auditLog.push(kept);
      correct(account, amountNanoUsd);
      books.nextRevision();
      books.touch(account, holder?.number ?? 0);
      return stateOf(account);
    },

    bookOutside: (costs) => bookOutsideCosts(books, holder?.number ?? 0, costs, clock.nowMs()),

    audit: (entries) => void books.auditLog.push(...entries.map(checkedEntry)),

    auditLog: (limit) => (limit > 0 ? books.auditLog.slice(-limit) : []),

    saveLearnt(rows) {
      for (const { key, state } of rows) books.learnt.set(key, state);
    },

    accounts: (atMs) =>
      [...books.accounts.numbered.values()]
        .filter(({ key: { startMs, endMs } }) => {
          if (atMs === null) return true;
          return (startMs ?? -Infinity) <= atMs && atMs < (endMs ?? Infinity);
        })
        .map((account) => ({ ...stateOf(account), key: account.key })),

    report: (query) => books.rollups.report(query),
    spendByHour: (queries) => books.rollups.spendByHour(queries),

    verify: () => books.rows.verify(books.accounts, books.rollups),

    compact(beforeMs) {
      assertInstant('beforeMs', beforeMs);
      const rowCount = books.rows.compact(beforeMs);
      books.accounts.forgetEnded(beforeMs);
      return { rowCount };
    },

    renew() {
      const nowMs = clock.nowMs();
      const member = self();
      stayAlive(member, nowMs);
      books.sweep(member.number, nowMs);
    },

    leave() {
      if (holder === null) return;
      books.nextRevision();
      release(holder, (account) => books.touch(account, 0));
      books.holders.delete(holder.number);
      holder = null;
      hasLeft = true;
    },
  };
}

/** Accounts that somebody else changed later than `since`; forgets those that are gone. */
function changedAccounts(holder: MemoryHolder, since: number): AccountState[] {
  const changed: AccountState[] = [];
  for (const { account } of holder.leases.values()) {
    if (account.isGone) holder.leases.delete(account.number);
    else if (account.revision > since && account.writer !== holder.number) {
      changed.push(stateOf(account));
    }
  }
  return changed;
}

function limitsInForce(books: Books, since: number): BudgetLimit[] {
  const limits: BudgetLimit[] = [];
  for (const { id, limitNanoUsd, revision } of books.accounts.budgets.values()) {
    if (limitNanoUsd !== null && revision > since) limits.push({ budget: id, limitNanoUsd });
  }
  return limits;
}
