/** How many tokens a text can have for a model whose own tokenizer is not at hand. */
import { characterKinds, NEWLINE, SPACE } from './token-characters.ts';
import type { TokenCount } from './token-count.ts';

/**
 * Tokens of English words against OpenAI's: vocabularies of 32,000 need a third more, and the
 * newest of Anthropic's up to 35 % more than their elders did. Twice leaves room.
 */
const WORDS_FACTOR = 2;
/** A beginning-of-text token, and a space that some tokenizers put before a text. */
const EXTRA_TOKENS = 2;

const ZERO = 48;
const NINE = 57;
const ASCII_MAX = 127;

/**
 * The same expectation, and as a bound twice as much for words, where each digit, each further
 * space of a run and each byte that is not ASCII counts in full; never more than every byte.
 */
export function foreignBound(text: string, count: TokenCount): TokenCount {
  const loose = looseBytes(text);
  const bytesMax = Buffer.byteLength(text) + EXTRA_TOKENS;
  const wordsMax = WORDS_FACTOR * count.tokensMax + loose + EXTRA_TOKENS;
  return { tokens: count.tokens, tokensMax: Math.min(bytesMax, wordsMax), isExact: false };
}

/** Bytes that a tokenizer may well count one by one. */
function looseBytes(text: string): number {
  const kinds = characterKinds();
  let loose = 0;
  let before = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const kind = kinds[unit] as number;
    const isSpace = kind === SPACE || kind === NEWLINE;
    // Half of a surrogate pair is two of its four bytes; a lone one has three.
    if (unit > ASCII_MAX) loose += unit < 0x800 ? 2 : 3;
    else if ((unit >= ZERO && unit <= NINE) || (isSpace && before === kind)) loose++;
    before = kind;
  }
  return loose;
}
