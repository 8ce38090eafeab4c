/**
 * Every TypeScript snippet of the README runs, as its reader would run it: by the package's name.
 */
import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/** Inside the project, so that `fuseboard` and `xstate` are found. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'test', 'docs', '.snippets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const readme = await readFile(join(root, 'README.md'), 'utf8');
const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] as string);

/** What the reader is told that a snippet prints, and what it must print besides. */
const PRINTED: readonly (readonly [needle: string, printed: string])[] = [
  ['weather', 'sunny closed'],
  ['readme.db', 'hello Breaker "chat" is closed.'],
  ['board.inspect({', '200 open'],
  ['money.db', 'budget_exceeded breaker "openai" refuses the call'],
  ['stream: true', "true [ 'openai:"],
  ['board.pool', "200 [ 'first: 1', 'second: 1' ]"],
  ['HttpError', 'the provider asked for a pause'],
  ['generatePaths', 'cover 2 of 2 transitions'],
];

describe('a snippet of the README runs and prints what it says', () => {
  test('there is a check for each of them', () => {
    expect(snippets).toHaveLength(PRINTED.length);
  });

  test.each(PRINTED)('the one with %s', async (needle, printed) => {
    const snippet = snippets.find((text) => text.includes(needle));
    const file = join(folder, `${needle.replaceAll('.', '-')}.ts`);
    await writeFile(file, snippet ?? 'throw new Error("no such snippet")');
    const { stdout } = await run(process.execPath, ['--import', 'tsx', file], { cwd: folder });
    expect(stdout).toContain(printed);
  });
});

test('every file that the README links to exists', async () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] as string);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    await expect(access(join(root, link)), link).resolves.toBeUndefined();
  }
});
