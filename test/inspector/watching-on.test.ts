/** Who watches is told what is new, once; who leaves takes nothing from those who stay. */
import { expect, test } from 'vitest';

import type { BoardUpdate, MoneyUpdate } from '../../visualizations/inspector/protocol.ts';
import { failTimes, QUICK } from '../board/open-boards.ts';
import { openInspected, send, Stream, watch } from './watching.ts';

const rowsOf = ({ events }: Stream) =>
  events.flatMap(({ type, data }) => (type === 'board' ? ((data as BoardUpdate).rows ?? []) : []));

test('who leaves takes nothing from those who stay', async () => {
  const { board, clock, url, inspector } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const [staying, leaving] = [await watch(url), await watch(url)];
  await Promise.all([staying.board(), leaving.board()]);
  leaving.leave();
  await expect.poll(() => inspector.watcherCount).toBe(1);
  failTimes(breaker, 1);
  await clock.advanceAsync(250);
  const latest = () => rowsOf(staying).at(-1)?.state;
  await expect.poll(latest, { timeout: 5_000 }).toBe('open');
  await clock.advanceAsync(20_000);
  breaker.reset('fixed');
  await clock.advanceAsync(250);
  await expect.poll(latest, { timeout: 5_000 }).toBe('closed');
});

test('coverage is told when a transition was taken, and not again', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const stream = await watch(url, 'coverage');
  await stream.event(({ type }) => type === 'coverage');
  failTimes(breaker, 1);
  await clock.advanceAsync(2_000);
  board.breaker('last');
  await clock.advanceAsync(250);
  await stream.board(({ summary }) => summary.breakerCount === 2);
  expect(stream.events.filter(({ type }) => type === 'coverage')).toHaveLength(2);
});

test('money is told once a second at most', async () => {
  const { clock, url } = await openInspected({}, { ledger: {} });
  const stream = await watch(url, 'money');
  const told = () => stream.events.flatMap((one) => (one.type === 'money' ? [one.data] : []));
  await expect
    .poll(async () => {
      await clock.advanceAsync(250);
      return told().length;
    })
    .toBeGreaterThan(3);
  const times = told().map((update) => (update as MoneyUpdate).atMs);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] as number));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
});

test('only with the last event of a tick does a page know all of it', async () => {
  const { board, url } = await openInspected();
  board.breaker('a');
  const stream = await watch(url, 'breaker/a');
  await stream.breaker();
  expect(stream.events.map(({ type, id }) => [type, id !== ''])).toEqual([
    ['board', false],
    ['breaker', true],
  ]);
});

test('a breaker to which something happened that changes nothing is not told again', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const stream = await watch(url);
  await stream.board();
  breaker.actor.send({ type: 'probe.due', atMs: 1 });
  await clock.advanceAsync(250);
  board.breaker('last');
  await clock.advanceAsync(250);
  await stream.board(({ rows }) => rows?.some(({ name }) => name === 'last') === true);
  expect(rowsOf(stream).map(({ name }) => name)).toEqual(['a', 'last']);
});

test('a breaker that made room and is called all the same is there, and not gone', async () => {
  const { board, clock, url } = await openInspected({}, { breakersMax: 2 });
  for (const name of ['a', 'b']) board.breaker(name);
  const [first, other] = [await watch(url), await watch(url)];
  await Promise.all([first.board(), other.board()]);
  first.leave();
  for (const name of ['c', 'a']) {
    await board.breaker(name).call(() => 1);
    await clock.advanceAsync(250);
    await other.board(({ rows }) => rows?.some((row) => row.name === name) === true);
  }
  const update = await (await watch(url, 'board', first.lastId)).board();
  expect(update).toMatchObject({ isWhole: false, gone: [] });
  expect(update.rows?.map(({ name }) => name).toSorted()).toEqual(['a', 'c']);
});

test('who missed more than ten thousand breakers that went is told everything', async () => {
  const { board, clock, url } = await openInspected({}, { breakersMax: 5_001 });
  const fill = async (round: number): Promise<void> => {
    for (let index = 0; index < 5_001; index++) board.breaker(`${round} ${index}`);
    await clock.advanceAsync(250);
  };
  await fill(0);
  const [first, other] = [await watch(url), await watch(url)];
  await Promise.all([first.board(), other.board()]);
  first.leave();
  for (const round of [1, 2]) {
    await fill(round);
    await other.board(({ gone }) => gone.includes(`${round - 1} 0`));
  }
  // So many rows are made in several ticks.
  await clock.advanceAsync(1_000);
  const update = await (await watch(url, 'board', first.lastId)).board();
  expect([update.isWhole, update.rows?.length, update.gone]).toEqual([true, 5_001, []]);
});

test('a breaker that is latched by an emergency names that latch once', async () => {
  const { board, url } = await openInspected();
  const breaker = board.breaker('a');
  breaker.forceOpen('drill', { by: 'ann' });
  board.emergencyShutdown('the bill', { by: 'bob' });
  await breaker.tryCall(() => 1);
  const { rows } = await (await watch(url)).board();
  expect(rows?.[0]?.latches).toEqual(['emergency', 'operator']);
});

test('an id in the address says as much as one in a header: what changed since is told', async () => {
  const { board, clock, url } = await openInspected();
  const [a] = [board.breaker('a', QUICK), board.breaker('b')];
  const stream = await watch(url);
  await stream.board();
  const since = stream.lastId;
  failTimes(a, 1);
  await clock.advanceAsync(250);
  const again = new Stream(await send(url, `/feed?view=board&since=${since}`));
  const { isWhole, rows } = await again.board();
  again.leave();
  expect([isWhole, rows?.map(({ name }) => name)]).toEqual([false, ['a']]);
});
