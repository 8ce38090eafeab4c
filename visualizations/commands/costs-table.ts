/** A report on costs as a table for people. Columns that say nothing in any row are left out. */
import type { CostReport, CostReportQuery, CostReportRow } from '../../persistence/cost-report.ts';
import { formatUsd } from '../../services/cost/money.ts';
import { line, lineText, tableLines, type Column } from '../terminal/lines.ts';
import { safeText } from '../terminal/safe-text.ts';
import { instantText } from './books.ts';

export interface CostsShown extends CostReport, CostReportQuery {
  readonly store: string;
}

interface Figure {
  readonly title: string;
  readonly text: (row: CostReportRow) => string;
  /** Whether the column is shown for this total; always unless said. */
  readonly isShown?: (total: CostReportRow) => boolean;
}

const usdOf =
  (
    field:
      'costNanoUsd' | 'expectedNanoUsd' | 'refusedNanoUsd' | 'outsideNanoUsd' | 'billedNanoUsd',
  ) =>
  (row: CostReportRow): string =>
    formatUsd(row[field]);

const FIGURES: readonly Figure[] = [
  { title: 'calls', text: ({ callCount }) => String(callCount) },
  { title: 'ok', text: ({ succeededCount }) => String(succeededCount) },
  { title: 'cost', text: usdOf('costNanoUsd') },
  { title: 'per success', text: perSuccess },
  { title: 'expected', text: usdOf('expectedNanoUsd') },
  { title: 'off', text: off },
  {
    title: 'assumed',
    text: ({ assumedCount }) => String(assumedCount),
    isShown: ({ assumedCount }) => assumedCount > 0,
  },
  { title: 'tokens in', text: ({ inputTokens }) => String(inputTokens) },
  { title: 'out', text: ({ outputTokens }) => String(outputTokens) },
  {
    title: 'refused',
    text: ({ refusedCount }) => String(refusedCount),
    isShown: ({ refusedCount }) => refusedCount > 0,
  },
  {
    title: 'spared',
    text: usdOf('refusedNanoUsd'),
    isShown: ({ refusedCount }) => refusedCount > 0,
  },
  {
    title: 'from outside',
    text: usdOf('outsideNanoUsd'),
    isShown: ({ outsideNanoUsd }) => outsideNanoUsd > 0,
  },
  {
    title: 'billed',
    text: usdOf('billedNanoUsd'),
    isShown: ({ billedNanoUsd }) => billedNanoUsd > 0,
  },
];

/** Lines of text, each with its end; one that says so where nothing was booked. */
export function costsTable({ store, by, sinceMs, rows, total }: CostsShown): string {
  const since = sinceMs === null ? null : instantText(sinceMs);
  if (rows.length === 0) {
    const when = since === null ? 'yet' : `since ${since}`;
    return `Nothing is booked in ${safeText(store)} ${when}.\n`;
  }
  const columns: Column<Shown>[] = [
    { title: safeText(by), cell: ({ name }) => ({ text: name }) },
    ...FIGURES.filter(({ isShown }) => isShown?.(total) ?? true).map(
      ({ title, text }): Column<Shown> => ({
        title,
        cell: ({ row }) => ({ text: text(row) }),
        align: 'right',
      }),
    ),
  ];
  const shown = [
    ...rows.map((row) => ({ name: nameOf(row.group), row })),
    ...(rows.length > 1 ? [{ name: 'total', row: total }] : []),
  ];
  const notes = [
    ...(since === null ? [] : [`Since ${since}, in full hours.`]),
    ...(total.refusedCount > 0
      ? ['What refused calls spared is what they were expected to cost.']
      : []),
  ];
  const lines = [
    ...tableLines(columns, shown),
    ...(notes.length > 0 ? [line('')] : []),
    ...notes.map((note) => line(` ${note}`)),
  ];
  return lines.map((each) => `${lineText(each, Infinity, false)}\n`).join('');
}

interface Shown {
  readonly name: string;
  readonly row: CostReportRow;
}

const nameOf = (group: string | null): string =>
  group === null || group === '' ? '(none)' : safeText(group);

/** Of the calls in the books: what others reported says nothing of success. Rounded up. */
export const costPerSuccessNanoUsd = (row: CostReportRow): number | null =>
  row.succeededCount === 0
    ? null
    : Math.ceil((row.costNanoUsd - row.outsideNanoUsd) / row.succeededCount);

function perSuccess(row: CostReportRow): string {
  const nanoUsd = costPerSuccessNanoUsd(row);
  return nanoUsd === null ? '' : formatUsd(nanoUsd);
}

/** How far the calls' costs lie from what was expected. */
function off({ costNanoUsd, outsideNanoUsd, expectedNanoUsd }: CostReportRow): string {
  if (expectedNanoUsd === 0) return '';
  const percent = ((costNanoUsd - outsideNanoUsd) / expectedNanoUsd - 1) * 100;
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)}%`;
}
