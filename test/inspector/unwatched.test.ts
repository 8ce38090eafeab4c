/** A board pays for its inspector only while somebody watches. */
import { expect, test } from 'vitest';

import type { Board } from '../../index.ts';
import type { BreakerCore } from '../../services/breaker-core.ts';
import { failTimes, QUICK } from '../board/open-boards.ts';
import { openInspected, watch } from './watching.ts';

/** Whether facts are made, and how many listen to the actor of a breaker. */
function attached(board: Board, name: string): readonly [isObserved: boolean, sends: number] {
  const core = board.breaker(name) as BreakerCore;
  let looks = 0;
  // An event that a listener looks at is copied onto the tape; nobody else reads its members.
  const event = {
    type: 'probe.due' as const,
    get atMs() {
      looks++;
      return 0;
    },
  };
  core.actor.send(event);
  return [core.runtime.isObserved, looks];
}

test('nothing listens before somebody watches, nor a while after the last has left', async () => {
  const { board, clock, url, inspector } = await openInspected();
  failTimes(board.breaker('a', QUICK), 1);
  const before = attached(board, 'a');
  expect(before[0]).toBe(false);
  expect(clock.pendingCount).toBe(1);

  const stream = await watch(url);
  await stream.board();
  const during = attached(board, 'a');
  expect(during[0]).toBe(true);
  expect(during[1]).toBeGreaterThan(before[1]);

  stream.leave();
  await expect.poll(() => inspector.watcherCount).toBe(0);
  await clock.advanceAsync(9_999);
  expect(attached(board, 'a')[0]).toBe(true);
  await clock.advanceAsync(1);
  expect(attached(board, 'a')).toEqual(before);
  expect(clock.pendingCount).toBe(1);
});

test('while somebody watches, one timer drives all, and none keeps the process alive', async () => {
  const { clock, url } = await openInspected();
  const heldBefore = clock.heldCount;
  const streams = [await watch(url), await watch(url, 'coverage'), await watch(url, 'breaker/a')];
  for (const stream of streams) await stream.board();
  expect(clock.pendingCount).toBe(1);
  expect(clock.heldCount).toBe(heldBefore);
});

test('closing the inspector ends what it listens to, and every page', async () => {
  const { board, clock, url, inspector } = await openInspected();
  failTimes(board.breaker('a', QUICK), 1);
  const before = attached(board, 'a');
  const stream = await watch(url);
  await stream.board();
  await inspector.close();
  await stream.over();
  expect(attached(board, 'a')).toEqual(before);
  expect(clock.pendingCount).toBe(1);
  expect(inspector.watcherCount).toBe(0);
});

test('one watch serves all who watch', async () => {
  const { board, url, inspector } = await openInspected();
  board.breaker('a');
  await (await watch(url)).board();
  const alone = attached(board, 'a');
  for (let page = 0; page < 4; page++) await (await watch(url, 'breaker/a')).board();
  expect(inspector.watcherCount).toBe(5);
  expect(attached(board, 'a')).toEqual(alone);
});
