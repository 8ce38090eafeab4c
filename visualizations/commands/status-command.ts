/** `fuseboard status`: how the breakers of a board stand, once or live. */
import type { Clock } from '../../services/clock.ts';
import { usageError, type ExitCode } from '../terminal/command-error.ts';
import { hasColour, type CommandIo } from '../terminal/command-io.ts';
import { flagHelp, readFlags, type FlagTable } from '../terminal/flags.ts';
import { lineText } from '../terminal/lines.ts';
import { liveLines } from '../terminal/live-lines.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { storeOption } from './books.ts';
import { statusOfStore, type StoredBoard } from './status-of-store.ts';
import { statusesOfPage } from './status-of-page.ts';
import { statusLines } from './status-table.ts';
import type { Status } from './status.ts';

const URL_DEFAULT = 'http://127.0.0.1:7787';
/** How often a store is looked at. */
const LOOK_EVERY_MS = 1_000;

const FLAGS = {
  url: {
    kind: 'text',
    of: 'URL',
    about: `A running inspector. Default ${URL_DEFAULT}.`,
  },
  store: {
    kind: 'text',
    of: 'sqlite:PATH',
    about: 'The store of a board instead: states without calls.',
  },
  watch: { kind: 'switch', about: 'Goes on, and shows what changes. Ctrl-C ends it.' },
  json: { kind: 'switch', about: 'JSON; with --watch a line for each change.' },
} as const satisfies FlagTable;

export const STATUS_HELP = `How the breakers of a board stand: state, why, calls, spend.

  fuseboard status [flags]

Asks a board that runs with an inspector (\`board.inspect()\`, or \`fuseboard demo\`), or reads the
store of one, which nothing notices. Breakers that need attention come first. Calls are counted
while somebody watches: --watch knows them after a second, as does whoever asks beside an open page.

${flagHelp(FLAGS)}

Examples
  fuseboard status
  fuseboard status --watch
  fuseboard status --store sqlite:board.db
  fuseboard status --json | jq -r '.breakers[] | select(.state == "open") | .breaker'

Exit codes: 0 shown, whatever the states; 1 there is no inspector, or the store cannot be read;
2 a flag is wrong.
`;

export interface StatusCommand {
  readonly io: CommandIo;
  readonly clock: Clock;
  /** @throws FuseboardError when the store is not there or cannot be read. */
  readonly openStored: (store: string) => Promise<StoredBoard & { close(): void }>;
}

export async function runStatus(
  args: readonly string[],
  command: StatusCommand,
): Promise<ExitCode> {
  const flags = readFlags('status', args, FLAGS);
  if (flags.url !== undefined && flags.store !== undefined) {
    throw usageError('--url and --store exclude each other', 'Give one of the two.');
  }
  const ending = new AbortController();
  const keep = command.io.onInterrupt(() => ending.abort());
  const isLive = flags.watch === true;
  const show = writer(command.io, isLive, flags.json === true);
  try {
    const statuses =
      flags.store === undefined
        ? statusesOfPage(urlOption(flags.url), ending.signal)
        : statusesOfStore(storeOption(flags.store), command, ending.signal);
    for await (const status of statuses) {
      show(status);
      if (!isLive) break;
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  } finally {
    keep();
    ending.abort();
  }
  return 0;
}

async function* statusesOfStore(
  store: string,
  { openStored, clock }: StatusCommand,
  signal: AbortSignal,
): AsyncGenerator<Status> {
  const stored = await openStored(store);
  try {
    let told = '';
    while (!signal.aborted) {
      const status = statusOfStore(store, stored, clock.nowMs());
      const { atMs: _, ...rest } = status;
      const standing = JSON.stringify(rest);
      if (standing !== told) yield status;
      told = standing;
      await elapsed(clock, LOOK_EVERY_MS, signal);
    }
  } finally {
    stored.close();
  }
}

/** Resolves after so long, or when it is over. */
function elapsed(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = clock.setTimer(ms, true, resolve);
    signal.addEventListener('abort', () => {
      clock.clearTimer(timer);
      resolve();
    });
  });
}

/** A terminal is redrawn; a pipe gets one table, or line of JSON, after another. */
function writer(io: CommandIo, isLive: boolean, isJson: boolean): (status: Status) => void {
  const { stdout, env } = io;
  const colour = hasColour(stdout, env);
  if (isJson) {
    return (status) =>
      stdout.write(isLive ? `${JSON.stringify(status)}\n` : `${safeJson(status)}\n`);
  }
  const isTerminal = stdout.isTTY === true;
  const width = isTerminal ? (stdout.columns ?? WIDTH) : Infinity;
  const text = (status: Status, rowsMax?: number): string[] =>
    statusLines(status, rowsMax).map((each) => lineText(each, width, colour));
  if (isLive && isTerminal && env['TERM'] !== 'dumb') {
    const live = liveLines(stdout);
    return (status) => live.show(text(status, Math.max(1, live.heightMax() - FRAME_LINES)));
  }
  return (status) => {
    const lines = text(status).map((each) => `${each}\n`);
    stdout.write(`${lines.join('')}${isLive ? '\n' : ''}`);
  };
}

/** Of a terminal that does not say. */
const WIDTH = 80;

/**
 * Lines of a live table that are no breakers: headline, reasons, titles, the number of the rest.
 */
const FRAME_LINES = 8;

/** @throws CommandError */
function urlOption(url = URL_DEFAULT): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && ['http:', 'https:'].includes(parsed.protocol)) return parsed.origin;
  throw usageError(`--url must be an http address, got '${url}'`, `For example ${URL_DEFAULT}.`);
}
