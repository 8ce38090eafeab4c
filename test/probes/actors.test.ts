/** Probes X1–X6: what XState actors do of themselves, and a breaker's actor must not. */
import { expect, test } from 'vitest';

import { crash } from '../board/crash.ts';
import { failTimes, openVirtualBoard, QUICK } from '../board/open-boards.ts';
import { uncaughtErrors } from '../board/uncaught-errors.ts';
import { scratchFile } from '../persistence/scratch.ts';

const DAY_MS = 86_400_000;

test('X1 a restored open breaker leaves it in time', async () => {
  const store = `sqlite:${scratchFile()}`;
  const first = await openVirtualBoard({ store, defaults: QUICK });
  failTimes(first.board.breaker('api'), 1);
  await first.board.close();
  const { board, clock } = await openVirtualBoard({ store, defaults: QUICK });
  const api = board.breaker('api');
  clock.advance(QUICK.recoveryTimeoutMs);
  expect(api.state).toBe('half_open');
});

test('X2 a wait of 30 days is over after 30 days', async () => {
  const { board, clock } = await openVirtualBoard();
  const api = board.breaker('api');
  const retryAtMs = clock.nowMs() + 30 * DAY_MS;
  api.acquire().record({ outcome: 'rate_limited', retryAtMs });
  clock.advance(30 * DAY_MS - 1);
  expect(api.state).toBe('open');
  clock.advance(1);
  expect(api.state).toBe('half_open');
});

test('X3 a throw inside the machine freezes nothing: later events still count', async () => {
  const { board } = await openVirtualBoard({ defaults: QUICK });
  const api = board.breaker('api');
  crash(api.actor);
  failTimes(api, 1);
  expect(api.state).toBe('open');
  await expect(api.call(() => 1)).rejects.toMatchObject({ code: 'circuit_open' });
});

test('X4 a subscriber of the actor that throws ends no process', async () => {
  const errors = uncaughtErrors();
  const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
  const api = board.breaker('api');
  api.actor.subscribe(() => {
    throw new RangeError('mine');
  });
  failTimes(api, 1);
  expect(api.state).toBe('open');
  expect(await errors()).toEqual([]);
  board.flush();
  expect(factsOf('callback.failed')).toMatchObject([
    { breaker: 'api', callback: 'actor.subscribe', errorName: 'RangeError' },
  ]);
});

test('X5 an actor that was stopped loses no event of the breaker’s', async () => {
  const { board } = await openVirtualBoard({ defaults: QUICK });
  const api = board.breaker('api');
  api.actor.stop();
  api.forceOpen('after the stop');
  expect(api.snapshot().latches).toEqual(['operator']);
});

test('X6 a wait that is pending holds no process', async () => {
  const { board, clock } = await openVirtualBoard({ defaults: QUICK });
  failTimes(board.breaker('api'), 1);
  expect(clock.pendingCount).toBe(1);
  expect(clock.heldCount).toBe(0);
});
