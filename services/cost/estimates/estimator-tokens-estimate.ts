/** An estimate by tokens, whose range and confidence are worked out when they are read. */
import type { Estimate, EstimateRequest } from './estimate.ts';
import type { OutputKnowledge } from './estimator-output.ts';
import { NANO_USD_MAX, type NanoUsd } from '../money.ts';
import type { QuantileWindow } from './quantile-window.ts';

/** The range is a fifth below and above what is expected. */
const RANGE_DIVISOR = 5;
/**
 * How sure of that range to be before anything is known: where the caller said the output, and
 * where nobody did. And for how many calls that counts once there are some.
 */
const CONFIDENCE_SAID = 0.9;
const CONFIDENCE_UNSAID = 0.3;
const PRIOR_CALLS = 10;
const ALL_SIZES_CALLS = 8;
/** Quantiles that stand for all ratios of bills to prices. */
const RATIOS = 8;

export class TokensEstimate implements Estimate {
  readonly method = 'tokens';
  readonly expectedNanoUsd: NanoUsd;
  readonly worstNanoUsd: NanoUsd;
  readonly #request: EstimateRequest;
  readonly #inputTokens: number;
  readonly #outputCap: number;
  readonly #knowledge: OutputKnowledge | null;
  /** NaN until somebody asks. */
  #confidence = NaN;

  constructor(
    expectedNanoUsd: NanoUsd,
    worstNanoUsd: NanoUsd,
    request: EstimateRequest,
    inputTokens: number,
    outputCap: number,
    knowledge: OutputKnowledge | null,
  ) {
    this.expectedNanoUsd = expectedNanoUsd;
    this.worstNanoUsd = worstNanoUsd;
    this.#request = request;
    this.#inputTokens = inputTokens;
    this.#outputCap = outputCap;
    this.#knowledge = knowledge;
  }

  get lowNanoUsd(): NanoUsd {
    return (this.expectedNanoUsd - this.#spread) as NanoUsd;
  }

  get highNanoUsd(): NanoUsd {
    return Math.min(this.expectedNanoUsd + this.#spread, NANO_USD_MAX) as NanoUsd;
  }

  get confidence(): number {
    if (Number.isNaN(this.#confidence)) this.#confidence = this.#workOut();
    return this.#confidence;
  }

  get #spread(): number {
    return Math.floor(this.expectedNanoUsd / RANGE_DIVISOR);
  }

  #workOut(): number {
    const knowledge = this.#knowledge;
    if (this.#request.outputTokens !== null) {
      return knowledge === null ? CONFIDENCE_SAID : this.#shareSaid(knowledge);
    }
    return knowledge === null ? CONFIDENCE_UNSAID : this.#shareLearnt(knowledge);
  }

  /** How often the bill was as near to what callers said as this range is. */
  #shareSaid({ said, saidRatio }: OutputKnowledge): number {
    const width = saidRatio.value / RANGE_DIVISOR;
    const inside =
      said.countBelow(saidRatio.value + width) - said.countBelow(saidRatio.value - width);
    return (inside + CONFIDENCE_SAID * PRIOR_CALLS) / (said.count + PRIOR_CALLS);
  }

  /** How many of the outputs that inputs of this size led to would put the cost in this range. */
  #shareLearnt(knowledge: OutputKnowledge): number {
    const { all } = knowledge;
    const allInside = this.#inside(all, knowledge) * all.count;
    const allShare = (allInside + CONFIDENCE_UNSAID) / (all.count + 1);
    const size = knowledge.ofSize(this.#inputTokens);
    if (size === undefined) return allShare;
    const inside = this.#inside(size, knowledge) * size.count;
    return (inside + allShare * ALL_SIZES_CALLS) / (size.count + ALL_SIZES_CALLS);
  }

  /** The share of outputs whose bill lies in the range, over the ratios that bills had. */
  #inside(outputs: QuantileWindow, { billed }: OutputKnowledge): number {
    const { count } = billed;
    if (count === 0) return this.#share(outputs, 1);
    if (billed.at(0) === billed.at(count - 1)) return this.#share(outputs, billed.at(0));
    let sum = 0;
    for (let step = 0; step < RATIOS; step++) {
      sum += this.#share(outputs, billed.quantile((step + 0.5) / RATIOS));
    }
    return sum / RATIOS;
  }

  #share(outputs: QuantileWindow, ratio: number): number {
    const below = this.#countBelow(outputs, this.lowNanoUsd / ratio);
    return (this.#countBelow(outputs, (this.highNanoUsd + 1) / ratio) - below) / outputs.count;
  }

  /** Outputs, cut off where the call cuts them off, that are priced below an amount. */
  #countBelow(outputs: QuantileWindow, amount: number): number {
    const { price } = this.#request;
    let low = 0;
    let high = outputs.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const outputTokens = Math.min(outputs.at(middle), this.#outputCap);
      if (price.chargeTokens(this.#inputTokens, outputTokens) < amount) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
