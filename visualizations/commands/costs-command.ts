/** `fuseboard costs`: what was spent, by whatever calls have in common. */
import type { CostReportQuery, CostReportRow } from '../../persistence/cost-report.ts';
import { usageError, type ExitCode } from '../terminal/command-error.ts';
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
import { costPerSuccessNanoUsd, costsTable, type CostsShown } from './costs-table.ts';
import { SINCE_ABOUT, sinceMsOf } from './since.ts';

const FLAGS = {
  ...STORE_FLAG,
  by: {
    kind: 'text',
    of: 'model|operation|breaker|provider|tag:NAME',
    about: 'What rows have in common. Default model.',
  },
  since: { kind: 'text', of: 'WHEN', about: SINCE_ABOUT },
  ...FORMAT_FLAGS,
} as const satisfies FlagTable;

export const COSTS_HELP = `What was spent, as the books of a store have it.

  fuseboard costs [flags]

Reads the sums that boards keep by the hour, dearest first: calls, what they cost and were expected
to cost, tokens, calls refused for money and what those would have cost (an estimate), costs from
outside, and what bills say. The store is only read; a board may use it meanwhile.

${flagHelp(FLAGS)}

Amounts are dollars in a table, and integers of nano-dollars (…NanoUsd) in csv and json. In csv, a
text that a spreadsheet would take for a formula begins with an apostrophe.

Examples
  fuseboard costs                                  by model, everything that is kept
  fuseboard costs --by tag:tenant --since 7d       who spent it, this week
  fuseboard costs --since 2026-11-01 --format csv > november.csv
  fuseboard costs --store sqlite:/var/lib/app/board.db --json

Exit codes: 0 shown, also where nothing was spent; 1 the store cannot be read; 2 a flag is wrong.
`;

/** The columns of csv, and the fields of a row in json. */
const COLUMNS = [
  'group',
  'callCount',
  'succeededCount',
  'costNanoUsd',
  'expectedNanoUsd',
  'costPerSuccessNanoUsd',
  'assumedCount',
  'inputTokens',
  'outputTokens',
  'refusedCount',
  'refusedNanoUsd',
  'outsideNanoUsd',
  'billedNanoUsd',
] as const;

export async function runCosts(args: readonly string[], command: BooksCommand): Promise<ExitCode> {
  const flags = readFlags('costs', args, FLAGS);
  const format = formatOf(flags);
  const by = groupingOf(flags.by ?? 'model');
  const sinceMs = flags.since === undefined ? null : sinceMsOf(flags.since, command.nowMs());
  const store = flags.store ?? STORE;
  return await withBooks(command, store, (books) => {
    const report = books.report({ by, sinceMs });
    command.io.stdout.write(written(format, { store, by, sinceMs, ...report }));
    return 0;
  });
}

function written(format: Format, shown: CostsShown): string {
  const { store, by, sinceMs, rows, total } = shown;
  switch (format) {
    case 'table':
      return costsTable(shown);
    case 'csv':
      return csvText(COLUMNS, rows.map(record));
    case 'json': {
      const since = sinceMs === null ? null : new Date(sinceMs).toISOString();
      return `${safeJson({ store, by, since, rows: rows.map(record), total: record(total) })}\n`;
    }
  }
}

/** @throws CommandError */
function groupingOf(text: string): CostReportQuery['by'] {
  switch (text) {
    case 'model':
    case 'operation':
    case 'breaker':
    case 'provider':
      return text;
  }
  if (text.startsWith('tag:') && text.length > 'tag:'.length) return text as `tag:${string}`;
  throw usageError(
    `--by must be model, operation, breaker, provider or tag:NAME, got '${text}'`,
    'For example --by tag:tenant.',
  );
}

const record = (row: CostReportRow) => ({
  ...row,
  costPerSuccessNanoUsd: costPerSuccessNanoUsd(row),
});
