/** What `fuseboard paths` says when it cannot go on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ScratchProject } from '../kit-tests/scratch-project.ts';
import { commandIn } from './command-in.ts';
import { DOOR } from './door.ts';

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make();
  await project.write('door.ts', DOOR);
});
afterAll(() => project.remove());

describe('what is wrong is said in one line, with a hint', () => {
  beforeAll(async () => {
    await project.write('broken.ts', 'export const x: = 5;\n');
    await project.write('throws.ts', 'throw new TypeError("no luck");\n');
    await project.write('red.ts', 'throw new Error("\\u001b[31mred");\n');
    await project.write('lost.ts', 'import "not-installed"; export const x = 1;\n');
    await project.write('empty.ts', '');
    await project.write(
      'two.ts',
      `export { doorMachine as a, doorMachine as b } from './door.ts';`,
    );
    await project.write(
      'counter.ts',
      `import { assign, createMachine } from 'xstate';
       export const counter = createMachine({ id: 'counter', context: { n: 0 }, initial: 'a', states: {
         a: { on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } } } } });
       export const serializeState = (snapshot: any) => String(snapshot.context.n % 3);`,
    );
  });

  it.each<readonly [args: string, code: number, message: string, hint: string]>([
    ['--machine nowhere.ts', 1, '--machine: there is no file nowhere.ts', 'Paths are relative'],
    ['--machine .', 1, '--machine: there is no file .', 'Paths are relative'],
    [
      '--machine door.ts#dor',
      1,
      `--machine: door.ts exports no 'dor'`,
      'it exports doorMachine (a machine), events, size.',
    ],
    [
      '--machine two.ts',
      1,
      '--machine: which export of two.ts is meant?',
      'it exports a (a machine), b (a machine).',
    ],
    ['--machine empty.ts', 1, '--machine: which export', 'empty.ts exports nothing.'],
    ['--machine door.ts#size', 1, `--machine: 'size' must be an XState 5 machine, got number`, ''],
    ['--machine broken.ts', 1, 'broken.ts cannot be loaded', 'must run by itself'],
    ['--machine throws.ts', 1, 'throws.ts cannot be loaded: TypeError: no luck', ''],
    ['--machine red.ts', 1, 'red.ts cannot be loaded: \\u001b[31mred', ''],
    ['--machine lost.ts', 1, `Cannot find package 'not-installed'`, 'is it installed?'],
    ['--machine door.ts', 1, `threw while it handled 'LOCK'`, '--events FILE#EXPORT'],
    ['--machine counter.ts', 1, 'has more than 20000 steps', '--serialize-state FILE#EXPORT'],
    ['--machine counter.ts --limit 9', 1, 'has more than 9 steps', '--limit N'],
    ['--machine door.ts --events door.ts#size', 1, 'neither a list of events nor', ''],
    ['--machine counter.ts --serialize-state door.ts#size', 1, 'is not a function', ''],
    ['--out nowhere/a.test.ts', 1, '--out: there is no folder nowhere', 'Make it first.'],
    ['--strategy longest', 2, 'transitions, shortest, simple', 'For example --strategy'],
    ['--limit many', 2, '--limit must be an integer from 1', 'For example --limit'],
    ['--colour', 2, 'paths has no flag --colour', '--help'],
    ['door.ts', 2, `paths takes files only with --check, got 'door.ts'`, '--machine door.ts'],
    ['--machine', 2, '--machine needs a value', '--machine FILE#EXPORT'],
    ['--events door.ts', 2, '--events belongs to a machine of yours', '--help'],
    ['--machine door.ts --options options.ts', 2, '--options are those of the built-in', '--help'],
    ['--report', 2, '--report is written beside the test file', '--out FILE'],
    ['--check', 2, '--check needs to know which files', '--check door.paths.test.ts'],
    ['--check a.test.ts --limit 9', 2, '--limit does not go with --check a.test.ts', 'Files say'],
  ])('%s', async (args, code, message, hint) => {
    const ended = await commandIn(project.folder, args.split(' '));
    expect(ended).toMatchObject({ code, stdout: '' });
    const [first, second, ...rest] = ended.stderr.trimEnd().split('\n');
    expect(first).toMatch(/^fuseboard: /);
    expect(first).toContain(message);
    expect(second).toMatch(/^hint: /);
    expect(second).toContain(hint);
    expect(rest).toEqual([]);
  });

  it('a counter is tamed by saying which states are the same', async () => {
    const args = ['--machine', 'counter.ts', '--serialize-state', 'counter.ts'];
    expect((await project.paths(...args)).code).toBe(0);
  });
});
