/**
 * Books in memory: what all holders share. Every change takes the next number of `revision`; a
 * holder that knows how far it has looked is told what came later, unless it did that itself.
 */
import { memoryAccounts, type MemoryAccount } from './memory-money-accounts.ts';
import { buryIfSilent, type MemoryHolder } from './memory-money-holders.ts';
import { memoryRollups } from './memory-money-rollups.ts';
import { memoryRows } from './memory-money-rows.ts';
import type { AuditEntry, Forfeit } from './money-store.ts';

/** How many of the newest forfeits a holder can still be told of. */
const FORFEITS_MAX = 10_000;
/** How many of the newest ids of outside costs are known again. */
const OUTSIDE_IDS_MAX = 1_000_000;

export type Books = ReturnType<typeof openBooks>;

export function openBooks() {
  const holders = new Map<number, MemoryHolder>();
  const forfeits: { readonly revision: number; readonly forfeit: Forfeit }[] = [];
  const outsideIds = new Set<string>();
  let revision = 0;
  let holderCount = 0;

  /** Marks an account as changed by a holder that knows of it, or by nobody: 0. */
  const touch = (account: MemoryAccount, writer: number): void => {
    account.revision = revision;
    account.writer = writer;
  };

  return {
    accounts: memoryAccounts(),
    rollups: memoryRollups(),
    rows: memoryRows(),
    holders,
    /** By key. */
    learnt: new Map<string, string>(),
    auditLog: [] as AuditEntry[],
    touch,
    get revision() {
      return revision;
    },
    nextRevision: () => ++revision,
    nextHolder: () => ++holderCount,

    /** Forfeits what holders other than `self` left whose lease has ended. */
    sweep(self: number, nowMs: number): readonly Forfeit[] {
      const lost: Forfeit[] = [];
      for (const holder of holders.values()) {
        if (holder.number === self) continue;
        buryIfSilent(holder, nowMs, (account, forfeit) => {
          if (lost.length === 0) revision += 1;
          touch(account, 0);
          lost.push(forfeit);
          forfeits.push({ revision, forfeit });
        });
      }
      if (forfeits.length > FORFEITS_MAX) forfeits.splice(0, forfeits.length - FORFEITS_MAX);
      return lost;
    },

    forfeitsSince: (seen: number): readonly Forfeit[] =>
      forfeits.filter((one) => one.revision > seen).map(({ forfeit }) => forfeit),

    /** Whether an outside cost's id is new; it is not from now on. */
    takeOutsideId(id: string): boolean {
      if (outsideIds.has(id)) return false;
      outsideIds.add(id);
      if (outsideIds.size > OUTSIDE_IDS_MAX) {
        for (const oldest of outsideIds) {
          outsideIds.delete(oldest);
          break;
        }
      }
      return true;
    },
  };
}
