/**
 * The arithmetic between an account in memory and the leases drawn on it. Nothing else changes
 * what is held or forfeited, so that `settled + forfeited + held <= limit` is kept in one place.
 */
import { NANO_USD_MAX, sumNanoUsd } from '../services/cost/money.ts';
import type { MemoryAccount, MemoryLease } from './memory-money-accounts.ts';

/** What may still be drawn; negative when the limit was lowered below what is committed. */
export const freeNanoUsd = (account: MemoryAccount): number =>
  (account.budget.limitNanoUsd ?? NANO_USD_MAX) -
  account.settledNanoUsd -
  account.forfeitedNanoUsd -
  account.heldNanoUsd;

/** Moves an amount, positive or negative, between what is free and what a lease holds. */
export function hold(lease: MemoryLease, amountNanoUsd: number): void {
  lease.heldNanoUsd += amountNanoUsd;
  lease.account.heldNanoUsd += amountNanoUsd;
}

/**
 * Settles a cost: from what the lease holds, then from what it forfeited. Answers what neither
 * covers; an account without a limit cannot be overspent.
 */
export function settle(lease: MemoryLease, costNanoUsd: number): number {
  const { account } = lease;
  account.settledNanoUsd = sumNanoUsd(account.settledNanoUsd, costNanoUsd);
  const held = Math.min(costNanoUsd, lease.heldNanoUsd);
  lease.heldNanoUsd -= held;
  account.heldNanoUsd -= held;
  if (held === costNanoUsd) return 0;
  const reclaimed = Math.min(costNanoUsd - held, lease.forfeitedNanoUsd);
  lease.forfeitedNanoUsd -= reclaimed;
  account.forfeitedNanoUsd -= reclaimed;
  if (account.budget.limitNanoUsd === null) return 0;
  const uncovered = costNanoUsd - held - reclaimed;
  account.overspentNanoUsd = sumNanoUsd(account.overspentNanoUsd, uncovered);
  return uncovered;
}

/** Counts what a lease holds as spent. Answers how much that was. */
export function forfeit(lease: MemoryLease): number {
  const amount = lease.heldNanoUsd;
  hold(lease, -amount);
  lease.forfeitedNanoUsd += amount;
  lease.account.forfeitedNanoUsd += amount;
  return amount;
}

/**
 * Takes an amount out of what is forfeited: first what no lease can claim any more, then the
 * leases, oldest holder first, each of which loses its claim whole.
 */
export function correct(account: MemoryAccount, amountNanoUsd: number): void {
  const leases = [...account.leases].sort((a, b) => a.holder - b.holder);
  const claimed = leases.reduce((sum, { forfeitedNanoUsd }) => sum + forfeitedNanoUsd, 0);
  let rest = amountNanoUsd - (account.forfeitedNanoUsd - claimed);
  account.forfeitedNanoUsd -= amountNanoUsd;
  for (const lease of leases) {
    if (rest <= 0) return;
    rest -= lease.forfeitedNanoUsd;
    lease.forfeitedNanoUsd = 0;
  }
}
