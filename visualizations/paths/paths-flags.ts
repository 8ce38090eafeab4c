/** Flags of `fuseboard paths`, and its help. */
import { usageError, type CommandError } from '../terminal/command-error.ts';
import { flagHelp, readFlagsAndWords, type FlagTable, type FlagValues } from '../terminal/flags.ts';

const FLAGS = {
  machine: {
    kind: 'text',
    of: 'FILE#EXPORT',
    about: 'A machine of yours. Default the built-in breaker.',
  },
  strategy: {
    kind: 'choice',
    choices: ['transitions', 'shortest', 'simple'],
    about: 'Which paths, see below. Default transitions.',
  },
  events: {
    kind: 'text',
    of: 'FILE#EXPORT',
    about: 'Events with their data: a list of cases, or a function of the snapshot.',
  },
  input: { kind: 'text', of: 'FILE#EXPORT|JSON', about: 'Input of the machine.' },
  'serialize-state': {
    kind: 'text',
    of: 'FILE#EXPORT',
    about: 'A function from a snapshot to text: equal text, same state.',
  },
  limit: {
    kind: 'number',
    min: 1,
    max: 999_999_999,
    isInteger: true,
    about: 'Steps that may be tried. Default 20000, for the breaker 50000.',
  },
  options: { kind: 'text', of: 'FILE#EXPORT', about: 'Options of the built-in breaker.' },
  out: { kind: 'text', of: 'FILE', about: 'The test file. Default standard output.' },
  report: { kind: 'switch', about: 'Also write a page to look at, beside the test file.' },
  force: { kind: 'switch', about: 'Overwrite files that were not written by this command.' },
  check: { kind: 'switch', about: 'Write nothing; say whether test files are up to date.' },
  json: { kind: 'switch', about: 'Tell as JSON what was found.' },
} as const satisfies FlagTable;

export const PATHS_HELP = `Writes a test file from a statechart: one readable test for each path.

  fuseboard paths [flags]
  fuseboard paths --check FILE...

Paths are found by trying every event in every state; the file is plain vitest, and yours to edit.
With --report, a page NAME.html beside it shows each path on the drawn machine, and which
transitions no path takes, and why. With --check, files that this command wrote are generated anew
from what their first lines say, and compared: formatting and comments do not count. With --json
and without --out nothing is written, and the paths are told in place of the test file.

${flagHelp(FLAGS)}

Strategies
  transitions  every step between all states
  shortest     the shortest way to every state
  simple       every way that meets no state twice

Examples
  fuseboard paths --out breaker.paths.test.ts
  fuseboard paths --machine door.ts#doorMachine --out door.paths.test.ts --report
  fuseboard paths --machine door.ts --events door.ts#events --out door.paths.test.ts
  fuseboard paths --check test/*.paths.test.ts
  fuseboard paths --machine door.ts --json | jq .coverage

Exit codes: 0 written, or up to date; 1 it could not be done; 2 a flag is wrong; 3 --check found a
file that is out of date.
`;

/** What was asked for. */
export interface PathsFlags extends FlagValues<typeof FLAGS> {
  /** The files to check. */
  readonly files: readonly string[];
}

/** Flags that mean something only with a machine of the user's own. */
const OF_MACHINES = ['events', 'input', 'serialize-state'] as const;
/** Flags that say what is written. */
const OF_WRITING = ['machine', 'strategy', ...OF_MACHINES, 'limit', 'options'] as const;

/** @throws CommandError with exit code 2 */
export function readPathsFlags(args: readonly string[]): PathsFlags {
  const { flags, words: files } = readFlagsAndWords('paths', args, FLAGS);
  for (const flag of OF_MACHINES) {
    if (flags[flag] !== undefined && flags.machine === undefined) {
      throw usage(`--${flag} belongs to a machine of yours`, 'Give --machine too.');
    }
  }
  if (flags.options !== undefined && flags.machine !== undefined) {
    throw usage('--options are those of the built-in breaker', 'Give them without --machine.');
  }
  if (flags.report && flags.out === undefined) {
    throw usage('--report is written beside the test file', 'Say where that goes: --out FILE.');
  }
  if (flags.check) checkCheck(flags, files);
  else if (files[0] !== undefined) {
    throw usage(
      `paths takes files only with --check, got '${files[0]}'`,
      `A machine is named with --machine ${files[0]}, a file to write with --out ${files[0]}.`,
    );
  }
  return { ...flags, files };
}

function checkCheck(flags: FlagValues<typeof FLAGS>, files: readonly string[]): void {
  if (files.length === 0 && flags.out === undefined) {
    throw usage('--check needs to know which files', 'For example --check door.paths.test.ts.');
  }
  const extra = [...OF_WRITING, 'out' as const].find((flag) => flags[flag] !== undefined);
  if (files.length > 0 && extra !== undefined) {
    throw usage(
      `--${extra} does not go with --check ${files[0]}`,
      'Files say themselves how they were written. Name the files, or give flags with --out.',
    );
  }
}

/** Whether nothing but `--out` says what the file is: then it says so itself. */
export const isOnlyNamed = (flags: PathsFlags): boolean =>
  OF_WRITING.every((flag) => flags[flag] === undefined);

const usage = (message: string, hint: string): CommandError =>
  usageError(message, `${hint} 'fuseboard paths --help' explains the flags.`);
