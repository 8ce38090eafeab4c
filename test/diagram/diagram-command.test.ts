/** `fuseboard diagram`, as it is called. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { PROJECT, runCli, scratchFolder } from '../cli/process.ts';

const DOOR = `import { createMachine } from '${join(PROJECT, 'node_modules/xstate/dist/xstate.cjs.mjs')}';
export const doorMachine = createMachine({
  id: 'door', type: 'parallel',
  states: {
    leaf: { initial: 'shut', states: { shut: { on: { OPEN: 'open' } }, open: { on: { SHUT: 'shut' } } } },
    lamp: { initial: 'off', states: { off: { on: { ON: 'on' } }, on: {} } },
  },
});
export const three = 3;
`;

const cwd = scratchFolder();
await writeFile(join(cwd, 'door.mjs'), DOOR);
const run = (...args: readonly string[]) => runCli(['diagram', ...args], { cwd });

test('without flags it writes the picture of the breaker', async () => {
  const { code, stdout, stderr } = await run();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(await readFile(join(PROJECT, 'docs/diagrams/breaker.svg'), 'utf8'));
});

test("a machine of the user's is drawn, in its state, into a file", async () => {
  const flags = ['--state', 'leaf.open + lamp.off', '--out', 'door.svg'];
  const { code, stdout } = await run('--machine', 'door.mjs#doorMachine', ...flags);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'door.svg written\n' });
  const svg = await readFile(join(cwd, 'door.svg'), 'utf8');
  expect(svg.match(/class="state [^"]*active" data-state="([^"]+)"/g)).toHaveLength(5);
});

test('the only machine of a file need not be named; Mermaid and JSON are written too', async () => {
  const mermaid = await run('--machine', 'door.mjs', '--format', 'mermaid');
  expect(mermaid.stdout).toContain('s2_leaf_shut --> s3_leaf_open : OPEN');
  const json = await run('--machine', 'door.mjs', '--json');
  const { chart, drawing } = JSON.parse(json.stdout) as Record<string, Record<string, unknown>>;
  expect([chart?.['id'], drawing?.['chartId']]).toEqual(['door', 'door']);
});

test('counts make heat', async () => {
  await writeFile(join(cwd, 'hits.json'), '{ "closed --trip--> open.cooling": 7 }');
  const { code, stdout } = await run('--heat', 'hits.json');
  expect(code).toBe(0);
  expect(stdout).toContain('1 of 66 transitions taken');
});

const WRONG: readonly (readonly [args: string, code: number, message: RegExp])[] = [
  ['--state nowhere', 2, /--state: breaker has no state 'nowhere'\nhint: It has closed, /],
  ['--machine door.mjs#three', 1, /--machine: the export 'three' must be an XState 5 machine/],
  ['--machine gone.ts', 1, /--machine: there is no file gone\.ts/],
  ['--heat unknown.json', 1, /--heat: breaker has no transition 'no such'\nhint: Its ids are/],
  ['--heat minus.json', 1, /must be an integer of at least 0, got -1/],
  ['--heat list.json', 1, /--heat: list\.json holds no object/],
  ['--heat text.json', 1, /--heat: text\.json holds no JSON/],
  ['--heat gone.json', 1, /--heat: there is no file gone\.json/],
  ['--heat -', 1, /--heat: stdin holds no JSON/],
  ['--format mermaid --state closed', 2, /--state marks a picture, which mermaid is not/],
  ['--format svg --json', 2, /--json and --format svg exclude each other/],
  ['--format png', 2, /--format must be one of svg, mermaid, json, got 'png'/],
  ['--out no/such/folder.svg', 1, /--out: no\/such\/folder\.svg cannot be written/],
];

await writeFile(join(cwd, 'unknown.json'), '{ "no such": 1 }');
await writeFile(join(cwd, 'minus.json'), '{ "closed --trip--> open.cooling": -1 }');
await writeFile(join(cwd, 'list.json'), '[]');
await writeFile(join(cwd, 'text.json'), 'hello');

test.each(WRONG)('%s is answered with what is wrong', async (args, code, message) => {
  const ended = await run(...args.split(' '));
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
  expect(ended.stderr).toMatch(message);
});

test('help shows flags, examples and exit codes', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/--machine FILE#EXPORT[^]*Examples[^]*Exit codes/);
});
