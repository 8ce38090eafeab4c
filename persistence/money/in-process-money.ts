/**
 * An engine of this process as a store: for money in memory, and for tests. Answers come in a
 * later microtask and never inside the call, as they do from a thread or a network.
 */
import type { Clock, TimerHandle } from '../../services/clock.ts';
import { FuseboardError } from '../../services/errors.ts';
import type { MoneyEngine } from '../money-engine.ts';
import type { MoneyStore } from '../money-store.ts';

/** A third of a lease, so that one renewal may fail. */
const RENEW_MS = 10_000;

export interface InProcessMoneyOptions {
  /** Whether others may write the same data. */
  readonly shared: boolean;
  /** Renews the lease every 10 s. Without one nobody does. */
  readonly clock?: Pick<Clock, 'setTimer' | 'clearTimer'>;
}

export function inProcessMoney(engine: MoneyEngine, options: InProcessMoneyOptions): MoneyStore {
  const { shared, clock } = options;
  let isClosed = false;
  let timer: TimerHandle;

  const ask = <Name extends keyof MoneyEngine>(
    verb: Name,
    args: Parameters<MoneyEngine[Name]>,
  ): Promise<ReturnType<MoneyEngine[Name]>> =>
    Promise.resolve().then(() => {
      if (isClosed) throw new FuseboardError('store_unavailable', 'The store is closed.');
      const run = engine[verb] as (...values: typeof args) => ReturnType<MoneyEngine[Name]>;
      return run(...args);
    });

  const renewLater = (): void => {
    timer = clock?.setTimer(RENEW_MS, false, () => {
      ask('renew', []).catch(() => {});
      renewLater();
    });
  };

  const leave = (batches: Parameters<MoneyStore['leaveNow']>[0]): void => {
    if (isClosed) return;
    isClosed = true;
    clock?.clearTimer(timer);
    for (const batch of batches) engine.commit(batch);
    engine.leave();
  };

  return {
    shared,
    async join(...args) {
      const joined = await ask('join', args);
      renewLater();
      return joined;
    },
    draw: (...args) => ask('draw', args),
    commit: (...args) => ask('commit', args),
    changes: () => ask('changes', []),
    setLimit: (...args) => ask('setLimit', args),
    correctForfeit: (...args) => ask('correctForfeit', args),
    bookOutside: (...args) => ask('bookOutside', args),
    audit: (...args) => ask('audit', args),
    auditLog: (...args) => ask('auditLog', args),
    saveLearnt: (...args) => ask('saveLearnt', args),
    accounts: (...args) => ask('accounts', args),
    report: (...args) => ask('report', args),
    spendByHour: (...args) => ask('spendByHour', args),
    verify: () => ask('verify', []),
    compact: (...args) => ask('compact', args),
    leaveNow: leave,
    close: (batches) => Promise.resolve().then(() => leave(batches)),
  };
}
