/** What the house asks of a file and neither compiler, linter nor layer rules can say. */
import { builtinModules, createRequire } from 'node:module';
import { basename } from 'node:path';

import { describe, expect, test } from 'vitest';

import { linesWhere, SOURCES, TESTS, TYPESCRIPT } from './sources.ts';

const COLUMNS_MAX = 100;
const LINES_AIM = 150;

test('the files are found', () => {
  const paths = SOURCES.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['package.json', '.ci/run', 'machines/breaker.ts']));
  expect(TESTS.length).toBeGreaterThan(0);
});

test('a file past 150 lines is reported, and the reviewer decides', () => {
  const long = TYPESCRIPT.map(({ path, lines }) => ({ path, lineCount: lines.length - 1 }))
    .filter(({ lineCount }) => lineCount > LINES_AIM)
    .sort((a, b) => b.lineCount - a.lineCount);
  const list = long.map(({ path, lineCount }) => `  ${lineCount} ${path}\n`).join('');
  process.stdout.write(`${long.length} files past ${LINES_AIM} lines\n${list}`);
});

test('a line has at most 100 columns, a long text in it counted as nothing', () => {
  // Prettier does not break texts, and a title or a message reads better in one piece.
  const longText = /(['"`]).{40,}\1/g;
  const columns = (line: string): number => [...line.replaceAll(longText, '')].length;
  expect(linesWhere(TYPESCRIPT, (line) => columns(line) > COLUMNS_MAX)).toEqual([]);
});

test('a file is named in kebab-case, for what it holds', () => {
  const kebab = /^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/;
  const vague = /^(common|helpers?|misc|types|utils?)\.ts$/;
  const names = TYPESCRIPT.map(({ path }) => path);
  expect(names.filter((path) => !kebab.test(basename(path)) || vague.test(basename(path)))).toEqual(
    [],
  );
});

describe('an import', () => {
  const imported = (line: string): string | undefined =>
    /^(?:import|export|\}).*?\bfrom '([^']+)'|^\s*import '([^']+)'|\bimport\('([^']+)'\)/
      .exec(line)
      ?.slice(1)
      .find((name) => name !== undefined);

  test('of a file of ours ends in .ts or .tsx', () => {
    const wrong = (line: string): boolean => /^\.{1,2}\/.*(?<!\.tsx?)$/.test(imported(line) ?? '');
    expect(linesWhere(TYPESCRIPT, wrong)).toEqual([]);
  });

  test('of a module of Node says node:', () => {
    const wrong = (line: string): boolean => builtinModules.includes(imported(line) ?? '');
    expect(linesWhere(TYPESCRIPT, wrong)).toEqual([]);
  });

  test('of everything a file has stands in index files only', () => {
    const inside = TYPESCRIPT.filter(({ path }) => basename(path) !== 'index.ts');
    expect(linesWhere(inside, (line) => /^export (type )?\* from/.test(line))).toEqual([]);
  });
});

test('what a linter or the compiler is told to overlook comes with its reason', () => {
  const bare = (line: string): boolean =>
    /(eslint-disable(?!.* -- \w)|@ts-(ignore|nocheck)|@ts-expect-error$)/.test(line) &&
    /^\s*(\/\/|\/\*|.*\/\/ (eslint|@ts))/.test(line);
  expect(linesWhere(TYPESCRIPT, bare)).toEqual([]);
});

test('no test is set aside', () => {
  const aside = /\b(describe|it|test)(\.\w+)*\.(fails|only|skip|todo)\(/;
  expect(linesWhere(TESTS, (line) => aside.test(line))).toEqual([]);
});

test('what stands beside the tests is used by another file', () => {
  const beside = TYPESCRIPT.filter(
    ({ path }) => /^test\/(?!kit\/|performance\/)/.test(path) && !path.endsWith('.test.ts'),
  );
  const isUsed = (path: string): boolean =>
    SOURCES.some((other) => other.path !== path && other.text.includes(basename(path)));
  expect(beside.map(({ path }) => path).filter((path) => !isUsed(path))).toEqual([]);
});

describe('the project holds', () => {
  test('no path of one machine', () => {
    const path = /(?<![\w.:/-])\/(farm|home|root|tmp|Users|work)\//;
    expect(linesWhere(SOURCES, (line) => path.test(line))).toEqual([]);
  });

  test('no address of a package registry', () => {
    const registry = /\bregistry\.[a-z-]+\.[a-z]{2,}|"resolved": "https?:/;
    expect(linesWhere(SOURCES, (line) => registry.test(line))).toEqual([]);
  });
});

test('tests load the development build of XState, production runs the other', () => {
  const build = createRequire(import.meta.url).resolve('xstate');
  expect(build.includes('.development.')).toBe(process.env['NODE_ENV'] !== 'production');
});
