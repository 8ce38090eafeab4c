/**
 * The criteria on resources: nothing leaks, everything is given back, an idle breaker costs little.
 */
import { getEventListeners, setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from 'vitest';

import { openBoard, type Breaker, type LoneBreakerOptions } from '../../index.ts';
import { due, ending, pending, rig, WAYS } from '../breaker/rig.ts';
import { failingFunction } from '../kit/failing-function.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('CRIT-13 nothing leaks:', () => {
  test.each(WAYS)(
    'ten thousand calls leave no timer, no place and no caller, %s',
    async (...way) => {
      const { breaker, clock } = rig(way[1]);
      const dependency = failingFunction({ ratio: 0.3, seed: 13 });
      for (let call = 0; call < 10_000; call += 1) {
        await ending(breaker.call(dependency));
        if (breaker.state === 'open') clock.advance(60_000);
      }
      breaker.forceClose('the end');
      expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
      clock.advance(60_000);
      expect(clock.pendingCount).toBe(0);
    },
  );

  test('ten thousand calls leave no listener on a signal that lives as long', async () => {
    const { signal } = new AbortController();
    // Twenty calls at once listen to it, which Node takes for a leak by itself.
    setMaxListeners(0, signal);
    const { breaker, clock } = rig({
      timeoutMs: 100,
      failureThreshold: 1_000_000,
      bulkhead: { callsMax: 5, queueMax: 100, queueTimeoutMs: 10 },
      retry: { attemptsMax: 2, delayMs: 1, retryIf: () => true },
      probeWait: {},
    });
    const hangs = () => new Promise<never>(() => {});
    const dependency = failingFunction({ ratio: 0.5, seed: 13 });
    for (let round = 0; round < 500; round += 1) {
      const calls = Array.from({ length: 20 }, (_, index) =>
        ending(breaker.call(index % 10 === 9 ? hangs : dependency, { signal })),
      );
      await clock.advanceAsync(500);
      await Promise.all(calls);
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(clock.pendingCount).toBe(0);
    expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
  });

  test.each(WAYS)(
    'what a call returned, threw or was given is not held, %s',
    async (_, options) => {
      const { breaker } = rig(options);
      let held = await strangers(breaker);
      // The engine lets go of what an async function held some turns after it has ended.
      for (let turn = 0; turn < 100 && held.length > 0; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        collectGarbage();
        held = held.filter((one) => one.deref() !== undefined);
      }
      expect(held).toEqual([]);
      expect(breaker.state).toBe('closed');
    },
  );
});

/** The things of some calls, weakly. */
async function strangers(breaker: Breaker): Promise<WeakRef<object>[]> {
  const [value, error, controller] = [{ big: 1 }, new Error('down'), new AbortController()];
  const fn = () => Promise.resolve(value);
  await breaker.call(fn);
  await breaker.call(fn, { signal: controller.signal });
  await breaker.call(() => Promise.reject(error)).catch(() => {});
  return [value, error, controller, controller.signal, fn].map((thing) => new WeakRef(thing));
}

describe('CRIT-14 what was taken is given back:', () => {
  test('the error that tripped it is let go when it closes', async () => {
    const { breaker, succeed } = await due();
    expect(breaker.explain()).toContain('last error: Error');
    await succeed();
    breaker.forceOpen('later');
    const refusal = await breaker.call(() => 'ok').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'circuit_latched' });
    expect((refusal as Error).cause).toBeUndefined();
  });

  test.each<[string, LoneBreakerOptions]>([
    ['a bulkhead', { bulkhead: { callsMax: 1, queueMax: 5 } }],
    ['a timeout', { timeoutMs: 50, bulkhead: { callsMax: 1, queueMax: 5 } }],
    ['retries', { bulkhead: { callsMax: 1, queueMax: 5 }, retry: { delayMs: 0 } }],
  ])('a place in a bulkhead, however the call ends, with %s', async (_, options) => {
    const { breaker, clock } = rig({ failureThreshold: 1_000, ...options });
    const aborted = new AbortController();
    const endings = [
      breaker.call(() => 'ok'),
      breaker.call(() => Promise.reject(new Error('down'))),
      breaker.call(() => expect.unreachable('thrown at once')),
      breaker.call(() => new Promise(() => {}), { signal: aborted.signal }),
    ].map(ending);
    await clock.advanceAsync(10);
    aborted.abort('gone');
    await clock.advanceAsync(100);
    await Promise.all(endings);
    breaker.acquire().cancel();
    const lost = breaker.acquire();
    clock.advance(600_000);
    expect(lost.succeed()).toBe('expired');
    expect(await ending(breaker.call(() => 'room'))).toBe('room');
    expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
  });

  test('a closed board leaves no timer and no actor that lives', async () => {
    const clock = new VirtualClock();
    const board = await openBoard({ clock });
    const breaker = board.breaker('api', { failureThreshold: 1 });
    const { actor } = breaker;
    await ending(breaker.call(() => Promise.reject(new Error('down'))));
    await board.close();
    expect(actor.getSnapshot().status).toBe('stopped');
    expect(clock.pendingCount).toBe(0);
  });
});

describe('CRIT-15 the use of resources is reasonable:', () => {
  test('ten thousand idle breakers have no timer and wake no actor', async () => {
    const clock = new VirtualClock();
    await using board = await openBoard({ clock });
    let actors = 0;
    board.inspectActors((event) => (actors += event.type === '@xstate.actor' ? 1 : 0));
    for (let number = 0; number < 10_000; number += 1) {
      const breaker = board.breaker(`b${number}`);
      expect(await breaker.call(() => 'ok')).toBe('ok');
    }
    expect(board.breakers()).toHaveLength(10_000);
    expect(actors).toBe(0);
    expect(clock.pendingCount).toBe(0);
  });

  test('a thousand open breakers share one timer, which does not keep the process', async () => {
    const clock = new VirtualClock();
    for (let number = 0; number < 1_000; number += 1) {
      const { breaker } = rig({ clock, failureThreshold: 1, recoveryTimeoutMs: 1_000 + number });
      await ending(breaker.call(() => Promise.reject(new Error('down'))));
    }
    expect(clock.pendingCount).toBe(1);
    expect(clock.heldCount).toBe(0);
  });

  test('a thousand callers that wait share one timer, which does keep it', async () => {
    const { breaker, clock } = rig({
      bulkhead: { callsMax: 1, queueMax: 1_000, queueTimeoutMs: 5_000 },
    });
    const call = pending();
    const calls = Array.from({ length: 1_000 }, () => ending(breaker.call(() => call.promise)));
    await clock.settle();
    expect(clock.pendingCount).toBe(1);
    expect(clock.heldCount).toBe(1);
    await clock.advanceAsync(5_000);
    call.resolve('ok');
    const ends = await Promise.all(calls);
    expect(ends.filter((end) => end === 'bulkhead_timeout')).toHaveLength(999);
    expect(clock.pendingCount).toBe(0);
  });
});
