/** Budgets as a table for people. Columns that say nothing in any row are left out. */
import { formatUsd } from '../../services/cost/money.ts';
import { lineText, tableLines, type Column } from '../terminal/lines.ts';
import { safeText } from '../terminal/safe-text.ts';
import { instantText } from './books.ts';
import type { BudgetRecord } from './budget-records.ts';

type Amount =
  | 'limitNanoUsd'
  | 'spentNanoUsd'
  | 'forfeitedNanoUsd'
  | 'reservedNanoUsd'
  | 'overspentNanoUsd'
  | 'leftNanoUsd';

const text = (title: string, of: (budget: BudgetRecord) => string): Column<BudgetRecord> => ({
  title,
  cell: (budget) => ({ text: of(budget) }),
});

const amount = (title: string, field: Amount): Column<BudgetRecord> => ({
  ...text(title, (budget) => formatUsd(budget[field])),
  align: 'right',
});

/** Lines of text, each with its end; one that says so where there is no budget. */
export function budgetsTable(store: string, budgets: readonly BudgetRecord[]): string {
  if (budgets.length === 0) return `No budget is defined in ${safeText(store)} yet.\n`;
  const has = (isSo: (budget: BudgetRecord) => boolean): boolean => budgets.some(isSo);
  const columns: Column<BudgetRecord>[] = [
    text('budget', ({ budget }) => safeText(budget)),
    ...(has(({ value }) => value !== '') ? [text('of', ({ value }) => safeText(value))] : []),
    text('period', ({ period }) => (period === null ? 'not begun' : safeText(period))),
    amount('limit', 'limitNanoUsd'),
    amount('spent', 'spentNanoUsd'),
    amount('forfeited', 'forfeitedNanoUsd'),
    amount('reserved', 'reservedNanoUsd'),
    ...(has(({ overspentNanoUsd }) => overspentNanoUsd > 0)
      ? [amount('overspent', 'overspentNanoUsd')]
      : []),
    amount('left', 'leftNanoUsd'),
    { ...text('%', ({ spentPercent }) => spentPercent.toFixed(1)), align: 'right' },
    text('level', ({ level }) => level),
    text('next period', nextPeriod),
  ];
  return tableLines(columns, budgets)
    .map((each) => `${lineText(each, Infinity, false)}\n`)
    .join('');
}

function nextPeriod({ period, nextPeriodAt }: BudgetRecord): string {
  if (nextPeriodAt !== null) return instantText(Date.parse(nextPeriodAt));
  return period === null ? '' : 'never';
}
