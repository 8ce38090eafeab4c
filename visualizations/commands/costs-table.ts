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
  (field: 'costNanoUsd' | 'expectedNanoUsd' | 'refusedNanoUsd' | 'outsideNanoUsd' | 'billedNanoUsd') =>
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
