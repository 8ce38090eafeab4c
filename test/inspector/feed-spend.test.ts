/** What breakers spent lately: what the books had before anybody watched, and every call since. */
import { expect, test } from 'vitest';

import { usd, type Board } from '../../index.ts';
import { openInspected, watch, type Stream } from './watching.ts';

const WORK = { operation: 'work', model: 'gpt-4o-mini', inputTokens: 10, maxOutputTokens: 10 };

const spend = (board: Board, name: string, dollars: number): Promise<void> =>
  board.breaker(name).call(WORK, (context) => context.cost(usd(dollars)));

const spentBy = ({ rows }: Stream, name: string): number | null | undefined =>
  rows.byName.get(name)?.spentNanoUsd;

test('a board that counts costs tells them by breaker and in all', async () => {
  const { board, clock, url } = await openInspected({}, { ledger: {} });
  await spend(board, 'a', 0.25);
  board.breaker('idle');
  const stream = await watch(url);
  expect((await stream.board()).summary.hasMoney).toBe(true);
  // The books are read meanwhile; a minute later they are read again.
  for (const [dollars, sum] of [
    [0.5, 0.75],
    [1, 1.75],
  ] as const) {
    await spend(board, 'a', dollars);
    await expect
      .poll(async () => {
        await clock.advanceAsync(250);
        return spentBy(stream, 'a');
      })
      .toBe(usd(sum));
    await clock.advanceAsync(60_000);
  }
  const late = await watch(url);
  expect((await late.board()).summary.spentNanoUsd).toBe(usd(1.75));
  expect([spentBy(late, 'a'), spentBy(late, 'idle')]).toEqual([usd(1.75), 0]);
});

test('a call that ended just before the books are asked is counted once', async () => {
  const { board, clock, url } = await openInspected({}, { ledger: {} });
  await spend(board, 'a', 0.25);
  const stream = await watch(url);
  await stream.board();
  await clock.advanceAsync(59_900);
  await spend(board, 'a', 0.5);
  // The books are asked, and have answered once they have answered somebody who asked later.
  await clock.advanceAsync(250);
  await board.costs.report();
  await clock.advanceAsync(250);
  await spend(board, 'a', 1);
  await clock.advanceAsync(250);
  const late = await watch(url);
  expect((await late.board()).summary.spentNanoUsd).toBe(usd(1.75));
});

test('what a breaker spent that made room is in the sum, and what it does later is told', async () => {
  const { board, clock, url } = await openInspected({}, { ledger: {}, breakersMax: 1 });
  const stream = await watch(url);
  await stream.board();
  const breaker = board.breaker('a');
  await spend(board, 'a', 0.25);
  board.breaker('b');
  await clock.advanceAsync(250);
  const late = await watch(url);
  expect((await late.board()).summary.spentNanoUsd).toBe(usd(0.25));
  expect(spentBy(late, 'a')).toBeUndefined();
  await breaker.call(WORK, (context) => context.cost(usd(0.5)));
  await clock.advanceAsync(250);
  const later = await watch(url);
  await later.board();
  expect(spentBy(later, 'a')).toBe(usd(0.75));
  expect(later.rows.byName.get('a')?.callsPerS).toBeGreaterThan(0);
});

test('a breaker in view tells what is reserved for its calls in flight', async () => {
  const { board, clock, url } = await openInspected({}, { ledger: {} });
  const stream = await watch(url, 'breaker/a');
  let end = (): void => {};
  const running = board.breaker('a').call({ ...WORK, maxOutputTokens: 1_000 }, (context) => {
    context.cost(usd(0.1));
    return new Promise<void>((resolve) => (end = resolve));
  });
  await clock.advanceAsync(250);
  const update = await stream.breaker(({ snapshot }) => snapshot?.inFlightCount === 1);
  expect(update.reservedNanoUsd).toBeGreaterThan(0);
  end();
  await running;
  await clock.advanceAsync(250);
  const after = await stream.breaker(
    ({ snapshot, isThere }) => isThere && snapshot?.inFlightCount === 0,
  );
  expect(after.reservedNanoUsd).toBe(0);
});
