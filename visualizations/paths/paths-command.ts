/** `fuseboard paths`: reads flags, has the paths generated, writes the test file. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { isFuseboardError } from '../../services/errors.ts';
import { messageOf } from '../../test/kit/event-cases.ts';
import { breakerSource } from './paths-of-breaker.ts';
import { machineSource } from './paths-of-machine.ts';
import { PathsCommandError } from './paths-command-error.ts';
import { PATHS_HELP, readPathsFlags } from './paths-flags.ts';
import { checkTarget, summary } from './paths-target.ts';

/** What the command needs of the process around it. */
export interface PathsIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Runs the command. The answer is the exit code; what went wrong is on `stderr`. */
export async function runPaths(args: readonly string[], io: PathsIo): Promise<number> {
  try {
    const flags = readPathsFlags(args);
    if (flags.help) {
      io.stdout.write(PATHS_HELP);
      return 0;
    }
    if (flags.out !== undefined) checkTarget(flags.out, flags.force);
    const { source, paths } = await (flags.machine === undefined
      ? breakerSource(flags)
      : machineSource(flags, flags.machine));
    if (flags.out === undefined) io.stdout.write(source);
    else {
      await writeFile(resolve(flags.out), source);
      io.stdout.write(summary(flags.out, paths));
    }
    return 0;
  } catch (error) {
    const { message, hint, exitCode } = toldOf(error);
    io.stderr.write(`fuseboard: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
    return exitCode;
  }
}

/** Where a hint of the library speaks of an option, the flag that sets it. */
const FLAGS: readonly (readonly [option: RegExp, flags: string])[] = [
  [/serializeState/, '--serialize-state FILE#EXPORT, --limit N'],
  [/events:/, '--events FILE#EXPORT'],
  [/pass input/, '--input FILE#EXPORT or JSON'],
];

interface Told {
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2;
}

function toldOf(error: unknown): Told {
  if (error instanceof PathsCommandError) return error;
  if (isFuseboardError(error)) {
    const { message, hint = '' } = error as Error & { hint?: string };
    const flags = FLAGS.find(([option]) => option.test(hint))?.[1];
    return {
      message,
      hint: flags === undefined ? hint : `${hint} The flags for it: ${flags}.`,
      exitCode: 1,
    };
  }
  return {
    message: messageOf(error),
    hint: undefined,
    exitCode: 1,
  };
}
