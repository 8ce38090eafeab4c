/** `fuseboard paths --check`: a machine that changed, and tests that did not. */
import { mkdir } from 'node:fs/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ScratchProject, type Ended } from '../kit-tests/scratch-project.ts';
import { commandIn } from './command-in.ts';
import { DOOR } from './door.ts';

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make(['xstate']);
});
afterAll(() => project.remove());

/** Each test has a folder of its own: a machine that was loaded once is not loaded again. */
let count = 0;
let folder: string;
const write = (name: string, text: string) => project.write(`${count}/${name}`, text);
const read = (name: string) => project.read(`${count}/${name}`);
const paths = (...args: readonly string[]): Promise<Ended> => commandIn(folder, args);

const WRITE = ['--machine', 'door.ts', '--events', 'door.ts', '--out', 'door.test.ts'];

beforeEach(async () => {
  count += 1;
  folder = project.path(String(count));
  await mkdir(folder);
  await write('door.ts', DOOR);
});

/** Has the tests written, as long ago, and the machine changed since. */
async function changed(find: string, replace: string): Promise<Ended> {
  await write('old.ts', DOOR);
  await paths('--machine', 'old.ts', '--events', 'old.ts', '--out', 'door.test.ts');
  expect(DOOR).toContain(find);
  await write('door.ts', DOOR.replace(find, replace));
  const text = await read('door.test.ts');
  await write('door.test.ts', text.replaceAll('old.ts', 'door.ts').replaceAll('old.js', 'door.js'));
  return await paths('--check', 'door.test.ts');
}

describe('a test file is checked', () => {
  it('and is up to date where nothing changed', async () => {
    await paths(...WRITE);
    const before = await read('door.test.ts');
    expect(await paths('--check', 'door.test.ts')).toEqual({
      code: 0,
      stdout: 'door.test.ts: up to date\n',
      stderr: '',
    });
    expect(await paths(...WRITE, '--check')).toMatchObject({ code: 0 });
    expect(await paths('--check', '--out', 'door.test.ts')).toMatchObject({ code: 0 });
    expect(await read('door.test.ts')).toBe(before);
  });

  it('and what the machine can do now is told, with the command to run', async () => {
    const { code, stdout } = await changed(
      `on: { CLOSE: 'closed' }`,
      `on: { CLOSE: 'closed', SLAM: 'locked' }`,
    );
    expect(code).toBe(3);
    expect(stdout).toContain('door.test.ts: out of date\n  transitions added: 1\n');
    expect(stdout).toContain('    + open --SLAM--> locked\n');
    expect(stdout).toContain('    + in open: SLAM leads to locked');
    const command = 'npx fuseboard paths --machine door.ts --events door.ts --out door.test.ts';
    expect(stdout.endsWith(`\n  write it again: ${command}\n`)).toBe(true);
  });

  it.each([
    ['a delay', '5000: ', '6000: ', '    - open --after 5000 ms--> closed'],
    ['a guard', 'length === 4', 'length > 4', `    + in closed: LOCK {"code":"1234"} stays there`],
    ['a target', `CLOSE: 'closed'`, `CLOSE: 'locked'`, '    - in open: CLOSE leads to closed'],
  ])('and %s that changed is seen', async (_, find, replace, told) => {
    const { code, stdout } = await changed(find, replace);
    expect(code).toBe(3);
    expect(stdout).toContain(told);
  });

  it('and is the same after a formatter, with comments of its own', async () => {
    await paths(...WRITE);
    const text = await read('door.test.ts');
    const formatted = text
      .replaceAll(
        `import { describe, expect, it } from 'vitest';`,
        'import {\n  describe,\n  expect,\n  it,\n} from "vitest"',
      )
      .replaceAll(
        /expect\(await (.+?)\)\.toBe\('(\w+)'\);/g,
        'expect(\n  await $1,\n).toBe("$2") // mine\n',
      );
    expect(formatted).not.toBe(text);
    await write('door.test.ts', formatted);
    expect(await paths('--check', 'door.test.ts')).toMatchObject({ code: 0, stderr: '' });
  });

  it('and a line that was changed by hand is seen', async () => {
    await paths(...WRITE);
    const text = await read('door.test.ts');
    await write('door.test.ts', text.replace(`.toBe('open')`, `.toBe('ajar')`));
    const { code, stdout } = await paths('--check', 'door.test.ts');
    expect(code).toBe(3);
    expect(stdout).toContain('paths with other steps: ');
    await write('door.test.ts', text.replace('const coverage', 'const mine = 1;\nconst coverage'));
    expect((await paths('--check', 'door.test.ts')).stdout).toContain('it was changed by hand');
  });

  it('from another folder too', async () => {
    await paths(...WRITE);
    const { code, stdout } = await commandIn(project.folder, ['--check', `${count}/door.test.ts`]);
    expect(stdout).toBe(`${count}/door.test.ts: up to date\n`);
    expect(code).toBe(0);
  });

  it('with flags that a shell must be told literally', async () => {
    await write('my door.ts', `${DOOR}export const input = 1;`);
    const args = [
      '--machine',
      'my door.ts',
      '--events',
      'my door.ts',
      '--input',
      `{ "a": "it's */" }`,
    ];
    await paths(...args, '--out', 'my.test.ts');
    expect(await read('my.test.ts')).toContain(`--machine 'my door.ts' --events 'my door.ts'`);
    expect(await paths('--check', 'my.test.ts')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a file that cannot be checked', () => {
  it('is one that is missing, unless flags say how it is written', async () => {
    const named = await paths('--check', 'door.test.ts');
    expect(named).toMatchObject({ code: 1, stdout: '' });
    expect(named.stderr).toContain('--check: there is no file door.test.ts\nhint: Write it first');
    const flagged = await paths(...WRITE, '--check');
    expect(flagged.code).toBe(3);
    expect(flagged.stdout).toContain('door.test.ts: is not there\n  write it again: npx fuseboard');
  });

  it('is one that somebody else wrote, or made theirs', async () => {
    const { code, stderr } = await paths('--check', 'door.ts');
    expect(code).toBe(1);
    expect(stderr).toContain('--check: door.ts was not written by this command, or is yours now');
  });

  it('is one whose machine is gone, and the others are checked all the same', async () => {
    await paths(...WRITE);
    await write('gone.test.ts', (await read('door.test.ts')).replaceAll('door.', 'gone.'));
    const files = ['gone.test.ts', 'door.test.ts'];
    const text = await paths('--check', ...files);
    expect(text).toMatchObject({ code: 1, stdout: 'door.test.ts: up to date\n' });
    expect(text.stderr).toContain('gone.test.ts: --machine: there is no file gone.ts');

    const json = await paths('--check', '--json', ...files);
    expect(JSON.parse(json.stdout)).toMatchObject({
      isUpToDate: false,
      files: [{ status: 'not_checked' }, { file: 'door.test.ts', status: 'up_to_date' }],
    });
  });
});

it('the tests of the built-in breaker are checked like any others', async () => {
  await paths('--out', 'breaker.test.ts');
  const text = await read('breaker.test.ts');
  expect(await paths('--check', 'breaker.test.ts')).toMatchObject({ code: 0 });
  await write('breaker.test.ts', text.replace(/\n *\*   closed --trip\S* .*/, ''));
  const { code, stdout } = await paths('--check', 'breaker.test.ts');
  expect(code).toBe(3);
  expect(stdout).toContain('+ closed --trip');
});
