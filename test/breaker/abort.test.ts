/**
 * Callers who give up: wherever their call is, it ends at once, with their reason, and counts not.
 */
import { getEventListeners, setMaxListeners } from 'node:events';

import { describe, expect, test } from 'vitest';

import { rig, tripped, WAYS } from './rig.ts';

const REASONS: readonly unknown[] = [new Error('bye'), 'a text', 0, null, { why: 'no' }];

describe.each([...WAYS, ['with retries', { retry: {} }] as const])('%s:', (_way, options) => {
  test('a running call is rejected with the very reason of its caller', async () => {
    for (const reason of REASONS) {
      const { breaker, clock } = rig(options);
      const caller = new AbortController();
      let inner: AbortSignal | undefined;
      const call = breaker.call(
        ({ signal }) => {
          inner = signal;
          return new Promise(() => {});
        },
        { signal: caller.signal },
      );
      const rejected = call.catch((error: unknown) => ({ error }));
      await clock.settle();
      caller.abort(reason);
      expect(((await rejected) as { error: unknown }).error).toBe(reason);
      expect(inner?.aborted).toBe(true);
      expect(inner?.reason).toBe(reason);
      expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, consecutiveFailures: 0 });
      expect(breaker.snapshot().window?.calls ?? 0).toBe(0);
    }
  });

  test('whoever aborts without a reason is told so in the usual way', async () => {
    const { breaker, clock } = rig(options);
    const caller = new AbortController();
    const call = breaker.call(() => new Promise(() => {}), { signal: caller.signal });
    const rejected = call.catch((error: unknown) => error);
    await clock.settle();
    caller.abort();
    expect(await rejected).toBe(caller.signal.reason);
    expect(await rejected).toMatchObject({ name: 'AbortError' });
  });

  test('a signal that is aborted already makes no call', async () => {
    const { breaker } = rig(options);
    const reason = new Error('too late');
    const call = breaker.call(() => expect.unreachable('was called'), {
      signal: AbortSignal.abort(reason),
    });
    await expect(call).rejects.toBe(reason);
    expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, consecutiveFailures: 0 });
  });

  test('a signal that is aborted before the function runs makes no call', async () => {
    for (let turns = 0; turns < 20; turns += 1) {
      const { breaker, clock } = rig(options);
      const caller = new AbortController();
      let isAborted = false;
      const call = breaker.call(
        () => {
          expect(isAborted).toBe(false);
          return new Promise(() => {});
        },
        { signal: caller.signal },
      );
      const rejected = call.catch((error: unknown) => error);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      isAborted = true;
      caller.abort('gone');
      await clock.settle();
      expect(await rejected).toBe('gone');
      expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, consecutiveFailures: 0 });
    }
  });

  test('no listener is left on the signal, whatever happens to the call', async () => {
    const { breaker, clock } = rig({ ...options, ignore: Error });
    const caller = new AbortController();
    setMaxListeners(0, caller.signal);
    const { signal } = caller;
    const calls = [
      breaker.call(() => 'ok', { signal }),
      breaker.call(() => Promise.reject(new Error('down')), { signal }),
      breaker.call(() => expect.unreachable('thrown at once'), { signal }),
      breaker.tryCall(() => 'ok', { signal }),
    ];
    await Promise.allSettled(calls);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const hanging = breaker.call(() => new Promise(() => {}), { signal }).catch(() => {});
    await clock.settle();
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
    caller.abort('gone');
    await hanging;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

test('a refused call does not even look at the signal', async () => {
  const { breaker } = await tripped();
  const { signal } = new AbortController();
  await expect(breaker.call(() => 'ok', { signal })).rejects.toMatchObject({
    code: 'circuit_open',
  });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('an abort and a timeout at once are one ending: who comes first', async () => {
  const { breaker, clock } = rig({ timeoutMs: 100 });
  const caller = new AbortController();
  const call = breaker.call(() => new Promise(() => {}), { signal: caller.signal });
  const rejected = call.catch((error: unknown) => error);
  await clock.settle();
  clock.setTimer(100, true, () => caller.abort('gone'));
  await clock.advanceAsync(100);
  expect(await rejected).toMatchObject({ code: 'timeout' });
  expect(breaker.snapshot().consecutiveFailures).toBe(1);
});

test('a function that fails because its caller gave up has not failed', async () => {
  const { breaker, clock } = rig({ failureThreshold: 1 });
  const caller = new AbortController();
  const call = breaker.call(
    async ({ signal }) => {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      throw new Error('interrupted');
    },
    { signal: caller.signal },
  );
  const rejected = call.catch((error: unknown) => error);
  await clock.settle();
  caller.abort('gone');
  expect(await rejected).toBe('gone');
  await clock.settle();
  expect(breaker.state).toBe('closed');
});

test('a hundred calls and waiting callers at once put one listener on their signal', async () => {
  const { breaker, clock } = rig({ timeoutMs: 1_000, bulkhead: { callsMax: 50, queueMax: 50 } });
  const caller = new AbortController();
  const { signal } = caller;
  const calls = Array.from({ length: 100 }, () =>
    breaker.tryCall(() => new Promise(() => {}), { signal }),
  );
  await clock.settle();
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 50, waitingCount: 50 });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  caller.abort('all of you');
  expect(await Promise.all(calls)).toEqual(
    calls.map(() => ({ ok: false, refused: false, error: 'all of you' })),
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
});
