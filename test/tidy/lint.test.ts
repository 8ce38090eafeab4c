/** The house bans: each is planted in a copy of the project's settings, and ESLint must name it. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { ESLint } from 'eslint';
import { afterAll, beforeAll, expect, test } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const type = '@typescript-eslint';

/** What is written where, and the rules it breaks; none where it is allowed. */
const PLANTED: readonly (readonly [file: string, code: string, ...rules: string[]])[] = [
  ['services/a.ts', 'export const a = Date.now();', 'no-restricted-properties'],
  ['services/b.ts', 'export const b = new Date();', 'no-restricted-syntax'],
  ['services/c.ts', 'export const c = setTimeout(() => {}, 1);', 'no-restricted-globals'],
  ['services/d.ts', 'export const d = globalThis.setInterval;', 'no-restricted-globals'],
  ['services/e.ts', 'export const e = performance.now();', 'no-restricted-globals'],
  ['services/f.ts', 'export const f = Math.random();', 'no-restricted-properties'],
  ['services/g.ts', 'console.log(1);', 'no-restricted-globals'],
  ['services/h.ts', 'export const h = process.env;', 'no-restricted-properties'],
  ['services/i.ts', `import { delay } from 'rxjs'; void delay;`, 'no-restricted-imports'],
  ['services/j.ts', `export * from 'node:timers/promises';`, 'no-restricted-imports'],
  ['services/k.ts', 'export const k = setImmediate(() => {});', 'no-restricted-globals'],
  ['services/l.ts', 'export const l = new Date(0);'],
  ['machines/a.ts', 'export const a = Date.now();', 'no-restricted-properties'],
  ['machines/b.ts', 'export const b = { after: {} };', 'no-restricted-syntax'],
  ['persistence/a.ts', 'export const a = Date.now();', 'no-restricted-properties'],
  ['test/kit/a.ts', 'export const a = setTimeout(() => {}, 1);', 'no-restricted-globals'],
  ['index.ts', 'console.log(1);', 'no-restricted-globals'],
  ['services/clock.ts', 'export const a = [Date.now(), setTimeout(() => {}, 1)];'],
  ['services/random.ts', 'export const a = Math.random();'],
  ['visualizations/a.ts', 'console.log(Date.now());'],
  ['visualizations/b.ts', 'process.exit(1);', 'no-restricted-properties'],
  ['cli.ts', 'console.log(process.argv);'],
  ['test/a.ts', 'export const a = Math.random();', 'no-restricted-properties'],
  ['test/b.ts', 'await new Promise((done) => setTimeout(done, 50));', 'no-restricted-syntax'],
  ['test/c.ts', 'export const c = Date.now();'],
  ['test/d.ts', 'console.log(1);', 'no-restricted-globals'],
  ['test/any/children/a.ts', 'console.log(1);'],
  ['test/performance/a.ts', 'console.log(performance.now());'],
  ['examples/a.ts', 'Promise.resolve(1);', `${type}/no-floating-promises`],
  ['examples/b.ts', 'export const b = (x: any): void => void x;', `${type}/no-explicit-any`],
  ['examples/c.ts', 'export default 1;', 'no-restricted-syntax'],
  ['examples/d.ts', 'export enum D { One }', 'no-restricted-syntax'],
  [
    'examples/e.ts',
    `import { Observable } from 'rxjs'; export type E = Observable<1>;`,
    `${type}/consistent-type-imports`,
  ],
];

let copy: string;
let broken: ReadonlyMap<string, readonly (string | null)[]>;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'fuseboard-lint-'));
  for (const name of ['eslint.config.js', 'tsconfig.json', 'package.json']) {
    await cp(join(PROJECT, name), join(copy, name));
  }
  await symlink(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  for (const [file, code] of PLANTED) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await writeFile(join(copy, file), code);
  }
  const results = await new ESLint({ cwd: copy }).lintFiles('.');
  broken = new Map(results.map((r) => [r.filePath, r.messages.map(({ ruleId }) => ruleId)]));
}, 60_000);
afterAll(() => rm(copy, { recursive: true }));

test.each(PLANTED)('lint judges %s: %s', (file, _code, ...rules) => {
  expect(broken.get(join(copy, file))).toEqual(rules);
});
