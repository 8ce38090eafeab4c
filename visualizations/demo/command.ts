/** `fuseboard demo`: its flags and its help. */
import type { Random } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import type { ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { flagHelp, readFlags, type FlagTable } from '../terminal/flags.ts';
import { run } from './run.ts';

const DATABASE = '.fuseboard/demo.db';
const RATE = 60;

const FLAGS = {
  seconds: {
    kind: 'number',
    min: 4,
    max: 3_600,
    about: 'How long the story takes, 4 to 3600. Default 20.',
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
  simulated: { kind: 'switch', about: 'Use no real provider, whatever keys are there.' },
  json: { kind: 'switch', about: 'Summary as JSON on stdout; what is shown meanwhile on stderr.' },
} as const satisfies FlagTable;

export const DEMO_HELP = `Watch breakers and budgets protect calls of three APIs that cost money.

  fuseboard demo [flags]

Calls the three APIs through protected fetches: chats, embeddings, searches, questions about
documents, some of them streamed. The providers are simulated, by real HTTP servers on loopback
that are walked through healthy, slow, outage, rate limit and recovery. Ctrl-C stops; started
again, it goes on from there, with every breaker as it was left.

A provider whose key is in the environment is the real one, and costs real money: at most $0.05 in
a run, with about a call every two seconds. --simulated uses none.

  OPENAI_API_KEY      the real OpenAI, or the server at OPENAI_BASE_URL
  PERPLEXITY_API_KEY  the real Perplexity, or the server at PERPLEXITY_BASE_URL
  LIGHTRAG_URL        the LightRAG server there, with LIGHTRAG_API_KEY if it asks for one

${flagHelp(FLAGS)}

Examples
  fuseboard demo                      the whole story in 20 seconds
  fuseboard demo --seconds 60         the same, with time to look
  fuseboard demo --seed 7 --fresh     another story, from its beginning
  fuseboard demo --json > run.json    the summary for a program

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
    io,
  });
  return 0;
}
