#!/usr/bin/env node
/**
 * The command line: which command, with which flags, and how it ends. What a command does lives
 * elsewhere and is loaded when it is asked for, so that help comes at once.
 */
import { createRequire } from 'node:module';

import { systemClock } from './services/clock.ts';
import { isFuseboardError } from './services/errors.ts';
import type { BooksCommand } from './visualizations/commands/books.ts';
import { CommandError, usageError } from './visualizations/terminal/command-error.ts';
import type { CommandIo } from './visualizations/terminal/command-io.ts';

const HELP = `Circuit breakers as statecharts for applications that call paid, fallible APIs.

  fuseboard <command> [flags]

Commands
  demo            watch breakers protect real HTTP calls, and budgets pay for them
  costs           show what was spent, by model, operation, breaker, provider or tag
  budgets         show limits, and how much of each is spent
  ledger verify   recompute every total of the books from their rows
  paths           write a test file generated from a statechart

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

Exit codes: 0 success, 1 it could not be done, 2 it was asked for in the wrong way, 3 the books are
wrong (ledger verify).
`;

const COMMANDS = ['demo', 'costs', 'budgets', 'ledger', 'paths'] as const;
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

const booksCommand: BooksCommand = {
  io,
  nowMs: () => systemClock.nowMs(),
  async openBooks(store) {
    const { openBooksToRead } = await import('./persistence/open-books.ts');
    return openBooksToRead(store, systemClock);
  },
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
    case 'paths': {
      const { runPaths } = await import('./visualizations/paths/paths-command.ts');
      return await runPaths(args, io);
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
