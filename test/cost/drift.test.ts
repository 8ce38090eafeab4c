/** Costs that are no longer what they were, noticed once, whichever way they went. */
import { describe, expect, test } from 'vitest';

import type { Drift } from '../../services/cost/estimates/drift.ts';
import { createEstimatorChain } from '../../services/cost/estimates/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { requestOf, settledAt, settledWith, uncounted } from './estimated-calls.ts';

/** A chain, what it has told of drift, and calls with outputs spread log-normally. */
function watched(seed: number) {
  const random = seededRandom(seed);
  const told: Drift[] = [];
  const chain = createEstimatorChain({ onDrift: (drift) => told.push(drift) });
  const request = requestOf({ inputTokens: 400 });
  const call = (outputMean: number, priceFactor = 1): void => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const settled = settledWith(request, Math.round(outputMean * Math.exp(0.5 * normal)));
    const costNanoUsd = usd(String((settled.costNanoUsd * priceFactor) / 1e9));
    const { expectedNanoUsd } = chain.estimate(request);
    chain.learn(request, { ...settled, costNanoUsd }, expectedNanoUsd);
  };
  const calls = (count: number, outputMean: number, priceFactor = 1): void => {
    for (let each = 0; each < count; each++) call(outputMean, priceFactor);
  };
  return { told, calls, chain };
}

describe('a price that changes', () => {
  test.each([
    ['half as much again', 1.5],
    ['half', 0.5],
  ])('to %s is noticed within 32 calls, said once, and said to be over', (_, factor) => {
    const { told, calls } = watched(1);
    calls(200, 300);
    expect(told).toEqual([]);
    calls(32, 300, factor);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'price', operation: 'llm_call', isOn: true });
    expect(told[0]?.usualRatio).toBeCloseTo(1);
    const { recentRatio = 1 } = told[0] ?? {};
    expect(factor > 1 ? recentRatio > 1.25 : recentRatio < 0.8).toBe(true);
    calls(2_000, 300, factor);
    expect(told.map(({ kind, isOn }) => [kind, isOn])).toEqual([
      ['price', true],
      ['price', false],
    ]);
  });

  test('by a tenth is no drift', () => {
    const { told, calls } = watched(2);
    calls(500, 300);
    calls(500, 300, 1.1);
    expect(told).toEqual([]);
  });
});

describe('a model that behaves differently', () => {
  test.each([
    ['four times as long answers', 1_200, true],
    ['answers of a tenth', 30, false],
  ])('with %s is noticed', (_, outputMean, isDearer) => {
    const { told, calls } = watched(3);
    calls(300, 300);
    calls(32, outputMean);
    expect(told.map(({ kind, isOn }) => [kind, isOn])).toEqual([['behaviour', true]]);
    expect((told[0]?.recentRatio ?? 1) > (told[0]?.usualRatio ?? 1)).toBe(isDearer);
    // The estimate learns, and what was new has become usual.
    calls(500, outputMean);
    expect(told.at(-1)).toMatchObject({ kind: 'behaviour', isOn: false });
    expect(told).toHaveLength(2);
  });

  test('is noticed without tokens, by what calls cost', () => {
    const told: Drift[] = [];
    const chain = createEstimatorChain({ onDrift: (drift) => told.push(drift) });
    const learn = (cost: string, count: number): void => {
      for (let each = 0; each < count; each++) {
        const { expectedNanoUsd } = chain.estimate(uncounted());
        chain.learn(uncounted(), settledAt(usd(cost)), expectedNanoUsd);
      }
    };
    learn('0.01', 200);
    learn('0.03', 20);
    expect(told.map(({ kind, isOn }) => [kind, isOn])).toEqual([['behaviour', true]]);
  });
});

describe('no drift is', () => {
  test.each([1, 2, 3, 4])('chance, over 20,000 calls (seed %i)', (seed) => {
    const { told, calls } = watched(seed);
    calls(20_000, 300);
    expect(told).toEqual([]);
  });

  test('one bill 1000 times its price', () => {
    const { told, calls } = watched(6);
    calls(300, 300);
    calls(1, 300, 1_000);
    calls(300, 300);
    expect(told).toEqual([]);
  });

  test('what the first calls of an operation cost', () => {
    const { told, calls } = watched(7);
    calls(40, 300, 3);
    calls(40, 300, 1);
    expect(told).toEqual([]);
  });
});
