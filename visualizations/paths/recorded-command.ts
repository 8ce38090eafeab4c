/** The command that wrote a test file, as the file's header keeps it. */
import { readPathsFlags, type PathsFlags } from './paths-flags.ts';

/** What stands before the command in a written file. */
const LABEL = ' * To write it again: ';
const PROGRAM = 'fuseboard paths';

/** The command line that writes the file again. */
export function commandOf(flags: PathsFlags): string {
  const { machine, strategy, events, input, options, limit, out, report } = flags;
  const named = Object.entries({
    machine,
    strategy: strategy === 'transitions' ? undefined : strategy,
    events,
    input: input === undefined ? undefined : onOneLine(input),
    'serialize-state': flags['serialize-state'],
    limit,
    options,
    out,
    report,
  });
  const words = named.flatMap(([flag, value]) => {
    if (value === undefined) return [];
    return value === true ? [`--${flag}`] : [`--${flag} ${shellWord(String(value))}`];
  });
  return [PROGRAM, ...words].join(' ');
}

/** The header's line that keeps a command. A comment must not end in it. */
export const commandLine = (command: string): string =>
  `${LABEL}${command.replaceAll('*/', '* /')}`;

/** The command that a file's header keeps, if it does. */
export function recordedCommand(source: string): string | undefined {
  const at = source.indexOf(LABEL);
  if (at < 0) return undefined;
  const line = source.slice(at + LABEL.length).split(/\r?\n/, 1)[0] ?? '';
  const command = line.trim().replaceAll('* /', '*/');
  return command.startsWith(PROGRAM) ? command : undefined;
}

/** The flags of a recorded command. @throws CommandError where somebody changed it badly */
export const recordedFlags = (command: string): PathsFlags =>
  readPathsFlags(shellWords(command.slice(PROGRAM.length)));

/** A word as a shell takes it. */
export const shellWord = (text: string): string =>
  /^[\w./#@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Splits a line as a shell does: words at spaces, quotes and backslashes taken away. */
function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:\\.|[^"\\])*")+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(
      /\\(.)|'([^']*)'|"((?:\\.|[^"\\])*)"/g,
      (_, escaped?: string, single?: string, double?: string) =>
        escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\$`])/g, '$1'),
    ),
  );
}

/** JSON may come in several lines; a header's line may not. */
function onOneLine(input: string): string {
  try {
    return JSON.stringify(JSON.parse(input));
  } catch {
    return input;
  }
}
