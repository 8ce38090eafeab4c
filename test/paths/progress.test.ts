/** Long generation: somebody who looks on is told, nobody else is, and Ctrl-C ends it. */
import { access } from 'node:fs/promises';

import { createMachine } from 'xstate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startNode, CLI } from '../cli/process.ts';
import { ScratchProject } from '../kit-tests/scratch-project.ts';
import { generatePaths, type PathsProgress } from '../kit/index.ts';
import { commandIn } from './command-in.ts';

/** Counts up to 2,000, which takes as many states and twice as many steps. */
const COUNTER = `
import { assign, createMachine } from 'xstate';
export const counter = createMachine({
  id: 'counter', context: { n: 0 }, initial: 'on',
  states: { on: { on: {
    ADD: { guard: ({ context }) => context.n < Number(process.env.COUNT ?? 2000),
      actions: assign({ n: ({ context }) => context.n + 1 }) },
    RESET: { actions: assign({ n: 0 }) },
  } } },
});
if (process.env.COUNT) console.error('the machine is loaded');
`;

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make(['xstate']);
  await project.write('counter.ts', COUNTER);
});
afterAll(() => project.remove());

describe('the progress of generation', () => {
  const grid = createMachine({
    id: 'grid',
    initial: 's0',
    states: Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [
        `s${at}`,
        { on: { A: `s${(at + 1) % 300}`, B: 's0', C: `s${(at * 7) % 300}` } },
      ]),
    ),
  });

  it('is told in counts that only grow, and seldom', () => {
    const told: PathsProgress[] = [];
    const { stateCount, stepCount, paths } = generatePaths(grid, {
      onProgress: (progress) => void told.push(progress),
    });
    expect(stateCount).toBe(300);
    expect(told.slice(0, 3).map((each) => each.stepCount)).toEqual([256, 512, 768]);
    expect(told.length).toBeLessThan(30);
    for (const name of ['stateCount', 'stepCount', 'pathCount'] as const) {
      const counts = told.map((each) => each[name]);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    }
    const last = told.at(-1);
    expect(last).toMatchObject({ stateCount, stepCount });
    expect(last?.pathCount).toBeGreaterThan(paths.length / 2);
    expect(last?.pathCount).toBeLessThanOrEqual(paths.length);
  });

  it('ends the generation by throwing', () => {
    const stop = (): never => {
      throw new Error('enough');
    };
    expect(() => generatePaths(grid, { onProgress: stop })).toThrow('enough');
  });
});

describe('the command', () => {
  const args = ['--machine', 'counter.ts', '--strategy', 'shortest', '--out', 'counter.test.ts'];

  it('shows one line in place where it takes its time, and clears it', async () => {
    const { code, stderr } = await commandIn(project.folder, args, { isTTY: true, tickMs: 60 });
    expect(code).toBe(0);
    expect(stderr).toMatch(/\r\u001b\[2Kfinding states: [\d,]+ so far, [\d,]+ steps tried\r/);
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
    expect(stderr).not.toContain('\n');
  });

  it.each<readonly [when: string, isTTY: boolean, tickMs: number, more: readonly string[]]>([
    ['nobody looks on', false, 60, []],
    ['it is done at once', true, 0, []],
    ['it is to tell a program', true, 60, ['--json']],
  ])('shows nothing where %s', async (_, isTTY, tickMs, more) => {
    const ended = await commandIn(project.folder, [...args, ...more], { isTTY, tickMs });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends at Ctrl-C in the middle of it, and leaves no file', async () => {
    const out = ['--out', 'long.test.ts', '--limit', '900000000'];
    const long = startNode([CLI, 'paths', '--machine', 'counter.ts', ...out], {
      cwd: project.folder,
      env: { COUNT: '1000000000' },
    });
    await long.seen(/the machine is loaded/);
    long.signal('SIGINT');
    expect(await long.ended).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' });
    await expect(access(project.path('long.test.ts'))).rejects.toThrow();
  });
});
