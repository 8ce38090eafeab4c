/** Estimates come nearer to the bills as calls are settled, and say how near. */
import { describe, expect, test } from 'vitest';

import type { EstimateRequest } from '../../services/cost/estimates/estimate.ts';
import {
  createEstimatorChain,
  type EstimatorChain,
} from '../../services/cost/estimates/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import {
  GPT_4O,
  learnCosts,
  learnOutputs,
  outputsAround,
  requestOf,
  settledAt,
  settledWith,
  taught,
  uncounted,
} from './estimated-calls.ts';

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
  test('CRIT-24 estimates come nearer to the bills as calls are settled', () => {
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

describe('made-up traffic of many sizes', () => {
  /** Short questions with steady answers, and long ones with answers of all sizes. */
  function* traffic(seed: number, calls: number): Generator<[input: number, output: number]> {
    const random = seededRandom(seed);
    for (let call = 0; call < calls; call++) {
      if (random() < 0.5) yield [40 + random() * 200, 80 + random() * 40];
      else yield [1_000 + random() * 7_000, 20 + 600 * random() ** 2];
    }
  }

  function run(seed: number, calls: number): { said: number; isInside: boolean; error: number }[] {
    const chain = createEstimatorChain();
    return Array.from(traffic(seed, calls), ([input, output]) => {
      const request = requestOf({ inputTokens: Math.round(input) });
      const estimate = chain.estimate(request);
      const { expectedNanoUsd, lowNanoUsd, highNanoUsd, confidence } = estimate;
      const settled = settledWith(request, Math.round(output));
      const { costNanoUsd } = settled;
      chain.learn(request, settled, expectedNanoUsd);
      const isInside = costNanoUsd >= lowNanoUsd && costNanoUsd <= highNanoUsd;
      return { said: confidence, isInside, error: Math.abs(expectedNanoUsd / costNanoUsd - 1) };
    });
  }

  test('CRIT-25 of calls with a confidence, as many come true as it says', () => {
    const results = run(1, 20_000);
    let tested = 0;
    for (let decile = 0; decile < 10; decile++) {
      const inside = results.filter(({ said }) => Math.min(9, Math.floor(said * 10)) === decile);
      if (inside.length < 500) continue;
      tested++;
      const said = inside.reduce((sum, one) => sum + one.said, 0) / inside.length;
      const came = inside.filter(({ isInside }) => isInside).length / inside.length;
      expect(Math.abs(said - came)).toBeLessThan(0.1);
    }
    expect(tested).toBeGreaterThanOrEqual(3);
  });

  test('CRIT-81 where tokens are said rightly the bill is within a fifth of what was expected', () => {
    const chain = createEstimatorChain();
    for (const [input, output] of traffic(2, 2_000)) {
      const [inputTokens, outputTokens] = [Math.round(input), Math.round(output)];
      const request = requestOf({ inputTokens, outputTokens });
      // Reasoning adds up to a tenth to what was said.
      const settled = settledWith(request, Math.round(outputTokens * 1.1));
      const { expectedNanoUsd } = chain.estimate(request);
      expect(Math.abs(settled.costNanoUsd / expectedNanoUsd - 1)).toBeLessThan(0.2);
      chain.learn(request, settled, expectedNanoUsd);
    }
  });

  test('CRIT-106 the last thousand of calls are estimated better than the first ten', () => {
    const mean = (results: readonly { readonly error: number }[]): number =>
      results.reduce((sum, { error }) => sum + error, 0) / results.length;
    for (const seed of [1, 2, 3]) {
      const results = run(seed, 3_000);
      expect(mean(results.slice(-1_000))).toBeLessThan(mean(results.slice(0, 10)) / 2);
    }
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
