/** `fuseboard paths --check`: whether test files still are what would be written today. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';

import { CommandError } from '../terminal/command-error.ts';
import { differenceOf, type FileDifference } from './file-difference.ts';
import { MARKER } from './paths-file.ts';
import { isOnlyNamed, type PathsFlags } from './paths-flags.ts';
import { commandOf, recordedCommand, recordedFlags, shellWord } from './recorded-command.ts';

/** A file, how it is written, and where that is to be done. */
export interface CheckedFile {
  readonly file: string;
  readonly flags: PathsFlags;
  /** What writes it again, to be run in the current folder. */
  readonly command: string;
}

export type Verdict = CheckedFile &
  (
    | { readonly status: 'up_to_date' }
    | { readonly status: 'missing' }
    | { readonly status: 'out_of_date'; readonly difference: FileDifference }
  );

/** Whether one of these flags, rather than the files, says how the file is written. */
const saysItself = (flags: PathsFlags): boolean =>
  flags.files.length > 0 || (isOnlyNamed(flags) && existsSync(resolve(flags.out ?? '')));

/** The files to check. */
export const filesOf = (flags: PathsFlags): readonly string[] =>
  flags.files.length > 0 ? flags.files : [flags.out ?? ''];

/** How a file is written: as the flags say, or as the file does. @throws CommandError */
export function checkedFile(file: string, flags: PathsFlags): CheckedFile {
  const isThere = existsSync(resolve(file)) && statSync(resolve(file)).isFile();
  if (!isThere && !saysItself(flags)) return { file, flags, command: again(flags) };
  if (!isThere) {
    throw new CommandError(`--check: there is no file ${file}`, 'Write it first, with --out.');
  }
  const source = readFileSync(resolve(file), 'utf8');
  if (!source.startsWith(MARKER)) {
    throw new CommandError(
      `--check: ${file} was not written by this command, or is yours now`,
      `Its first line would say so: ${MARKER}`,
    );
  }
  if (!saysItself(flags)) return { file, flags, command: again(flags) };
  const command = recordedCommand(source);
  if (command === undefined) {
    throw new CommandError(
      `--check: ${file} does not say which command wrote it`,
      `Write it again with --out ${file}, or give all its flags with --check --out ${file}.`,
    );
  }
  const recorded = recordedFlags(command);
  const folder = folderOf(file, recorded.out);
  if (folder === resolve('.')) return { file, flags: recorded, command: `npx ${command}` };
  const rebased = { ...recorded, ...movedTo(folder, recorded) };
  return {
    file,
    flags: rebased,
    command: `(cd ${shellWord(relative('.', folder))} && npx ${command})`,
  };
}

/** Compares the file with its source of today. */
export function verdictOn(checked: CheckedFile, today: string): Verdict {
  const path = resolve(checked.file);
  if (!existsSync(path)) return { ...checked, status: 'missing' };
  const difference = differenceOf(readFileSync(path, 'utf8'), today);
  if (difference === undefined) return { ...checked, status: 'up_to_date' };
  return { ...checked, status: 'out_of_date', difference };
}

const again = (flags: PathsFlags): string => `npx ${commandOf(flags)}`;

/** The folder in which the command was run: from there, its `--out` is this file. */
function folderOf(file: string, out: string | undefined): string {
  const [path, here] = [resolve(file), resolve('.')];
  if (out === undefined || resolve(out) === path) return here;
  const end = `${sep}${out.replace(/^(\.\/)+/, '').replaceAll('/', sep)}`;
  if (path.endsWith(end)) return path.slice(0, -end.length) || sep;
  throw new CommandError(
    `--check: ${file} was written as ${out}, and is elsewhere now`,
    `Write it where it is: the same command with --out ${file}.`,
  );
}

/** Flags that name files, as they are called from the current folder. */
function movedTo(folder: string, flags: PathsFlags): Partial<PathsFlags> {
  const names = ['machine', 'events', 'input', 'serialize-state', 'options', 'out'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = flags[name];
      if (value === undefined || (name === 'input' && isJson(value))) return [];
      return [[name, resolve(folder, value)]];
    }),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
