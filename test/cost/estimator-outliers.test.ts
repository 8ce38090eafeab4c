/** Costs far from the usual. */
import { describe, expect, test } from 'vitest';

import { createEstimatorChain } from '../../services/cost/estimates/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import {
  learnCosts,
  learnOutputs,
  requestOf,
  settledAt,
  settledWith,
  taught,
  uncounted,
} from './estimated-calls.ts';

describe('COST-54 outlier cost handling:', () => {
  const usual = (count: number): number[] => {
    const random = seededRandom(11);
    return Array.from({ length: count }, () => 0.01 + 0.01 * random());
  };

  test.each([5, 20, 128, 500])('one cost 1000 times the usual among %i changes little', (count) => {
    const chain = taught(usual(count));
    const before = chain.estimate(uncounted());
    learnCosts(chain, uncounted(), ['15']);
    const after = chain.estimate(uncounted());
    expect(after.expectedNanoUsd / before.expectedNanoUsd).toBeGreaterThan(0.97);
    expect(after.expectedNanoUsd / before.expectedNanoUsd).toBeLessThan(1.03);
    // Nor is money held for another one, which a budget may not have.
    expect(after.worstNanoUsd).toBeLessThanOrEqual(usd('0.04'));
  });

  test('one cost of next to nothing changes little', () => {
    const chain = taught(usual(50));
    const before = chain.estimate(uncounted()).expectedNanoUsd;
    learnCosts(chain, uncounted(), ['0.000001']);
    expect(chain.estimate(uncounted()).expectedNanoUsd / before).toBeGreaterThan(0.97);
  });

  test('costs that come again are no outliers: their sum is expected', () => {
    // One call in 200 costs 100 times as much, which makes a third of all the money.
    const random = seededRandom(13);
    const chain = createEstimatorChain();
    let [expected, billed] = [0, 0];
    for (let call = 0; call < 40_000; call++) {
      const cost = usd(random() < 0.005 ? 1 : 0.01);
      const { expectedNanoUsd } = chain.estimate(uncounted());
      if (call >= 2_000) [expected, billed] = [expected + expectedNanoUsd, billed + cost];
      chain.learn(uncounted(), settledAt(cost), expectedNanoUsd);
    }
    expect(expected / billed).toBeGreaterThan(0.9);
    expect(expected / billed).toBeLessThan(1.1);
  });

  test('one bill 1000 times its price hardly moves the estimate by tokens', () => {
    const chain = createEstimatorChain();
    const request = requestOf({ outputTokens: 400 });
    learnOutputs(
      chain,
      request,
      Array.from({ length: 128 }, () => 400),
    );
    const before = chain.estimate(request).expectedNanoUsd;
    const settled = settledWith(request, 400);
    const costNanoUsd = usd((settled.costNanoUsd * 1_000) / 1e9);
    chain.learn(request, { ...settled, costNanoUsd }, before);
    const { expectedNanoUsd } = chain.estimate(request);
    expect(expectedNanoUsd / before).toBeLessThan(1.1);
  });
});
