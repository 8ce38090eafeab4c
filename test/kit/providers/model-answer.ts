/**
 * The words of a simulated model. Each is one token of OpenAI's encodings, so that an answer has
 * exactly the tokens it was asked for, and streams token by token as a model's does.
 */
import { createHash } from 'node:crypto';

import type { Random } from '../../../services/random.ts';
import { seededRandom } from '../seeded-random.ts';
import type { AnswerSettings } from './behaviours.ts';
import type { CountTokens } from './token-counts.ts';

const WORDS = (
  'the a one two new old small large early late green blue open quiet river city house road ' +
  'garden winter summer morning water light paper music story letter market school friend ' +
  'teacher doctor question answer number reason result change market moves holds gives takes ' +
  'finds keeps shows tells brings leaves opens and but or with without under over between after ' +
  'before because while often never always again perhaps together'
).split(' ');
const SENTENCE_WORDS = 12;

export interface ModelAnswer {
  readonly text: string;
  /** The text, token by token. */
  readonly pieces: readonly string[];
  /** Of the text alone. */
  readonly textTokens: number;
  readonly reasoningTokens: number;
  /** The request's cap ended it. */
  readonly isCapped: boolean;
}

/** A generator that a seed and a text decide, whatever else is asked meanwhile. */
export function textRandom(seed: number, text: string): Random {
  const digest = createHash('sha256').update(`${seed}\n${text}`).digest();
  return seededRandom(digest.readUIntBE(0, 6));
}

/** @param capTokens the most that may come back, thoughts included; null: no cap. */
export function modelAnswer(
  settings: AnswerSettings,
  random: Random,
  capTokens: number | null,
  count: CountTokens,
): ModelAnswer {
  const drawnTokens = 20 + Math.floor(random() * 61);
  const wanted =
    settings.text === undefined
      ? drawnPieces(settings.outputTokens ?? drawnTokens, random)
      : givenPieces(settings.text);
  const cap = capTokens ?? Infinity;
  const reasoningTokens = Math.min(settings.reasoningTokens ?? 0, cap);
  const pieces = withinTokens(wanted, cap - reasoningTokens, count);
  const text = pieces.join('');
  const isCapped = pieces.length < wanted.length;
  return { text, pieces, textTokens: count(text), reasoningTokens, isCapped };
}

function drawnPieces(tokens: number, random: Random): string[] {
  return Array.from({ length: tokens }, (_, index) => {
    const place = index % SENTENCE_WORDS;
    if (place === SENTENCE_WORDS - 1) return '.';
    const word = WORDS[Math.floor(random() * WORDS.length)] as string;
    return index === 0 ? word : ` ${word}`;
  });
}

/** A text parted before each blank. */
function givenPieces(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const blank = text.indexOf(' ', start + 1);
    const end = blank === -1 ? text.length : blank;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** As many pieces from the beginning as have no more than so many tokens. */
function withinTokens(
  pieces: readonly string[],
  tokensMax: number,
  count: CountTokens,
): readonly string[] {
  if (tokensMax === Infinity || count(pieces.join('')) <= tokensMax) return pieces;
  let fits = 0;
  let tooMany = pieces.length;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (count(pieces.slice(0, middle).join('')) <= tokensMax) fits = middle;
    else tooMany = middle;
  }
  return pieces.slice(0, fits);
}
