/** A draw on books in memory: several accounts, all or nothing. */
import { isMeter, stateOf, type MemoryLease } from './memory-money-accounts.ts';
import type { Books } from './memory-money-books.ts';
import { leaseOf, type MemoryHolder } from './memory-money-holders.ts';
import { freeNanoUsd, hold } from './memory-money-leases.ts';
import type { DrawAnswer, DrawItem } from './money-store.ts';

/** Holds every item's need, or nothing; then, where there is room, what would be welcome. */
export function drawAll(
  books: Books,
  holder: MemoryHolder,
  items: readonly DrawItem[],
  nowMs: number,
): DrawAnswer {
  const leases = items.map(({ key }) => leaseOf(holder, books.accounts.open(key, nowMs)));
  const drawnNanoUsd: number[] = [];
  let shortOf: number | null = null;
  for (const [place, lease] of leases.entries()) {
    const { key, needNanoUsd } = items[place] as DrawItem;
    if (isMeter(key.budget)) drawnNanoUsd.push(0);
    else if (needNanoUsd > 0 && needNanoUsd > freeNanoUsd(lease.account)) {
      shortOf = place;
      break;
    } else {
      hold(lease, needNanoUsd);
      drawnNanoUsd.push(needNanoUsd);
    }
  }
  if (shortOf !== null) {
    drawnNanoUsd.forEach((drawn, place) => hold(leases[place] as MemoryLease, -drawn));
    return {
      drawnNanoUsd: null,
      shortOf,
      accounts: leases.map(({ account }) => stateOf(account)),
    };
  }
  books.nextRevision();
  for (const [place, lease] of leases.entries()) {
    const { key, needNanoUsd, wantNanoUsd } = items[place] as DrawItem;
    if (isMeter(key.budget)) drawnNanoUsd[place] = wantNanoUsd;
    else {
      const extra = Math.min(wantNanoUsd - needNanoUsd, Math.max(0, freeNanoUsd(lease.account)));
      hold(lease, extra);
      drawnNanoUsd[place] = needNanoUsd + extra;
      books.touch(lease.account, holder.number);
    }
  }
  return { drawnNanoUsd, shortOf, accounts: leases.map(({ account }) => stateOf(account)) };
}
