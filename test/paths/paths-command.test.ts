/** `fuseboard paths` writes test files, which run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ScratchProject } from '../kit-tests/scratch-project.ts';
import { DOOR } from './door.ts';

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make();
  await project.write('door.ts', DOOR);
});
afterAll(() => project.remove());

const LONG = { timeout: 120_000 };

describe('a file written for a machine of the user', () => {
  it('is readable, and runs green with vitest', LONG, async () => {
    const from = ['--machine', 'door.ts#doorMachine', '--events', 'door.ts'];
    const written = await project.paths(...from, '--out', 'door.test.ts');
    expect(written).toMatchObject({ code: 0, stderr: '' });
    expect(written.stdout).toBe(
      'door.test.ts: 7 paths, 6 of 6 configured transitions\nnext: npx vitest run door.test.ts\n',
    );
    const text = await project.read('door.test.ts');
    expect(text).toContain(`import { doorMachine as machine } from './door.js';`);
    expect(text).toContain(
      `import { actorUnderTest, transitionCoverage } from 'fuseboard/testing';`,
    );
    expect(text).toContain(
      '--machine door.ts#doorMachine --events door.ts --out door.test.ts\n */',
    );
    expect(text).toContain(`
describe('in closed', () => {
  it('LOCK {"code":"it\\'s long"} stays there', async () => {
    const actor = start();
    expect(actor.state()).toBe('closed');
    expect(await actor.send({ type: 'LOCK', code: "it's long" })).toBe('closed'); // closed →`);
    expect(text).toContain(
      `expect(await actor.wait(60_000)).toBe('closed'); // locked → after 60000 ms → closed`,
    );
    const ran = await project.vitest('door.test.ts');
    expect(ran.stdout).toMatch(/Tests {2}8 passed \(8\)/);
    expect(ran.code).toBe(0);
  });

  it('turns red when the machine changes', LONG, async () => {
    await project.paths('--machine', 'door.ts', '--events', 'door.ts', '--out', 'old.test.ts');
    const faults = [
      ['5000: ', '6000: '],
      ['code.length === 4', 'code.length > 4'],
      [`CLOSE: 'closed'`, `CLOSE: 'locked'`],
      [`open: { on`, `open: { always: 'closed', on`],
    ] as const;
    try {
      for (const [find, replace] of faults) {
        await project.write('door.ts', DOOR.replace(find, replace));
        const { code, stdout } = await project.vitest('old.test.ts');
        expect(code, `${replace}\n${stdout}`).toBe(1);
      }
    } finally {
      await project.write('door.ts', DOOR);
    }
  });

  it('goes to standard output unless it is told where to', async () => {
    const { stdout, code } = await project.paths('--machine', 'door.ts', '--events', 'door.ts');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\/\/ Written by `fuseboard paths`/);
    expect(stdout).toMatch(/\n \*   locked --after 60000 ms--> closed\n \*\/\n$/);
  });

  it('names what its strategy does not cover', LONG, async () => {
    const args = ['--machine', 'door.ts', '--events', 'door.ts', '--strategy', 'shortest'];
    const { stdout } = await project.paths(...args, '--out', 'short.test.ts');
    expect(stdout).toContain(
      `open --CLOSE--> closed: the strategy has no path through it; 'transitions' has`,
    );
    const text = await project.read('short.test.ts');
    expect(text).toContain('in the tests above but these');
    // The delay comes in the silence after a path, so it is not among them.
    expect(text).not.toContain(`'open --after 5000 ms--> closed'`);
    expect((await project.vitest('short.test.ts')).code).toBe(0);
  });

  it('takes input, events that cannot be written down, and JavaScript', LONG, async () => {
    await project.write(
      'till.mjs',
      `import { createMachine } from 'xstate';
       export default createMachine({
         id: 'till',
         context: ({ input }) => ({ max: input.max }),
         initial: 'open',
         states: {
           open: { on: { ADD: {
             guard: ({ context, event }) => event.price() > context.max, target: 'full',
           } } },
           full: {},
         },
       });
       export const cases = [{ type: 'ADD', price: () => 1 }, { type: 'ADD', price: () => 9 }];`,
    );
    const args = ['--machine', 'till.mjs', '--events', 'till.mjs#cases', '--input', '{"max":5}'];
    expect(await project.paths(...args, '--out', 'till.test.mjs')).toMatchObject({ code: 0 });
    const text = await project.read('till.test.mjs');
    expect(text).toContain(`import { default as machine } from './till.mjs';`);
    expect(text).toContain('actorUnderTest(machine, { input: { max: 5 }, coverage })');
    expect(text).toContain('actor.send(events[1])');
    expect((await project.vitest('till.test.mjs')).stdout).toMatch(/Tests {2}3 passed/);
  });

  it('imports from where it stands, the way the project wants it', async () => {
    await project.write(
      'tests/tsconfig.json',
      '{ "compilerOptions": {"allowImportingTsExtensions": true} }',
    );
    const args = ['--machine', 'door.ts', '--events', 'door.ts', '--out', 'tests/door.test.ts'];
    await project.paths(...args);
    expect(await project.read('tests/door.test.ts')).toContain(`from '../door.ts';`);
  });
});

describe('a file written for the built-in breaker', () => {
  it('runs green on the real service', LONG, async () => {
    const written = await project.paths('--out', 'breaker.test.ts');
    expect(written.stdout).toMatch(/\d+ paths, (\d+) of \1 configured transitions/);
    const text = await project.read('breaker.test.ts');
    expect(text).toContain(
      `expect(await breaker.does('trip')).toBe('open.cooling'); // closed → trip`,
    );
    const ran = await project.vitest('breaker.test.ts');
    expect(ran.stdout).toMatch(/Tests {2}\d+ passed/);
    expect(ran.code).toBe(0);
  });

  it('takes the options of the user, and names what they never let happen', LONG, async () => {
    await project.write(
      'options.ts',
      `export const options = { trip: { policy: 'count', calls: 10 }, recoveryTimeoutMs: 500 };`,
    );
    const args = ['--options', 'options.ts', '--strategy', 'simple', '--out', 'mine.test.ts'];
    expect((await project.paths(...args)).stdout).toContain('half_open --probe.succeeded[2]');
    expect(await project.read('mine.test.ts')).toContain(`import { options } from './options.js';`);
    expect((await project.vitest('mine.test.ts')).code).toBe(0);
  });

  it('refuses options that a breaker refuses', async () => {
    await project.write('bad-options.ts', `export const options = { failureThreshold: 0 };`);
    const { code, stderr } = await project.paths('--options', 'bad-options.ts');
    expect(code).toBe(1);
    expect(stderr).toContain('breaker.failureThreshold must be an integer of at least 1, got 0');
  });
});

describe('a file that is there already', () => {
  const args = ['--machine', 'door.ts', '--events', 'door.ts', '--out', 'mine.ts'];

  it('is kept unless it was written by the command, or it is forced', async () => {
    await project.write('mine.ts', '// by hand\n');
    const { code, stderr } = await project.paths(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('--out: mine.ts exists and was not written by this command');
    expect(await project.read('mine.ts')).toBe('// by hand\n');

    const forced = await project.paths(...args, '--force');
    expect(forced.code).toBe(0);
    expect(forced.stdout).toContain('vitest looks for names that end in .test.ts or .spec.ts');

    expect((await project.paths(...args)).code).toBe(0);
    const text = await project.read('mine.ts');
    await project.write('mine.ts', text.slice(text.indexOf('\n') + 1));
    expect((await project.paths(...args)).code).toBe(1);
  });
});

it('help says what there is', async () => {
  const { code, stdout } = await project.paths('--help');
  expect(code).toBe(0);
  expect(stdout).toContain('Exit codes: 0 written, or up to date; 1 ');
  for (const flag of [
    'machine',
    'strategy',
    'events',
    'input',
    'limit',
    'out',
    'force',
    'check',
    'report',
    'json',
  ]) {
    expect(stdout).toContain(`--${flag}`);
  }
});
