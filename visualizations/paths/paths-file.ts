/**
 * Generated paths as a test file that a human can read and edit: one test for each path, one line
 * for each step, every expectation written out. What a file says is plain vitest. This is what
 * the files of all machines have in common.
 */
import type { GeneratedPath, GeneratedPaths, PathStep } from '../../test/kit/generated-paths.ts';
import type { Strategy } from '../../test/kit/path-sentences.ts';
import { commandLine } from './recorded-command.ts';
import { isIdentifier, quoted } from './source-text.ts';
import type { TransitionCoverage } from '../../test/kit/transition-coverage.ts';

/** The first line of every written file, until somebody makes it theirs. */
export const MARKER =
  '// Written by `fuseboard paths`. Without this line it is yours: it will not be overwritten.';

/** A name that the file imports. */
export interface ImportedName {
  /** Name of the export; `default` for that one. */
  readonly name: string;
  /** As the file imports it: `./door.js`. */
  readonly from: string;
}

export interface PathsFile {
  readonly strategy: Strategy;
  /** The command that writes the file again. */
  readonly command: string;
}

export function header(paths: GeneratedPaths, file: PathsFile, about: readonly string[]): string {
  const { covered, total } = paths.coverage;
  const how = {
    transitions: 'every step between its states',
    shortest: 'the shortest way to each of its states',
    simple: 'every way that meets no state twice',
  }[file.strategy];
  return [
    MARKER,
    '/**',
    ` * Paths through the machine '${paths.machineId}': ${how}.`,
    ` * ${paths.paths.length} paths take ${covered} of its ${total} configured transitions.`,
    ' *',
    ...about.map((line) => ` * ${line}`),
    ' *',
    commandLine(file.command),
    ' */',
    '',
  ].join('\n');
}

export function imports(names: readonly string[], own: readonly string[], more?: string): string {
  const packages = [
    ...(more === undefined ? [] : [more]),
    `import { ${names.join(', ')} } from 'fuseboard/testing';`,
    `import { describe, expect, it } from 'vitest';`,
  ];
  return [...packages, ...(own.length > 0 ? ['', ...own] : []), ''].join('\n');
}

export const importOf = ({ name, from }: ImportedName, as: string): string =>
  name === as
    ? `import { ${name} } from ${quoted(from)};`
    : `import { ${isIdentifier(name) ? name : quoted(name)} as ${as} } from ${quoted(from)};`;

/** Tests in groups by the state that their last step leaves. */
export function sections(
  { paths }: GeneratedPaths,
  body: (path: GeneratedPath) => readonly string[],
): readonly string[] {
  const groups = new Map<string, GeneratedPath[]>();
  for (const path of paths) {
    const from = path.steps.at(-1)?.from ?? path.from;
    groups.set(from, [...(groups.get(from) ?? []), path]);
  }
  return [...groups].flatMap(([from, group]) => [
    `describe(${quoted(`in ${from}`)}, () => {`,
    ...group.flatMap((path, index) => [
      ...(index === 0 ? [] : ['']),
      `  it(${quoted(path.description.replace(`in ${from}, `, ''))}, async () => {`,
      ...body(path).map((line) => `    ${line}`),
      '  });',
    ]),
    '});',
    '',
  ]);
}

export const expectStep = (call: string, { from, to, label }: PathStep): string =>
  `expect(await ${call}).toBe(${quoted(to)}); // ${oneLine(`${from} → ${label} → ${to}`)}`;

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

export function coverageTest({ coverage }: GeneratedPaths, taken: TransitionCoverage): string {
  const missing = taken.missing();
  if (missing.length === 0) {
    return [
      `it('takes every configured transition in the tests above', () => {`,
      '  expect(coverage.missing()).toEqual([]);',
      '});',
      '',
    ].join('\n');
  }
  return [
    `it('takes every configured transition in the tests above but these', () => {`,
    '  expect(coverage.missing()).toEqual([',
    ...missing.map((id) => {
      const because = coverage.uncovered.find(({ transition }) => transition === id)?.because;
      return `    ${quoted(id)}, // ${oneLine(because ?? '')}`;
    }),
    '  ]);',
    '});',
    '',
  ].join('\n');
}

const TRANSITIONS = ' * The configured transitions of the machine that this was written from:';

/** The last lines of a file: what its machine could do, for whoever compares. */
export function transitionList({ transitions }: GeneratedPaths): string {
  const lines = transitions.map((id) => ` *   ${oneLine(id).replaceAll('*/', '* /')}`);
  return ['/*', TRANSITIONS, ...lines, ' */', ''].join('\n');
}

/** What a file's last lines say; null where somebody took them away. */
export function transitionsListed(source: string): readonly string[] | null {
  const [, list] = source.split(TRANSITIONS);
  const lines = list?.split(' */', 1)[0]?.split(/\r?\n/);
  return lines?.flatMap((line) => /^ \*   (.+)$/.exec(line)?.[1]?.trimEnd() ?? []) ?? null;
}
