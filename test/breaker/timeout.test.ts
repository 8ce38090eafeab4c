/** A call that takes too long is given up, and has failed: one controller for each call. */
import { describe, expect, test } from 'vitest';

import { FuseboardError, type CallContext } from '../../index.ts';
import { ending, pending, rig } from './rig.ts';

/** Rejections that nobody handled while `run` ran, and a little after. */
async function unhandledDuring(run: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  await run();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  return unhandled;
}

test('a call that takes too long is rejected at its time, with a typed error', async () => {
  const { breaker, clock } = rig({ timeoutMs: 250 });
  const call = breaker.call(() => new Promise(() => {}));
  call.catch(() => {});
  await clock.advanceAsync(249);
  expect(breaker.snapshot().inFlightCount).toBe(1);
  await clock.advanceAsync(1);
  const error = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FuseboardError);
  expect(error).toMatchObject({
    code: 'timeout',
    breaker: 'api',
    message: 'a call through breaker "api" timed out after 250 ms',
    hint: expect.stringContaining('timeoutMs'),
  });
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, consecutiveFailures: 1 });
});

test('the signal of the function is aborted with the very error that the caller gets', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100 });
  let signal: AbortSignal | undefined;
  const call = breaker.call((context) => {
    signal = context.signal;
    return new Promise(() => {});
  });
  call.catch(() => {});
  await clock.settle();
  expect(signal?.aborted).toBe(false);
  await clock.advanceAsync(100);
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(signal?.aborted).toBe(true);
  expect(signal?.reason).toBe(error);
});

test('a function that heeds its signal ends the same way', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100 });
  const heeding = ({ signal }: CallContext): Promise<never> =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const end = ending(breaker.call(heeding));
  await clock.advanceAsync(100);
  expect(await end).toBe('timeout');
  expect(breaker.snapshot().consecutiveFailures).toBe(1);
});

test('a timeout is a failure even where only other errors count', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100, failOn: RangeError, failureThreshold: 1 });
  const end = ending(breaker.call(() => new Promise(() => {})));
  await clock.advanceAsync(100);
  await end;
  expect(breaker.state).toBe('open');
});

test('the timeout of another breaker is an error like any other', async () => {
  const { breaker, clock } = rig({ timeoutMs: 1_000, ignore: FuseboardError });
  const inner = rig({ clock, timeoutMs: 100 });
  const end = ending(breaker.call(() => inner.breaker.call(() => new Promise(() => {}))));
  await clock.advanceAsync(100);
  expect(await end).toBe('timeout');
  expect(inner.breaker.snapshot().consecutiveFailures).toBe(1);
  expect(breaker.snapshot().consecutiveFailures).toBe(0);
});

test('one timeout does not touch the neighbours', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100 });
  const signals: (AbortSignal | undefined)[] = [];
  const call = pending();
  const hang = (context: CallContext): Promise<string> => {
    signals.push(context.signal);
    return call.promise;
  };
  const first = ending(breaker.call(hang));
  await clock.advanceAsync(60);
  const second = ending(breaker.call(hang));
  await clock.advanceAsync(40);
  expect(await first).toBe('timeout');
  expect(new Set(signals).size).toBe(2);
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, false]);
  call.resolve('in time');
  expect(await second).toBe('in time');
  expect(signals[1]?.aborted).toBe(false);
});

describe('what a function does after its call was given up', () => {
  test.each(['resolve', 'reject'] as const)('is nobody’s: it may %s', async (settle) => {
    const { breaker, clock } = rig({ timeoutMs: 100, failureThreshold: 5 });
    const late = pending();
    const unhandled = await unhandledDuring(async () => {
      const end = ending(breaker.call(() => late.promise));
      await clock.advanceAsync(100);
      expect(await end).toBe('timeout');
      const before = breaker.snapshot();
      late[settle](new Error('late') as never);
      await clock.settle();
      expect(breaker.snapshot()).toEqual(before);
    });
    expect(unhandled).toEqual([]);
  });

  test('does not make a retried call succeed', async () => {
    const { breaker, clock } = rig({
      timeoutMs: 100,
      retry: { attemptsMax: 2, delayMs: 0 },
    });
    const attempts = [pending(), pending()];
    const end = ending(breaker.call(({ attempt }) => attempts[attempt - 1]?.promise));
    await clock.advanceAsync(100);
    attempts[0]?.resolve('the first, late');
    await clock.advanceAsync(50);
    attempts[1]?.resolve('the second');
    expect(await end).toBe('the second');
  });
});

test('a call that ends in time leaves no timer', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100 });
  expect(await breaker.call(() => 'ok')).toBe('ok');
  await ending(breaker.call(() => Promise.reject(new Error('down'))));
  await ending(
    breaker.call(() => {
      throw new Error('down');
    }),
  );
  expect(clock.pendingCount).toBe(0);
});

test('a call that is waited for keeps the process, its breaker does not', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100 });
  void ending(breaker.call(() => new Promise(() => {})));
  await clock.settle();
  expect(clock.heldCount).toBe(1);
  await clock.advanceAsync(100);
  expect(clock.heldCount).toBe(0);
});

test('the time a caller waits for a place is not the time of its call', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100, bulkhead: { callsMax: 1, queueMax: 1 } });
  const first = pending();
  const ends = [ending(breaker.call(() => first.promise)), ending(breaker.call(() => 'second'))];
  await clock.advanceAsync(90);
  first.resolve('first');
  expect(await Promise.all(ends)).toEqual(['first', 'second']);
});
