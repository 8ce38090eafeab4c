/** Who watches knows the same of what passes as the board that tells it. */
import { expect, test } from 'vitest';

import { SPARK_COUNT, SPARK_MS } from '../../visualizations/inspector/protocol.ts';
import type { Traffic } from '../../visualizations/inspector/traffic.ts';
import { failTimes, QUICK } from '../board/open-boards.ts';
import { openInspected, watch, type InspectedBoard, type Stream } from './watching.ts';

const told = ({ rows }: Stream) =>
  [...rows.byName.values()].map(({ number: _, traffic, ...row }) => ({
    ...row,
    traffic: traffic?.columns(),
  }));

/** Until these pages know what the board knew at one and the same tick. */
async function upToDate({ clock }: InspectedBoard, ...streams: readonly Stream[]): Promise<void> {
  const nowMs = (): number[] => streams.map(({ nowMs: atMs }) => atMs);
  const sinceMs = clock.monotonicMs();
  while (Math.min(...nowMs()) < sinceMs || new Set(nowMs()).size > 1) await clock.advanceAsync(250);
}

async function callThrough({ board, clock }: InspectedBoard, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    for (const name of ['a', 'b', 'c']) {
      for (let call = turn % 3; call < name.charCodeAt(0) % 5; call++) {
        await board.breaker(name).tryCall(() => turn % 4 === 0 && Promise.reject(new Error()));
      }
    }
    await clock.advanceAsync(700);
  }
}

test('who watched all along, who could not read and who comes now know the same', async () => {
  const opened = await openInspected();
  const { board, clock, url } = opened;
  board.breaker('never called');
  const steady = await watch(url);
  await steady.board();
  await callThrough(opened, 20);
  const stuck = await watch(url);
  await stuck.board();
  const id = stuck.lastId;
  stuck.leave();
  await callThrough(opened, 20);
  // Beyond the columns that are shown, and into a new one.
  await clock.advanceAsync(SPARK_MS * 2);
  const [late, back] = [await watch(url), await watch(url, 'board', id)];
  await clock.advanceAsync(SPARK_MS);
  await upToDate(opened, steady, late);
  expect(told(late)).toHaveLength(4);
  expect(told(late)[1]?.traffic?.[0].length).toBeGreaterThan(10);
  expect(told(steady)).toEqual(told(late));
  const update = await back.board();
  expect(update.isWhole).toBe(false);
  expect(update.traffic.map(([number]) => number)).toEqual([1, 2, 3]);
});

test('what passed while a page was away takes the place of what it knew', async () => {
  const opened = await openInspected();
  const { board, clock, url } = opened;
  const first = await watch(url);
  await board.breaker('a').call(() => 1);
  await clock.advanceAsync(250);
  await first.board(({ passed }) => passed.length > 0);
  first.leave();
  await board.breaker('a').call(() => 1);
  await clock.advanceAsync(1_000);
  const again = await watch(url, 'board', first.lastId);
  const update = await again.board();
  first.rows.take(update);
  expect(calls(first, 'a')).toEqual([2]);
});

const calls = ({ rows }: Stream, name: string): readonly number[] | undefined =>
  (rows.byName.get(name)?.traffic as Traffic | undefined)?.columns()[0];

test('a breaker that made room and is called all the same begins anew', async () => {
  const opened = await openInspected({}, { breakersMax: 2 });
  const { board, clock, url } = opened;
  const stream = await watch(url);
  for (const name of ['a', 'b', 'c', 'a']) {
    await board.breaker(name).call(() => 1);
    await clock.advanceAsync(250);
    await upToDate(opened, stream);
  }
  const numbers = [...stream.rows.byName.values()].map(({ name, number }) => [name, number]);
  expect(numbers.toSorted()).toEqual([
    ['a', 3],
    ['b', 1],
    ['c', 2],
  ]);
  expect(calls(stream, 'a')).toEqual([1]);
});

test('a call moves no row, a trip does', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const stream = await watch(url);
  await stream.board();
  await breaker.call(() => 1);
  await clock.advanceAsync(250);
  const call = await stream.board(({ passed }) => passed.length > 0);
  expect([call.rows, call.passed]).toEqual([[], [0, 1, 0, 0, null]]);
  failTimes(breaker, 1);
  await clock.advanceAsync(250);
  const trip = await stream.board(({ rows, isWhole }) => !isWhole && rows?.length === 1);
  expect(trip.passed).toEqual([0, 1, 1, 0, null]);
});

test('what passed a minute ago weighs nothing, here and there', async () => {
  const opened = await openInspected();
  const { board, clock, url } = opened;
  const stream = await watch(url);
  await board.breaker('a').call(() => 1);
  await clock.advanceAsync(250);
  await upToDate(opened, stream);
  await clock.advanceAsync(SPARK_MS * SPARK_COUNT);
  await upToDate(opened, stream);
  expect(stream.rows.byName.get('a')?.traffic).toBe(null);
  const late = await watch(url);
  expect((await late.board()).traffic).toEqual([[0, null, expect.any(Number), [], [], []]]);
});
