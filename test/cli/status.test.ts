/** `fuseboard status`: a board's store and a running inspector, as tables, JSON and live. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import { openBoard, usd, type Board } from '../../index.ts';
import type { Status } from '../../visualizations/commands/status.ts';
import { callOnce, openIn, STORE } from './books.ts';
import { runCli, scratchFolder, startCli } from './process.ts';

const STORE_ARGS = ['status', '--store', `sqlite:${STORE}`];
const BUDGETS = [{ id: 'all', limit: usd(10), period: 'total' as const }];

/** Three breakers: one an operator holds, one that tripped, one that costs money. */
async function storeOfThree(): Promise<string> {
  const cwd = scratchFolder();
  const board = await openIn(cwd, { budgets: BUDGETS });
  board.breaker('held').forceOpen('maintenance', { by: 'operator' });
  const tripped = board.breaker('tripped', { failureThreshold: 1, recoveryTimeoutMs: 3_600_000 });
  await tripped.tryCall(() => Promise.reject(new Error('down')));
  await callOnce(board, 'mini');
  await board.close();
  return cwd;
}

describe.concurrent('the status of a store', () => {
  test('shows what needs attention first, and why', async ({ expect }) => {
    const cwd = await storeOfThree();
    const { code, stdout, stderr } = await runCli(STORE_ARGS, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [headline = '', , titles = '', held = '', tripped = '', llm = ''] = stdout.split('\n');
    expect(headline).toMatch(/^ sqlite:fuseboard\.db {2}\d\d:\d\d:\d\d UTC {2}2 open, 1 closed$/);
    // Nobody counts calls in a store.
    expect(titles).toMatch(/^ breaker +state +probe +spent 24 h +why$/);
    expect(held).toMatch(/^ held +open\.latched +.*operator: maintenance$/);
    expect(tripped).toMatch(/^ tripped +open\.cooling +3\d{3}\.\d s .*too many calls failed in a/);
    expect(llm).toMatch(/^ llm +closed +\$0\.0006/);
  });

  test('--json has it for a program', async ({ expect }) => {
    const cwd = await storeOfThree();
    const { code, stdout } = await runCli([...STORE_ARGS, '--json'], { cwd });
    expect(code).toBe(0);
    const status = JSON.parse(stdout) as Status;
    expect(status).toMatchObject({ source: `sqlite:${STORE}`, health: null, emergency: null });
    expect(status.breakers.map(({ breaker, path }) => [breaker, path])).toEqual([
      ['held', 'open.latched'],
      ['tripped', 'open.cooling'],
      ['llm', 'closed'],
    ]);
    expect(status.breakers[2]).toMatchObject({ callsPerS: null, spentNanoUsd: 600_000 });
  });

  test('--watch tells of what another process does, until it is interrupted', async ({
    expect,
  }) => {
    const cwd = await storeOfThree();
    const watching = startCli([...STORE_ARGS, '--watch', '--json'], { cwd });
    await watching.seen(/"breaker":"held"/);
    await using board = await openIn(cwd);
    board.breaker('later').forceOpen('by another process');
    await watching.seen(/"breaker":"later".*by another process/);
    board.emergencyShutdown('a drill', { by: 'operator' });
    await watching.seen(/"emergency":\{"by":"operator","reason":"a drill"\}/);
    watching.signal('SIGINT');
    expect(await watching.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('a store without breakers, and none at all', async ({ expect }) => {
    const cwd = scratchFolder();
    expect(await runCli(STORE_ARGS, { cwd })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^fuseboard: There is no file .*\nhint: Name the file/,
      ) as string,
    });
    await (await openIn(cwd)).close();
    const { code, stdout } = await runCli(STORE_ARGS, { cwd });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/\n No breaker is known yet\.\n$/) as string,
    });
  });

  test('names of breakers and reasons move no cursor', async ({ expect }) => {
    const cwd = scratchFolder();
    const board = await openIn(cwd);
    board.breaker('red \u001b[31m').forceOpen('bell \u0007');
    await board.close();
    const { stdout } = await runCli(STORE_ARGS, { cwd });
    expect(stdout).toContain('red \\u001b[31m');
    expect(stdout).toContain('bell \\u0007');
    expect(stdout).not.toMatch(/[\u0007\u001b]/);
  });
});

describe('the status of a running inspector', () => {
  const boards: Board[] = [];
  afterEach(() => Promise.all(boards.splice(0).map((board) => board.close())));

  async function inspected(): Promise<{ board: Board; url: string }> {
    const board = await openBoard({ store: 'memory:', budgets: BUDGETS, tokenizer: false });
    boards.push(board);
    const { url } = await board.inspect({ port: 0 });
    return { board, url: new URL(url as string).origin };
  }

  test('has rates as well, and goes on as they change', async () => {
    const { board, url } = await inspected();
    board.breaker('steady');
    const cwd = scratchFolder();
    const watching = startCli(['status', '--url', url, '--watch', '--json'], { cwd });
    onTestFinished(() => watching.signal('SIGKILL'));
    await watching.seen(/"breaker":"steady"/);
    await board.breaker('steady').call(() => Promise.resolve());
    await watching.seen(/"breaker":"steady"[^}]*"callsPerS":0*[1-9.]/);
    board.breaker('steady').forceOpen('enough', { by: 'operator' });
    await watching.seen(/"path":"open\.latched","reason":"operator: enough"/);
    watching.signal('SIGINT');
    expect(await watching.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('once, as a table', async () => {
    const { board, url } = await inspected();
    await board.breaker('steady').call(() => Promise.resolve());
    board.breaker('down').forceOpen('enough', { by: 'operator' });
    const { code, stdout } = await runCli(['status', '--url', url], { cwd: scratchFolder() });
    expect(code).toBe(0);
    expect(stdout).toContain(` ${url} `);
    expect(stdout).toMatch(/ 1 open, 1 closed\n/);
    // Calls are counted from now on: nobody knows of those before.
    expect(stdout).not.toContain('calls/s');
    expect(stdout).toMatch(/\n down +open\.latched .*operator: enough\n steady +closed /);
  });

  test('where nothing listens, and where something else does', async () => {
    const { url } = await inspected();
    await boards.pop()?.close();
    const cwd = scratchFolder();
    const ended = await runCli(['status', '--url', url], { cwd });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      `fuseboard: there is no inspector at ${url}: nothing answers there\n` +
        'hint: Start one with `board.inspect()`, or look at the store with --store sqlite:PATH.\n',
    );
    const other = createServer((_, response) => response.writeHead(404).end()).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { stderr } = await runCli(['status', '--url', `http://127.0.0.1:${port}`], { cwd });
    expect(stderr).toContain('it answered with status 404\n');
  });

  test.each([
    [['--url', 'ftp://here'], /--url must be an http address, got 'ftp:\/\/here'/],
    [['--store', 'board.db'], /--store must be sqlite:PATH, got 'board\.db'/],
    [['--url', 'http://127.0.0.1:1', '--store', 'sqlite:b.db'], /--url and --store exclude/],
    [['now'], /status takes no argument, got 'now'/],
  ])('asked for in the wrong way: %s', async (args, problem) => {
    const { code, stdout, stderr } = await runCli(['status', ...args], { cwd: scratchFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(problem);
  });
});

test('the store is left as it was', async () => {
  const cwd = await storeOfThree();
  const { stdout } = await runCli([...STORE_ARGS, '--json'], { cwd });
  const board = await openBoard({ store: `sqlite:${join(cwd, STORE)}` });
  expect(JSON.parse(stdout)).toHaveProperty('breakers.length', 3);
  expect(board.breaker('held').state).toBe('open');
  await board.close();
});
