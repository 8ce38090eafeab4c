/** What a call used, as its provider counted it, in buckets that do not overlap. */
import type { NanoUsd } from './money.ts';

/** Absent means none was used; a usage that nobody knows is `null`, not an empty one. */
export interface Usage {
  /** Input that was neither read from nor written to a cache. Tokens. */
  readonly inputTokens?: number;
  /** Input read from the provider's cache. Tokens. */
  readonly cachedInputTokens?: number;
  /** Input written to the provider's cache. Tokens. */
  readonly cacheWriteTokens?: number;
  /** Output without reasoning. Tokens. */
  readonly outputTokens?: number;
  /** Reasoning, where the provider bills it as output. Tokens. */
  readonly reasoningTokens?: number;
  /** Sources quoted, where they are billed apart. Tokens. */
  readonly citationTokens?: number;
  /** Requests that carry a fee of their own. @default 1 */
  readonly requests?: number;
  /** Searches that carry a fee of their own. */
  readonly searches?: number;
  /** Decides some providers' request fee. */
  readonly searchContextSize?: 'low' | 'medium' | 'high';
  /** The tier the provider served the call in, where tiers differ in price (`batch`, `flex`, …). */
  readonly serviceTier?: string;
  /** What the provider itself says it cost: wins over every price table. */
  readonly costNanoUsd?: NanoUsd;
}
