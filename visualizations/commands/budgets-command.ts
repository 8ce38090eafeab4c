/** `fuseboard budgets`: limits, and how much of each is spent in the period that runs. */
import type { ExitCode } from '../terminal/command-error.ts';
import { csvText } from '../terminal/csv.ts';
import { flagHelp, readFlags, type FlagTable } from '../terminal/flags.ts';
import { safeJson } from '../terminal/safe-text.ts';
import {
  formatOf,
  FORMAT_FLAGS,
  STORE,
  STORE_FLAG,
  withBooks,
  type BooksCommand,
  type Format,
} from './books.ts';
import { BUDGET_COLUMNS, budgetRecords, type BudgetRecord } from './budget-records.ts';
import { budgetsTable } from './budgets-table.ts';

const FLAGS = { ...STORE_FLAG, ...FORMAT_FLAGS } as const satisfies FlagTable;

export const BUDGETS_HELP = `Budgets, and how much of each is spent in the period that runs now.

  fuseboard budgets [flags]

A line for each budget, or for each value of a budget that is divided by a tag: the limit in force,
what is spent of it (forfeited money counts as spent), what running processes hold, what is left,
the level (ok, warned, exceeded), and when the next period begins. The store is only read.

${flagHelp(FLAGS)}

Amounts are dollars in a table, and integers of nano-dollars (…NanoUsd) in csv and json. In csv, a
text that a spreadsheet would take for a formula begins with an apostrophe.

Examples
  fuseboard budgets
  fuseboard budgets --store sqlite:/var/lib/app/board.db
  fuseboard budgets --json | jq '.budgets[] | select(.level != "ok")'

Exit codes: 0 shown, whatever the levels; 1 the store cannot be read; 2 a flag is wrong.
`;

export async function runBudgets(
  args: readonly string[],
  command: BooksCommand,
): Promise<ExitCode> {
  const flags = readFlags('budgets', args, FLAGS);
  const format = formatOf(flags);
  const store = flags.store ?? STORE;
  return await withBooks(command, store, (books) => {
    const records = budgetRecords(books.budgets(), books.accounts(command.nowMs()));
    command.io.stdout.write(written(format, store, records));
    return 0;
  });
}

function written(format: Format, store: string, budgets: readonly BudgetRecord[]): string {
  switch (format) {
    case 'table':
      return budgetsTable(store, budgets);
    case 'csv':
      return csvText(BUDGET_COLUMNS, budgets);
    case 'json':
      return `${safeJson({ store, budgets })}\n`;
  }
}
