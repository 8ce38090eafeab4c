/**
 * Cuts a text so that a tokenizer is never handed a long unbroken run, on which every one of them
 * takes time that grows with the square of its length: 50,000 Chinese characters without a space
 * hold the event loop for more than ten seconds in one piece, and for some milliseconds in pieces.
 *
 * Tokenizers first part a text into words, by rules that look at no character before the word. At
 * a *seam*, a place where every word ends whatever stands around it, a text can be cut and counted
 * in parts with the same sum. Only what runs on for more than 64 characters without a seam is cut
 * where no tokenizer would cut it, and is said to be *forced*.
 *
 * The seams hold for the patterns of cl100k_base and o200k_base
 * (https://github.com/openai/tiktoken, tiktoken_ext/openai_public.py).
 */
import { characterKinds, cutBefore, JOINING, NEWLINE, SPACE, WORD } from './token-characters.ts';

/** Characters that may run on without a seam before they are cut. */
export const RUN_MAX = 64;
/** Characters after which a part ends at the next seam. */
const PART_AIM = 4096;
const SLASH = 47;

/** Told of each part in order; answers false to hear of no more. */
export type VisitPart = (start: number, end: number, isForced: boolean) => boolean;

/**
 * Parts that together are the whole text. None is empty, none begins or ends inside a surrogate
 * pair, and a forced one has at most 64 characters. Others end at the first seam after `partAim`.
 */
export function eachPart(text: string, visit: VisitPart, partAim = PART_AIM): void {
  const kinds = characterKinds();
  const length = text.length;
  let partStart = 0;
  let seam = 0;
  let newline = -1;
  let before: number = NEWLINE;
  for (let index = 0; index <= length; index++) {
    const unit = index < length ? text.charCodeAt(index) : 0;
    const kind = kinds[unit] as number;
    const found = index === length ? length : seamAt(before, kind, unit, index, newline);
    before = kind;
    if (kind === NEWLINE) newline = index;
    if (found <= seam) continue;
    if (found - seam > RUN_MAX) {
      if (seam > partStart && !visit(partStart, seam, false)) return;
      if (!eachForced(text, seam, found, visit)) return;
      partStart = found;
    } else if (found - partStart >= partAim) {
      if (!visit(partStart, found, false)) return;
      partStart = found;
    }
    seam = found;
  }
  if (partStart < length) visit(partStart, length, false);
}

/** The latest seam that the character at `index` shows, at it or before it; -1 for none. */
function seamAt(
  before: number,
  kind: number,
  unit: number,
  index: number,
  newline: number,
): number {
  if (kind === SPACE) return before < SPACE ? index : -1;
  if (kind === NEWLINE) return before === WORD ? index : -1;
  if (before === WORD) return kind === WORD || kind === JOINING ? -1 : index;
  if (before < SPACE || newline < 0) return -1;
  // White space ends here. What follows its last newline is a word apart; a slash joins newlines.
  if (newline === index - 1) return unit === SLASH ? -1 : index;
  return newline + 1;
}

function eachForced(text: string, start: number, end: number, visit: VisitPart): boolean {
  for (let from = start; from < end;) {
    const to = end - from > RUN_MAX ? cutBefore(text, from + RUN_MAX) : end;
    if (!visit(from, to, true)) return false;
    from = to;
  }
  return true;
}
