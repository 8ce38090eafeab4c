/** Those who hold allowances from books in memory, and what becomes of what the dead held. */
import type { MemoryAccount, MemoryAccounts, MemoryLease } from './memory-money-accounts.ts';
import { wrong } from './memory-money-checks.ts';
import { forfeit, hold } from './memory-money-leases.ts';
import { bookedNumbers, type BookedNumbers } from './memory-money-numbers.ts';
import type { LabelsGroup } from './memory-money-rollups.ts';
import type { Committed, Forfeit } from './money-store.ts';

/** How long a holder that says nothing counts as alive. */
export const LEASE_MS = 30_000;

/** Places of a holder that are remembered behind its highest one. */
const PLACES_KEPT = 131_072;

/** What a call is charged to, as it was told once. */
export interface MemoryCharge {
  readonly accounts: readonly MemoryAccount[];
  readonly leases: readonly MemoryLease[];
}

/** What was told once, by its place. Places far behind the highest are forgotten. */
export interface Places<T> {
  readonly told: Map<number, T>;
  /** One above the highest place told. */
  count: number;
}

const newPlaces = <T>(): Places<T> => ({ told: new Map(), count: 0 });

export function tellPlace<T>(places: Places<T>, place: number, value: T): void {
  places.told.set(place, value);
  if (place < places.count) return;
  places.count = place + 1;
  places.told.delete(place - PLACES_KEPT);
}

export interface MemoryHolder {
  readonly number: number;
  leaseEndsAtMs: number;
  /** Forfeited what it held, and has not been heard of since. */
  isDead: boolean;
  /** By the account's number. These are the accounts that it watches. */
  readonly leases: Map<number, MemoryLease>;
  readonly groups: Places<LabelsGroup>;
  readonly charges: Places<MemoryCharge>;
  readonly booked: BookedNumbers;
  lastSeq: number;
  /** Answers to its newest batches. */
  readonly answers: Map<number, Committed>;
}

export const newHolder = (number: number, nowMs: number): MemoryHolder => ({
  number,
  leaseEndsAtMs: nowMs + LEASE_MS,
  isDead: false,
  leases: new Map(),
  groups: newPlaces(),
  charges: newPlaces(),
  booked: bookedNumbers(),
  lastSeq: 0,
  answers: new Map(),
});

/** What the holder has to do with the account, from now on. */
export function leaseOf(holder: MemoryHolder, account: MemoryAccount): MemoryLease {
  let lease = holder.leases.get(account.number);
  if (lease === undefined) {
    lease = { holder: holder.number, account, heldNanoUsd: 0, forfeitedNanoUsd: 0 };
    holder.leases.set(account.number, lease);
    account.leases.add(lease);
  }
  return lease;
}

/** @throws FuseboardError invalid_argument for an account that never was. */
export function chargeOf(
  holder: MemoryHolder,
  accounts: MemoryAccounts,
  numbers: readonly number[],
): MemoryCharge {
  const leases: MemoryLease[] = [];
  for (const number of new Set(numbers)) {
    const account = accounts.numbered.get(number);
    if (account !== undefined) leases.push(leaseOf(holder, account));
    else if (!(number >= 1 && number <= accounts.lastNumber)) {
      throw wrong('charges.accounts', 'numbers of accounts', number);
    }
  }
  return { leases, accounts: leases.map(({ account }) => account) };
}

export function stayAlive(holder: MemoryHolder, nowMs: number): void {
  holder.leaseEndsAtMs = nowMs + LEASE_MS;
  holder.isDead = false;
}

/** Forfeits what a holder holds when its lease has ended. */
export function buryIfSilent(
  holder: MemoryHolder,
  nowMs: number,
  bury: (account: MemoryAccount, lost: Forfeit) => void,
): void {
  if (holder.isDead || holder.leaseEndsAtMs > nowMs) return;
  holder.isDead = true;
  for (const lease of holder.leases.values()) {
    if (lease.heldNanoUsd === 0) continue;
    const { account } = lease;
    const { number, key } = account;
    bury(account, {
      holder: holder.number,
      account: number,
      budget: key.budget,
      amountNanoUsd: forfeit(lease),
    });
  }
}

/** Gives back what a holder holds, and lets go of its leases; what it forfeited stays so. */
export function release(holder: MemoryHolder, changed: (account: MemoryAccount) => void): void {
  for (const lease of holder.leases.values()) {
    if (lease.heldNanoUsd > 0) changed(lease.account);
    hold(lease, -lease.heldNanoUsd);
    lease.account.leases.delete(lease);
  }
  holder.leases.clear();
}
