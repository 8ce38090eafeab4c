/** The layer rules hold, and each of them fails when a file that breaks it is planted in a copy. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { checkLayers, type LayerReport } from './layers.ts';
import { LAYERS } from './rules.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const ROOMS = ['machines', 'services', 'persistence', 'visualizations', 'examples', 'test'];

/** Reaches up beyond the inspector, and for the inspector before anybody asks. */
const EAGER_BOARD = `import '../visualizations/planted.ts';
     import '../visualizations/inspector/start-inspector.ts';`;

/** A thousand files are copied and read: on a busy machine that takes its time. */
const COPY_MAX_MS = 120_000;

/** Each planted file, what it says, and the rule that must name it. */
const PLANTED = [
  ['machines-are-drawings', 'machines/planted.ts', `import '../services/clock.ts';`],
  ['machines-are-drawings', 'machines/planted-node.ts', `import 'node:path';`],
  ['services-stay-inside', 'services/planted.ts', `import 'openai';`],
  ['services-stay-inside', 'services/planted-io.ts', `import 'node:fs/promises';`],
  [
    'services-take-types-of-the-store',
    'services/planted-store.ts',
    `import type { Store } from '../persistence/store.ts';
     import { BREAKER_ROW_VERSION } from '../persistence/store.ts';
     export const planted = (store: Store): unknown => [store, BREAKER_ROW_VERSION];`,
  ],
  ['board-composes', 'services/open-board.ts', EAGER_BOARD],
  ['the-inspector-is-loaded-when-asked-for', 'services/open-board.ts', EAGER_BOARD],
  ['the-page-runs-in-a-browser', 'visualizations/page/planted.ts', `import 'rxjs';`],
  ['the-page-runs-in-a-browser', 'visualizations/page/planted-view.tsx', `import 'rxjs';`],
  ['nothing-imports-the-page', 'visualizations/planted-page.ts', `import './page/planted.ts';`],
  ['persistence-stores', 'persistence/planted.ts', `import '../services/random.ts';`],
  [
    'persistence-knows-words-of-machines',
    'persistence/planted-machine.ts',
    `export { breakerMachine } from '../machines/breaker.ts';`,
  ],
  [
    'visualizations-look-from-above',
    'visualizations/planted.ts',
    `import '../persistence/planted.ts';`,
  ],
  [
    'visualizations-take-types-of-the-store',
    'visualizations/planted-store.ts',
    `import '../persistence/store.ts';`,
  ],
  ['the-kit-is-published', 'test/kit/planted.ts', `import 'fast-check';`],
  ['vitest-is-optional', 'test/kit/planted-vitest.ts', `import { test } from 'vitest'; test;`],
  ['examples-use-the-public-door', 'examples/planted.ts', `import '../services/clock.ts';`],
  ['board-is-on-top', 'services/planted-board.ts', `import './open-board.ts';`],
  ['sqlite-lives-in-persistence', 'services/planted-sqlite.ts', `import 'better-sqlite3';`],
  ['nothing-imports-the-cli', 'visualizations/planted-cli.ts', `import '../cli.ts';`],
  ['tests-are-leaves', 'services/planted-test.ts', `import '../test/layers/rules.ts';`],
  ['the-kit-is-for-tests', 'services/planted-kit.ts', `import '../test/kit/planted.ts';`],
  ['ships-what-it-imports', 'visualizations/planted-dev.ts', `import 'cockatiel';`],
  ['no-cycles', 'machines/planted-a.ts', `export type * from './planted-b.ts';`],
  ['everything-resolves', 'services/planted-nowhere.ts', `import './nowhere.ts';`],
  ['nothing-lies-about', 'services/planted-idle.ts', `export const planted = true;`],
  ['unknown-room', 'attic/planted.ts', `export const planted = true;`],
] as const;

/** What comes close to the rules without breaking any. */
const ALLOWED = [
  ['services/planted-types.ts', `export type { Store } from '../persistence/store.ts';`],
  ['test/kit/planted-vitest-types.ts', `export type { TestAPI } from 'vitest';`],
  ['test/kit/planted-vitest-later.ts', `export const later = () => import('vitest');`],
  ['test/kit/describe-planted.ts', `export { test } from 'vitest';`],
] as const;

/** What planted files import. */
const PROPS = [
  ['cli.ts', ALLOWED.map(([path]) => `import './${path}';`).join('\n')],
  ['machines/planted-b.ts', `export type * from './planted-a.ts'; export type B = 1;`],
] as const;

async function copyOfTheProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'fuseboard-layers-'));
  for (const name of [...ROOMS, 'index.ts', 'cli.ts', 'package.json']) {
    await cp(join(PROJECT, name), join(copy, name), { recursive: true }).catch(() => undefined);
  }
  await symlink(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function plant(copy: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(copy, path)), { recursive: true });
  await writeFile(join(copy, path), text);
}

test('the project keeps its layers', async () => {
  const report = await checkLayers(PROJECT);
  expect(report.violations).toEqual([]);
  expect(report.readCount).toBe(report.fileCount);
  expect(report.dependencyCount).toBeGreaterThan(report.fileCount / 2);
}, 120_000);

describe('a file that breaks a layer rule', () => {
  let copy: string;
  let report: LayerReport;

  beforeAll(async () => {
    copy = await copyOfTheProject();
    for (const [, path, text] of PLANTED) await plant(copy, path, text);
    for (const [path, text] of [...ALLOWED, ...PROPS]) await plant(copy, path, text);
    report = await checkLayers(copy);
  }, COPY_MAX_MS);
  afterAll(() => rm(copy, { recursive: true }));

  const rulesBrokenBy = (path: string): string[] =>
    report.violations.filter(({ from }) => from === path).map(({ rule }) => rule);

  test.each(PLANTED)('is refused by %s: %s', (rule, path) => {
    expect(rulesBrokenBy(path)).toContain(rule);
  });

  test('each rule has a planted file', () => {
    const planted = new Set<string>(PLANTED.map(([rule]) => rule));
    expect(LAYERS.forbidden?.filter(({ name }) => !planted.has(name ?? ''))).toEqual([]);
  });

  test.each(ALLOWED)('is told from one that does not: %s', (path) => {
    expect(rulesBrokenBy(path)).toEqual([]);
  });
});

describe('a check that read nothing fails', () => {
  const run = promisify(execFile);
  let copy: string;

  beforeAll(async () => {
    copy = await copyOfTheProject();
  }, COPY_MAX_MS);
  afterAll(() => rm(copy, { recursive: true }));

  const check = (folder: string, ...nodeOptions: string[]): Promise<{ stdout: string }> =>
    run(
      process.execPath,
      [...nodeOptions, '--import', 'tsx', join(PROJECT, 'test/layers/check.ts')],
      { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } },
    );

  test('when the tool does not know the installed TypeScript', async () => {
    await plant(copy, 'too-new/package.json', JSON.stringify({ version: '7.0.2' }));
    await plant(
      copy,
      'too-new.cjs',
      `const Module = require('node:module');
       const resolve = Module._resolveFilename;
       Module._resolveFilename = (name, ...rest) => name === 'typescript/package.json'
         ? require('node:path').join(__dirname, 'too-new/package.json')
         : resolve(name, ...rest);`,
    );
    const failed = check(copy, '--require', join(copy, 'too-new.cjs'));
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/not-read: machines\/breaker\.ts[^]*read 0 of \d+ files/),
    });
  });

  test('when the folder holds no TypeScript', async () => {
    await mkdir(join(copy, 'empty'));
    await symlink(join(PROJECT, 'node_modules'), join(copy, 'empty/node_modules'));
    await expect(check(join(copy, 'empty'))).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/no-files[^]*read 0 of 0 files/),
    });
  });
});
