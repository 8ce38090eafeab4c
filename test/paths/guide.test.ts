/** The guide docs/path-tests.md, followed literally in a project of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ScratchProject, type Ended } from '../kit-tests/scratch-project.ts';

interface Block {
  readonly language: string;
  readonly text: string;
}

const guide = await readFile(join(import.meta.dirname, '../../docs/path-tests.md'), 'utf8');
const blocks = [...guide.matchAll(/```(\w+)\n(.*?)```/gs)].map(
  ([, language = '', text = '']): Block => ({ language, text }),
);

let project: ScratchProject;
beforeAll(async () => {
  project = await ScratchProject.make();
});
afterAll(() => project.remove());

/** Runs a line of a shell as far as the guide uses one: words, quotes, and `*` in names. */
async function run(line: string): Promise<Ended> {
  const script = line
    .replace('npx fuseboard', `node node_modules/fuseboard/dist/cli.js`)
    .replace('npx vitest', `node node_modules/vitest/vitest.mjs`);
  expect(script).toMatch(/^node node_modules/);
  return await project.shell(script);
}

const linesOf = ({ text }: Block): readonly string[] => text.trim().split('\n');

/** Writes a snippet where its first line says: a whole file, or a method of one. */
async function writeSnippet({ text }: Block): Promise<void> {
  const [, name, method] = /^\/\/ (\S+?\.ts)(?:: (\w+))?\n/.exec(text) ?? [];
  if (name === undefined) throw new Error(`A snippet does not say which file it is:\n${text}`);
  if (method === undefined) return await project.write(name, text);
  const before = await project.read(name);
  const after = before.replace(
    new RegExp(`\n  ${method}\\(.*?\n  }\n`, 's'),
    () => `\n${text.slice(text.indexOf('\n') + 1)}`,
  );
  expect(after).not.toBe(before);
  await project.write(name, after);
}

describe('the guide', () => {
  it('installs packages that are there to be installed', () => {
    const installed = blocks.flatMap(({ text }) => text.match(/^npm install .*$/gm) ?? []);
    expect(installed).toEqual(['npm install xstate', 'npm install --save-dev fuseboard vitest']);
  });

  it('can be followed to its end, and says what is seen', { timeout: 120_000 }, async () => {
    let last: string[] = [];
    for (const block of blocks) {
      if (block.language === 'ts') await writeSnippet(block);
      if (block.language === 'text') expect(last.join('')).toContain(block.text.trimEnd());
      if (block.language === 'bash' && !block.text.startsWith('npm install')) {
        last = [];
        for (const line of linesOf(block)) {
          const { code, stdout, stderr } = await run(line);
          last.push(stdout, stderr);
          expect(code, `${line}\n${stdout}${stderr}`).toBe(line.endsWith('# red') ? 1 : 0);
        }
      }
    }
    expect(await project.read('door.paths.html')).toContain('Paths through <code>door</code>');
  });

  it('ends in lines for CI, which notice a change', { timeout: 60_000 }, async () => {
    const yaml = blocks.find(({ language }) => language === 'yaml')?.text ?? '';
    const [check = '', tests = ''] = [...yaml.matchAll(/^- run: (.*)$/gm)].map(([, line]) => line);
    expect(tests).toBe('npx vitest run');
    expect(await run(check)).toMatchObject({ code: 0, stderr: '' });
    const door = await project.read('door.ts');
    await project.write('door.ts', door.replace('30_000', '20_000'));
    const { code, stdout } = await run(check);
    expect(code).toBe(3);
    expect(stdout).toContain('+ open --after 20000 ms--> closed');
    expect(stdout).toContain('timer.paths.test.ts: up to date');
  });
});
