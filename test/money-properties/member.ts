/**
 * One board of several on shared books: the real desk, treasury and breaker over a scheduled
 * store. Its calls go to an upstream that answers when the scheduler lets it.
 */
import type { Scheduler } from 'fast-check';

import type { MemoryBooks } from '../../persistence/memory-money.ts';
import { NO_BOARD } from '../../services/board-gate.ts';
import { BreakerCore } from '../../services/breaker-core.ts';
import type { CallContext } from '../../services/call.ts';
import type { Account } from '../../services/cost/budgets/account.ts';
import { resolveCostOptions } from '../../services/cost/cost-options.ts';
import type { CostOptions } from '../../services/cost/cost-keys.ts';
import { createBudget } from '../../services/cost/budgets/budget.ts';
import { MoneyDesk } from '../../services/cost/money-desk.ts';
import type { NanoUsd } from '../../services/cost/money.ts';
import type { PriceTable } from '../../services/cost/prices/price-table.ts';
import { Deadlines } from '../../services/deadlines.ts';
import { FuseboardError } from '../../services/errors.ts';
import type { BreakerOptions } from '../../services/options.ts';
import { resolveOptions } from '../../services/resolve-options.ts';
import type { Runtime } from '../../services/runtime.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import type { VirtualClock } from '../kit/virtual-clock.ts';
import type { Auditor, UpstreamCall } from './auditor.ts';
import {
  scheduledStore,
  type ScheduledStore,
  type ScheduledStoreOptions,
} from './scheduled-store.ts';

/** What becomes of a call at the upstream. */
export type Fate = 'below' | 'exact' | 'above' | 'silent' | 'fails' | 'fails dear' | 'free';

export interface CallPlan {
  readonly fate: Fate;
  readonly tenant: string;
  readonly worstNanoUsd: number;
  /** Taken the plain way, where nothing but money stands around it. */
  readonly isPlain: boolean;
}

export interface RunningPlan {
  readonly abort: AbortController;
  state: 'waits' | 'runs' | 'over';
}

export interface MemberOptions {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly books: MemoryBooks;
  readonly auditor: Auditor;
  readonly scheduler: () => Scheduler | null;
  readonly costs: CostOptions;
  readonly breaker: BreakerOptions;
  readonly isObserved: boolean;
}

/** So that nothing has to be loaded: the model has a price of its own. */
const NO_TABLE = { version: 'none', find: () => null } as PriceTable;

export class Member {
  readonly name: string;
  readonly store: ScheduledStore;
  readonly deadlines: Deadlines;
  readonly breaker: BreakerCore;
  readonly desk: MoneyDesk;
  readonly calls: RunningPlan[] = [];
  isGone = false;
  /** Its process is gone: nobody is left who could wait. */
  hasLeft = false;
  readonly #options: MemberOptions;
  readonly #runtime: Runtime;
  readonly #config;

  private constructor(
    options: MemberOptions,
    store: ScheduledStore,
    make: (runtime: Runtime, config: ReturnType<typeof resolveCostOptions>) => MoneyDesk,
  ) {
    const { clock, isObserved } = options;
    this.#options = options;
    this.name = options.name;
    this.store = store;
    this.deadlines = new Deadlines(clock);
    this.#runtime = {
      clock,
      random: seededRandom(1),
      deadlines: this.deadlines,
      boardGate: NO_BOARD,
      treasury: null,
      isObserved,
      isClosed: false,
      onIdle: null,
      publish: () => {},
      keep: () => {},
      watch: () => {},
    };
    this.#config = resolveCostOptions(options.costs);
    this.desk = make(this.#runtime, this.#config);
    this.#runtime.treasury = this.desk.treasury;
    this.breaker = new BreakerCore('llm', resolveOptions(options.breaker), this.#runtime);
  }

  static async open(options: MemberOptions): Promise<Member> {
    const { name, books, auditor, scheduler, costs } = options;
    const engine = books.engine();
    const watch: ScheduledStoreOptions['watch'] = (...request) => auditor.watch(name, ...request);
    const store = scheduledStore({ name, engine, scheduler, watch });
    const identity = { pid: 1, processStart: name, bootId: 'b' };
    const { budgets } = resolveCostOptions(costs);
    const joined = await store.join(identity, budgets);
    const member = new Member(
      options,
      store,
      (runtime, config) =>
        new MoneyDesk(
          {
            ...runtime,
            config,
            store,
            identity,
            pollMs: 250,
            publish: (fact) => runtime.publish(fact),
            isObserved: () => runtime.isObserved,
            onMoved: () => {},
          },
          NO_TABLE,
          null,
          joined,
        ),
    );
    await member.desk.begin();
    return member;
  }

  /** Every account that this board has in its hands. */
  get accounts(): Account[] {
    return this.desk.book.lines.flatMap((line) => [...line.accounts]);
  }

  call(plan: CallPlan): void {
    const { auditor, scheduler } = this.#options;
    const { worstNanoUsd, tenant, fate, isPlain } = plan;
    const running: RunningPlan = { abort: new AbortController(), state: 'waits' };
    this.calls.push(running);
    const operation = {
      operation: 'llm_call',
      model: 'unit',
      inputTokens: 0,
      maxOutputTokens: worstNanoUsd,
      tags: { tenant },
    };
    const fn = (context: CallContext): Promise<void> => {
      running.state = 'runs';
      const call: UpstreamCall = { board: this.name, worstNanoUsd, bills: new Set() };
      auditor.reached(call);
      const cut = (): void => void call.bills.add(worstNanoUsd);
      this.#cuts.push(cut);
      context.signal?.addEventListener('abort', cut);
      const turn = scheduler()?.schedule(Promise.resolve(), `${this.name}: upstream answers`);
      return (turn ?? Promise.resolve()).then(() => {
        if (running.state === 'over') call.bills.add(worstNanoUsd);
        this.#answer(context, fate, worstNanoUsd, call);
      });
    };
    const { signal } = running.abort;
    const done = isPlain
      ? this.breaker.call(operation, fn)
      : this.breaker.call(operation, fn, { signal });
    const over = (): void => void (running.state = 'over');
    done.then(over, over);
  }

  readonly #cuts: (() => void)[] = [];
  /** Limits on their way to the store, oldest first. */
  readonly #settings: { readonly budget: string; readonly limitNanoUsd: number }[] = [];

  /** What the upstream says and bills. */
  #answer(context: CallContext, fate: Fate, worstNanoUsd: number, { bills }: UpstreamCall): void {
    const bill = (costNanoUsd: number): void => {
      bills.add(costNanoUsd);
      context.cost(costNanoUsd as NanoUsd);
    };
    switch (fate) {
      case 'below':
        return bill(Math.floor(worstNanoUsd / 3));
      case 'exact':
        return bill(worstNanoUsd);
      case 'above':
        return bill(worstNanoUsd + Math.ceil(worstNanoUsd / 2));
      case 'free':
        return bill(0);
      case 'silent':
        return void bills.add(worstNanoUsd);
      case 'fails':
        bills.add(0);
        throw new Error('the upstream failed');
      case 'fails dear':
        bill(Math.floor(worstNanoUsd / 2));
        throw new Error('the upstream failed');
    }
  }

  async setLimit(budget: string, limitNanoUsd: number): Promise<void> {
    const resolved = this.#config.budgets.find(({ id }) => id === budget);
    if (resolved === undefined) throw new Error(`no budget ${budget}`);
    const { clock } = this.#options;
    const act = { reason: 'a test', by: 'a test' };
    const setting = { budget, limitNanoUsd };
    this.#settings.push(setting);
    try {
      await createBudget(this.desk, resolved, clock).setLimit(limitNanoUsd as NanoUsd, act);
    } finally {
      this.#settings.splice(this.#settings.indexOf(setting), 1);
    }
  }

  /** Limits being set that are not in force here, though they must be at once. */
  get wrongLimits(): string[] {
    const last = new Map(this.#settings.map((setting) => [setting.budget, setting.limitNanoUsd]));
    return this.accounts.flatMap(({ key, limitNanoUsd: limit }) => {
      const wanted = last.get(key.budget) ?? limit;
      if (limit === wanted || limit === Infinity) return [];
      return [`${this.name}: ${key.budget} has a limit of ${limit}, not ${wanted}`];
    });
  }

  /** Whatever still runs is booked at its worst case, or what it said. */
  async close(): Promise<void> {
    this.#end();
    await this.desk.close(() => new FuseboardError('board_closed', 'the board is closed'));
  }

  leaveNow(): void {
    this.hasLeft = true;
    this.#end();
    this.desk.leaveNow();
  }

  #end(): void {
    this.isGone = true;
    this.#runtime.isClosed = true;
    this.breaker.shut();
    for (const cut of this.#cuts) cut();
    this.breaker.end();
  }
}
