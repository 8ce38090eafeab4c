/** What holds of every retry budget, every weighted draw and every latency estimate. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { LatencyEstimate } from '../../services/providers/pool/latency-estimate.ts';
import { RetryBudget } from '../../services/providers/pool/retry-budget.ts';
import { drawWeighted, type Contender } from '../../services/providers/pool/strategy.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const tenths = (max: number) => fc.integer({ min: 0, max: max * 10 }).map((n) => n / 10);
const budgets = fc.record({
  ratio: tenths(1),
  minPerSecond: tenths(5),
  creditsMax: fc.integer({ min: 1, max: 50 }),
});
const acts = fc.array(
  fc.oneof(
    fc.constant('earn' as const),
    fc.constant('spend' as const),
    fc.constant('return' as const),
    fc.integer({ min: 0, max: 5_000 }),
  ),
  { maxLength: 300 },
);

describe('RetryBudget', () => {
  test('API-34 cascading failure prevention: credits are never below 0 nor above their maximum, and what is spent is bounded by what was earned', () => {
    fc.assert(
      fc.property(budgets, acts, (options, steps) => {
        const clock = new VirtualClock();
        const budget = new RetryBudget(clock, options);
        const start = budget.credits;
        let [earned, spent, passedMs] = [0, 0, 0];
        for (const step of steps) {
          if (step === 'earn') {
            budget.earn();
            earned += 1;
          } else if (step === 'spend') {
            const had = budget.credits;
            const isPaid = budget.spend();
            expect(isPaid).toBe(had >= 1);
            if (isPaid) spent += 1;
          } else if (step === 'return') {
            if (spent === 0) continue;
            budget.giveBack();
            spent -= 1;
          } else {
            clock.advance(step);
            passedMs += step;
          }
          expect(budget.credits).toBeGreaterThanOrEqual(0);
          expect(budget.credits).toBeLessThanOrEqual(options.creditsMax);
        }
        const income = options.ratio * earned + (options.minPerSecond * passedMs) / 1_000;
        expect(spent).toBeLessThanOrEqual(start + income + 1e-6);
      }),
    );
  });

  test('a ratio of a tenth pays for exactly every tenth', () => {
    const budget = new RetryBudget(new VirtualClock(), { ratio: 0.1, minPerSecond: 0 });
    const paid = Array.from({ length: 1_000 }, () => {
      budget.earn();
      return budget.spend();
    });
    expect(paid.filter(Boolean)).toHaveLength(100);
  });
});

const contender = (weight: number): Contender => ({
  priority: 0,
  weight,
  expectedNanoUsd: null,
  expectedMs: 0,
});
const weights = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 12,
});

describe('the weighted draw', () => {
  test('API-36 load distribution with circuit breakers: its index is where the random number falls on the line of weights', () => {
    fc.assert(
      fc.property(
        weights,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (list, at) => {
          const index = drawWeighted(list.map(contender), () => at);
          const sum = list.reduce((total, weight) => total + weight, 0);
          const before = list.slice(0, index).reduce((total, weight) => total + weight, 0);
          const slack = sum * 1e-9;
          expect(index).toBeLessThan(list.length);
          expect(before).toBeLessThanOrEqual(at * sum + slack);
          expect(before + (list[index] ?? NaN)).toBeGreaterThanOrEqual(at * sum - slack);
        },
      ),
    );
  });

  test('API-36 load distribution with circuit breakers: chi-square over seeds and weights stays within its bounds', () => {
    const draws = 2_000;
    const small = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(small, fc.integer({ min: 0, max: 1e6 }), (list, seed) => {
        const random = seededRandom(seed);
        const counts = list.map(() => 0);
        const from = list.map(contender);
        for (let draw = 0; draw < draws; draw += 1) {
          const index = drawWeighted(from, random);
          counts[index] = (counts[index] ?? 0) + 1;
        }
        const sum = list.reduce((total, weight) => total + weight, 0);
        const chiSquare = counts.reduce((total, count, index) => {
          const expected = (draws * (list[index] ?? NaN)) / sum;
          return total + (count - expected) ** 2 / expected;
        }, 0);
        // Five degrees of freedom at most: above 40 once in ten million fair draws.
        expect(chiSquare).toBeLessThan(40);
      }),
      { numRuns: 50, seed: 36 },
    );
  });
});

describe('LatencyEstimate', () => {
  test('API-36 load distribution with circuit breakers: it stays between 0 and the slowest answer, and every request that began has ended', () => {
    const ends = fc.constantFrom('succeeded' as const, 'failed' as const, 'ended' as const);
    const steps = fc.array(fc.tuple(ends, fc.integer({ min: 0, max: 60_000 })), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (list) => {
        const latency = new LatencyEstimate();
        let [nowMs, slowestMs, number] = [0, 0, 0];
        for (const [end, elapsedMs] of list) {
          latency.began();
          nowMs += elapsedMs;
          slowestMs = Math.max(slowestMs, elapsedMs);
          number += 1;
          if (end === 'ended') latency.ended(elapsedMs);
          else latency[end](elapsedMs, nowMs, number);
          expect(latency.inFlightCount).toBe(0);
          expect(latency.ms ?? 0).toBeGreaterThanOrEqual(0);
          expect(latency.ms ?? 0).toBeLessThanOrEqual(slowestMs);
          expect(latency.failureRatio).toBeGreaterThanOrEqual(0);
          expect(latency.failureRatio).toBeLessThanOrEqual(1);
          expect(Number.isFinite(latency.expectedMs(nowMs, number))).toBe(true);
        }
      }),
    );
  });

  test('a slower answer counts at once, a faster one by and by', () => {
    const latency = new LatencyEstimate();
    const answer = (elapsedMs: number, nowMs: number, number: number): number | null => {
      latency.began();
      latency.succeeded(elapsedMs, nowMs, number);
      return latency.ms;
    };
    expect(answer(100, 1_000, 1)).toBe(100);
    expect(answer(500, 2_000, 2)).toBe(500);
    expect(answer(100, 3_000, 3)).toBeCloseTo(100 + 400 * Math.exp(-0.1), 6);
    expect(answer(100, 13_000, 4)).toBeLessThan(240);
  });

  test('failures count until answers have outweighed them, and waiting in vain counts as waiting', () => {
    const latency = new LatencyEstimate();
    for (const number of [1, 2]) {
      latency.began();
      if (number === 1) latency.failed(50, 100, number);
      else latency.succeeded(50, 200, number);
    }
    expect(latency.failureRatio).toBeCloseTo(0.02 * 0.98, 9);
    expect(latency.expectedMs(200, 2)).toBeCloseTo(50 + 196, 6);
    latency.began();
    latency.ended(700);
    expect(latency.ms).toBe(700);
  });
});
