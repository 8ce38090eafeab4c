/** Costs that others report, into books in memory: each id once. */
import { isNanoUsd, sumNanoUsd } from '../services/cost/money.ts';
import type { OutsideCost } from './ledger-batch.ts';
import { stateOf, type MemoryAccount } from './memory-money-accounts.ts';
import type { Books } from './memory-money-books.ts';
import { assertAmount, assertInstant, assertKey, wrong } from './memory-money-checks.ts';
import type { Rollup } from './memory-money-rollups.ts';
import type { AccountState } from './money-store.ts';

/** @throws FuseboardError invalid_argument; nothing was booked. */
export function bookOutsideCosts(
  books: Books,
  self: number,
  costs: readonly OutsideCost[],
  nowMs: number,
): { readonly isNew: readonly boolean[]; readonly accounts: readonly AccountState[] } {
  costs.forEach(assertOutside);
  for (const { accounts } of costs) accounts.forEach((key) => books.accounts.assertKept(key));
  books.nextRevision();
  const touched = new Set<MemoryAccount>();
  const isNew = costs.map((cost) => {
    if (!books.takeOutsideId(cost.id)) return false;
    const rollup = books.rollups.at(books.rollups.group(cost.labels), cost.atMs);
    if (cost.kind === 'billed') {
      rollup.billedNanoUsd = sumNanoUsd(rollup.billedNanoUsd, cost.costNanoUsd);
    } else {
      for (const account of bookOne(books, cost, rollup, nowMs)) touched.add(account);
    }
    return true;
  });
  for (const account of touched) books.touch(account, self);
  return { isNew, accounts: [...touched].map(stateOf) };
}

function bookOne(
  books: Books,
  { accounts: keys, costNanoUsd, atMs, inputTokens, outputTokens }: OutsideCost,
  rollup: Rollup,
  nowMs: number,
): readonly MemoryAccount[] {
  const accounts = [...new Set(keys.map((key) => books.accounts.open(key, nowMs)))];
  for (const account of accounts) {
    account.settledNanoUsd = sumNanoUsd(account.settledNanoUsd, costNanoUsd);
  }
  rollup.costNanoUsd = sumNanoUsd(rollup.costNanoUsd, costNanoUsd);
  rollup.outsideNanoUsd = sumNanoUsd(rollup.outsideNanoUsd, costNanoUsd);
  rollup.inputTokens += inputTokens ?? 0;
  rollup.outputTokens += outputTokens ?? 0;
  books.rows.append(atMs, costNanoUsd, accounts, rollup);
  return accounts;
}

function assertOutside({ id, atMs, costNanoUsd, accounts, ...cost }: OutsideCost): void {
  if (typeof id !== 'string' || id === '') throw wrong('cost.id', 'a text that is not empty', id);
  assertInstant('cost.atMs', atMs);
  assertAmount('cost.costNanoUsd', costNanoUsd);
  if (cost.kind !== 'booked' && cost.kind !== 'billed') {
    throw wrong('cost.kind', 'booked or billed', cost.kind);
  }
  for (const field of ['inputTokens', 'outputTokens'] as const) {
    const count = cost[field];
    if (count !== null && !isNanoUsd(count)) throw wrong(`cost.${field}`, 'a count or null', count);
  }
  accounts.forEach(assertKey);
}
