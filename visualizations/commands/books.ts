/** The books that the commands about money look at, and the flags that they have in common. */
import type { BudgetDefinition } from '../../persistence/budget-definition.ts';
import type { CostReport, CostReportQuery, LedgerVerdict } from '../../persistence/cost-report.ts';
import type { AccountKey, AccountState } from '../../persistence/money-store.ts';
import { usageError, type ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import type { FlagTable } from '../terminal/flags.ts';

/** An account, and whose it is in which period. */
export type KeyedAccount = AccountState & { readonly key: AccountKey };

/** The money of one store, to be looked at. */
export interface Books {
  /** Every budget that somebody has defined, with the limit in force. */
  budgets(): readonly BudgetDefinition[];
  /** Accounts of the periods that hold `atMs`. Wall-clock milliseconds. */
  accounts(atMs: number): readonly KeyedAccount[];
  report(query: CostReportQuery): CostReport;
  verify(): LedgerVerdict;
  close(): void;
}

/** What the commands need of the program around them. */
export interface BooksCommand {
  readonly io: Pick<CommandIo, 'stdout' | 'stderr'>;
  /** @throws FuseboardError when the store is not there or cannot be read. */
  readonly openBooks: (store: string) => Promise<Books>;
  /** Wall-clock milliseconds. */
  readonly nowMs: () => number;
}

export const STORE = 'sqlite:fuseboard.db';

export const STORE_FLAG = {
  store: {
    kind: 'text',
    of: 'sqlite:PATH',
    about: `The store of the board. Default ${STORE}.`,
  },
} as const satisfies FlagTable;

export const FORMATS = ['table', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export const FORMAT_FLAGS = {
  format: { kind: 'choice', choices: FORMATS, about: 'How to write it. Default table.' },
  json: { kind: 'switch', about: 'Short for --format json.' },
} as const satisfies FlagTable;

/** @throws CommandError for two formats at once. */
export function formatOf(flags: { readonly format?: Format; readonly json?: true }): Format {
  if (flags.json !== true) return flags.format ?? 'table';
  if (flags.format === undefined || flags.format === 'json') return 'json';
  throw usageError(
    `--json and --format ${flags.format} exclude each other`,
    'Give one of the two.',
  );
}

/** @throws CommandError for what names no file. */
export function storeOption(store: string): string {
  if (store.startsWith('sqlite:') && store.slice('sqlite:'.length).trim() !== '') return store;
  throw usageError(`--store must be sqlite:PATH, got '${store}'`, `For example --store ${STORE}.`);
}

/** Opens the books of a store for as long as `look` takes. */
export async function withBooks(
  { openBooks }: BooksCommand,
  store: string,
  look: (books: Books) => ExitCode,
): Promise<ExitCode> {
  const books = await openBooks(storeOption(store));
  try {
    return look(books);
  } finally {
    books.close();
  }
}

/** An instant for a person: `2026-11-23 00:00 UTC`. */
export const instantText = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
