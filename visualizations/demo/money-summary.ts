/** What a run spent: as data for `--json`, and as lines for people with the way to look again. */
import type { BudgetSummary } from '../../index.ts';
import { line, paragraph, tableLines, type Column, type Line } from '../terminal/lines.ts';
import { shortUsd, type MoneyView } from './money-tally.ts';

export interface MoneySummary extends Omit<MoneyView, 'budgets'> {
  /** As the books have them when the run ends. */
  readonly budgets: readonly BudgetSummary[];
}

export const moneySummaryOf = (
  view: MoneyView,
  budgets: readonly BudgetSummary[],
): MoneySummary => ({ ...view, budgets });

const amount = (
  title: string,
  field: 'limitNanoUsd' | 'spentNanoUsd' | 'forfeitedNanoUsd' | 'leftNanoUsd',
): Column<BudgetSummary> => ({
  title,
  cell: (budget) => ({ text: shortUsd(budget[field]) }),
  align: 'right',
});

const COLUMNS: readonly Column<BudgetSummary>[] = [
  { title: 'budget', cell: ({ budget }) => ({ text: budget, style: 'bold' }) },
  amount('limit', 'limitNanoUsd'),
  amount('spent', 'spentNanoUsd'),
  {
    title: '%',
    cell: ({ percentage }) => ({ text: percentage.toFixed(1) }),
    align: 'right',
  },
  amount('forfeited', 'forfeitedNanoUsd'),
  amount('left', 'leftNanoUsd'),
  { title: 'level', cell: ({ level }) => ({ text: level }) },
];

const PERIOD: Column<BudgetSummary> = {
  title: 'since',
  cell: ({ period }) => ({ text: period === 'total' ? 'its beginning' : `the ${period} began` }),
};

export function moneySummaryLines(money: MoneySummary, database: string, width: number): Line[] {
  // A budget that begins anew says nothing of what was spent before.
  const isRenewed = money.budgets.some(({ period }) => period !== 'total');
  const wide = isRenewed ? [...COLUMNS.slice(0, 1), PERIOD, ...COLUMNS.slice(1)] : COLUMNS;
  const columns =
    width >= 72 ? wide : wide.filter(({ title }) => !['%', 'forfeited'].includes(title));
  const store = quoted(`sqlite:${database}`);
  return [
    line(''),
    ...tableLines(columns, money.budgets),
    line(''),
    ...paragraph(estimates(money), width),
    ...paragraph(refusals(money), width),
    line(''),
    line(' The books, call by call, are there to be looked at:', 'dim'),
    line(`   fuseboard costs --store ${store} --by provider`),
    line(`   fuseboard budgets --store ${store}`),
    line(`   fuseboard ledger verify --store ${store}`),
    line(''),
  ];
}

function estimates({ expectedNanoUsd, actualNanoUsd, assumedCount }: MoneySummary): string {
  const off = expectedNanoUsd === 0 ? 0 : (actualNanoUsd / expectedNanoUsd - 1) * 100;
  const assumed =
    assumedCount === 0
      ? ''
      : ` ${assumedCount} calls ended without anybody knowing their cost, and were booked at the` +
        ' most they could have cost.';
  return (
    `Calls that succeeded were expected to cost ${shortUsd(expectedNanoUsd)}, each before it was` +
    ` made, and did cost ${shortUsd(actualNanoUsd)} (${off < 0 ? '' : '+'}${off.toFixed(1)} %).` +
    assumed
  );
}

function refusals(money: MoneySummary): string {
  const { rule, throttledCount, throttledRefusedCount, spentRefusedCount } = money;
  return (
    `The rule ${rule} slowed ${throttledCount - throttledRefusedCount} calls down and refused` +
    ` ${throttledRefusedCount}; ${spentRefusedCount} were refused because a budget was spent.`
  );
}

/** As a shell takes it. */
const quoted = (text: string): string =>
  /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
