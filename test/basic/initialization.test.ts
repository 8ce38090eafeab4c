/** What a breaker is when it is made, and what it cannot be made of. */
import { describe, expect, test } from 'vitest';

import { createBreaker, openBoard } from '../../index.ts';
import { resolveOptions } from '../../services/resolve-options.ts';
import { due, rig } from '../breaker/rig.ts';

test('BASIC-01 a circuit breaker is initialized with its documented defaults', () => {
  const breaker = createBreaker();
  expect(breaker.name).toBe('breaker');
  expect(breaker.state).toBe('closed');
  expect(breaker.snapshot()).toEqual({
    name: 'breaker',
    state: 'closed',
    path: 'closed',
    mode: 'enforce',
    generation: 0,
    changedAtMs: 0,
    probeAtMs: null,
    cause: null,
    latches: [],
    tripCount: 0,
    consecutiveFailures: 0,
    window: null,
    inFlightCount: 0,
    probesOutCount: 0,
    probesSucceededCount: 0,
    waitingCount: 0,
    isQuarantined: false,
  });
  expect(resolveOptions({})).toMatchObject({
    trip: { policy: 'consecutive', failures: 5 },
    recoveryTimeoutMs: 60_000,
    interval: { kind: 'fixed', ms: 60_000 },
    probesMax: 1,
    probesNeeded: 1,
    probeTimeoutMs: 60_000,
    probeWait: null,
    permitTimeoutMs: 600_000,
    timeoutMs: null,
    bulkhead: null,
    retry: null,
    onQuarantine: 'refuse',
  });
});

test('BASIC-01 the defaults are what a breaker does: five failures open it for a minute', async () => {
  const { breaker, clock, fail } = rig();
  await fail(4);
  expect(breaker.state).toBe('closed');
  await fail();
  expect(breaker.state).toBe('open');
  expect(breaker.snapshot().probeAtMs).toBe(clock.nowMs() + 60_000);
  clock.advance(59_999);
  expect(breaker.state).toBe('open');
  clock.advance(1);
  expect(breaker.state).toBe('half_open');
});

test('BASIC-02 a circuit breaker is initialized with custom parameters', async () => {
  const { breaker, clock, fail, succeed } = rig({
    name: 'payments',
    failureThreshold: 2,
    recoveryTimeoutMs: 1_500,
    probesMax: 3,
    probesNeeded: 2,
  });
  expect(breaker.name).toBe('payments');
  await fail(2);
  expect(breaker.state).toBe('open');
  clock.advance(1_500);
  expect(breaker.state).toBe('half_open');
  expect(breaker.explain()).toContain('0 of at most 3 are out');
  await succeed();
  expect(breaker.state).toBe('half_open');
  await succeed();
  expect(breaker.state).toBe('closed');
});

test('BASIC-02 a board hands its breakers the parameters they do not have', async () => {
  await using board = await openBoard({ defaults: { failureThreshold: 1 } });
  const own = board.breaker('own', { failureThreshold: 2 });
  const inherited = board.breaker('inherited');
  for (const breaker of [own, inherited]) {
    await breaker.call(() => Promise.reject(new Error())).catch(() => {});
  }
  expect([own.state, inherited.state]).toEqual(['closed', 'open']);
});

describe('BASIC-03 a circuit breaker with invalid parameters is not made:', () => {
  test.each([
    [
      { failureThreshold: 2.5 },
      'breaker.failureThreshold must be an integer of at least 1, got 2.5',
    ],
    [
      { recoveryTimeoutMs: NaN },
      'breaker.recoveryTimeoutMs must be a number of at least 0, got NaN',
    ],
    [{ probesMax: 0 }, 'breaker.probesMax must be an integer from 1 to 1000000, got 0'],
    [
      { failOn: 'Error' },
      'breaker.failOn must be an error class, an array of them, or a predicate',
    ],
    [{ recoveryTimeout: 5 }, 'breaker.recoveryTimeout is not an option'],
  ])('%o', (options, message) => {
    expect(() => createBreaker(options as never)).toThrow(message);
  });
});

test('BASIC-03 invalid parameters are told by a code and cost no state', () => {
  expect(() => createBreaker({ failureThreshold: 0 })).toThrow(
    expect.objectContaining({ name: 'FuseboardError', code: 'invalid_option' }),
  );
});

test('BASIC-04 a circuit breaker starts closed', async () => {
  const { breaker, succeed } = rig();
  expect(breaker.state).toBe('closed');
  expect(breaker.actor.getSnapshot().value).toBe('closed');
  expect(await succeed()).toBe('ok');
  expect(breaker.state).toBe('closed');
});

test('BASIC-28 a failure threshold of zero is refused: one is the least that can fail', async () => {
  expect(() => createBreaker({ failureThreshold: 0 })).toThrow(
    'breaker.failureThreshold must be an integer of at least 1, got 0',
  );
  const { breaker, fail } = rig({ failureThreshold: 1 });
  await fail();
  expect(breaker.state).toBe('open');
});

test('BASIC-29 a negative recovery timeout is refused; none at all lets a probe through at once', async () => {
  expect(() => createBreaker({ recoveryTimeoutMs: -1 })).toThrow(
    'breaker.recoveryTimeoutMs must be a number of at least 0, got -1',
  );
  const { breaker, succeed } = await due({ recoveryTimeoutMs: 0 });
  expect(await succeed()).toBe('ok');
  expect(breaker.state).toBe('closed');
});

test('BASIC-30 an extremely high failure threshold counts exactly and trips in the end', async () => {
  const { breaker, fail } = rig({ failureThreshold: 10_000 });
  await fail(9_999);
  expect(breaker.state).toBe('closed');
  expect(breaker.snapshot().consecutiveFailures).toBe(9_999);
  await fail();
  expect(breaker.state).toBe('open');
});

test('BASIC-30 the highest threshold that can be counted is taken, one beyond is not', async () => {
  const { breaker, fail } = rig({ failureThreshold: Number.MAX_SAFE_INTEGER });
  await fail(100);
  expect(breaker.state).toBe('closed');
  const beyond = { failureThreshold: Number.MAX_SAFE_INTEGER + 1 };
  expect(() => createBreaker(beyond)).toThrow(/failureThreshold must be an integer/);
});
