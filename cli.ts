#!/usr/bin/env node
/**
 * The command line: which command, with which flags, and how it ends. What a command does lives
 * elsewhere and is loaded when it is asked for, so that help comes at once.
 */
import { createRequire } from 'node:module';

import type { ReadableBooks } from './persistence/open-books.ts';
import type { Board } from './services/board.ts';
import { systemClock } from './services/clock.ts';
import { isFuseboardError } from './services/errors.ts';
import type { BooksCommand } from './visualizations/commands/books.ts';
import { CommandError, usageError } from './visualizations/terminal/command-error.ts';
import type { CommandIo } from './visualizations/terminal/command-io.ts';

const HELP = `Circuit breakers as statecharts for applications that call paid, fallible APIs.

  fuseboard <command> [flags]

Commands
  demo            watch breakers protect real HTTP calls, and budgets pay for them
  inspect         serve the page for a board that runs elsewhere, through its store
  status          show how the breakers of a board stand, once or live
  costs           show what was spent, by model, operation, breaker, provider or tag
  budgets         show limits, and how much of each is spent
  ledger verify   recompute every total of the books from their rows
  paths           write a test file generated from a statechart
  diagram         draw a statechart: the breaker's, or one of yours

Flags
  --help     of the program, or of a command
  --version  of the package

Examples
  fuseboard demo
  fuseboard demo --seconds 60 --seed 7
  fuseboard costs --by tag:tenant --since 7d
  fuseboard budgets --store sqlite:board.db --format json
  fuseboard paths --out breaker.paths.test.ts
  fuseboard paths --help

Exit codes: 0 success, 1 it could not be done, 2 it was asked for in the wrong way, 3 it was done,
and found something wrong (ledger verify, paths --check).
`;

/** Breakers of one store that are inspected at once. */
const BREAKERS_MAX = 1_000_000;

const COMMANDS = [
  'demo',
  'inspect',
  'status',
  'costs',
  'budgets',
  'ledger',
  'paths',
  'diagram',
] as const;
type Command = (typeof COMMANDS)[number];

const io: CommandIo = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt(run) {
    let isInterrupted = false;
    const interrupted = (): void => {
      if (isInterrupted) process.exit(130);
      isInterrupted = true;
      run();
    };
    process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
    return () => process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  },
};

async function openStored(store: string): Promise<ReadableBooks> {
  const { openBooksToRead } = await import('./persistence/open-books.ts');
  return openBooksToRead(store, systemClock);
}

interface StoredNames {
  names(): readonly string[];
  close(): void;
}

async function openNames(store: string): Promise<StoredNames> {
  const stored = await openStored(store);
  const names = (): string[] => stored.breakers().rows.map(({ name }) => name);
  return { names, close: () => stored.close() };
}

/** Joins the processes on a store, however many breakers they have. */
async function openBoard(store: string): Promise<Board> {
  const { openBoard } = await import('./services/open-board.ts');
  return await openBoard({ store, ledger: {}, breakersMax: BREAKERS_MAX });
}

const booksCommand: BooksCommand = {
  io,
  nowMs: () => systemClock.nowMs(),
  openBooks: openStored,
};

async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h') return print(HELP);
  if (first === '--version' || first === '-v') return print(`${version()}\n`);
  if (first === 'help') return await main([...rest, '--help']);
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined) {
    const kind = first.startsWith('-') ? 'flag' : 'command';
    throw usageError(
      `there is no ${kind} '${first}'`,
      `The commands are ${COMMANDS.join(', ')}; 'fuseboard --help' explains them.`,
    );
  }
  return await start(command, rest);
}

async function start(command: Command, args: readonly string[]): Promise<number> {
  switch (command) {
    case 'demo': {
      const { DEMO_HELP, runDemo } = await import('./visualizations/demo/command.ts');
      if (asksForHelp(args)) return print(DEMO_HELP);
      const { seededRandom } = await import('./test/kit/seeded-random.ts');
      return await runDemo(args, io, seededRandom);
    }
    case 'inspect': {
      const { INSPECT_HELP, runInspect } =
        await import('./visualizations/commands/inspect-command.ts');
      if (asksForHelp(args)) return print(INSPECT_HELP);
      return await runInspect(args, { io, clock: systemClock, openNames, openBoard });
    }
    case 'status': {
      const { STATUS_HELP, runStatus } =
        await import('./visualizations/commands/status-command.ts');
      if (asksForHelp(args)) return print(STATUS_HELP);
      return await runStatus(args, { io, clock: systemClock, openStored });
    }
    case 'costs': {
      const { COSTS_HELP, runCosts } = await import('./visualizations/commands/costs-command.ts');
      return asksForHelp(args) ? print(COSTS_HELP) : await runCosts(args, booksCommand);
    }
    case 'budgets': {
      const { BUDGETS_HELP, runBudgets } =
        await import('./visualizations/commands/budgets-command.ts');
      return asksForHelp(args) ? print(BUDGETS_HELP) : await runBudgets(args, booksCommand);
    }
    case 'ledger': {
      const { LEDGER_HELP, runLedger } =
        await import('./visualizations/commands/ledger-command.ts');
      return asksForHelp(args) ? print(LEDGER_HELP) : await runLedger(args, booksCommand);
    }
    case 'diagram': {
      const { DIAGRAM_HELP, runDiagram } =
        await import('./visualizations/commands/diagram-command.ts');
      return asksForHelp(args) ? print(DIAGRAM_HELP) : await runDiagram(args, io);
    }
    case 'paths': {
      const { PATHS_HELP, runPaths } = await import('./visualizations/paths/paths-command.ts');
      if (asksForHelp(args)) return print(PATHS_HELP);
      return await runPaths(args, { io, nowMs: booksCommand.nowMs });
    }
  }
}

const asksForHelp = (args: readonly string[]): boolean =>
  args.includes('--help') || args.includes('-h');

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

function version(): string {
  const manifest = createRequire(import.meta.url)('fuseboard/package.json') as { version: string };
  return manifest.version;
}

/** One line and a hint; a stack only for whoever asks for it. */
function complain(error: unknown): number {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const hint = hintOf(error);
  const isOurs = error instanceof CommandError || isFuseboardError(error);
  process.stderr.write(`fuseboard: ${message.split('\n', 1)[0]}\nhint: ${hint}\n`);
  if (!isOurs && process.env['FUSEBOARD_TRACE']) console.error(error);
  return error instanceof CommandError ? error.exitCode : 1;
}

function hintOf(error: unknown): string {
  if (error instanceof CommandError) return error.hint;
  if (isFuseboardError(error)) return (error as { hint?: string }).hint ?? 'See --help.';
  return 'This was not foreseen; FUSEBOARD_TRACE=1 shows where it happened.';
}

// A reader that has seen enough, such as `head`, is no failure, and changes no verdict.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? process.exitCode : 1);
});

process.exitCode = await main(process.argv.slice(2)).catch(complain);
