/** What estimators have learnt outlives a restart. */
import { describe, expect, test } from 'vitest';

import { createEstimatorChain } from '../../services/cost/estimates/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import {
  SAMPLE,
  learnCosts,
  learnOutputs,
  outputsAround,
  requestOf,
  settledAt,
  taught,
  uncounted,
} from './estimated-calls.ts';

describe('COST-13 historical cost data updates:', () => {
  test('each settlement counts from the next estimate on', () => {
    const chain = taught(SAMPLE);
    expect(chain.estimate(uncounted()).expectedNanoUsd).toBe(usd('0.013'));
    learnCosts(chain, uncounted(), ['0.019']);
    expect(chain.estimate(uncounted()).expectedNanoUsd).toBe(usd('0.014'));
  });

  test('the oldest of 128 costs makes room', () => {
    const chain = taught(Array.from({ length: 128 }, () => '0.01'));
    learnCosts(
      chain,
      uncounted(),
      Array.from({ length: 128 }, () => '0.02'),
    );
    expect(chain.estimate(uncounted()).expectedNanoUsd).toBe(usd('0.02'));
  });

  test('what was learnt outlives a restart', () => {
    const chain = createEstimatorChain();
    const requests = [
      requestOf(),
      requestOf({ outputTokens: 300 }),
      uncounted({ model: undefined }),
    ];
    for (const request of requests) learnOutputs(chain, request, outputsAround(400, 60));
    const reborn = createEstimatorChain();
    reborn.restore(chain.save());
    for (const request of requests) {
      const [before, after] = [chain.estimate(request), reborn.estimate(request)];
      expect(after.method).toBe(before.method);
      expect(after.expectedNanoUsd / before.expectedNanoUsd).toBeCloseTo(1, 2);
      expect(after.confidence).toBeCloseTo(before.confidence, 1);
    }
    expect(reborn.save()).toEqual([]);
  });

  test('what has not changed is not saved again', () => {
    const chain = taught(SAMPLE);
    expect(chain.save().map(({ key }) => key)).toEqual([
      '["history","llm_call","gpt-4o"]',
      '["default","llm_call","gpt-4o"]',
    ]);
    expect(chain.save()).toEqual([]);
    learnCosts(chain, uncounted(), ['0.01']);
    expect(chain.save()).toHaveLength(2);
  });

  test('much that has changed is saved in portions, and nothing is left out', () => {
    const chain = createEstimatorChain();
    const operations = Array.from({ length: 100 }, (_, index) => `operation ${index}`);
    for (const operation of operations) learnCosts(chain, uncounted({ operation }), SAMPLE);
    const keys = new Set<string>();
    let portions = 0;
    for (let rows = chain.save(); rows.length > 0; rows = chain.save(), portions++) {
      expect(rows.length).toBeLessThanOrEqual(90);
      for (const { key } of rows) keys.add(key);
    }
    expect([keys.size, portions]).toEqual([200, 4]);
  });

  const [, good = ''] = /(\[1,.*)/.exec(taught(SAMPLE).save()[0]?.state ?? '') ?? [];
  test.each([
    ['no JSON', '["history","a","b"]', good.slice(1)],
    ['another version', '["history","a","b"]', good.replace('[1', '[2')],
    ['another shape', '["history","a","b"]', '[1,{"costs":7}]'],
    ['no costs', '["history","a","b"]', '[1,{"costs":[],"hits":[0,0],"outliers":[0,0,0]}]'],
    ['negative costs', '["history","a","b"]', '[1,{"costs":[-1],"hits":[0,0],"outliers":[0]}]'],
    ['an unknown estimator', '["oracle","a","b"]', good],
    ['a key that is none', 'history', good],
    ['tokens of another shape', '["tokens","a","b"]', '[1,{"sizes":[]}]'],
    ['nothing', '["tokens","a","b"]', '[1,null]'],
  ])('a row with %s is reported and left out, the others are read', (_, key, state) => {
    const reported: string[] = [];
    const chain = createEstimatorChain({ report: (name) => reported.push(name) });
    chain.restore([
      { key, state },
      { key: '["history","llm_call","gpt-4o"]', state: good },
    ]);
    expect(reported).toEqual([key]);
    expect(chain.estimate(uncounted()).method).toBe('history');
    expect(chain.estimate(uncounted({ operation: 'a', model: 'b' })).method).toBe('default');
  });

  test('a settlement without an amount teaches nothing', () => {
    const chain = taught(SAMPLE);
    const before = chain.estimate(uncounted());
    for (const cost of [NaN, -1, Infinity, 0.5]) {
      chain.learn(uncounted(), settledAt(cost as never), before.expectedNanoUsd);
    }
    expect(chain.estimate(uncounted())).toEqual(before);
  });
});
