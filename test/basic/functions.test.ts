/** Functions of every kind under a breaker. */
import { describe, expect, test } from 'vitest';

import { due, ending, pending, rig, WAYS } from '../breaker/rig.ts';

describe.each(WAYS)('%s:', (_way, options) => {
  test('BASIC-22 an async function is executed, once, and answers what it answers', async () => {
    const { breaker } = rig(options);
    let callCount = 0;
    const answer = await breaker.call(async () => {
      callCount += 1;
      await Promise.resolve();
      return { tokens: 12 };
    });
    expect(answer).toEqual({ tokens: 12 });
    expect(callCount).toBe(1);
    expect(breaker.snapshot().inFlightCount).toBe(0);
  });

  test('BASIC-22 an async function that is on its way is in flight', async () => {
    const { breaker } = rig(options);
    const call = pending();
    const answer = breaker.call(() => call.promise);
    await Promise.resolve();
    expect(breaker.snapshot().inFlightCount).toBe(1);
    call.resolve('done');
    expect(await answer).toBe('done');
    expect(breaker.snapshot().inFlightCount).toBe(0);
  });

  test('BASIC-23 a failing async function counts, and its caller gets the error', async () => {
    const { breaker } = rig(options);
    const error = new Error('down');
    for (let call = 0; call < 5; call += 1) {
      const failing = breaker.call(async () => {
        await Promise.resolve();
        throw error;
      });
      await expect(failing).rejects.toBe(error);
    }
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot().inFlightCount).toBe(0);
  });

  test('BASIC-24 sync and async functions, thenables and nothing at all are equal', async () => {
    const { breaker } = rig(options);
    const then = (done: (value: string) => void): void => done('then');
    const thenable = { then } as PromiseLike<string>;
    expect(await breaker.call(() => 'sync')).toBe('sync');
    expect(await breaker.call(() => Promise.resolve('async'))).toBe('async');
    expect(await breaker.call(() => thenable)).toBe('then');
    expect(await breaker.call(() => undefined)).toBeUndefined();
    expect(await breaker.call(() => {})).toBeUndefined();
    expect(await breaker.call(() => null)).toBeNull();
    expect(breaker.snapshot().consecutiveFailures).toBe(0);
  });

  test('BASIC-24 failures of sync and async functions and thenables add up', async () => {
    const { breaker } = rig(options);
    const thenable = {
      then: (_: unknown, fail: (error: Error) => void) => fail(new Error('then')),
    } as PromiseLike<never>;
    const brokenThenable = {
      get then(): never {
        throw new Error('no then');
      },
    };
    const endings = [
      await ending(breaker.call(() => throwNow('sync'))),
      await ending(breaker.call(() => Promise.reject(new Error('async')))),
      await ending(breaker.call(() => thenable)),
      await ending(breaker.call(() => brokenThenable)),
      await ending(breaker.call(() => throwNow('sync'))),
    ];
    expect(endings).toEqual(['sync', 'async', 'then', 'no then', 'sync']);
    expect(breaker.state).toBe('open');
  });
});

test('BASIC-24 sync calls and async ones share one count and one state', async () => {
  const { breaker, fail } = rig({ failureThreshold: 3 });
  await fail();
  expect(() => breaker.callSync(() => throwNow('sync'))).toThrow('sync');
  await fail();
  expect(breaker.state).toBe('open');
  expect(() => breaker.callSync(() => 'ok')).toThrow(
    expect.objectContaining({ code: 'circuit_open' }),
  );
});

test('BASIC-24 a sync call is a probe as good as any', async () => {
  const { breaker } = await due();
  expect(breaker.callSync(() => 'back')).toBe('back');
  expect(breaker.state).toBe('closed');
});

function throwNow(message: string): never {
  throw new Error(message);
}
