/**
 * Text from outside (tags, models, names of breakers) for a terminal, a spreadsheet or a program:
 * what would move a cursor, hide itself or turn the line around is written as an escape instead.
 */

/** Controls, line and paragraph ends, lone surrogates, and marks that change the direction. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text on one line: `red\u001b[31m` instead of red. */
export const safeText = (text: string): string => text.replace(UNSAFE, escaped);

/** JSON that shows the same, and means what it did: the escapes are its own. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNSAFE, (character) =>
    character === '\n' ? character : escaped(character),
  );
