/**
 * A world in which everything that can happen to money happens in any order: fast-check's scheduler
 * decides between what users do, what the store does, and what the upstream answers.
 */
import fc, { type Scheduler } from 'fast-check';

import { memoryBooks } from '../../persistence/memory-money.ts';
import type { CostOptions } from '../../services/cost/cost-keys.ts';
import type { Estimator } from '../../services/cost/estimates/estimate.ts';
import { usd, type NanoUsd } from '../../services/cost/money.ts';
import type { BreakerOptions } from '../../services/options.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { Auditor } from './auditor.ts';
import { Member, type Fate } from './member.ts';

/** Amounts are thousands, so that every call can have a worst case of its own. */
const UNIT = 1_000;
const HOUR_MS = 3_600_000;
/** A full hour. */
const START_MS = 472_222 * HOUR_MS;

const FATES = ['below', 'exact', 'above', 'silent', 'fails', 'fails dear', 'free'] as const;
const SPANS_MS = [1, 5, 20, 25, 250, 500, 2_000, 12_000] as const;
const LONG_SPANS_MS = [31_000, 601_000, HOUR_MS] as const;

export type Step =
  | {
      readonly does: 'call';
      readonly member: number;
      readonly fate: Fate;
      readonly tenant: string;
      readonly units: number;
      readonly isPlain: boolean;
    }
  | { readonly does: 'abort'; readonly member: number; readonly call: number }
  | { readonly does: 'wait'; readonly ms: number }
  | {
      readonly does: 'limit';
      readonly member: number;
      readonly budget: 'total' | 'hourly' | 'tenants';
      readonly units: number;
    }
  | { readonly does: 'break' | 'mend' | 'flush' | 'close' | 'leave'; readonly member: number };

export interface WorldOptions {
  readonly memberCount: number;
  readonly limits: {
    readonly total: number;
    readonly hourly: number;
    readonly tenants: number;
  };
  readonly valuesMax: number;
  readonly bulkhead: number | null;
  readonly timeoutMs: number | null;
  readonly isObserved: boolean;
}

const anyMember = fc.nat({ max: 1 });
const anyCall = fc.record({
  does: fc.constant('call' as const),
  member: anyMember,
  fate: fc.constantFrom(...FATES),
  tenant: fc.constantFrom('a', 'b', 'c'),
  units: fc.integer({ min: 1, max: 30 }),
  isPlain: fc.boolean(),
});
const anyOf = (does: 'break' | 'mend' | 'flush' | 'close' | 'leave'): fc.Arbitrary<Step> =>
  fc.record({ does: fc.constant(does), member: anyMember });

export interface Weights {
  /** Spans that end periods and leases. */
  readonly long: number;
  readonly trouble: number;
}

export const anyStep = ({ long, trouble }: Weights): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 12, arbitrary: anyCall },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('abort' as const),
        member: anyMember,
        call: fc.nat({ max: 20 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('wait' as const),
        ms: fc.constantFrom(...SPANS_MS),
      }),
    },
    {
      weight: long,
      arbitrary: fc.record({
        does: fc.constant('wait' as const),
        ms: fc.constantFrom(...LONG_SPANS_MS),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constant('limit' as const),
        member: anyMember,
        budget: fc.constantFrom('total' as const, 'hourly' as const, 'tenants' as const),
        units: fc.nat({ max: 80 }),
      }),
    },
    { weight: 1, arbitrary: anyOf('flush') },
    { weight: trouble, arbitrary: anyOf('break') },
    { weight: trouble, arbitrary: anyOf('mend') },
    { weight: trouble === 0 ? 0 : 1, arbitrary: anyOf('close') },
    { weight: trouble === 0 ? 0 : 1, arbitrary: anyOf('leave') },
  );

const anyLimit = fc.integer({ min: 5, max: 120 });

export const anyWorld: fc.Arbitrary<WorldOptions> = fc.record({
  memberCount: fc.constantFrom(1, 2),
  limits: fc.record({ total: anyLimit, hourly: anyLimit, tenants: anyLimit }),
  valuesMax: fc.constantFrom(1, 2, 100),
  bulkhead: fc.constantFrom(null, 1, 3),
  timeoutMs: fc.constantFrom(null, 100),
  isObserved: fc.boolean(),
});

const cents = (units: number): NanoUsd => usd((units * UNIT) / 1e9);

/** Says what the call says itself, so that what is reserved is known beforehand. */
const SAID: Estimator = {
  name: 'said',
  estimate({ maxOutputTokens }) {
    const worstNanoUsd = (maxOutputTokens ?? 0) as NanoUsd;
    const expectedNanoUsd = Math.floor(worstNanoUsd / 2) as NanoUsd;
    return {
      expectedNanoUsd,
      worstNanoUsd,
      lowNanoUsd: 0 as NanoUsd,
      highNanoUsd: worstNanoUsd,
      confidence: 0.5,
      method: 'said',
    };
  },
};

const costsOf = ({ limits, valuesMax }: WorldOptions): CostOptions => ({
  budgets: [
    { id: 'total', limit: cents(limits.total), period: 'total' },
    { id: 'hourly', limit: cents(limits.hourly), period: 'hour' },
    { id: 'tenants', limit: cents(limits.tenants), period: 'hour', per: 'tag:tenant', valuesMax },
  ],
  // Its meter counts days, and has no limit.
  rules: [{ id: 'dear', type: 'daily_cost', threshold: usd(1), action: 'alert' }],
  prices: {
    overrides: [{ model: 'unit', inputPerMillion: usd(0), outputPerMillion: usd('0.001') }],
  },
  estimators: [SAID],
  tokenizer: false,
});

const breakerOf = ({ bulkhead, timeoutMs }: WorldOptions): BreakerOptions => ({
  failureThreshold: 1_000_000,
  ...(bulkhead === null ? {} : { bulkhead: { callsMax: bulkhead, queueMax: 100 } }),
  ...(timeoutMs === null ? {} : { timeoutMs }),
});

export class World {
  readonly clock = new VirtualClock({ startMs: START_MS });
  readonly auditor: Auditor;
  readonly members: Member[] = [];
  readonly problems: string[] = [];
  readonly #options: WorldOptions;
  #scheduler: Scheduler | null = null;
  #callCount = 0;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.auditor = new Auditor(this.#books.engine());
  }

  readonly #books = memoryBooks(this.clock);

  static async open(options: WorldOptions): Promise<World> {
    const world = new World(options);
    for (let number = 0; number < options.memberCount; number++) {
      world.members.push(
        await Member.open({
          name: `board ${number}`,
          clock: world.clock,
          books: world.#books,
          auditor: world.auditor,
          scheduler: () => world.#scheduler,
          costs: costsOf(options),
          breaker: breakerOf(options),
          isObserved: options.isObserved,
        }),
      );
    }
    return world;
  }

  /** Everything in any order, to the end, and the verdict. */
  async live(scheduler: Scheduler, steps: readonly Step[]): Promise<readonly string[]> {
    this.#scheduler = scheduler;
    scheduler.scheduleSequence(
      steps.map((step) => ({
        label: JSON.stringify(step),
        builder: () => Promise.resolve(this.#do(step)),
      })),
    );
    await scheduler.waitIdle();
    await this.#rest(scheduler);
    const atRest = this.#atRest();
    await this.#end(scheduler);
    return [...this.problems, ...atRest, ...this.#atEnd(), ...this.auditor.verdict()];
  }

  #do(step: Step): void {
    this.#act(step);
    for (const { isGone, wrongLimits } of this.members) {
      if (!isGone) this.problems.push(...wrongLimits);
    }
  }

  #act(step: Step): void {
    if (step.does === 'wait') return this.clock.advance(step.ms);
    const member = this.members[step.member % this.members.length] as Member;
    if (step.does === 'mend') return void (member.store.isDown = false);
    if (member.isGone) return;
    switch (step.does) {
      case 'call': {
        const worstNanoUsd = step.units * UNIT + ++this.#callCount;
        return member.call({ ...step, worstNanoUsd });
      }
      case 'abort':
        return member.calls[step.call % member.calls.length]?.abort.abort();
      case 'limit': {
        const limit = step.units * UNIT;
        return void member.setLimit(step.budget, limit).catch(() => {});
      }
      case 'break':
        return void (member.store.isDown = true);
      case 'flush':
        return void member.desk.flush();
      case 'close':
        member.store.isDown = false;
        return void member.close();
      case 'leave':
        return member.leaveNow();
    }
  }

  /** Everything mends, time passes, and whatever was begun comes to its end. */
  async #rest(scheduler: Scheduler): Promise<void> {
    for (const member of this.members) member.store.isDown = false;
    for (let look = 0; look < 12; look++) {
      this.clock.advance(look < 6 ? 250 : 20);
      await scheduler.waitIdle();
      await this.clock.settle();
      await scheduler.waitIdle();
    }
  }

  #atRest(): string[] {
    const problems: string[] = [];
    for (const { name, calls, isGone, accounts } of this.members) {
      if (isGone) continue;
      const waiting = calls.filter(({ state }) => state !== 'over').length;
      if (waiting > 0) problems.push(`${name}: ${waiting} calls wait for ever`);
      for (const account of accounts) {
        const { reservedNanoUsd, openNanoUsd, sentNanoUsd, key } = account;
        const { returningNanoUsd, waitersCount, comingNanoUsd } = account;
        const left = [
          reservedNanoUsd,
          openNanoUsd,
          sentNanoUsd,
          returningNanoUsd,
          waitersCount,
          comingNanoUsd,
        ];
        if (left.every((amount) => amount === 0)) continue;
        problems.push(`${name}: ${key.budget}/${key.value} has left ${left.join(', ')}`);
      }
    }
    return [...problems, ...this.#disagreements()];
  }

  /** What boards believe to hold is what the store says they hold. */
  #disagreements(): string[] {
    if (this.auditor.forfeitCount > 0) return [];
    const problems: string[] = [];
    for (const { key, heldNanoUsd, limitNanoUsd } of this.auditor.accounts) {
      if (limitNanoUsd === null) continue;
      let believed = 0;
      for (const { accounts, isGone } of this.members) {
        for (const account of isGone ? [] : accounts) {
          const { budget, value, period } = account.key;
          if (budget !== key.budget || value !== key.value || period !== key.period) continue;
          believed += account.availableNanoUsd;
        }
      }
      if (believed === heldNanoUsd) continue;
      problems.push(`${key.budget}/${key.value}: ${believed} believed, ${heldNanoUsd} held`);
    }
    return problems;
  }

  async #end(scheduler: Scheduler): Promise<void> {
    for (const member of this.members) if (!member.isGone) void member.close();
    await scheduler.waitIdle();
    await this.clock.settle();
  }

  #atEnd(): string[] {
    const problems = this.members.flatMap(({ name, deadlines }) =>
      deadlines.pendingCount === 0 ? [] : [`${name}: ${deadlines.pendingCount} deadlines are left`],
    );
    for (const { name, calls, hasLeft } of this.members) {
      const waiting = calls.filter(({ state }) => state === 'waits').length;
      if (waiting > 0 && !hasLeft) problems.push(`${name}: ${waiting} calls wait after its end`);
    }
    if (this.clock.pendingCount > 0) problems.push(`${this.clock.pendingCount} timers are left`);
    return problems;
  }
}
