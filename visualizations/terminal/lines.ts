/** Lines of a terminal as data: styled spans, fitted to a width before anything is coloured. */

export type Style = 'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan';

export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

/** What a terminal is told, by style (ECMA-48, "select graphic rendition"). */
const CODES: Readonly<Record<Style, number>> = {
  plain: 0,
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  magenta: 35,
  cyan: 36,
};

export const line = (text: string, style: Style = 'plain'): Line => [{ text, style }];

/** The words of a text in lines of at most `width` characters, each after a space. */
export function paragraph(text: string, width: number, style: Style = 'plain'): Line[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = `${last ?? ''} ${word}`;
    if (last === undefined || longer.length > width) lines.push(` ${word}`);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((each) => line(each, style));
}

/** The line as text, cut to `width` characters with `…`; coloured if `colour`. */
export function lineText(spans: Line, width: number, colour: boolean): string {
  const length = spans.reduce((sum, { text }) => sum + [...text].length, 0);
  let left = length > width ? Math.max(0, width - 1) : width;
  const parts: string[] = [];
  for (const { text, style = 'plain' } of spans) {
    const cut = [...text].slice(0, left).join('');
    left -= [...cut].length;
    if (cut !== '') parts.push(painted(cut, style, colour));
  }
  if (length > width && width > 0) parts.push('…');
  return parts.join('').trimEnd();
}

const painted = (text: string, style: Style, colour: boolean): string =>
  colour && style !== 'plain' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Span;
  readonly align?: 'left' | 'right';
  /** Never narrower, so that a table that lives does not jump. */
  readonly widthMin?: number;
}

/** A table: a dim line of titles, then a line for each row. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Line[] {
  const widths = columns.map(({ title, cell, widthMin = 0 }) =>
    Math.max(widthMin, title.length, ...rows.map((row) => [...cell(row).text].length)),
  );
  const row = (spans: readonly Span[]): Line =>
    spans.flatMap(({ text, style = 'plain' }, index): Span[] => {
      const gap = index === 0 ? ' ' : '  ';
      const pad = ' '.repeat((widths[index] ?? 0) - [...text].length);
      if (columns[index]?.align === 'right') return [{ text: gap + pad }, { text, style }];
      const isLast = index === columns.length - 1;
      return [{ text: gap }, { text, style }, { text: isLast ? '' : pad }];
    });
  const titles = columns.map(({ title }): Span => ({ text: title, style: 'dim' }));
  return [row(titles), ...rows.map((each) => row(columns.map(({ cell }) => cell(each))))];
}
