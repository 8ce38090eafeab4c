/** Flags of `fuseboard paths`. */
import { parseArgs } from 'node:util';

import { PathsCommandError } from './paths-command-error.ts';
import type { Strategy } from '../../test/kit/path-sentences.ts';

export const PATHS_HELP = `Writes a test file from a statechart: one readable test for each path.

  fuseboard paths [flags]

Which machine
  --machine FILE#EXPORT          your own machine, JavaScript or TypeScript
                                 default: the built-in breaker
Which paths
  --strategy NAME                transitions  every step between all states (default)
                                 shortest     the shortest way to every state
                                 simple       every way that meets no state twice
  --events FILE#EXPORT           events with their data: a list of cases, or a function of the
                                 machine's snapshot
  --input FILE#EXPORT | JSON     the machine's input
  --serialize-state FILE#EXPORT  function from a snapshot to text: equal text, same state;
                                 needed where a counter in the context makes the machine endless
  --limit N                      steps that may be tried, default 20000
  --options FILE#EXPORT          for the built-in breaker: its options
Where to
  --out FILE                     default: standard output
  --force                        overwrite a file that was not written by this command
  --help

Examples
  fuseboard paths --out breaker.paths.test.ts
  fuseboard paths --machine door.ts#doorMachine --out door.test.ts
  npx vitest run door.test.ts

Exit codes: 0 success, 1 it could not be done, 2 it was asked for in the wrong way.
`;

export interface PathsFlags {
  readonly machine?: string;
  readonly strategy: Strategy;
  readonly events?: string;
  readonly input?: string;
  readonly 'serialize-state'?: string;
  readonly options?: string;
  readonly out?: string;
  readonly limit?: number;
  readonly force: boolean;
  readonly help: boolean;
}

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;

/** Flags that mean something only with, or only without, a machine of the user's own. */
const OF_MACHINES = ['events', 'input', 'serialize-state'] as const;

/** @throws PathsCommandError with exit code 2 */
export function readPathsFlags(args: readonly string[]): PathsFlags {
  const { strategy = 'transitions', limit, force = false, help = false, ...rest } = parse(args);
  if (strategy !== 'transitions' && strategy !== 'shortest' && strategy !== 'simple') {
    throw usage(`--strategy must be transitions, shortest or simple, got '${strategy}'`);
  }
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw usage(`--limit must be an integer from 1 to 999999999, got '${limit}'`);
  }
  for (const flag of OF_MACHINES) {
    if (rest[flag] !== undefined && rest.machine === undefined) {
      throw usage(`--${flag} belongs to a machine of yours: give --machine too`);
    }
  }
  if (rest.options !== undefined && rest.machine !== undefined) {
    throw usage('--options are those of the built-in breaker: give them without --machine');
  }
  return {
    ...rest,
    strategy,
    force,
    help,
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      options: {
        machine: TEXT,
        strategy: TEXT,
        events: TEXT,
        input: TEXT,
        'serialize-state': TEXT,
        options: TEXT,
        out: TEXT,
        limit: TEXT,
        force: SWITCH,
        help: { ...SWITCH, short: 'h' },
      },
    });
    return values;
  } catch (error) {
    const [first] = (error as Error).message.split(/\. |\n/);
    throw usage(String(first).replace(/^./, (letter) => letter.toLowerCase()));
  }
}

const usage = (message: string): PathsCommandError =>
  new PathsCommandError(`paths: ${message}`, `'fuseboard paths --help' explains its flags.`, 2);
