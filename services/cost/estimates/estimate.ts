/** How much a call will cost, asked before it is made. */
import type { NanoUsd } from '../money.ts';
import type { Price } from '../prices/price.ts';

/** What is known of a call before it is made. */
export interface EstimateRequest {
  readonly breaker: string;
  readonly provider: string | undefined;
  readonly operation: string;
  readonly model: string | undefined;
  /** Null where nobody counted them. */
  readonly inputTokens: number | null;
  /** What they cannot exceed, where they were not counted to the token. @default inputTokens */
  readonly inputTokensMax?: number | null | undefined;
  /** What the caller expects; null where only the past can tell. */
  readonly outputTokens: number | null;
  /** The limit that the call itself sets; null where it sets none. */
  readonly maxOutputTokens: number | null;
  /** Answers asked for at once, each with a model's maximum of its own. @default 1 */
  readonly answers?: number;
  readonly price: Price;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

/**
 * Most calls look at `expectedNanoUsd` and `worstNanoUsd` alone: the confidence may be worked out
 * when it is first read, from what is known by then.
 */
export interface Estimate {
  readonly expectedNanoUsd: NanoUsd;
  /** What is reserved. At least `expectedNanoUsd`. */
  readonly worstNanoUsd: NanoUsd;
  /** The range that {@link confidence} is about. */
  readonly lowNanoUsd: NanoUsd;
  readonly highNanoUsd: NanoUsd;
  /** The probability that the actual cost lies from low to high, ends included. */
  readonly confidence: number;
  /** `tokens`, `history`, `default`, or the name of an estimator of the user's. */
  readonly method: string;
}

/** What became of a call: estimators learn from it. */
export interface SettledCall {
  readonly costNanoUsd: NanoUsd;
  /** Null where no usage was reported. Cached and written input included. */
  readonly inputTokens: number | null;
  /** Null where no usage was reported. Reasoning included. */
  readonly outputTokens: number | null;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  /** The part of the cost that is for searches for which the call had reserved. @default 0 */
  readonly searchFeesNanoUsd?: number;
}

/** One way of estimating. Estimators are asked in order; the first that answers decides. */
export interface Estimator {
  /** Appears as the estimate's method and in the ledger. */
  readonly name: string;
  /** Null where this estimator does not know. */
  estimate(request: EstimateRequest): Estimate | null;
  /** Told of every call that was settled with a known cost. */
  learn?(request: EstimateRequest, settled: SettledCall): void;
}
