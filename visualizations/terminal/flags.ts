/** Flags of a command, from a table; what is wrong with one is answered with what is allowed. */
import { parseArgs } from 'node:util';

import { usageError } from './command-error.ts';

export interface SwitchFlag {
  readonly kind: 'switch';
  readonly about: string;
}

export interface NumberFlag {
  readonly kind: 'number';
  readonly about: string;
  readonly min: number;
  readonly max: number;
  readonly isInteger?: boolean;
}

export interface TextFlag {
  readonly kind: 'text';
  readonly about: string;
  /** What the text is, for example `FILE`. */
  readonly of: string;
}

export interface ChoiceFlag {
  readonly kind: 'choice';
  readonly about: string;
  readonly choices: readonly string[];
}

export type Flag = SwitchFlag | NumberFlag | TextFlag | ChoiceFlag;
export type FlagTable = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F extends SwitchFlag
  ? true
  : F extends NumberFlag
    ? number
    : F extends ChoiceFlag
      ? F['choices'][number]
      : string;

/** The flags that were given. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]?: ValueOf<Table[Name]>;
};

/**
 * Reads `args`; a flag given twice counts as given last.
 * @throws CommandError with exit code 2, naming the flag, what is allowed and what came.
 */
export function readFlags<const Table extends FlagTable>(
  command: string,
  args: readonly string[],
  table: Table,
): FlagValues<Table> {
  return read(command, args, table, (word) => {
    throw usageError(`${command} takes no argument, got '${word}'`, allowed(command, table));
  });
}

/** The same for a command that also takes words, such as names of files, between its flags. */
export function readFlagsAndWords<const Table extends FlagTable>(
  command: string,
  args: readonly string[],
  table: Table,
): { readonly flags: FlagValues<Table>; readonly words: readonly string[] } {
  const words: string[] = [];
  const flags = read(command, args, table, (word) => void words.push(word));
  return { flags, words };
}

function read<Table extends FlagTable>(
  command: string,
  args: readonly string[],
  table: Table,
  onWord: (word: string) => void,
): FlagValues<Table> {
  const values: Record<string, true | number | string> = {};
  for (const token of tokensOf(args, table)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      onWord(token.value);
      continue;
    }
    const flag = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (flag === undefined) {
      throw usageError(`${command} has no flag ${token.rawName}`, allowed(command, table));
    }
    values[token.name] = valueOf(`--${token.name}`, flag, token.value, token.inlineValue);
  }
  return values as FlagValues<Table>;
}

/** One line for each flag, for a help text. */
export function flagHelp(table: FlagTable): string {
  const names = Object.entries(table).map(([name, flag]) => `--${name}${placeholder(flag)}`);
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(table)
    .map((flag, index) => `  ${(names[index] ?? '').padEnd(width)}  ${flag.about}`)
    .join('\n');
}

function tokensOf(args: readonly string[], table: FlagTable) {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { kind }]) => [
      name,
      { type: kind === 'switch' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
}

function valueOf(
  name: string,
  flag: Flag,
  value: string | undefined,
  isInline: boolean | undefined,
): true | number | string {
  if (flag.kind === 'switch') {
    if (isInline !== true) return true;
    throw usageError(`${name} takes no value, got '${value}'`, `Give ${name} alone.`);
  }
  const text = value?.trim() ?? '';
  if (flag.kind === 'text') {
    if (text !== '') return text;
    throw usageError(`${name} needs a value`, `For example ${name} ${flag.of}.`);
  }
  const came = value === undefined ? 'nothing' : `'${value}'`;
  if (flag.kind === 'choice') {
    if (flag.choices.includes(text)) return text;
    throw usageError(
      `${name} must be one of ${flag.choices.join(', ')}, got ${came}`,
      `For example ${name} ${flag.choices[0]}.`,
    );
  }
  const number = text === '' ? NaN : Number(text);
  const { min, max, isInteger = false } = flag;
  if (number >= min && number <= max && (!isInteger || Number.isInteger(number))) return number;
  const kind = isInteger ? 'an integer' : 'a number';
  throw usageError(
    `${name} must be ${kind} from ${min} to ${max}, got ${came}`,
    `For example ${name} ${Math.min(max, Math.max(min, 20))}.`,
  );
}

function placeholder(flag: Flag): string {
  switch (flag.kind) {
    case 'switch':
      return '';
    case 'number':
      return ' N';
    case 'choice':
      return ` ${flag.choices.join('|')}`;
    case 'text':
      return ` ${flag.of}`;
  }
}

const allowed = (command: string, table: FlagTable): string =>
  `Its flags are ${Object.keys(table)
    .map((name) => `--${name}`)
    .join(', ')}; 'fuseboard ${command} --help' explains them.`;
