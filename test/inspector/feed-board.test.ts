/** The feed of the board: everything at first, then what changed, four times a second at most. */
import { expect, test } from 'vitest';

import type { BoardUpdate, BreakerRow, Sparks } from '../../visualizations/inspector/protocol.ts';
import { failTimes, QUICK } from '../board/open-boards.ts';
import { openInspected, watch, type Stream } from './watching.ts';

const boards = ({ events }: Stream): BoardUpdate[] =>
  events.filter(({ type }) => type === 'board').map(({ data }) => data as BoardUpdate);

const rowOf = (update: BoardUpdate, name: string): BreakerRow | undefined =>
  update.rows?.find((row) => row.name === name);

const NOTHING = { spark: [], sparkBad: [] };
const sparksOf = ({ rows }: Stream, name: string): Sparks =>
  rows.byName.get(name)?.traffic?.sparks() ?? NOTHING;

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

test('a page is told every breaker at first', async () => {
  const { board, url } = await openInspected({ title: 'Shop' });
  board.breaker('a');
  failTimes(board.breaker('b', QUICK), 1);
  const stream = await watch(url);
  const { isWhole, rows, gone, summary } = await stream.board();
  expect(isWhole).toBe(true);
  expect(gone).toEqual([]);
  expect(rows?.map(({ name, path }) => [name, path])).toEqual([
    ['a', 'closed'],
    ['b', 'open.cooling'],
  ]);
  expect(rows?.[1]).toMatchObject({
    state: 'open',
    cause: 'consecutive_failures',
    reason: 'too many calls failed in a row',
  });
  expect(stream.rows.byName.get('b')).toMatchObject({ spentNanoUsd: null, traffic: null });
  expect(summary).toMatchObject({
    title: 'Shop',
    breakerCount: 2,
    counts: { closed: 1, open: 1, half_open: 0, budget_limited: 0 },
    isOperable: false,
    hasMoney: false,
  });
});

test('then only those that changed', async () => {
  const { board, clock, url } = await openInspected();
  const [a] = [board.breaker('a', QUICK), board.breaker('b')];
  const stream = await watch(url);
  await stream.board();
  failTimes(a, 1);
  await clock.advanceAsync(250);
  const update = await stream.board(({ isWhole }) => !isWhole);
  expect(update.rows?.map(({ name, path }) => [name, path])).toEqual([['a', 'open.cooling']]);
  expect(update.summary.counts.open).toBe(1);
});

test('a thousand facts reach the page as four updates a second', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('busy');
  const stream = await watch(url);
  await stream.board();
  for (let step = 0; step < 40; step++) {
    for (let call = 0; call < 25; call++) await breaker.call(() => 1);
    await clock.advanceAsync(25);
  }
  board.breaker('last');
  await clock.advanceAsync(250);
  await stream.board((update) => rowOf(update, 'last') !== undefined);
  expect(boards(stream)).toHaveLength(1 + 4 + 1);
  expect(total(sparksOf(stream, 'busy').spark)).toBe(1_000);
  // Its row says nothing of what passes through it.
  expect(boards(stream).flatMap((update) => rowOf(update, 'busy') ?? [])).toHaveLength(1);
});

test('a quiet board says now and then that it is there, and nothing else', async () => {
  const { board, clock, url } = await openInspected();
  board.breaker('a');
  const stream = await watch(url);
  await stream.board();
  await clock.advanceAsync(10_000);
  await stream.board(({ summary }) => summary.atMs === clock.nowMs());
  // With each column of the sparklines.
  expect(boards(stream)).toHaveLength(6);
  expect(
    boards(stream)
      .slice(1)
      .map(({ rows }) => rows),
  ).toEqual([[], [], [], [], []]);
});

test('rates and sparklines tell calls, failures and refusals of late, and forget them', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('a', { failureThreshold: 2, recoveryTimeoutMs: 3_600_000 });
  const stream = await watch(url);
  await stream.board();
  await clock.advanceAsync(8_000);
  await breaker.call(() => 1);
  failTimes(breaker, 2);
  for (let call = 0; call < 7; call++) await breaker.tryCall(() => 1);
  await clock.advanceAsync(250);
  const busy = await stream.board(({ passed }) => passed.length > 0);
  expect(sparksOf(stream, 'a')).toEqual({ spark: [10], sparkBad: [9] });
  // Ten calls, two of which failed and seven were refused, in 8.25 seconds.
  const rates = { callsPerS: 1.21, failedPerS: 0.24, refusedPerS: 0.85 };
  expect(stream.rows.byName.get('a')).toMatchObject(rates);
  expect(busy.summary).toMatchObject({ callsPerS: 1.21, failedPerS: 0.24, refusedPerS: 0.85 });
  await clock.advanceAsync(4_000);
  const moved = { spark: [10, 0, 0], sparkBad: [9, 0, 0] };
  await expect.poll(() => sparksOf(stream, 'a')).toEqual(moved);
  // Who comes now is told the same.
  const late = await watch(url);
  await late.board();
  expect(sparksOf(late, 'a')).toEqual(moved);
  await clock.advanceAsync(60_000);
  await expect.poll(() => stream.rows.byName.get('a')?.traffic).toBe(null);
  const over = { callsPerS: 0, failedPerS: 0, refusedPerS: 0 };
  expect(stream.rows.byName.get('a')).toMatchObject(over);
});

test('a breaker made while somebody watches appears, one that made room is gone', async () => {
  const { board, clock, url } = await openInspected({}, { breakersMax: 2 });
  board.breaker('a');
  board.breaker('b');
  const stream = await watch(url);
  await stream.board();
  board.breaker('c');
  await clock.advanceAsync(250);
  const update = await stream.board(({ isWhole }) => !isWhole);
  expect(update.rows?.map(({ name }) => name)).toEqual(['c']);
  expect(update.gone).toEqual(['a']);
});

test('who comes back is told what changed meanwhile', async () => {
  const { board, clock, url } = await openInspected({}, { breakersMax: 4 });
  const [a, b] = [board.breaker('a', QUICK), board.breaker('b', QUICK)];
  for (const idle of ['c', 'idle']) board.breaker(idle);
  const first = await watch(url);
  await first.board();
  failTimes(a, 1);
  await clock.advanceAsync(250);
  await first.board(({ isWhole }) => !isWhole);
  first.leave();
  failTimes(b, 1);
  board.breaker('d');
  await clock.advanceAsync(9_000);
  const again = await watch(url, 'board', first.lastId);
  const update = await again.board();
  expect(update.isWhole).toBe(false);
  expect(update.rows?.map(({ name }) => name)).toEqual(['b', 'd']);
  // What passed through the first was told before.
  expect(update.traffic.map(([number]) => number)).toEqual([1]);
  expect(update.gone).toEqual(['c']);
});

test.each([
  ['of another watch', () => '0123456789abcdef:1'],
  ['that have not been', (id: string) => id.replace(/\d+$/, '999999')],
  ['that are none', () => 'nonsense'],
])('who comes back with ticks %s is told everything', async (_, idOf) => {
  const { board, url } = await openInspected();
  board.breaker('a');
  const first = await watch(url);
  await first.board();
  const again = await watch(url, 'board', idOf(first.lastId));
  expect(await again.board()).toMatchObject({ isWhole: true, rows: [{ name: 'a' }] });
});

test('who comes back after the watch has ended is told everything', async () => {
  const { board, clock, url, inspector } = await openInspected();
  board.breaker('a');
  const first = await watch(url);
  await first.board();
  first.leave();
  await vanished(inspector);
  await clock.advanceAsync(10_000);
  const again = await watch(url, 'board', first.lastId);
  expect(await again.board()).toMatchObject({ isWhole: true, rows: [{ name: 'a' }] });
});

/** The server learns of it in a turn of its own. */
async function vanished(inspector: { readonly watcherCount: number }): Promise<void> {
  await expect.poll(() => inspector.watcherCount).toBe(0);
}

test('an emergency shows on every breaker, and wakes none', async () => {
  const { board, clock, url } = await openInspected();
  board.breaker('a');
  const woken: string[] = [];
  board.inspectActors((event) => void woken.push(event.type));
  const stream = await watch(url);
  await stream.board();
  board.emergencyShutdown('the bill', { by: 'ann' });
  await clock.advanceAsync(250);
  const update = await stream.board(({ summary }) => summary.emergency !== null);
  expect(update.rows).toMatchObject([
    {
      name: 'a',
      path: 'open.latched',
      latches: ['emergency'],
      reason: expect.stringContaining('the bill'),
    },
  ]);
  board.resume('paid', { by: 'ann' });
  await clock.advanceAsync(250);
  const after = await stream.board((one) => rowOf(one, 'a')?.path === 'closed' && !one.isWhole);
  expect(after.summary.emergency).toBe(null);
  expect(woken).toEqual([]);
});

test('ten thousand breakers arrive whole, made in slices', async () => {
  const { board, clock, url } = await openInspected();
  for (let index = 0; index < 10_000; index++) board.breaker(`b${index}`);
  const stream = await watch(url);
  const { rows, isWhole } = await stream.board();
  expect([rows?.length, isWhole]).toEqual([10_000, true]);
  board.breaker('b77').forceOpen('drill');
  await clock.advanceAsync(250);
  const update = await stream.board((one) => !one.isWhole);
  expect(update.rows?.map(({ name }) => name)).toEqual(['b77']);
});
