/** The four transitions that make a circuit breaker. */
import { describe, expect, test } from 'vitest';

import { createBreaker, type Clock } from '../../index.ts';
import { due, ending, pending, rig, tripped, WAYS } from '../breaker/rig.ts';

describe.each(WAYS)('%s:', (_way, options) => {
  test('BASIC-05 the circuit breaker transitions to open when the threshold is reached', async () => {
    const { breaker, fail } = rig(options);
    await fail(4);
    expect(breaker.state).toBe('closed');
    expect(await fail()).toBe('down');
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot()).toMatchObject({ path: 'open.cooling', tripCount: 1 });
    expect(await fail()).toBe('circuit_open');
  });

  test('BASIC-06 the circuit breaker transitions to half open after the timeout', async () => {
    const { breaker, clock } = await tripped({ ...options, recoveryTimeoutMs: 30_000 });
    clock.advance(29_999);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(breaker.state).toBe('half_open');
  });

  test('BASIC-07 the circuit breaker transitions to closed on a successful probe', async () => {
    const { breaker, succeed } = await due(options);
    expect(await succeed()).toBe('ok');
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot()).toMatchObject({ tripCount: 0, probeAtMs: null, cause: null });
  });

  test('BASIC-08 the circuit breaker returns to open when the probe fails', async () => {
    const { breaker, clock, fail, succeed } = await due(options);
    expect(await fail()).toBe('down');
    expect(breaker.snapshot()).toMatchObject({
      path: 'open.cooling',
      cause: 'probe_failed',
      tripCount: 2,
      probeAtMs: clock.nowMs() + 60_000,
    });
    expect(await succeed()).toBe('circuit_open');
    clock.advance(60_000);
    expect(await succeed()).toBe('ok');
    expect(breaker.state).toBe('closed');
  });
});

test('BASIC-06 a late timer does not delay it: who comes after the instant is the probe', async () => {
  let nowMs = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    setTimer: () => 'a timer to which a busy event loop does not come',
    clearTimer: () => {},
    defer: () => {},
  };
  const breaker = createBreaker({ clock, failureThreshold: 1, recoveryTimeoutMs: 30_000 });
  await ending(breaker.call(() => Promise.reject(new Error('down'))));
  nowMs = 29_999;
  expect(await ending(breaker.call(() => 'ok'))).toBe('circuit_open');
  nowMs = 30_000;
  expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
  expect(breaker.state).toBe('closed');
});

test('BASIC-07 the closing probe is told its own result', async () => {
  const { breaker } = await due();
  const call = pending<number>();
  const answer = breaker.call(() => call.promise);
  call.resolve(42);
  expect(await answer).toBe(42);
  expect(breaker.state).toBe('closed');
});
