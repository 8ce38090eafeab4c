/** Estimators of the user's own, asked before the built-in ones. */
import { describe, expect, test } from 'vitest';

import type {
  Estimate,
  EstimateRequest,
  Estimator,
} from '../../services/cost/estimates/estimate.ts';
import { createEstimatorChain } from '../../services/cost/estimates/estimators.ts';
import { usd } from '../../services/cost/money.ts';
import { SAMPLE, learnCosts, requestOf, uncounted } from './estimated-calls.ts';

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
