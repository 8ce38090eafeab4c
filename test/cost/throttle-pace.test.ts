/** How far apart throttled calls are kept: by a share of what is normal, and by what is left. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { NormalRate, throttleDelayMs, type Pace } from '../../services/cost/rules/pace.ts';
import { usd } from '../../services/cost/money.ts';

const HOUR_MS = 3_600_000;

const PACE: Pace = {
  factor: 0.5,
  normalIntervalMs: 100,
  costNanoUsd: usd(0.01),
  leftNanoUsd: null,
  timeLeftMs: Infinity,
};
const delay = (pace: Partial<Pace>, random = 0.5, delayMaxMs = 10_000): number =>
  throttleDelayMs({ ...PACE, ...pace }, delayMaxMs, random);

describe('COST-29 throttle delay calculation:', () => {
  test.each([
    [0.5, 100, 200],
    [0.25, 100, 400],
    [0.8, 100, 125],
    [0.1, 50, 500],
    [0.5, 0, 0],
  ])('COST-29 throttle delay calculation: factor %d of a call every %d ms: %d ms', (...row) => {
    const [factor, normalIntervalMs, ms] = row;
    expect(delay({ factor, normalIntervalMs })).toBe(ms);
  });

  test('COST-29 throttle delay calculation: jitter of a tenth, either way, and fair', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((random) => Math.round(delay({}, random)))).toEqual([
      180, 190, 200, 210, 220,
    ]);
  });

  test('COST-29 throttle delay calculation: never above its bound, jitter included', () => {
    expect(delay({ normalIntervalMs: 60_000 }, 1)).toBe(10_000);
    expect(delay({ normalIntervalMs: 60_000 }, 1, 500)).toBe(500);
    expect(delay({ normalIntervalMs: 60_000 }, 1, 0)).toBe(0);
  });

  test('COST-29 throttle delay calculation: a number from 0 to the bound, whatever comes in', () => {
    const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const pace = fc.record<Pace>({
      factor: fc.option(fc.double({ min: 0.001, max: 0.999, noNaN: true })),
      normalIntervalMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
      costNanoUsd: amount,
      leftNanoUsd: fc.option(fc.integer({ min: -1_000_000, max: Number.MAX_SAFE_INTEGER })),
      timeLeftMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: -1000, max: 32e9 })),
    });
    fc.assert(
      fc.property(pace, fc.double({ min: 0, max: 1, noNaN: true }), (one, random) => {
        const ms = throttleDelayMs(one, 10_000, random);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(10_000);
      }),
    );
  });
});

describe('COST-30 adaptive throttling behavior:', () => {
  const lasting = (pace: Partial<Pace>): number => delay({ factor: null, ...pace });

  test('COST-30 adaptive throttling behavior: a cost lasts as its share of what is left', () => {
    // A cent of ten dollars is a thousandth of the hour that is left.
    const leftNanoUsd = usd(10);
    expect(lasting({ leftNanoUsd, timeLeftMs: HOUR_MS })).toBe(3600);
    expect(lasting({ leftNanoUsd, timeLeftMs: HOUR_MS / 2 })).toBe(1800);
    expect(lasting({ leftNanoUsd: usd(20), timeLeftMs: HOUR_MS })).toBe(1800);
    expect(lasting({ leftNanoUsd, timeLeftMs: HOUR_MS, costNanoUsd: usd(0.02) })).toBe(7200);
  });

  test('COST-30 adaptive throttling behavior: the slower of factor and budget counts', () => {
    const timeLeftMs = HOUR_MS;
    expect(delay({ leftNanoUsd: usd(10), timeLeftMs })).toBe(3600);
    expect(delay({ leftNanoUsd: usd(1000), timeLeftMs })).toBe(200);
  });

  test('COST-30 adaptive throttling behavior: what is free, or has no end, is not paced', () => {
    expect(lasting({ leftNanoUsd: 0, timeLeftMs: HOUR_MS, costNanoUsd: 0 })).toBe(0);
    expect(lasting({ leftNanoUsd: usd(1), timeLeftMs: Infinity })).toBe(0);
    expect(lasting({ leftNanoUsd: 0, timeLeftMs: Infinity })).toBe(0);
    expect(lasting({ leftNanoUsd: null, timeLeftMs: HOUR_MS })).toBe(0);
  });

  test('COST-30 adaptive throttling behavior: with nothing left, the longest delay', () => {
    expect(lasting({ leftNanoUsd: 0, timeLeftMs: HOUR_MS })).toBe(10_000);
    expect(lasting({ leftNanoUsd: -5, timeLeftMs: HOUR_MS })).toBe(10_000);
  });
});

describe('the normal rate', () => {
  const noted = (...atMs: readonly number[]): NormalRate => {
    const rate = new NormalRate();
    for (const ms of atMs) rate.note(ms);
    return rate;
  };
  const every = (ms: number, count: number, fromMs = 0): readonly number[] =>
    Array.from({ length: count }, (_, index) => fromMs + index * ms);

  test('is that of the calls nothing throttled, exact from the first second on', () => {
    expect(noted(...every(100, 10)).intervalMs).toBe(100);
    expect(noted(...every(250, 40)).intervalMs).toBe(250);
    expect(noted(...every(2000, 3)).intervalMs).toBe(2000);
  });

  test('is that of the last minute', () => {
    const busy = every(100, 1200, 0);
    const calm = every(1000, 60, 120_000);
    expect(noted(...busy).intervalMs).toBeCloseTo(100, 5);
    expect(noted(...busy, ...calm).intervalMs).toBeCloseTo(1000, 5);
  });

  test('of a burst counts as that of a second', () => {
    expect(noted(...every(0, 20)).intervalMs).toBe(50);
  });

  test('stays as it is while calls are throttled', () => {
    const rate = noted(...every(100, 50));
    for (let call = 0; call < 100; call++) rate.noteThrottled(5000);
    expect(rate.intervalMs).toBe(100);
  });

  test('is measured anew after an idle minute', () => {
    expect(noted(...every(100, 50), ...every(500, 10, 200_000)).intervalMs).toBe(500);
  });

  test('is guessed at one call a second where nothing is known', () => {
    expect(new NormalRate().intervalMs).toBe(1000);
    expect(noted(0).intervalMs).toBe(1000);
  });

  test('of calls that were throttled from the first is learnt from the time nobody waits', () => {
    const rate = new NormalRate();
    rate.noteThrottled(0);
    expect(rate.intervalMs).toBe(1000);
    for (let call = 0; call < 3000; call++) rate.noteThrottled(100);
    expect(rate.intervalMs).toBeGreaterThan(95);
    expect(rate.intervalMs).toBeLessThan(105);
    for (let call = 0; call < 3000; call++) rate.noteThrottled(400);
    expect(rate.intervalMs).toBeGreaterThan(390);
    expect(rate.intervalMs).toBeLessThan(410);
  });
});
