/** What a user may say about prices. Every amount is for a million, and made by `usd()`. */
import { usd, type NanoUsd } from '../money.ts';
import type { Ratio } from './rates.ts';

/** A multiple of the standard price: an exact fraction, or a whole number of percent. */
export type TierMultiple = number | Ratio;

/** What a model charges. Amounts as `usd()` makes them. */
export interface TokenPrices {
  readonly inputPerMillion: NanoUsd;
  readonly outputPerMillion: NanoUsd;
  /** @default inputPerMillion */
  readonly cachedInputPerMillion?: NanoUsd;
  /** @default inputPerMillion */
  readonly cacheWritePerMillion?: NanoUsd;
  /** @default outputPerMillion */
  readonly reasoningPerMillion?: NanoUsd;
  /** @default 0 */
  readonly citationPerMillion?: NanoUsd;
  /** A fee for each request, tokens aside. @default 0 */
  readonly perRequest?: NanoUsd;
  /** A fee for each search that the provider counts. @default 0 */
  readonly perSearch?: NanoUsd;
  /** The most that the model can put out. Tokens. @default the price tables', where they know it */
  readonly outputTokensMax?: number;
  /**
   * What a service tier costs: `{ batch: 50, priority: { numerator: 5, denominator: 3 } }`.
   * A tier that is not named costs as much as the dearest that is, and never less than 100 percent.
   * @default {}
   */
  readonly serviceTiers?: Readonly<Record<string, TierMultiple>>;
}

interface OverrideHead {
  /** @default any provider */
  readonly provider?: string;
  /** As the call names it. `gpt-4o` is also found as `openai/gpt-4o`. Case does not matter. */
  readonly model: string;
  /**
   * Wall-clock milliseconds; of several overrides the latest already effective wins.
   * @default always
   */
  readonly effectiveFromMs?: number;
  /**
   * What the books say about where the price came from.
   * @default the instant it is effective from
   */
  readonly version?: string;
}

/** Costs nothing. Never follows from a price of zero: free must be said. */
export interface FreeOverride extends OverrideHead {
  readonly free: true;
}
export interface PricedOverride extends OverrideHead, TokenPrices {
  readonly free?: false;
}
export type PriceOverride = FreeOverride | PricedOverride;

/** Option `prices` of a board. */
export interface PriceOptions {
  /** Win over every table. @default [] */
  readonly overrides?: readonly PriceOverride[];
  /** The price of a model that nobody knows. @default {@link DEFAULT_PRICE} */
  readonly default?: TokenPrices;
}

/** Checked, and frozen; every service tier's multiple is a fraction, its name in lower case. */
export interface ResolvedPriceOptions {
  readonly overrides: readonly PriceOverride[];
  readonly default: TokenPrices;
}

/**
 * $15 in and $75 out for a million tokens, and $10 for a thousand searches: at least what 95 of a
 * hundred priced models of the table charge, so that a model nobody knows is more likely booked too
 * high than too low. Models with `pro` prices are dearer; whoever uses those should price them.
 */
export const DEFAULT_PRICE: TokenPrices = Object.freeze({
  inputPerMillion: usd(15),
  outputPerMillion: usd(75),
  cacheWritePerMillion: usd('18.75'),
  citationPerMillion: usd(15),
  perSearch: usd('0.01'),
});
