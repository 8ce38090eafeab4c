/**
 * How many tokens a text has: what is expected, and what it cannot exceed. Money is reserved for
 * the latter, so it is a bound and not a guess.
 */

export interface TokenCount {
  /** What is expected. */
  readonly tokens: number;
  /** What it cannot exceed. At least `tokens`. */
  readonly tokensMax: number;
  /** True where the model's own tokenizer counted every part of it. */
  readonly isExact: boolean;
}

export const NO_TOKENS: TokenCount = Object.freeze({ tokens: 0, tokensMax: 0, isExact: true });

/** Bytes that a token of prose stands for: within 6 % on English, 13 % on code, 31 % on Chinese. */
const BYTES_PER_TOKEN = 4;

/**
 * A count without a tokenizer: a token for every four bytes of UTF-8 is expected, and no more than
 * one for each byte can be, because the tokenizers of language models merge bytes and never split
 * them.
 */
export function boundTokens(text: string): TokenCount {
  const bytes = Buffer.byteLength(text);
  return { tokens: Math.ceil(bytes / BYTES_PER_TOKEN), tokensMax: bytes, isExact: bytes === 0 };
}

/** A count of several things, added up in place. */
export class TokenSum implements TokenCount {
  tokens: number;
  tokensMax: number;
  isExact: boolean;

  constructor(tokens: number, tokensMax: number, isExact: boolean) {
    this.tokens = tokens;
    this.tokensMax = tokensMax;
    this.isExact = isExact;
  }

  add(count: TokenCount): void {
    this.tokens += count.tokens;
    this.tokensMax += count.tokensMax;
    if (!count.isExact) this.isExact = false;
  }
}

/** A count that is known to the token. */
export const exactTokens = (tokens: number): TokenCount => ({
  tokens,
  tokensMax: tokens,
  isExact: true,
});
