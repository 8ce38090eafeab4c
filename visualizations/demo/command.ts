/** `fuseboard demo`: its flags and its help. What it runs is loaded when it runs. */
import type { Random } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import type { ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { flagHelp, readFlags, type FlagTable } from '../terminal/flags.ts';

const DATABASE = '.fuseboard/demo.db';
const RATE = 60;

const FLAGS = {
  seconds: {
    kind: 'number',
    min: 4,
    max: 3_600,
    about: 'Ends after a story of this length, 4 to 3600, with a summary.',
  },
  seed: {
    kind: 'number',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    isInteger: true,
    about: 'Repeats the same story. Default 4711.',
  },
  rate: {
    kind: 'number',
    min: 10,
    max: 500,
    about: `Calls per second in all, 10 to 500. Default ${RATE}.`,
  },
  db: { kind: 'text', of: 'FILE', about: `Where states are kept. Default ${DATABASE}.` },
  fresh: { kind: 'switch', about: 'Start over instead of going on with an interrupted run.' },
  port: {
    kind: 'number',
    min: 0,
    max: 65_535,
    isInteger: true,
    about: 'Port of the page; 0 for any free one. Default 7787, or any free one.',
  },
  'no-page': { kind: 'switch', about: 'Serve no page.' },
  simulated: { kind: 'switch', about: 'Use no real provider, whatever keys are there.' },
  json: { kind: 'switch', about: 'Summary as JSON on stdout; what is shown meanwhile on stderr.' },
} as const satisfies FlagTable;

export const DEMO_HELP = `Watch breakers and budgets protect calls of three APIs that cost money.

  fuseboard demo [flags]

Calls the three APIs through protected fetches: chats, embeddings, searches, questions about
documents, some of them streamed. The providers are simulated, by real HTTP servers on loopback
that are walked through healthy, slow, outage, rate limit and recovery: a day in a minute, and then
another one. The address it prints is a page, served on this machine alone, that shows breakers
open and close, what they cost, and why. Ctrl-C stops once the calls in flight have ended; started
again, it goes on from there, with every breaker as it was left.

A provider whose key is in the environment is the real one, and costs real money: at most $0.05 in
a run, with about a call every two seconds. --simulated uses none.

  OPENAI_API_KEY      the real OpenAI, or the server at OPENAI_BASE_URL
  PERPLEXITY_API_KEY  the real Perplexity, or the server at PERPLEXITY_BASE_URL
  LIGHTRAG_URL        the LightRAG server there, with LIGHTRAG_API_KEY if it asks for one

${flagHelp(FLAGS)}

Examples
  fuseboard demo                      day after day, until Ctrl-C
  fuseboard demo --seconds 20         one story in 20 seconds, and a summary
  fuseboard demo --seed 7 --fresh     another story, from its beginning
  fuseboard demo --seconds 20 --json > run.json    the summary for a program

Exit codes: 0 the run ended or was stopped, 1 it could not run, 2 a flag is wrong, 130 quit by a
second Ctrl-C.
`;

/** `random` makes randomness from a seed. */
export async function runDemo(
  args: readonly string[],
  io: CommandIo,
  random: (seed: number) => Random,
): Promise<ExitCode> {
  const flags = readFlags('demo', args, FLAGS);
  const { run } = await import('./run.ts');
  await run({
    wish: {
      seed: flags.seed,
      durationMs: flags.seconds === undefined ? undefined : Math.round(flags.seconds * 1000),
      isFresh: flags.fresh === true,
    },
    rate: flags.rate ?? RATE,
    database: flags.db ?? DATABASE,
    // Nobody made a folder for a file that nobody named.
    makesFolder: flags.db === undefined,
    isJson: flags.json === true,
    clock: systemClock,
    random,
    isSimulated: flags.simulated === true,
    page: flags['no-page'] === true ? null : { port: flags.port },
    io,
  });
  return 0;
}
