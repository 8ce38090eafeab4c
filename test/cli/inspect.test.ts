/** `fuseboard inspect`: the page for a board of another process, through the store they share. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { openBoard, type Board, type BreakerSnapshot, type FactOf } from '../../index.ts';
import { statusesOfPage } from '../../visualizations/commands/status-of-page.ts';
import type { Status } from '../../visualizations/commands/status.ts';
import { runCli, scratchFolder, startCli, type Running } from './process.ts';

const TOKEN = 'a token of the operator'.replaceAll(' ', '-');

/** An application with two breakers, and the command that looks at its store. */
async function inspected(env: Readonly<Record<string, string>> = {}) {
  const cwd = scratchFolder();
  const board = await openBoard({ store: `sqlite:${join(cwd, 'fuseboard.db')}`, pollMs: 20 });
  onTestFinished(() => board.close());
  board.breaker('search').forceOpen('maintenance', { by: 'operator' });
  board.breaker('llm').forceOpen('once');
  board.breaker('llm').reset('it works');
  board.flush();
  const running = startCli(['inspect', '--port', '0', '--json'], { cwd, env });
  onTestFinished(() => running.signal('SIGKILL'));
  const [line] = await running.seen(/\{.*\}/);
  const { url, operatorUrl } = JSON.parse(line) as { url: string; operatorUrl: string | null };
  return { board, running, url, operatorUrl };
}

async function statusThat(url: string, isMeant: (status: Status) => boolean): Promise<Status> {
  const ending = new AbortController();
  for await (const status of statusesOfPage(url, ending.signal)) if (isMeant(status)) return status;
  throw new Error('the feed has ended');
}

const pathsOf = ({ breakers }: Status) =>
  Object.fromEntries(breakers.map(({ breaker, path }) => [breaker, path]));

function stateOf(board: Board, name: string, state: BreakerSnapshot['state']): Promise<void> {
  return new Promise((resolve) => {
    const isMeant = (fact: FactOf<'state.changed'>): boolean =>
      fact.breaker === name && fact.to.startsWith(state);
    const facts = board.facts$.subscribe((fact) => {
      if (fact.type !== 'state.changed' || !isMeant(fact)) return;
      queueMicrotask(() => facts.unsubscribe());
      resolve();
    });
  });
}

const act = (url: string, what: object, token: string): Promise<Response> =>
  fetch(new URL('/act', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(what),
  });

async function ended(running: Running): Promise<void> {
  running.signal('SIGINT');
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
}

test('shows every breaker of the store, and what becomes of them elsewhere', async () => {
  const { board, running, url, operatorUrl } = await inspected();
  expect(operatorUrl).toBeNull();
  expect(pathsOf(await statusThat(url, ({ breakers }) => breakers.length === 2))).toEqual({
    search: 'open.latched',
    llm: 'closed',
  });
  board.breaker('search').reset('over');
  await statusThat(url, (status) => pathsOf(status)['search'] === 'closed');
  board.breaker('new').forceOpen('one that came later');
  await statusThat(url, (status) => pathsOf(status)['new'] === 'open.latched');
  await ended(running);
});

test('what an operator does there reaches the application', async () => {
  const { board, running, url, operatorUrl } = await inspected({ FUSEBOARD_TOKEN: TOKEN });
  expect(operatorUrl).toBe(`${url}#token=${TOKEN}`);
  const refused = act(url, { act: 'force_open', breaker: 'llm', reason: 'why', by: 'me' }, 'no');
  expect((await refused).status).toBe(401);
  const opened = stateOf(board, 'llm', 'open');
  const done = await act(
    url,
    { act: 'force_open', breaker: 'llm', reason: 'a drill', by: 'someone' },
    TOKEN,
  );
  expect(done.status).toBe(204);
  await opened;
  expect(board.breaker('llm').explain()).toContain('Held open (operator) by someone: a drill');
  await ended(running);
});

test.each([
  [['--port', '70000'], {}, /--port must be an integer from 0 to 65535/],
  [['--store', 'board'], {}, /--store must be sqlite:PATH, got 'board'/],
  [
    ['--forward', 'http://here'],
    {},
    /--forward must be a ws: or wss: address, got 'http:\/\/here'/,
  ],
  [[], { FUSEBOARD_TOKEN: 'short' }, /FUSEBOARD_TOKEN must be 8 to 256 printable characters/],
])('asked for in the wrong way: %s %j', async (args, env, problem) => {
  const cwd = scratchFolder();
  await (await openBoard({ store: `sqlite:${join(cwd, 'fuseboard.db')}` })).close();
  const { code, stdout, stderr } = await runCli(['inspect', ...args], { cwd, env });
  expect(stdout).toBe('');
  expect(stderr).toMatch(problem);
  expect(stderr).not.toContain(`'short'`);
  expect(code).toBe(2);
});

test('a store that is not there is not made', async () => {
  const { code, stderr } = await runCli(['inspect'], { cwd: scratchFolder() });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^fuseboard: There is no file .*fuseboard\.db/);
});
