/**
 * How wide a text will be, without a browser: as wide as in DejaVu Sans, which is wider than what
 * other systems show, so that a text fits its box everywhere.
 */

/** Widths of the characters from space to tilde, in hundredths of the font's size. */
const ASCII = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
  64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79,
  60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63,
  63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
];
/** Accented and Greek letters; everything beyond is taken for as wide as it is high. */
const OTHER_LETTER = 70;
const OTHER = 105;
/** How much wider bold letters are. */
const BOLD_RATIO = 1.13;

/** Pixels, rounded up. */
export function textWidth(text: string, sizePx: number, weight: 'regular' | 'bold' = 'regular') {
  let hundredths = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    hundredths += ASCII[code - 32] ?? (code < 0x530 ? OTHER_LETTER : OTHER);
  }
  return Math.ceil((hundredths / 100) * sizePx * (weight === 'bold' ? BOLD_RATIO : 1));
}

/** The text on one line of at most `charactersMax`, cut with `…`; lines and tabs become spaces. */
export function clipped(text: string, charactersMax: number): string {
  const characters = [...text.slice(0, charactersMax * 8).replace(/\s+/g, ' ')];
  if (characters.length <= charactersMax) return characters.join('');
  return `${characters.slice(0, charactersMax - 1).join('')}…`;
}
