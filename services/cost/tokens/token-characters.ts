/** What a UTF-16 code unit is to a tokenizer, in one table of 64 KB. */

/** Punctuation, symbols, controls. */
export const OTHER = 0;
/** A letter or a digit. */
export const WORD = 1;
/** What may belong to the letter before it: a mark, an apostrophe, half of a surrogate pair. */
export const JOINING = 2;
/** White space that does not end a line. */
export const SPACE = 3;
export const NEWLINE = 4;

export type CharacterKind = 0 | 1 | 2 | 3 | 4;

const WORDS = /[\p{L}\p{N}]/u;
const MARKS = /[\p{M}'\u2019]/u;
const SPACES = /\s/u;

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

function kindOf(unit: number): CharacterKind {
  if (unit === 10 || unit === 13) return NEWLINE;
  if (isSurrogate(unit)) return JOINING;
  const character = String.fromCharCode(unit);
  if (WORDS.test(character)) return WORD;
  if (MARKS.test(character)) return JOINING;
  return SPACES.test(character) ? SPACE : OTHER;
}

let table: Uint8Array | null = null;

/** The kind of every code unit. Made on the first call, which takes some milliseconds. */
export function characterKinds(): Uint8Array {
  table ??= Uint8Array.from({ length: 0x10000 }, (_, unit) => kindOf(unit));
  return table;
}

/** The place at or just before `index` where a text may be cut without parting a surrogate pair. */
export function cutBefore(text: string, index: number): number {
  if (index <= 0 || index >= text.length) return index;
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  const isPair = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
  return isPair ? index - 1 : index;
}
