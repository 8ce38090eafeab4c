/** How much a call will cost, before it is made: each way of estimating. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { EstimateRequest } from '../../services/cost/estimates/estimate.ts';
import { createEstimatorChain } from '../../services/cost/estimates/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import {
  FREE,
  GPT_4O,
  SAMPLE,
  learnCosts,
  learnOutputs,
  outputsAround,
  priceOf,
  requestOf,
  settledWith,
  taught,
  uncounted,
} from './estimated-calls.ts';

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
      // A cache that serves more or less of the input.
      const factor = 0.5 + 0.5 * random();
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
    expect(mean).toBeLessThan(0.75);
    expect(Math.abs(mean - share)).toBeLessThan(0.1);
  });
});
