/** Random breakers, and random days in their lives. */
import fc from 'fast-check';

import type { Outcome } from '../../index.ts';
import type { CountingRule, RateRule } from './counted-outcomes.ts';
import type { ReferenceOptions } from './reference-breaker.ts';

export type Step =
  | { readonly do: 'acquire' }
  | { readonly do: 'call' }
  | {
      readonly do: 'settle';
      /** Which of the calls, counted round. */
      readonly which: number;
      /** Whether calls that are settled already may be settled again. */
      readonly again: boolean;
      readonly outcome: Outcome;
      readonly retryInMs: number | undefined;
    }
  | { readonly do: 'advance'; readonly ms: number }
  | {
      readonly do: 'operate';
      readonly act: 'force_open' | 'force_close' | 'reset' | 'rotate_key';
    }
  | { readonly do: 'budget'; readonly level: 'recovered' | 'warned' | 'exceeded' };

export interface Configuration extends Omit<ReferenceOptions, 'backoffMs'> {
  readonly isGrowing: boolean;
  /** With a layer around it, a call takes the long way. */
  readonly isLayered: boolean;
}

export interface Schedule {
  readonly configuration: Configuration;
  readonly steps: readonly Step[];
}

const outcome = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Outcome>('failed') },
  { weight: 6, arbitrary: fc.constant<Outcome>('succeeded') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Outcome>('ignored', 'cancelled', 'unauthorized', 'over_quota'),
  },
  { weight: 2, arbitrary: fc.constant<Outcome>('rate_limited') },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'acquire' }) },
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'call' }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(50),
      again: fc.nat(9).map((dice) => dice === 0),
      outcome,
      retryInMs: fc.constantFrom(undefined, undefined, -50, 0, 400, 999, 1_000, 3_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(0, 1, 9, 10, 20, 50, 90, 100, 250, 500, 1_000, 5_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('operate' as const),
      act: fc.constantFrom('force_open', 'force_close', 'reset', 'reset', 'reset', 'rotate_key'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('budget' as const),
      level: fc.constantFrom('recovered', 'warned', 'exceeded'),
    }),
  },
);

/** Some shares that are no binary fractions: reached exactly, they must trip all the same. */
const percent = fc.constantFrom(7, 14, 20, 25, 28, 33, 50, 55, 56, 60, 70, 75, 100);

const rates = (callsMax: number): fc.Arbitrary<RateRule> =>
  fc
    .record({
      minimumCalls: fc.integer({ min: 1, max: Math.min(callsMax, 6) }),
      failurePercent: percent,
      slowPercent: percent,
      slowCallMs: fc.constantFrom(10, 50, 100),
      watches: fc.constantFrom('failures', 'slow', 'both'),
    })
    .map(({ minimumCalls, watches, failurePercent, slowPercent, slowCallMs }) => ({
      minimumCalls,
      ...(watches === 'slow' ? {} : { failurePercent }),
      ...(watches === 'failures' ? {} : { slowPercent, slowCallMs }),
    }));

export const RULES: Readonly<Record<CountingRule['kind'], fc.Arbitrary<CountingRule>>> = {
  consecutive: fc.record({
    kind: fc.constant('consecutive' as const),
    failures: fc.integer({ min: 1, max: 4 }),
  }),
  count: fc
    .integer({ min: 1, max: 8 })
    .chain((calls) => rates(calls).map((rate) => ({ kind: 'count' as const, calls, ...rate }))),
  time: fc
    .constantFrom(50, 100, 500, 2_000)
    .chain((windowMs) => rates(6).map((rate) => ({ kind: 'time' as const, windowMs, ...rate }))),
};

export const schedules = (rule: fc.Arbitrary<CountingRule>): fc.Arbitrary<Schedule> =>
  fc.record({
    configuration: fc.record({
      mode: fc.constantFrom('enforce', 'enforce', 'enforce', 'enforce', 'observe', 'off'),
      rule,
      recoveryTimeoutMs: fc.constantFrom(0, 20, 100, 1_000),
      isGrowing: fc.boolean(),
      isLayered: fc.boolean(),
      probesMax: fc.integer({ min: 1, max: 3 }),
      probesNeeded: fc.integer({ min: 1, max: 3 }),
      probeTimeoutMs: fc.constantFrom(30, 200),
      permitTimeoutMs: fc.constantFrom(70, 700),
    }),
    steps: fc.array(step, { maxLength: 60, size: 'max' }),
  });
