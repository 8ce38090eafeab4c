/** How much a call will cost, before it is made: each way of estimating, and what they learn. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Estimate, EstimateRequest, Estimator } from '../../services/cost/estimate.ts';
import { createEstimatorChain, type EstimatorChain } from '../../services/cost/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import {
  FREE,
  GPT_4O,
  GPT_4O_MINI,
  learnCosts,
  learnOutputs,
  priceOf,
  requestOf,
  settledAt,
  settledWith,
  uncounted,
} from './estimated-calls.ts';

const SAMPLE = ['0.01', '0.015', '0.008', '0.012', '0.02'];

/** Outputs around a mean, from a seed: a half to one and a half of it. */
function outputsAround(mean: number, count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(mean * (0.5 + random())));
}

const taught = (costs: readonly (string | number)[]): EstimatorChain => {
  const chain = createEstimatorChain();
  learnCosts(chain, uncounted(), costs);
  return chain;
};

describe('COST-08 token based cost estimation:', () => {
  test('input and output as they are said, at the price of the model', () => {
    const chain = createEstimatorChain();
    const request = requestOf({ inputTokens: 1_000, outputTokens: 500, maxOutputTokens: 800 });
    const estimate = chain.estimate(request);
    expect(estimate).toMatchObject({
      method: 'tokens',
      expectedNanoUsd: usd('0.0075'),
      worstNanoUsd: usd('0.0105'),
      lowNanoUsd: usd('0.006'),
      highNanoUsd: usd('0.009'),
      confidence: 0.9,
    });
  });

  test.each([
    ['what the call allows', { maxOutputTokens: 800 }, 800],
    ['no more than the model can', { maxOutputTokens: 99_999 }, 16_384],
    ['500 where it allows what it likes', {}, 500],
  ])('output that nobody said or saw is %s', (_, about, outputTokens) => {
    const { expectedNanoUsd } = createEstimatorChain().estimate(requestOf(about));
    expect(expectedNanoUsd).toBe(GPT_4O.chargeTokens(1_000, outputTokens));
  });

  test.each([
    ['what the call allows', { maxOutputTokens: 800 }, 800],
    ['what the model can', {}, 16_384],
    ['16,384 where its price does not say', { price: priceOf(usd(1), usd(1), null) }, 16_384],
  ])('the worst case is output of %s', (_, about: Partial<EstimateRequest>, outputTokens) => {
    const { worstNanoUsd } = createEstimatorChain().estimate(requestOf(about));
    expect(worstNanoUsd).toBe((about.price ?? GPT_4O).chargeTokens(1_000, outputTokens));
  });

  test('the worst case has the input that was not counted to the token', () => {
    const request = requestOf({ inputTokensMax: 1_400, maxOutputTokens: 100, outputTokens: 100 });
    const { expectedNanoUsd, worstNanoUsd } = createEstimatorChain().estimate(request);
    expect(expectedNanoUsd).toBe(GPT_4O.chargeTokens(1_000, 100));
    expect(worstNanoUsd).toBe(GPT_4O.chargeTokens(1_400, 100));
  });

  test('an output said beyond what the call allows is cut off there', () => {
    const request = requestOf({ outputTokens: 5_000, maxOutputTokens: 100 });
    const { expectedNanoUsd } = createEstimatorChain().estimate(request);
    expect(expectedNanoUsd).toBe(GPT_4O.chargeTokens(1_000, 100));
  });

  test('what is free by its price costs nothing, however it is asked', () => {
    const chain = createEstimatorChain();
    for (const request of [requestOf({ price: FREE }), uncounted({ price: FREE })]) {
      expect(chain.estimate(request)).toMatchObject({ worstNanoUsd: 0, confidence: 1 });
    }
  });

  const learnt = fc.array(fc.tuple(fc.nat(300_000), fc.nat(20_000), fc.nat(3)), { maxLength: 40 });
  const tokens = fc.option(fc.nat(1_000_000), { nil: null });

  test('every estimate is in order, whatever was asked and learnt before', () => {
    fc.assert(
      fc.property(learnt, tokens, tokens, tokens, (past, inputTokens, outputTokens, max) => {
        const chain = createEstimatorChain();
        for (const [input, output, factor] of past) {
          const call = requestOf({ inputTokens: input });
          const settled = settledWith(call, output);
          const costNanoUsd = usd((settled.costNanoUsd * factor) / 1e9);
          chain.learn(call, { ...settled, costNanoUsd }, chain.estimate(call).expectedNanoUsd);
        }
        const request = requestOf({ inputTokens, outputTokens, maxOutputTokens: max });
        const { expectedNanoUsd, worstNanoUsd, lowNanoUsd, highNanoUsd, confidence } =
          chain.estimate(request);
        for (const amount of [expectedNanoUsd, worstNanoUsd, lowNanoUsd, highNanoUsd]) {
          expect(Number.isSafeInteger(amount)).toBe(true);
        }
        expect(lowNanoUsd).toBeGreaterThanOrEqual(0);
        expect(lowNanoUsd).toBeLessThanOrEqual(expectedNanoUsd);
        expect(highNanoUsd).toBeGreaterThanOrEqual(expectedNanoUsd);
        expect(worstNanoUsd).toBeGreaterThanOrEqual(expectedNanoUsd);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        const cap = Math.min(max ?? 16_384, 16_384);
        if (inputTokens === null) return;
        expect(worstNanoUsd).toBeGreaterThanOrEqual(GPT_4O.chargeTokens(inputTokens, cap));
      }),
    );
  });
});

describe('COST-09 historical average cost estimation:', () => {
  test('the sample of the specification', () => {
    const estimate = taught(SAMPLE).estimate(uncounted());
    expect(estimate.method).toBe('history');
    expect(estimate.expectedNanoUsd).toBe(usd('0.013'));
    expect(estimate.lowNanoUsd).toBeGreaterThanOrEqual(usd('0.008'));
    expect(estimate.highNanoUsd).toBeLessThanOrEqual(usd('0.025'));
    expect(estimate.confidence).toBeGreaterThanOrEqual(0.6);
    expect(estimate.worstNanoUsd).toBe(usd('0.04'));
  });

  test('an operation is known on the model where it was seen', () => {
    const chain = taught(SAMPLE);
    expect(chain.estimate(uncounted({ model: 'gpt-5' })).method).toBe('default');
    expect(chain.estimate(uncounted({ operation: 'summary' })).method).toBe('default');
    expect(chain.estimate(uncounted({ breaker: 'another' })).method).toBe('history');
  });

  test('a call without a model has a history of its own', () => {
    const chain = createEstimatorChain();
    learnCosts(chain, uncounted({ model: undefined }), SAMPLE);
    expect(chain.estimate(uncounted({ model: undefined })).method).toBe('history');
    expect(chain.estimate(uncounted()).method).toBe('default');
  });
});

describe('COST-10 default cost estimation fallback:', () => {
  test.each([
    ['llm_call', '0.02'],
    ['embedding_call', '0.001'],
    ['batch_operation', '0.05'],
    ['document_processing', '0.01'],
    ['anything_else', '0.005'],
  ])('%s is taken to cost $%s', (operation, cost) => {
    const estimate = createEstimatorChain().estimate(uncounted({ operation }));
    expect(estimate).toMatchObject({ method: 'default', expectedNanoUsd: usd(cost) });
    expect(estimate.confidence).toBeLessThan(0.5);
    expect(estimate.worstNanoUsd).toBe(usd(cost) * 10);
  });

  test('users say what their operations cost', () => {
    const chain = createEstimatorChain({
      defaultCosts: { operations: { translation: usd('0.3') }, fallback: usd('0.007') },
    });
    const expected = (operation: string): number =>
      chain.estimate(uncounted({ operation })).expectedNanoUsd;
    expect(expected('translation')).toBe(usd('0.3'));
    expect(expected('llm_call')).toBe(usd('0.02'));
    expect(expected('toString')).toBe(usd('0.007'));
  });

  test('the worst case covers the output that the call allows', () => {
    const { worstNanoUsd } = createEstimatorChain().estimate(
      uncounted({ operation: 'poem', maxOutputTokens: 16_000 }),
    );
    expect(worstNanoUsd).toBe(GPT_4O.chargeTokens(0, 16_000));
  });

  test.each([
    [{ defaultCosts: { fallback: -1 } }, /^board\.defaultCosts\.fallback must be an amount of/],
    [{ defaultCosts: { operations: { a: 0.5 } } }, /^board\.defaultCosts\.operations\.a must be/],
    [{ defaultCosts: { fallbck: 1 } }, /^board\.defaultCosts\.fallbck is not an option/],
    [{ entriesMax: 0 }, /^entriesMax must be an integer from 1/],
    [{ extra: [{ name: 'mine' }] }, /^board\.estimators\[0\] must be an estimator/],
    [{ extra: [{ name: 'tokens', estimate: () => null }] }, /^board\.estimators\[0\]\.name must/],
    [{ extra: 7 }, /^board\.estimators must be a list/],
  ])('refuses %j', (options, message) => {
    expect(() => createEstimatorChain(options as object)).toThrow(message);
  });
});

describe('COST-11 cost estimation confidence scoring:', () => {
  test('more is known of tokens than of history, and of history than of nothing', () => {
    const chain = taught(SAMPLE);
    const byTokens = chain.estimate(requestOf({ outputTokens: 500 })).confidence;
    const byHistory = chain.estimate(uncounted()).confidence;
    const byDefault = chain.estimate(uncounted({ operation: 'poem' })).confidence;
    expect(byTokens).toBeGreaterThan(byHistory);
    expect(byHistory).toBeGreaterThan(byDefault);
  });

  test('of callers who are often wrong about the output less is believed', () => {
    const chain = createEstimatorChain();
    const request = requestOf({ inputTokens: 10, outputTokens: 500 });
    learnOutputs(chain, request, outputsAround(500, 200));
    const { confidence } = chain.estimate(request);
    // Outputs from 250 to 750 evenly: two fifths of them lie within a fifth of 500.
    expect(confidence).toBeGreaterThan(0.3);
    expect(confidence).toBeLessThan(0.55);
  });

  test('the same outputs weigh less beside a long input, and it is surer', () => {
    const chain = createEstimatorChain();
    const [short, long] = [requestOf({ inputTokens: 100 }), requestOf({ inputTokens: 20_000 })];
    learnOutputs(chain, short, outputsAround(500, 200));
    learnOutputs(chain, long, outputsAround(500, 200));
    expect(chain.estimate(short).confidence).toBeLessThan(0.6);
    expect(chain.estimate(long).confidence).toBeGreaterThan(0.9);
  });

  test('bills that wander around the price make it less sure', () => {
    const random = seededRandom(3);
    const chain = createEstimatorChain();
    const request = requestOf();
    const came: boolean[] = [];
    const said: number[] = [];
    for (let call = 0; call < 3_000; call++) {
      const estimate = chain.estimate(request);
      // A cache that serves half of the calls at a third of the price.
      const factor = random() < 0.5 ? 1 : 1 / 3;
      const settled = settledWith(request, Math.round(200 + 100 * random()));
      const costNanoUsd = usd((settled.costNanoUsd * factor) / 1e9);
      if (call >= 200) {
        said.push(estimate.confidence);
        came.push(costNanoUsd >= estimate.lowNanoUsd && costNanoUsd <= estimate.highNanoUsd);
      }
      chain.learn(request, { ...settled, costNanoUsd }, estimate.expectedNanoUsd);
    }
    const mean = said.reduce((sum, each) => sum + each, 0) / said.length;
    const share = came.filter(Boolean).length / came.length;
    expect(mean).toBeLessThan(0.5);
    expect(Math.abs(mean - share)).toBeLessThan(0.1);
  });
});

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

/** The mean distance of estimates from bills, as a share, over calls from `from` to `to`. */
function meanError(
  chain: EstimatorChain,
  request: EstimateRequest,
  outputs: readonly number[],
): number {
  let error = 0;
  for (const output of outputs) {
    const { expectedNanoUsd } = chain.estimate(request);
    const settled = settledWith(request, output);
    error += Math.abs(expectedNanoUsd / settled.costNanoUsd - 1);
    chain.learn(request, settled, expectedNanoUsd);
  }
  return error / outputs.length;
}

describe('COST-51 cost estimation learning:', () => {
  test('CRIT-24 CRIT-106 estimates come nearer to the bills as calls are settled', () => {
    const chain = createEstimatorChain();
    const request = requestOf({ maxOutputTokens: 4_000 });
    const errors = [3, 10, 200].map((count) =>
      meanError(chain, request, outputsAround(300, count, count)),
    );
    expect(errors[0]).toBeGreaterThan(3);
    expect(errors[1]).toBeLessThan(0.4);
    expect(errors[2]).toBeLessThan(0.25);
  });

  test('outputs are learnt for each size of input', () => {
    const chain = createEstimatorChain();
    const [short, long] = [requestOf({ inputTokens: 300 }), requestOf({ inputTokens: 3_000 })];
    learnOutputs(chain, short, outputsAround(100, 60));
    learnOutputs(chain, long, outputsAround(900, 60));
    const [a, b] = [chain.estimate(short), chain.estimate(long)];
    expect(a.expectedNanoUsd / GPT_4O.chargeTokens(300, 100)).toBeCloseTo(1, 0);
    expect(b.expectedNanoUsd / GPT_4O.chargeTokens(3_000, 900)).toBeCloseTo(1, 1);
  });

  test('an output is never expected beyond what the call allows', () => {
    const chain = createEstimatorChain();
    learnOutputs(chain, requestOf(), outputsAround(1_000, 60));
    const { expectedNanoUsd } = chain.estimate(requestOf({ maxOutputTokens: 200 }));
    expect(expectedNanoUsd).toBe(GPT_4O.chargeTokens(1_000, 200));
  });

  test('callers who always say twice too much are not taken at their word', () => {
    const chain = createEstimatorChain();
    const request = requestOf({ inputTokens: 10, outputTokens: 1_000 });
    learnOutputs(
      chain,
      request,
      Array.from({ length: 200 }, () => 500),
    );
    const { expectedNanoUsd, confidence, worstNanoUsd } = chain.estimate(request);
    expect(expectedNanoUsd / GPT_4O.chargeTokens(10, 500)).toBeCloseTo(1, 1);
    expect(confidence).toBeGreaterThan(0.9);
    expect(worstNanoUsd).toBe(GPT_4O.chargeTokens(10, 16_384));
  });
});

describe('COST-52 cost model adaptation:', () => {
  test.each([
    ['half', 0.5],
    ['three times', 3],
  ])('bills of %s the table price are expected after some calls', (_, factor) => {
    const chain = createEstimatorChain();
    const request = requestOf({ outputTokens: 500, maxOutputTokens: 500 });
    const settled = settledWith(request, 500);
    const costNanoUsd = usd((settled.costNanoUsd * factor) / 1e9);
    for (let call = 0; call < 150; call++) chain.learn(request, { ...settled, costNanoUsd }, 1);
    const { expectedNanoUsd, worstNanoUsd } = chain.estimate(request);
    expect(expectedNanoUsd / costNanoUsd).toBeCloseTo(1, 1);
    // Never below the table: the next bill may be by it again.
    expect(worstNanoUsd).toBeGreaterThanOrEqual(settled.costNanoUsd);
    expect(worstNanoUsd).toBeGreaterThanOrEqual(expectedNanoUsd);
  });

  test('a history follows a change of level within 128 calls', () => {
    const chain = taught(Array.from({ length: 128 }, () => '0.01'));
    const expected: number[] = [];
    for (let call = 0; call < 128; call++) {
      learnCosts(chain, uncounted(), ['0.04']);
      expected.push(chain.estimate(uncounted()).expectedNanoUsd);
    }
    expect([...expected].sort((a, b) => a - b)).toEqual(expected);
    expect(expected.at(-1)).toBe(usd('0.04'));
  });
});

describe('COST-53 estimation confidence evolution:', () => {
  test('a history is surer of its range with every call that it was right about', () => {
    const chain = createEstimatorChain();
    const random = seededRandom(5);
    const confidence = [3, 5, 12, 40, 200].map((count, index, counts) => {
      const more = count - (counts[index - 1] ?? 0);
      learnCosts(
        chain,
        uncounted(),
        Array.from({ length: more }, () => 0.01 + 0.01 * random()),
      );
      return chain.estimate(uncounted()).confidence;
    });
    expect(confidence[0]).toBe(0.5);
    expect([...confidence.slice(0, 4)].sort((a, b) => a - b)).toEqual(confidence.slice(0, 4));
    expect(confidence.at(-1)).toBeGreaterThan(0.85);
  });

  test('callers who were right get more than the 0.9 they begin with, others less', () => {
    const request = requestOf({ outputTokens: 400 });
    const [right, wrong] = [createEstimatorChain(), createEstimatorChain()];
    learnOutputs(
      right,
      request,
      Array.from({ length: 50 }, () => 400),
    );
    learnOutputs(wrong, request, outputsAround(3_000, 50));
    expect(right.estimate(request).confidence).toBeGreaterThan(0.95);
    expect(wrong.estimate(request).confidence).toBeLessThan(0.7);
  });

  test('a default that is always wrong ends up saying so, and one that is right too', () => {
    const confidenceAfter = (cost: string): number => {
      const chain = createEstimatorChain();
      const counted = requestOf();
      for (let call = 0; call < 100; call++) chain.learn(counted, settledAt(usd(cost)), 1);
      const rows = chain.save().filter(({ key }) => key.startsWith('["default"'));
      const reborn = createEstimatorChain();
      reborn.restore(rows);
      return reborn.estimate(uncounted()).confidence;
    };
    expect(confidenceAfter('0.5')).toBeLessThan(0.05);
    expect(confidenceAfter('0.02')).toBeGreaterThan(0.95);
  });
});

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

describe('COST-58 cache efficiency:', () => {
  const chainOf = (entriesMax: number): EstimatorChain => createEstimatorChain({ entriesMax });
  const ofOperation = (operation: number): EstimateRequest =>
    uncounted({ operation: `operation ${operation}` });

  test('no more operations are known than may be, those not asked for longest are forgotten', () => {
    const chain = chainOf(10);
    for (let operation = 0; operation < 10; operation++) {
      learnCosts(chain, ofOperation(operation), SAMPLE);
    }
    chain.estimate(ofOperation(0));
    learnCosts(chain, ofOperation(10), SAMPLE);
    const methods = Array.from(
      { length: 11 },
      (_, each) => chain.estimate(ofOperation(each)).method,
    );
    const known = Array.from({ length: 11 }, (_, each) => (each === 1 ? 'default' : 'history'));
    expect(methods).toEqual(known);
  });

  test('what was forgotten is not saved', () => {
    const chain = chainOf(5);
    for (let operation = 0; operation < 50; operation++) {
      learnCosts(chain, ofOperation(operation), SAMPLE);
    }
    expect(chain.save()).toHaveLength(2 * 5);
  });

  test('asking about what nobody has seen remembers nothing', () => {
    const chain = chainOf(1);
    learnCosts(chain, ofOperation(0), SAMPLE);
    for (let operation = 1; operation < 100; operation++) chain.estimate(ofOperation(operation));
    expect(chain.estimate(ofOperation(0)).method).toBe('history');
  });
});

describe('an estimator of the user’s own', () => {
  const answer = (about: Partial<Estimate> = {}): Estimate => ({
    expectedNanoUsd: usd(1),
    worstNanoUsd: usd(2),
    lowNanoUsd: usd('0.5'),
    highNanoUsd: usd('1.5'),
    confidence: 0.8,
    method: 'mine',
    ...about,
  });
  const own = (estimate: Estimator['estimate'], more: Partial<Estimator> = {}): Estimator => ({
    name: 'mine',
    estimate,
    ...more,
  });

  test('CRIT-26 is asked first; tokens, history and default answer after it, in this order', () => {
    const chain = createEstimatorChain({
      extra: [own(({ operation }) => (operation === 'poem' ? answer({ method: 'x' }) : null))],
    });
    learnCosts(chain, uncounted({ operation: 'seen' }), SAMPLE);
    const method = (request: EstimateRequest): string => chain.estimate(request).method;
    expect(method(requestOf({ operation: 'poem' }))).toBe('mine');
    expect(method(requestOf({ operation: 'seen' }))).toBe('tokens');
    expect(method(uncounted({ operation: 'seen' }))).toBe('history');
    expect(method(uncounted({ operation: 'unseen' }))).toBe('default');
  });

  test.each([
    ['NaN', answer({ expectedNanoUsd: NaN as never })],
    ['a negative amount', answer({ lowNanoUsd: -1 as never })],
    ['more expected than at worst', answer({ expectedNanoUsd: usd(3) })],
    ['a range the wrong way', answer({ lowNanoUsd: usd(2) })],
    ['a confidence of percents', answer({ confidence: 80 })],
    ['a promise', Promise.resolve(answer()) as never],
    ['a string', 'a lot' as never],
  ])('that answers with %s is passed over and reported', (_, nonsense) => {
    const reported: string[] = [];
    const chain = createEstimatorChain({
      extra: [own(() => nonsense)],
      report: (name, error) => reported.push(`${name}: ${(error as Error).message}`),
    });
    expect(chain.estimate(uncounted()).method).toBe('default');
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatch(/^mine: the estimator mine must answer with amounts/);
  });

  test('that throws is reported once until it works again', () => {
    let isBroken = true;
    const reported: unknown[] = [];
    const estimate = (): Estimate => {
      if (isBroken) throw new Error('no idea');
      return answer();
    };
    const chain = createEstimatorChain({
      extra: [own(estimate)],
      report: (_, error) => reported.push((error as Error).message),
    });
    for (let call = 0; call < 3; call++) expect(chain.estimate(uncounted()).method).toBe('default');
    isBroken = false;
    expect(chain.estimate(uncounted()).method).toBe('mine');
    isBroken = true;
    chain.estimate(uncounted());
    expect(reported).toEqual(['no idea', 'no idea']);
  });

  test('learns from every settlement, and may fail to', () => {
    const reported: string[] = [];
    let lessons = 0;
    const learn = (): void => {
      lessons++;
      throw new Error('I never learn');
    };
    const chain = createEstimatorChain({
      extra: [own(() => null, { learn })],
      report: (name) => reported.push(name),
    });
    learnCosts(chain, uncounted(), SAMPLE);
    expect([lessons, reported]).toEqual([5, ['mine']]);
    expect(chain.estimate(uncounted()).method).toBe('history');
  });

  test('is called as a method of its own', () => {
    class Mine implements Estimator {
      readonly name = 'mine';
      readonly #cost = usd(1);
      estimate(): Estimate {
        return answer({ expectedNanoUsd: this.#cost });
      }
    }
    const chain = createEstimatorChain({ extra: [new Mine()] });
    expect(chain.estimate(uncounted()).method).toBe('mine');
  });
});

describe('CRIT-27 learning does not make estimating slower:', () => {
  /** How often a price is asked for, by estimates that are read to the last digit. */
  function questions(settlements: number): number {
    let asked = 0;
    const price = {
      ...GPT_4O_MINI,
      chargeTokens: (input: number, output: number) => {
        asked++;
        return GPT_4O_MINI.chargeTokens(input, output);
      },
    };
    const chain = createEstimatorChain();
    learnOutputs(chain, requestOf(), outputsAround(300, settlements));
    for (let call = 0; call < 100; call++) {
      const estimate = chain.estimate(requestOf({ price, inputTokens: 10 * call }));
      expect(estimate.confidence).toBeGreaterThan(0);
    }
    return asked / 100;
  }

  test('after 100,000 settlements an estimate asks no more of the price than after 1,000', () => {
    expect(questions(100_000)).toBeLessThanOrEqual(questions(1_000));
    expect(questions(1_000)).toBeLessThanOrEqual(2 + 4 * 8);
  });

  test('what is kept of 100,000 settlements is as little as of 1,000', () => {
    const bytes = (settlements: number): number => {
      const chain = createEstimatorChain();
      for (const inputTokens of [10, 100, 1_000, 10_000]) {
        learnOutputs(chain, requestOf({ inputTokens }), outputsAround(300, settlements / 4));
      }
      return chain.save().reduce((sum, { state }) => sum + state.length, 0);
    };
    expect(bytes(100_000) / bytes(1_000)).toBeLessThan(1.1);
    expect(bytes(100_000)).toBeLessThan(6_000);
  });
});
