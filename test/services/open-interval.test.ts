/** How long a breaker stays open. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { openIntervalMs, type ResolvedInterval } from '../../services/open-interval.ts';
import { resolveOptions } from '../../services/resolve-options.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const unreported = (): void => expect.unreachable('nothing may be reported');

const msOf = (interval: ResolvedInterval, tripCount = 1, random = () => 0.5): number =>
  openIntervalMs(interval, { tripCount, cause: 'custom', random }, unreported);

const exponential = (options: { baseMs?: number; maxMs?: number; factor?: number } = {}) =>
  resolveOptions({ recoveryTimeoutMs: 1_000, openInterval: options }).interval;

test('without options it is the recovery timeout, trip after trip', () => {
  const { interval } = resolveOptions({ recoveryTimeoutMs: 30_000 });
  expect([1, 2, 9].map((trips) => msOf(interval, trips))).toEqual([30_000, 30_000, 30_000]);
});

test('a number wins over the recovery timeout', () => {
  const { interval } = resolveOptions({ recoveryTimeoutMs: 30_000, openInterval: 7 });
  expect(msOf(interval)).toBe(7);
});

describe('an exponential interval', () => {
  test('begins at its base, whatever the dice say', () => {
    expect(msOf(exponential(), 1, () => 0)).toBe(1_000);
    expect(msOf(exponential(), 1, () => 0.999)).toBe(1_000);
  });

  test('grows by its factor up to its maximum, with full jitter over what is added', () => {
    const interval = exponential({ baseMs: 1_000, maxMs: 10_000, factor: 3 });
    const atMost = (trips: number): number => msOf(interval, trips, () => 1);
    expect([1, 2, 3, 4, 99].map(atMost)).toEqual([1_000, 3_000, 9_000, 10_000, 10_000]);
    expect([1, 2, 3, 4, 99].map((trips) => msOf(interval, trips, () => 0))).toEqual(
      Array(5).fill(1_000),
    );
    expect(msOf(interval, 3, () => 0.25)).toBe(3_000);
  });

  test('doubles up to sixteen times its base by default', () => {
    const interval = exponential();
    expect([2, 3, 5, 6].map((trips) => msOf(interval, trips, () => 1))).toEqual([
      2_000, 4_000, 16_000, 16_000,
    ]);
  });

  test('of the same seed is the same', () => {
    const draw = (): number[] => {
      const random = seededRandom(7);
      return [2, 3, 4].map((trips) => msOf(exponential(), trips, random));
    };
    expect(draw()).toEqual(draw());
    expect(new Set(draw()).size).toBe(3);
  });

  test('is never out of its bounds, and always a number, after any number of trips', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(1_000_000),
        fc.double({ min: 1, max: 1_000, noNaN: true }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (baseMs, moreMs, factor, trips, dice) => {
          const interval = exponential({ baseMs, maxMs: baseMs + moreMs, factor });
          const ms = msOf(interval, trips, () => dice);
          expect(ms).toBeGreaterThanOrEqual(baseMs);
          expect(ms).toBeLessThanOrEqual(baseMs + moreMs);
        },
      ),
    );
  });
});

describe('a function', () => {
  test('is asked with what it may look at', () => {
    const random = () => 0.25;
    const of = (trip: { tripCount: number; cause: string; random: () => number }): number =>
      trip.tripCount * 100 + trip.cause.length + trip.random();
    const { interval } = resolveOptions({ openInterval: of });
    expect(msOf(interval, 3, random)).toBe(306.25);
  });

  test.each([
    ['throws', () => expect.unreachable('it throws')],
    ['returns nothing', () => undefined as never],
    ['returns NaN', () => NaN],
    ['returns a negative number', () => -1],
    ['returns what never ends', () => Infinity],
    ['returns a promise', () => Promise.resolve(5) as never],
    ['returns a symbol', () => Symbol('ms') as never],
  ])('that %s is reported, and the recovery timeout stands in for it', (_, of) => {
    const { interval } = resolveOptions({ recoveryTimeoutMs: 4_000, openInterval: of });
    const reports: string[] = [];
    const info = { tripCount: 1, cause: 'custom', random: () => 0 } as const;
    expect(openIntervalMs(interval, info, (callback) => reports.push(callback))).toBe(4_000);
    expect(reports).toEqual(['openInterval']);
  });
});
