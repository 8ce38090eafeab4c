/**
 * Estimates by what calls of the same operation on the same model have cost, where tokens are not
 * known. Answers from the third settlement on.
 */
import type { Estimate, EstimateRequest, Estimator, SettledCall } from './estimate.ts';
import { COSTS_MIN, CostKnowledge } from './estimator-costs.ts';
import { EstimatorEntries } from './estimator-entries.ts';
import { freeEstimate } from './estimator-tokens.ts';
import { NANO_USD_MAX, type NanoUsd } from '../money.ts';

/** The worst case is so many times the dearest of the calls remembered, outliers aside. */
export const WORST_OF_HIGHEST = 2;

export class HistoryEstimator implements Estimator {
  readonly name = 'history';
  readonly entries: EstimatorEntries<CostKnowledge>;
  readonly #free = freeEstimate('history');

  constructor(entriesMax: number) {
    this.entries = new EstimatorEntries('history', entriesMax, {
      make: () => new CostKnowledge(),
      encode: (knowledge) => knowledge.saved(),
      decode: (knowledge, saved) => knowledge.restore(saved),
    });
  }

  estimate(request: EstimateRequest): Estimate | null {
    if (request.price.isFree) return this.#free;
    const knowledge = this.entries.find(request.operation, request.model);
    return knowledge === null || knowledge.count < COSTS_MIN ? null : estimateBy(knowledge);
  }

  learn(request: EstimateRequest, settled: SettledCall): void {
    if (request.price.isFree) return;
    this.entries.obtain(request.operation, request.model).add(settled.costNanoUsd);
  }
}

function estimateBy(knowledge: CostKnowledge): Estimate {
  const expected = Math.round(knowledge.expected);
  const worst = Math.max(expected, Math.ceil(knowledge.highest * WORST_OF_HIGHEST));
  return {
    expectedNanoUsd: expected as NanoUsd,
    worstNanoUsd: Math.min(worst, NANO_USD_MAX) as NanoUsd,
    lowNanoUsd: knowledge.low as NanoUsd,
    highNanoUsd: knowledge.high as NanoUsd,
    confidence: knowledge.confidence,
    method: 'history',
  };
}
