/** `fuseboard ledger verify`: whether the rows bear out every total of the books. */
import type { LedgerVerdict } from '../../persistence/cost-report.ts';
import { formatUsd } from '../../services/cost/money.ts';
import { usageError, type ExitCode } from '../terminal/command-error.ts';
import { flagHelp, readFlags, type FlagTable } from '../terminal/flags.ts';
import { line, lineText, tableLines, type Column } from '../terminal/lines.ts';
import { CLEAR_LINE } from '../terminal/progress-line.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';
import { STORE, STORE_FLAG, withBooks, type BooksCommand } from './books.ts';

const FLAGS = {
  ...STORE_FLAG,
  json: { kind: 'switch', about: 'The verdict as JSON.' },
} as const satisfies FlagTable;

export const LEDGER_HELP = `Whether the books are right.

  fuseboard ledger verify [flags]

Recomputes every total from what it is made of: what each budget has settled, holds, has forfeited
and overspent, and what each hour cost. Each total that the rows do not bear out is named. Reads the
whole ledger, as it is at one instant, and changes nothing; a board may use it meanwhile.

${flagHelp(FLAGS)}

Examples
  fuseboard ledger verify
  fuseboard ledger verify --store sqlite:/var/lib/app/board.db || page-somebody

Exit codes: 0 the books are right; 1 the store cannot be read; 2 a flag is wrong; 3 the books are
wrong.
`;

/** Mismatches that a store tells; there may be more. */
const MISMATCHES_TOLD_MAX = 1_000;

export async function runLedger(args: readonly string[], command: BooksCommand): Promise<ExitCode> {
  const [act, ...rest] = args;
  if (act !== 'verify') {
    const came = act === undefined ? 'nothing' : `'${act}'`;
    throw usageError(`ledger must be told what to do, got ${came}`, 'Say fuseboard ledger verify.');
  }
  const flags = readFlags('ledger verify', rest, FLAGS);
  const store = flags.store ?? STORE;
  return await withBooks(command, store, (books) => {
    const verdict = waiting(command, store, () => books.verify());
    const isRight = verdict.mismatches.length === 0;
    command.io.stdout.write(
      flags.json === true ? `${safeJson({ store, isRight, ...verdict })}\n` : told(store, verdict),
    );
    return isRight ? 0 : 3;
  });
}

/** Says on a terminal what is being done: of millions of rows it takes seconds. */
function waiting<T>({ io: { stderr } }: BooksCommand, store: string, work: () => T): T {
  if (stderr.isTTY !== true) return work();
  const width = (stderr.columns ?? WIDTH) - 1;
  const text = lineText(line(`reading the whole ledger of ${safeText(store)} …`), width, false);
  stderr.write(text);
  try {
    return work();
  } finally {
    stderr.write(CLEAR_LINE);
  }
}

/** Of a terminal that does not say. */
const WIDTH = 80;

type Mismatch = LedgerVerdict['mismatches'][number];

const COLUMNS: readonly Column<Mismatch>[] = [
  { title: 'total', cell: ({ what }) => ({ text: safeText(what) }) },
  {
    title: 'stored',
    cell: ({ storedNanoUsd }) => ({ text: formatUsd(storedNanoUsd) }),
    align: 'right',
  },
  {
    title: 'recomputed',
    cell: ({ recomputedNanoUsd }) => ({ text: formatUsd(recomputedNanoUsd) }),
    align: 'right',
  },
];

function told(store: string, { rowCount, accountCount, mismatches }: LedgerVerdict): string {
  const name = safeText(store);
  if (mismatches.length === 0) {
    return (
      `The books of ${name} are right: ${counted(rowCount, 'row')} of the ledger bear out every` +
      ` hour, and every total of ${counted(accountCount, 'account')}.\n`
    );
  }
  const atLeast = mismatches.length >= MISMATCHES_TOLD_MAX ? 'at least ' : '';
  const lines = [
    line(
      `The books of ${name} are wrong: ${atLeast}${counted(mismatches.length, 'total')} not borne` +
        ` out by the ${counted(rowCount, 'row')} of the ledger.`,
    ),
    line(''),
    ...tableLines(COLUMNS, mismatches),
  ];
  return lines.map((each) => `${lineText(each, Infinity, false)}\n`).join('');
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;
