/** Random options and random things that happen to a breaker. */
import fc from 'fast-check';

import type { BreakerOptions, Outcome } from '../../index.ts';
import type { ReferenceOptions } from './reference.ts';

export type Command =
  | { readonly does: 'acquire' | 'call' | 'forceOpen' | 'forceClose' | 'reset' | 'rotateKey' }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'budget'; readonly level: 'ok' | 'warned' | 'exceeded' }
  | {
      readonly does: 'end';
      readonly which: number;
      readonly ending:
        | { readonly outcome: Exclude<Outcome, 'rate_limited'> }
        | { readonly outcome: 'rate_limited'; readonly inMs: number | null };
    };

const ending = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ outcome: 'failed' as const }) },
  { weight: 8, arbitrary: fc.constant({ outcome: 'succeeded' as const }) },
  { weight: 2, arbitrary: fc.constantFrom('ignored', 'cancelled').map((outcome) => ({ outcome })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(null, 300, 999, 1_000, 5_000)
      .map((inMs) => ({ outcome: 'rate_limited' as const, inMs })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('unauthorized', 'over_quota').map((outcome) => ({ outcome })),
  },
) as fc.Arbitrary<Extract<Command, { does: 'end' }>['ending']>;

export const aCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Command>({ does: 'acquire' }) },
  { weight: 6, arbitrary: fc.constant<Command>({ does: 'call' }) },
  {
    weight: 16,
    arbitrary: fc.record({ does: fc.constant('end' as const), which: fc.nat(9), ending }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 7, 49, 50, 51, 100, 200, 320),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('forceOpen', 'forceClose', 'reset', 'rotateKey')
      .map((does): Command => ({ does })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('budget' as const),
      level: fc.constantFrom('ok', 'warned', 'exceeded'),
    }),
  },
);

const ratio = fc.constantFrom(0.25, 0.5, 1);

const rates = fc
  .record({ minimumCalls: fc.integer({ min: 1, max: 5 }), failureRatio: ratio, slowRatio: ratio })
  .chain(({ minimumCalls, failureRatio, slowRatio }) =>
    fc.constantFrom(
      { minimumCalls, failureRatio, slowCallMs: null, slowRatio: null },
      { minimumCalls, failureRatio, slowCallMs: 50, slowRatio },
      { minimumCalls, failureRatio: null, slowCallMs: 50, slowRatio },
    ),
  );

type Policy = Pick<
  ReferenceOptions,
  'policy' | 'span' | 'minimumCalls' | 'failureRatio' | 'slowCallMs' | 'slowRatio'
>;

const policy: fc.Arbitrary<Policy> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((span) => ({
    policy: 'consecutive' as const,
    span,
    minimumCalls: 1,
    failureRatio: null,
    slowCallMs: null,
    slowRatio: null,
  })),
  fc.record({ span: fc.integer({ min: 1, max: 6 }), rates }).map(({ span, rates: rate }) => ({
    policy: 'count' as const,
    span,
    ...rate,
    minimumCalls: Math.min(rate.minimumCalls, span),
  })),
  fc
    .record({ span: fc.constantFrom(100, 500), rates })
    .map(({ span, rates: rate }) => ({ policy: 'time' as const, span, ...rate })),
);

/** The same options for the breaker and for the reference. Jitter is held at one half. */
export const someOptions = fc
  .record({
    policy,
    recoveryTimeoutMs: fc.constantFrom(100, 300, 1_500),
    isGrowing: fc.boolean(),
    probesMax: fc.integer({ min: 1, max: 3 }),
    probesNeeded: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ policy: chosen, recoveryTimeoutMs, isGrowing, probesMax, probesNeeded }) => {
    const shared = { recoveryTimeoutMs, probesMax, probesNeeded };
    const limits = { probeTimeoutMs: 250, permitTimeoutMs: 420 };
    const options: BreakerOptions = { ...shared, ...limits, trip: tripOf(chosen) };
    const reference: ReferenceOptions = {
      ...shared,
      ...limits,
      ...chosen,
      intervalMs: (tripCount) =>
        isGrowing
          ? 100 + 0.5 * (Math.min(800, 100 * 2 ** (tripCount - 1)) - 100)
          : recoveryTimeoutMs,
    };
    return {
      options: isGrowing ? { ...options, openInterval: { baseMs: 100, maxMs: 800 } } : options,
      reference,
    };
  });

function tripOf(chosen: Policy): NonNullable<BreakerOptions['trip']> {
  const { span, minimumCalls, failureRatio, slowCallMs, slowRatio } = chosen;
  if (chosen.policy === 'consecutive') return { policy: 'consecutive', failures: span };
  const rate = {
    minimumCalls,
    ...(failureRatio === null ? {} : { failureRatio }),
    ...(slowCallMs === null || slowRatio === null ? {} : { slowCallMs, slowRatio }),
  };
  return chosen.policy === 'count'
    ? { policy: 'count', calls: span, ...rate }
    : { policy: 'time', windowMs: span, ...rate };
}
