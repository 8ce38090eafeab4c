/**
 * A store whose every step is a task of fast-check's scheduler: when it takes a request up, and
 * when
 * its answer arrives. Requests of one holder are taken up and answered in the order in which they
 * were made, as a thread does it; what happens in between is anybody's guess.
 */
import type { Scheduler } from 'fast-check';

import type { LedgerBatch } from '../../persistence/ledger-batch.ts';
import type { MoneyEngine } from '../../persistence/money-engine.ts';
import type { MoneyStore } from '../../persistence/money-store.ts';
import { FuseboardError } from '../../services/errors.ts';

type Verb = Exclude<keyof MoneyEngine, 'renew' | 'leave'> | 'close';

interface Request {
  readonly verb: Verb;
  readonly run: () => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface ScheduledStore extends MoneyStore {
  /** While it is down, every request is refused and nothing is done. */
  isDown: boolean;
  /** Requests that are not answered yet. */
  readonly pendingCount: number;
}

export interface ScheduledStoreOptions {
  readonly name: string;
  readonly engine: MoneyEngine;
  /** Null while everything is answered at once. */
  readonly scheduler: () => Scheduler | null;
  /** Called around everything that the engine does. */
  readonly watch: <T>(verb: Verb, args: readonly unknown[], run: () => T) => T;
}

export function scheduledStore(options: ScheduledStoreOptions): ScheduledStore {
  const { name, engine, scheduler, watch } = options;
  const requests: Request[] = [];
  const answers: (() => void)[] = [];
  let isGone = false;
  let answering = 0;

  const unavailable = (why: string): FuseboardError =>
    new FuseboardError('store_unavailable', `The store of ${name} ${why}.`);

  const later = (label: string, run: () => void): void => {
    const tasks = scheduler();
    const turn = tasks?.schedule(Promise.resolve(), `${name}: ${label}`) ?? Promise.resolve();
    void turn.then(run);
  };

  const takeUp = (): void => {
    const request = requests.shift();
    if (request === undefined) return;
    let answer: () => void;
    try {
      if (isGone) throw unavailable('is closed');
      if (store.isDown) throw unavailable('is down');
      const value = request.run();
      answer = () => request.resolve(value);
    } catch (error) {
      answer = () => request.reject(error);
    }
    answers.push(answer);
    answering += 1;
    later(`answer to ${request.verb}`, () => {
      answering -= 1;
      answers.shift()?.();
    });
  };

  const ask = <T>(
    verb: Verb,
    args: readonly unknown[],
    run: () => T,
    isWatched = true,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      requests.push({
        verb,
        run: () => (isWatched ? watch(verb, args, run) : run()),
        resolve: resolve as (answer: unknown) => void,
        reject,
      });
      later(verb, takeUp);
    });

  const leave = (batches: readonly LedgerBatch[]): void => {
    for (const batch of batches) watch('commit', [batch], () => engine.commit(batch));
    watch('close', [], () => engine.leave());
    isGone = true;
  };

  const store: ScheduledStore = {
    isDown: false,
    get pendingCount() {
      return requests.length + answering;
    },
    shared: true,
    join: (...args) => ask('join', args, () => engine.join(...args)),
    draw: (...args) => ask('draw', args, () => engine.draw(...args)),
    commit: (...args) => ask('commit', args, () => engine.commit(...args)),
    changes: () => ask('changes', [], () => engine.changes()),
    setLimit: (...args) => ask('setLimit', args, () => engine.setLimit(...args)),
    correctForfeit: (...args) => ask('correctForfeit', args, () => engine.correctForfeit(...args)),
    bookOutside: (...args) => ask('bookOutside', args, () => engine.bookOutside(...args)),
    audit: (...args) => ask('audit', args, () => engine.audit(...args)),
    auditLog: (...args) => ask('auditLog', args, () => engine.auditLog(...args)),
    // What estimators learn moves no money.
    saveLearnt: () => Promise.resolve(),
    accounts: (...args) => ask('accounts', args, () => engine.accounts(...args)),
    report: (...args) => ask('report', args, () => engine.report(...args)),
    spendByHour: (...args) => ask('spendByHour', args, () => engine.spendByHour(...args)),
    verify: () => ask('verify', [], () => engine.verify()),
    compact: () => Promise.resolve({ rowCount: 0 }),
    leaveNow: leave,
    close: (batches) => ask('close', [batches], () => leave(batches), false),
  };
  return store;
}
