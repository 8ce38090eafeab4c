/** Which budget the reader looks at. Without a choice it is the one that needs a look most. */
import { signal } from '@preact/signals';

import type { BudgetView } from '../../inspector/protocol.ts';

export const nameOf = ({ summary }: BudgetView): string =>
  JSON.stringify([summary.budget, summary.value]);

const choice = signal<string | null>(null);

export function choose(view: BudgetView): void {
  choice.value = nameOf(view);
}

const LEVELS = ['ok', 'warned', 'exceeded'] as const;

/** Null where there is no budget. */
export function chosenBudget(budgets: readonly BudgetView[]): BudgetView | null {
  const chosen = budgets.find((view) => nameOf(view) === choice.value);
  if (chosen !== undefined) return chosen;
  const severity = ({ summary }: BudgetView): number => LEVELS.indexOf(summary.level);
  return budgets.toSorted((a, b) => severity(b) - severity(a))[0] ?? null;
}
