/** Calls to estimate, with prices as plain as they can be. */
import type { EstimateRequest, SettledCall } from '../../services/cost/estimates/estimate.ts';
import {
  createEstimatorChain,
  type EstimatorChain,
} from '../../services/cost/estimates/estimators.ts';
import { chargeNanoUsd, sumNanoUsd, usd, type NanoUsd } from '../../services/cost/money.ts';
import type { Price } from '../../services/cost/prices/price.ts';
import { seededRandom } from '../kit/seeded-random.ts';

/** So much for a million tokens of input and of output. */
export function priceOf(
  inputPerMillion: NanoUsd,
  outputPerMillion: NanoUsd,
  outputTokensMax: number | null = 16_384,
): Price {
  const chargeTokens = (inputTokens: number, outputTokens: number): NanoUsd =>
    sumNanoUsd(
      chargeNanoUsd(inputTokens, inputPerMillion),
      chargeNanoUsd(outputTokens, outputPerMillion),
    );
  return {
    source: 'override',
    version: '1',
    isFree: inputPerMillion + outputPerMillion === 0,
    outputTokensMax,
    validUntilMs: Infinity,
    charge: ({ inputTokens = 0, outputTokens = 0 }) => chargeTokens(inputTokens, outputTokens),
    chargeTokens,
  };
}

export const GPT_4O = priceOf(usd('2.5'), usd('10'));
export const GPT_4O_MINI = priceOf(usd('0.15'), usd('0.6'));
export const FREE = priceOf(usd(0), usd(0));

/** A chat of 1,000 tokens on gpt-4o whose output nobody says. */
export const requestOf = (about: Partial<EstimateRequest> = {}): EstimateRequest => ({
  breaker: 'openai',
  provider: 'openai',
  operation: 'llm_call',
  model: 'gpt-4o',
  inputTokens: 1_000,
  outputTokens: null,
  maxOutputTokens: null,
  price: GPT_4O,
  atMs: 0,
  ...about,
});

/** A call that no one counted tokens of. */
export const uncounted = (about: Partial<EstimateRequest> = {}): EstimateRequest =>
  requestOf({ inputTokens: null, ...about });

export const settledAt = (costNanoUsd: NanoUsd): SettledCall => ({
  costNanoUsd,
  inputTokens: null,
  outputTokens: null,
  atMs: 0,
});

/** What the request costs with so much output, at its own price. */
export const settledWith = (request: EstimateRequest, outputTokens: number): SettledCall => ({
  costNanoUsd: request.price.chargeTokens(request.inputTokens ?? 0, outputTokens),
  inputTokens: request.inputTokens,
  outputTokens,
  atMs: 0,
});

/** Has the chain learn from costs of one request, each estimated before. */
export function learnCosts(
  chain: EstimatorChain,
  request: EstimateRequest,
  costs: readonly (string | number)[],
): void {
  for (const cost of costs) {
    const { expectedNanoUsd } = chain.estimate(request);
    chain.learn(request, settledAt(usd(cost)), expectedNanoUsd);
  }
}

/** Has the chain learn from outputs of one request, each estimated before. */
export function learnOutputs(
  chain: EstimatorChain,
  request: EstimateRequest,
  outputs: Iterable<number>,
): void {
  for (const output of outputs) {
    const { expectedNanoUsd } = chain.estimate(request);
    chain.learn(request, settledWith(request, output), expectedNanoUsd);
  }
}

/** Five costs in dollars, as the specification has them. */
export const SAMPLE = ['0.01', '0.015', '0.008', '0.012', '0.02'];

/** Outputs around a mean, from a seed: a half to one and a half of it. */
export function outputsAround(mean: number, count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.round(mean * (0.5 + random())));
}

/** A chain that has seen costs of one call whose tokens nobody counted. */
export const taught = (costs: readonly (string | number)[]): EstimatorChain => {
  const chain = createEstimatorChain();
  learnCosts(chain, uncounted(), costs);
  return chain;
};
