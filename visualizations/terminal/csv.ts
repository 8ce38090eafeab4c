/**
 * Comma-separated values (RFC 4180, lines ending in `\n`): a line of names, then a line for each
 * row. Amounts and counts are plain integers. A text that a spreadsheet would run as a formula gets
 * an apostrophe in front, which a spreadsheet shows as the text it is.
 */
import { safeText } from './safe-text.ts';

export type Cell = string | number | boolean | null;

/** The columns of the rows, in the order named. */
export function csvText<Name extends string>(
  columns: readonly Name[],
  rows: readonly Readonly<Record<Name, Cell>>[],
): string {
  const lines = rows.map((row) => columns.map((name) => csvCell(row[name])).join(','));
  return [columns.join(','), ...lines].map((line) => `${line}\n`).join('');
}

/** What makes a spreadsheet take a cell for a formula, also in its full-width forms. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
/** Also what other readers take for the end of a cell. */
const QUOTED = /[",;|\n\r\t]|^\s|\s$/;

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = safeText(cell);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
