/**
 * `fuseboard inspect`: the page for a board that runs in other processes. It joins them on their
 * store: what they do is seen here, and what an operator does here reaches them.
 */
import type { Board, Inspector } from '../../index.ts';
import type { Clock } from '../../services/clock.ts';
import { usageError, type ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { flagHelp, readFlags, type FlagTable } from '../terminal/flags.ts';
import { safeText } from '../terminal/safe-text.ts';
import { STORE, STORE_FLAG, storeOption } from './books.ts';

/** How often the store is asked for breakers that are new. */
const LOOK_EVERY_MS = 1_000;
const TOKEN = 'FUSEBOARD_TOKEN';

const FLAGS = {
  ...STORE_FLAG,
  port: {
    kind: 'number',
    min: 0,
    max: 65_535,
    isInteger: true,
    about: 'Port of the page; 0 for any free one. Default 7787.',
  },
  host: {
    kind: 'text',
    of: 'HOST',
    about:
      'Address to listen on. Whatever is not loopback can be seen by others. Default 127.0.0.1.',
  },
  forward: {
    kind: 'text',
    of: 'URL',
    about: "A ws: address that gets the messages of Stately's inspector as well.",
  },
  json: { kind: 'switch', about: 'The addresses as JSON on stdout.' },
} as const satisfies FlagTable;

export const INSPECT_HELP = `The page for a board that runs elsewhere, through its store.

  fuseboard inspect [flags]

Serves statecharts, states and costs of every breaker in the store, and follows them as other
processes change them. Calls are counted by the process that makes them: for rates and sparklines,
let the application serve the page itself, with \`board.inspect()\`.

With an operator's token in ${TOKEN} (8 to 256 characters) the page can act: what is forced open or
closed there reaches every process on the store. Without one it shows, and does not act. Ctrl-C ends
it.

${flagHelp(FLAGS)}

Examples
  fuseboard inspect --store sqlite:board.db
  ${TOKEN}=$(openssl rand -hex 16) fuseboard inspect --store sqlite:board.db
  fuseboard inspect --port 0 --json

Exit codes: 0 it was ended, 1 it cannot run, 2 a flag is wrong, 130 quit by a second Ctrl-C.
`;

export interface InspectCommand {
  readonly io: CommandIo;
  readonly clock: Clock;
  /** Names of the breakers in a store. @throws FuseboardError when it is not there. */
  readonly openNames: (store: string) => Promise<{ names(): readonly string[]; close(): void }>;
  readonly openBoard: (store: string) => Promise<Board>;
}

export async function runInspect(
  args: readonly string[],
  command: InspectCommand,
): Promise<ExitCode> {
  const { io } = command;
  const flags = readFlags('inspect', args, FLAGS);
  const store = storeOption(flags.store ?? STORE);
  const { port, host, forward } = flags;
  const token = io.env[TOKEN]?.trim() || null;
  if (token !== null && !/^[!-~]{8,256}$/.test(token)) {
    throw usageError(
      `${TOKEN} must be 8 to 256 printable characters without spaces`,
      'It is not shown here. Set another one, or none.',
    );
  }
  if (forward !== undefined && !/^wss?:\/\//i.test(forward)) {
    throw usageError(
      `--forward must be a ws: or wss: address, got '${safeText(forward)}'`,
      'For example --forward ws://127.0.0.1:8080.',
    );
  }
  const stored = await command.openNames(store);
  try {
    await using board = await command.openBoard(store);
    const stopFollowing = follow(board, stored, command.clock);
    const inspector = await board.inspect({
      token,
      title: store.slice('sqlite:'.length).slice(-80),
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(forward === undefined ? {} : { forward }),
    });
    io.stdout.write(flags.json === true ? json(store, inspector) : words(store, inspector, board));
    await new Promise<void>((resolve) => void io.onInterrupt(resolve));
    stopFollowing();
    return 0;
  } finally {
    stored.close();
  }
}

/** Makes a breaker here for each that the store knows, now and from time to time. */
function follow(board: Board, stored: { names(): readonly string[] }, clock: Clock): () => void {
  const known = new Set<string>();
  let timer: unknown = null;
  const look = (): void => {
    for (const name of stored.names()) {
      if (known.has(name)) continue;
      known.add(name);
      board.breaker(name);
    }
    timer = clock.setTimer(LOOK_EVERY_MS, true, look);
  };
  look();
  return () => clock.clearTimer(timer);
}

const json = (store: string, { url, operatorUrl }: Inspector): string =>
  `${JSON.stringify({ store, url, operatorUrl })}\n`;

function words(store: string, { url, operatorUrl }: Inspector, board: Board): string {
  const address = operatorUrl ?? url ?? '';
  const count = board.breakers().length;
  const what = count === 1 ? '1 breaker' : `${count} breakers`;
  const can = operatorUrl === null ? ` It shows, and does not act: there is no ${TOKEN}.` : '';
  return `${what} of ${safeText(store)}: ${address}\n${can.trim() === '' ? '' : `${can.trim()}\n`}`;
}
