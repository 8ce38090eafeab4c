/**
 * `fuseboard/testing` is light: it loads where vitest, tsx and better-sqlite3 are not installed.
 */
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ScratchProject } from './scratch-project.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make(['xstate', '@xstate/graph', 'rxjs']);
  await mkdir(project.path('copy'));
  await cp(join(ROOT, 'dist'), project.path('copy/dist'), { recursive: true });
  await cp(join(ROOT, 'package.json'), project.path('copy/package.json'));
  await symlink(project.path('node_modules'), project.path('copy/node_modules'));
});
afterAll(() => project.remove());

const load = (program: string) =>
  project.node(
    '--input-type=module',
    '-e',
    program.replaceAll('KIT', './copy/dist/test/kit/index.js'),
  );

it('the kit loads without vitest, tsx and better-sqlite3', async () => {
  const { stdout, stderr } = await load(`
    const kit = await import('KIT');
    const { createMachine } = await import('xstate');
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: { on: { GO: 'b' } }, b: {} } });
    console.log(kit.generatePaths(machine).paths.length, new kit.VirtualClock().pendingCount);
  `);
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe('1 0');
});

it('describing paths without vitest says that it is missing', async () => {
  const { stdout } = await load(`
    const { describePaths, generatePaths } = await import('KIT');
    const { createMachine } = await import('xstate');
    const machine = createMachine({ id: 'm', initial: 'a', states: { a: {} } });
    const create = () => ({ events: {}, state: () => 'a' });
    const paths = generatePaths(machine);
    await describePaths(paths, { create }).catch(({ message }) => console.log(message));
  `);
  expect(stdout).toMatch(/Cannot find package 'vitest'/);
});
