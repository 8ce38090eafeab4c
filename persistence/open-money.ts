/** From the `store` option to the money it keeps: in memory, or in a file written by a thread. */
import type { Clock } from '../services/clock.ts';
import { memoryBooks } from './memory-money.ts';
import type { HolderIdentity, MoneyStore } from './money-store.ts';
import { inProcessMoney } from './money/in-process-money.ts';
import { holderIdentity } from './money/process-life.ts';
import { threadedMoney } from './money/threaded-money.ts';
import { sqlitePath } from './open-store.ts';

export interface OpenedMoney {
  readonly store: MoneyStore;
  /** Who this process is, in the store's eyes. */
  readonly identity: HolderIdentity;
}

/**
 * @throws FuseboardError store_unavailable, store_corrupt, store_incompatible, sqlite_incompatible,
 *   and invalid_option for a target that is none
 */
export async function openMoney(target: string, clock: Clock): Promise<OpenedMoney> {
  const identity = holderIdentity();
  if (target === 'memory:') {
    return { store: inProcessMoney(memoryBooks(clock).engine(), { shared: false }), identity };
  }
  return { store: await threadedMoney(sqlitePath(target)), identity };
}
