/**
 * Counts tokens with OpenAI's own encodings. They are loaded once, when a board opens, because
 * loading takes a third of a second; counting is synchronous, takes time in proportion to the
 * text, and less than 10 ms for 10,000 tokens of prose.
 */
import { invalidArgument } from '../../check.ts';
import { cutBefore } from './token-characters.ts';
import { NO_TOKENS, type TokenCount } from './token-count.ts';
import { foreignBound } from './token-foreign.ts';
import { countChat, type ChatMessage } from './token-messages.ts';
import { modelTokens, type EncodingName } from './token-models.ts';
import { eachPart } from './token-splitter.ts';
import { TextCounts } from './text-counts.ts';

export interface Tokenizer {
  /**
   * Tokens of a text. Exact for OpenAI's models, but for runs of more than 64 characters without
   * any place to part them, texts beyond 256 KB, and texts that no language is made of; those are
   * estimated, and each byte is a token at most.
   * @throws FuseboardError invalid_argument for what is no string.
   */
  countText(text: string, model?: string): TokenCount;
  /**
   * Tokens of a chat as input: its texts and the frame around each message.
   * @throws FuseboardError invalid_argument for what is no list of messages.
   */
  countMessages(messages: readonly ChatMessage[], model?: string): TokenCount;
}

/** What is used of an encoding of gpt-tokenizer. */
interface Encoding {
  countTokens(text: string, options: { readonly disallowedSpecial: Set<string> }): number;
  clearMergeCache(): void;
}

/** Bytes beyond which a text is counted by samples. */
const COUNTED_BYTES_MAX = 262_144;
const SAMPLES = 8;
const SAMPLE_LENGTH = 4_096;
/**
 * Bytes of a text that may be dense, with a token for less than 2.5 of them, before the rest is
 * estimated: noise takes ten times as long as prose, up to 1 ms for 1,000 bytes.
 */
const DENSE_BYTES_MAX = 12_288;
const DENSE_BYTES_PER_TOKEN = 2.5;
/**
 * The encoder's cache keeps slices, and with them the texts that they were cut from. It is emptied
 * after so many characters, so that they hold 2 MB and no more.
 */
const KEPT_CHARACTERS_MAX = 1_000_000;
/** Special tokens in a text are text: they are counted as it, not obeyed and not refused. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Loads the encoding of OpenAI's current models, and the older cl100k_base where one of `models`
 * has it; without it those models are counted with the current one and a bound.
 */
export async function loadTokenizer(models: readonly string[] = []): Promise<Tokenizer> {
  const isOld = models.some((model) => modelTokens(model).encoding === 'cl100k_base');
  const [current, old] = await Promise.all([
    import('gpt-tokenizer/encoding/o200k_base'),
    isOld ? import('gpt-tokenizer/encoding/cl100k_base') : null,
  ]);
  const counters = new Map<EncodingName, Counter>([['o200k_base', new Counter(current)]]);
  if (old !== null) counters.set('cl100k_base', new Counter(old));
  const fallback = counters.get('o200k_base') as Counter;

  const countText = (text: string, model?: string): TokenCount => {
    if (typeof text !== 'string') throw invalidArgument('text', 'a string', text);
    if (text === '') return NO_TOKENS;
    const { encoding, isOwn } = modelTokens(model);
    const counter = counters.get(encoding);
    const count = (counter ?? fallback).known(text);
    return isOwn && counter !== undefined ? count : foreignBound(text, count);
  };
  const tokenizer: Tokenizer = {
    countText,
    countMessages: (messages, model) => {
      const { isOwn } = modelTokens(model);
      return countChat(messages, (text) => countText(text, model), model, isOwn);
    },
  };
  // The first texts are slow, until the engine has compiled what counts: not in somebody's call.
  for (const model of ['gpt-4o', ...models]) tokenizer.countText(FIRST_TEXT, model);
  return tokenizer;
}

const FIRST_TEXT = 'Words, 字, and 12 numbers; signs as in f(x) => { y }.\n'.repeat(500);

/** Counts with one encoding. */
class Counter {
  readonly #encoding: Encoding;
  #keptCharacters = 0;
  /** Counts of the texts seen lately: the same instructions come with every call. */
  readonly #known = new TextCounts();

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  known(text: string): TokenCount {
    const known = this.#known.find(text);
    if (known !== undefined) return known;
    const count = this.count(text);
    this.#known.keep(count);
    return count;
  }

  count(text: string): TokenCount {
    this.#keptCharacters += text.length;
    if (this.#keptCharacters > KEPT_CHARACTERS_MAX) {
      this.#encoding.clearMergeCache();
      this.#keptCharacters = text.length;
    }
    const bytes = Buffer.byteLength(text);
    if (bytes <= COUNTED_BYTES_MAX) return this.#countParts(text, bytes);
    const sampled = this.#sample(text, bytes);
    this.#encoding.clearMergeCache();
    this.#keptCharacters = 0;
    return sampled;
  }

  #countParts(text: string, bytes: number): TokenCount {
    const progress = { tokens: 0, tokensMax: 0, end: 0, bytes: 0, dense: 0, isExact: true };
    eachPart(text, (start, end, isForced) => {
      const part = text.slice(start, end);
      const partBytes = Buffer.byteLength(part);
      const tokens = this.#encoding.countTokens(part, AS_TEXT);
      progress.tokens += tokens;
      progress.tokensMax += isForced ? partBytes : tokens;
      if (isForced) progress.isExact = false;
      progress.end = end;
      progress.bytes += partBytes;
      if (tokens * DENSE_BYTES_PER_TOKEN > partBytes) progress.dense += partBytes;
      return progress.dense <= DENSE_BYTES_MAX;
    });
    const { tokens, tokensMax, isExact } = progress;
    if (progress.end === text.length) return { tokens, tokensMax, isExact };
    const rest = bytes - progress.bytes;
    return {
      tokens: tokens + Math.min(rest, Math.ceil((rest * tokens) / progress.bytes)),
      tokensMax: tokensMax + rest,
      isExact: false,
    };
  }

  /** By the share of tokens in some of its bytes, taken from all over it. */
  #sample(text: string, bytes: number): TokenCount {
    let sampledBytes = 0;
    let sampledTokens = 0;
    const step = (text.length - SAMPLE_LENGTH) / (SAMPLES - 1);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const start = Math.floor(sample * step);
      const part = text.slice(cutBefore(text, start), cutBefore(text, start + SAMPLE_LENGTH));
      const partBytes = Buffer.byteLength(part);
      sampledBytes += partBytes;
      sampledTokens += this.#countParts(part, partBytes).tokens;
    }
    const tokens = Math.min(bytes, Math.ceil((bytes * sampledTokens) / sampledBytes));
    return { tokens, tokensMax: bytes, isExact: false };
  }
}
