/** What a model costs, as one source of prices has it. */
import type { NanoUsd } from '../money.ts';
import type { SearchContextSize, Usage } from '../usage.ts';

/**
 * Where a price came from: `override` (the user's), `table` (our own dated tables), `genai-prices`,
 * `default` (nobody knows the model). At settlement also `provider`: its own reported cost.
 */
export type PriceSource = 'override' | 'table' | 'genai-prices' | 'default';

export interface PriceQuery {
  /** For example `openai`; undefined where the call does not say. */
  readonly provider: string | undefined;
  readonly model: string | undefined;
  /** The tier asked for; undefined for the standard one. */
  readonly serviceTier?: string | undefined;
  /** Undefined where the call does not say: the dearest is assumed. */
  readonly searchContextSize?: SearchContextSize | undefined;
  /** Wall-clock milliseconds: prices are dated. */
  readonly atMs: number;
}

/** The price of one model in one tier, good until `validUntilMs`. Immutable. */
export interface Price {
  readonly source: PriceSource;
  /** Version or date of the source, for the books; names the model that lent its price. */
  readonly version: string;
  /** True where free was said explicitly. */
  readonly isFree: boolean;
  /** The most the model can put out, where the source knows it. Tokens. */
  readonly outputTokensMax: number | null;
  /** Wall-clock milliseconds from which the book must be asked again; Infinity for never. */
  readonly validUntilMs: number;
  /**
   * The price of a usage, each component rounded up once. The tier and search context size that the
   * usage reports win over those asked for. Ignores `usage.costNanoUsd`.
   */
  charge(usage: Usage): NanoUsd;
  /**
   * The price of one request with so many uncached input and output tokens, its request fee
   * included. Allocates nothing.
   */
  chargeTokens(inputTokens: number, outputTokens: number): NanoUsd;
}

export interface PriceBook {
  /** Never null: a model that nobody knows has the default price, and is never free. */
  find(query: PriceQuery): Price;
}
