/**
 * Estimates by tokens: the input's count, the output as it was said or learnt, and the model's
 * price. Answers wherever the input was counted, and for what is free by its price.
 */
import type { Estimate, EstimateRequest, Estimator, SettledCall } from './estimate.ts';
import { EstimatorEntries } from './estimator-entries.ts';
import { OutputKnowledge } from './estimator-output.ts';
import { TokensEstimate } from './estimator-tokens-estimate.ts';
import { NANO_USD_MAX, ZERO, type NanoUsd } from '../money.ts';

/** Output of a call that sets no limit, before anything was learnt. Tokens. */
export const OUTPUT_TOKENS_DEFAULT = 500;
/** The most a call may put out where neither it nor its price says so. Tokens. */
export const OUTPUT_TOKENS_MAX_DEFAULT = 16_384;

/** What is said to be free costs nothing, whatever its tokens. */
export const freeEstimate = (method: string): Estimate =>
  Object.freeze({
    expectedNanoUsd: ZERO,
    worstNanoUsd: ZERO,
    lowNanoUsd: ZERO,
    highNanoUsd: ZERO,
    confidence: 1,
    method,
  });

export class TokensEstimator implements Estimator {
  readonly name = 'tokens';
  readonly entries: EstimatorEntries<OutputKnowledge>;
  readonly #free = freeEstimate('tokens');

  constructor(entriesMax: number) {
    this.entries = new EstimatorEntries('tokens', entriesMax, {
      make: () => new OutputKnowledge(),
      encode: (knowledge) => knowledge.saved(),
      decode: (knowledge, saved) => knowledge.restore(saved),
    });
  }

  estimate(request: EstimateRequest): Estimate | null {
    const { price, inputTokens } = request;
    if (price.isFree) return this.#free;
    if (inputTokens === null) return null;
    const knowledge = this.entries.find(request.operation, request.model);
    const cap = outputCap(request);
    const isSaid = request.outputTokens !== null;
    const outputTokens = isSaid
      ? Math.min(request.outputTokens, cap)
      : (knowledge?.expectedOutput(inputTokens, cap) ?? unlearntOutput(request, cap));
    const ratio = knowledge?.[isSaid ? 'saidRatio' : 'billedRatio'].value ?? 1;
    const expected = scaled(price.chargeTokens(inputTokens, outputTokens), ratio);
    const inputMax = Math.max(inputTokens, request.inputTokensMax ?? 0);
    const most = price.chargeTokens(inputMax, Math.max(cap, outputTokens));
    const worst = Math.max(expected, scaled(most, Math.max(1, knowledge?.tokensRatio.value ?? 1)));
    return new TokensEstimate(expected, worst as NanoUsd, request, inputTokens, cap, knowledge);
  }

  learn(request: EstimateRequest, settled: SettledCall): void {
    const { price, inputTokens } = request;
    if (price.isFree || inputTokens === null) return;
    const { outputTokens, costNanoUsd, searchFeesNanoUsd = 0 } = settled;
    if (outputTokens === null || !Number.isFinite(outputTokens)) return;
    const knowledge = this.entries.obtain(request.operation, request.model);
    knowledge.addOutput(inputTokens, outputTokens);
    const charge = price.chargeTokens(inputTokens, outputTokens);
    if (charge > 0) {
      knowledge.billed.add(costNanoUsd / charge);
      knowledge.billedRatio.add(costNanoUsd, charge);
      knowledge.tokensRatio.add(Math.max(0, costNanoUsd - searchFeesNanoUsd), charge);
    }
    if (request.outputTokens === null) return;
    const said = price.chargeTokens(
      inputTokens,
      Math.min(request.outputTokens, outputCap(request)),
    );
    if (said > 0) {
      knowledge.said.add(costNanoUsd / said);
      knowledge.saidRatio.add(costNanoUsd, said);
    }
  }
}

/** The most tokens that a call can put out: the smaller of its own limit and its model's. */
function outputCap({ maxOutputTokens, price, answers = 1 }: EstimateRequest): number {
  const modelMax = price.outputTokensMax === null ? null : price.outputTokensMax * answers;
  if (maxOutputTokens === null) return modelMax ?? OUTPUT_TOKENS_MAX_DEFAULT * answers;
  return modelMax === null ? maxOutputTokens : Math.min(maxOutputTokens, modelMax);
}

const unlearntOutput = ({ maxOutputTokens }: EstimateRequest, cap: number): number =>
  maxOutputTokens === null ? Math.min(OUTPUT_TOKENS_DEFAULT, cap) : cap;

const scaled = (amount: NanoUsd, ratio: number): NanoUsd =>
  ratio === 1 ? amount : (Math.min(Math.round(amount * ratio), NANO_USD_MAX) as NanoUsd);
