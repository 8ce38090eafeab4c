/** What estimators remember and what an estimate takes are bounded. */
import { describe, expect, test } from 'vitest';

import type { EstimateRequest } from '../../services/cost/estimates/estimate.ts';
import {
  createEstimatorChain,
  type EstimatorChain,
} from '../../services/cost/estimates/estimators.ts';
import {
  GPT_4O_MINI,
  SAMPLE,
  learnCosts,
  learnOutputs,
  outputsAround,
  requestOf,
  uncounted,
} from './estimated-calls.ts';

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
