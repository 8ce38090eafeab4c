/** The money of a run in three lines of the live screen, or one where there is little room. */
import type { Line, Span, Style } from '../terminal/lines.ts';
import { shortUsd, type BudgetView, type MoneyView } from './money-tally.ts';

const STYLES: Readonly<Record<BudgetView['level'], Style>> = {
  ok: 'green',
  warned: 'magenta',
  exceeded: 'red',
};

const LEVELS: Readonly<Record<BudgetView['level'], string>> = {
  ok: '',
  warned: ', strained',
  exceeded: ', spent',
};

export function moneyLines(money: MoneyView, width: number): Line[] {
  const budgets = money.budgets.flatMap((budget, index): Span[] => [
    { text: `${index === 0 ? '' : '   '}${budget.id} ` },
    { text: figures(budget), style: STYLES[budget.level] },
  ]);
  const first: Line = [{ text: ' money  ', style: 'dim' }, ...budgets];
  return width >= 72 ? [first, providers(money), estimates(money)] : [first];
}

const figures = ({ spentNanoUsd, limitNanoUsd, level }: BudgetView): string =>
  `${shortUsd(spentNanoUsd)} of ${shortUsd(limitNanoUsd)}${LEVELS[level]}`;

function providers(money: MoneyView): Line {
  const costs = money.providers.map(
    ({ provider, costNanoUsd }) => `${provider} ${shortUsd(costNanoUsd)}`,
  );
  return [{ text: `        ${costs.join('   ')}` }];
}

function estimates(money: MoneyView): Line {
  const { expectedNanoUsd, actualNanoUsd, rule, throttledCount, throttledRefusedCount } = money;
  const slowed = throttledCount - throttledRefusedCount;
  return [
    { text: '        ' },
    {
      text:
        `expected ${shortUsd(expectedNanoUsd)}, was ${shortUsd(actualNanoUsd)}` +
        `   ${rule}: ${slowed} slowed, ${throttledRefusedCount} refused`,
      style: 'dim',
    },
  ];
}
