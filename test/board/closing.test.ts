/** Closing a board: calls in flight end, new ones are refused, nothing is left behind. */
import { describe, expect, test } from 'vitest';

import { openBoard, type Board } from '../../index.ts';
import type { VirtualClock } from '../kit/virtual-clock.ts';
import { openStore } from '../../persistence/open-store.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { deferred } from './deferred.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

const CLOSED = expect.objectContaining({ code: 'board_closed' });

/** A call that has begun and ends when it is told to. */
async function heldCall(board: Board, name = 'api') {
  const [begun, { promise, resolve, reject }] = [deferred(), deferred<string>()];
  const result = board.breaker(name).call(() => {
    begun.resolve();
    return promise;
  });
  result.catch(() => {});
  await begun.promise;
  return { result, resolve, reject };
}

/** What has settled by now. */
const isSettled = async (promise: Promise<unknown>, clock: VirtualClock): Promise<boolean> => {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await clock.settle();
  return settled;
};

describe('a closing board', () => {
  test('waits for the calls in flight, and they end as they would have', async () => {
    const { board, clock } = await openVirtualBoard();
    const [good, bad] = [await heldCall(board), await heldCall(board, 'other')];
    const closing = board.close();
    expect(await isSettled(closing, clock)).toBe(false);
    good.resolve('done');
    expect(await isSettled(closing, clock)).toBe(false);
    bad.reject(new TypeError('mine'));
    await expect(good.result).resolves.toBe('done');
    await expect(bad.result).rejects.toThrow('mine');
    await closing;
    expect(clock.pendingCount).toBe(0);
  });

  test('waits for permits as well', async () => {
    const { board, clock } = await openVirtualBoard();
    const permit = board.breaker('api').acquire();
    const closing = board.close();
    expect(await isSettled(closing, clock)).toBe(false);
    expect(permit.succeed()).toBe('counted');
    await closing;
  });

  test('keeps what its last calls did', async () => {
    const path = scratchFile();
    const { board, clock } = await openVirtualBoard({ store: `sqlite:${path}`, defaults: QUICK });
    const last = await heldCall(board);
    const closing = board.close();
    last.reject(new Error('no'));
    await expect(last.result).rejects.toThrow('no');
    await closing;
    expect(clock.pendingCount).toBe(0);
    const store = openStore(`sqlite:${path}`);
    expect(store.breakerStates.load().rows).toMatchObject([{ name: 'api', state: 'open.cooling' }]);
    store.close();
  });

  test('refuses new calls on every breaker, evicted ones that are held included', async () => {
    const { board } = await openVirtualBoard({ breakersMax: 1 });
    const evicted = board.breaker('evicted');
    const windowed = board.breaker('api', { trip: { policy: 'time' } });
    const held = await heldCall(board, 'evicted');
    const closing = board.close();
    for (const breaker of [evicted, windowed]) {
      await expect(breaker.call(() => 1)).rejects.toEqual(CLOSED);
      expect(await breaker.tryCall(() => 1)).toMatchObject({ refusal: CLOSED });
      expect(() => breaker.acquire()).toThrow(CLOSED);
      expect(() => breaker.callSync(() => 1)).toThrow(CLOSED);
      await expect(breaker.wrap(() => 1)()).rejects.toEqual(CLOSED);
    }
    held.resolve('done');
    await closing;
    await expect(evicted.call(() => 1)).rejects.toEqual(CLOSED);
    expect(() => board.breaker('new')).toThrow(CLOSED);
    expect(board.breaker('api')).toBe(windowed);
  });

  test('waits for a permit of an evicted breaker', async () => {
    const { board, clock } = await openVirtualBoard({ breakersMax: 1 });
    const evicted = board.breaker('evicted');
    board.breaker('other');
    const permit = evicted.acquire();
    const closing = board.close();
    expect(await isSettled(closing, clock)).toBe(false);
    permit.succeed();
    await closing;
  });

  test('lets nothing move an evicted breaker afterwards', async () => {
    const { board, clock } = await openVirtualBoard({ breakersMax: 1, defaults: QUICK });
    const evicted = board.breaker('evicted');
    board.breaker('other');
    const permit = evicted.acquire();
    const closing = board.close({ drainTimeoutMs: 0 });
    clock.advance(0);
    await closing;
    expect(permit.fail()).toBe('late');
    expect(evicted.state).toBe('closed');
  });

  test('refuses in modes that refuse nothing else', async () => {
    const { board } = await openVirtualBoard();
    const off = board.breaker('off', { mode: 'off' });
    const observe = board.breaker('observe', { mode: 'observe' });
    await board.close();
    await expect(off.call(() => 1)).rejects.toEqual(CLOSED);
    await expect(observe.call(() => 1)).rejects.toEqual(CLOSED);
  });

  test('sends callers away who wait for a place or for a probe', async () => {
    const { board, clock } = await openVirtualBoard();
    const full = board.breaker('full', { bulkhead: { callsMax: 1, queueMax: 5 } });
    const inside = full.acquire();
    const queued = [full.call(() => 1)];
    await clock.settle();
    queued.push(full.call(() => 1));
    const probed = board.breaker('probed', { ...QUICK, probeWait: {} });
    failTimes(probed, 1);
    clock.advance(QUICK.recoveryTimeoutMs);
    const probe = probed.acquire();
    const waiting = probed.call(() => 1);
    const closing = board.close();
    for (const call of queued) await expect(call).rejects.toEqual(CLOSED);
    await expect(waiting).rejects.toEqual(CLOSED);
    inside.succeed();
    probe.succeed();
    await closing;
  });

  test('ends the pause before another attempt: the caller gets its own error, at once', async () => {
    const { board, clock } = await openVirtualBoard();
    const retry = { attemptsMax: 3, delayMs: 5_000, retryIf: () => true };
    const api = board.breaker('api', { retry });
    let attemptCount = 0;
    const call = api.call(() => {
      attemptCount++;
      return Promise.reject(new TypeError('mine'));
    });
    call.catch(() => {});
    await clock.settle();
    await board.close();
    await expect(call).rejects.toThrow('mine');
    expect(attemptCount).toBe(1);
    expect(clock.heldCount).toBe(0);
  });

  test('begins no pause once it is closing', async () => {
    const { board, clock } = await openVirtualBoard();
    board.breaker('api', { retry: { delayMs: 5_000, retryIf: () => true } });
    const last = await heldCall(board);
    const closing = board.close();
    last.reject(new TypeError('mine'));
    await expect(last.result).rejects.toThrow('mine');
    await closing;
    expect(clock.heldCount).toBe(0);
  });

  test('waits no longer than it is told, and what ends later moves nothing', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    const late = await heldCall(board);
    const permit = api.acquire();
    const closing = board.close({ drainTimeoutMs: 250 });
    await clock.advanceAsync(249);
    expect(await isSettled(closing, clock)).toBe(false);
    await clock.advanceAsync(1);
    await closing;
    late.reject(new Error('no'));
    await expect(late.result).rejects.toThrow('no');
    expect(permit.fail()).toBe('late');
    expect(api.state).toBe('closed');
    await clock.advanceAsync(60_000);
    expect(clock.pendingCount).toBe(0);
  });

  test('says it is closed to whoever operates it', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    await board.close();
    expect(() => api.forceOpen('stop')).toThrow(CLOSED);
    expect(() => api.reset('again')).toThrow(CLOSED);
    expect(() => api.rotateKey()).toThrow(CLOSED);
  });

  test('is closed once, however often it is asked to', async () => {
    const { board } = await openVirtualBoard();
    const closing = board.close();
    expect(board.close()).toBe(closing);
    await closing;
    expect(board.close()).toBe(closing);
  });

  test('stops its actors', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    const { actor } = api;
    await board.close();
    expect(actor.getSnapshot().status).toBe('stopped');
    expect(api.actor).toBe(actor);
    expect(api.state).toBe('open');
  });

  test.each([[-1], [NaN], ['1']])('does not wait for %o milliseconds', async (drainTimeoutMs) => {
    const { board } = await openVirtualBoard();
    expect(() => board.close({ drainTimeoutMs: drainTimeoutMs as number })).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining('close.drainTimeoutMs must be a number of at least 0'),
      }),
    );
  });
});

describe('await using', () => {
  test('closes the board at the end of the block, and nothing of it is left', async () => {
    const processListeners = (): number => process.listenerCount('exit');
    const before = processListeners();
    let held: Board;
    {
      await using board = await openBoard();
      held = board;
      await board.breaker('api').call(() => 1);
      expect(processListeners()).toBe(before + 1);
    }
    await expect(held.breaker('api').call(() => 1)).rejects.toEqual(CLOSED);
    expect(processListeners()).toBe(before);
  });
});
