/** `fuseboard paths`: has paths generated, and writes their test file; or checks written ones. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { isFuseboardError } from '../../services/errors.ts';
import type { PathsProgress } from '../../test/kit/paths-meter.ts';
import { CommandError, type ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { progressLine } from '../terminal/progress-line.ts';
import type { Unchecked } from './check-summary.ts';
import type { Verdict } from './check-files.ts';
import { readPathsFlags, type PathsFlags } from './paths-flags.ts';
import type { OnProgress, PathsSource } from './paths-source.ts';
import { checkTarget, reportBeside } from './paths-target.ts';

export { PATHS_HELP } from './paths-flags.ts';

/** What the command needs of the program around it. */
export interface PathsProgram {
  readonly io: Pick<CommandIo, 'stdout' | 'stderr'>;
  /** Milliseconds, for progress. */
  readonly nowMs: () => number;
}

/** Runs the command. @throws CommandError */
export async function runPaths(args: readonly string[], program: PathsProgram): Promise<ExitCode> {
  const flags = readPathsFlags(args);
  return flags.check ? await check(flags, program) : await write(flags, program);
}

async function write(flags: PathsFlags, program: PathsProgram): Promise<ExitCode> {
  const { MARKER } = await import('./paths-file.ts');
  const { commandOf } = await import('./recorded-command.ts');
  const { REPORT_MARKER } = await import('./report/report-page.ts');
  const { out, force = false } = flags;
  const { stdout } = program.io;
  const report = flags.report && out !== undefined ? reportBeside(out) : null;
  if (out !== undefined) checkTarget('--out', out, MARKER, force);
  if (report !== null) checkTarget('--report', report, REPORT_MARKER, force);
  const made = await generate(flags, program);
  if (out === undefined && !flags.json) {
    stdout.write(made.source);
    return 0;
  }
  const command = commandOf(flags);
  if (report !== null) {
    const { reportPage } = await import('./report/report-page.ts');
    await writeFile(resolve(report), await reportPage(made.machine, made.paths, command));
  }
  if (out !== undefined) await writeFile(resolve(out), made.source);

  const { summaryJson, summaryText } = await import('./paths-summary.ts');
  const written = { out: out ?? null, report, command };
  if (out !== undefined && !flags.json) stdout.write(summaryText({ ...written, out }, made.paths));
  else stdout.write(summaryJson(written, made.paths));
  return 0;
}

/** 3 where a file is out of date; 1 where one could not be checked. */
async function check(flags: PathsFlags, program: PathsProgram): Promise<ExitCode> {
  const { checkedFile, filesOf, verdictOn } = await import('./check-files.ts');
  const { verdictText, verdictsJson } = await import('./check-summary.ts');
  const { stdout, stderr } = program.io;
  const verdicts: (Verdict | Unchecked)[] = [];
  for (const file of filesOf(flags)) {
    try {
      const checked = checkedFile(file, flags);
      const made = await generate({ ...checked.flags, ...jsonOf(flags) }, program);
      const verdict = verdictOn(checked, made.source);
      verdicts.push(verdict);
      if (!flags.json) stdout.write(verdictText(verdict));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const [message, hint] = [withName(file, error.message), error.hint];
      verdicts.push({ file, status: 'not_checked', error: message });
      stderr.write(`fuseboard: ${message}\nhint: ${hint}\n`);
    }
  }
  if (flags.json) stdout.write(verdictsJson(verdicts));
  const found = new Set<string>(verdicts.map(({ status }) => status));
  if (found.has('not_checked')) return 1;
  return found.has('out_of_date') || found.has('missing') ? 3 : 0;
}

const jsonOf = ({ json }: PathsFlags): Pick<PathsFlags, 'json'> =>
  json === undefined ? {} : { json };

const withName = (file: string, message: string): string =>
  message.includes(file) ? message : `--check: ${file}: ${message}`;

/** Generates, with progress where somebody sees it. @throws CommandError */
async function generate(flags: PathsFlags, { io, nowMs }: PathsProgram): Promise<PathsSource> {
  const line = flags.json ? undefined : progressLine(io.stderr, nowMs);
  try {
    return await sourceOf(flags, (progress) => line?.show(() => progressText(progress)));
  } catch (error) {
    throw isFuseboardError(error) ? withFlags(error) : error;
  } finally {
    line?.clear();
  }
}

async function sourceOf(flags: PathsFlags, onProgress: OnProgress): Promise<PathsSource> {
  if (flags.machine === undefined) {
    const { breakerSource } = await import('./paths-of-breaker.ts');
    return await breakerSource(flags, onProgress);
  }
  const { machineSource } = await import('./paths-of-machine.ts');
  return await machineSource(flags, flags.machine, onProgress);
}

const count = (value: number): string => value.toLocaleString('en-US');

const progressText = ({ stateCount, stepCount, pathCount }: PathsProgress): string =>
  pathCount === 0
    ? `finding states: ${count(stateCount)} so far, ${count(stepCount)} steps tried`
    : `finding paths: ${count(pathCount)} so far, through ${count(stateCount)} states`;

/** Where a hint of the library speaks of an option, the flag that sets it. */
const FLAGS: readonly (readonly [option: RegExp, flags: string])[] = [
  [/serializeState/, '--serialize-state FILE#EXPORT, --limit N'],
  [/events:/, '--events FILE#EXPORT'],
  [/pass input/, '--input FILE#EXPORT or JSON'],
];

function withFlags(error: unknown): CommandError {
  const { message, hint = '' } = error as Error & { readonly hint?: string };
  const flags = FLAGS.find(([option]) => option.test(hint))?.[1];
  const told = flags === undefined ? hint : `${hint} The flags for it: ${flags}.`;
  return new CommandError(message, told || `'fuseboard paths --help' explains the flags.`);
}
