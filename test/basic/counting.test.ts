/** Failures counted one by one, and the threshold that they reach. */
import { describe, expect, test } from 'vitest';

import { due, pending, rig, tripped, WAYS } from '../breaker/rig.ts';
import { failingFunction } from '../kit/failing-function.ts';

test('BASIC-09 the failure count increments on each failure', async () => {
  const { breaker, fail } = rig({ failureThreshold: 10 });
  for (let count = 1; count < 10; count += 1) {
    await fail();
    expect(breaker.snapshot().consecutiveFailures).toBe(count);
  }
});

test('BASIC-09 the failure count of a window increments on each failure', async () => {
  const { breaker, fail, succeed } = rig({ trip: { policy: 'count', minimumCalls: 100 } });
  await fail();
  await succeed();
  await fail();
  expect(breaker.snapshot().window).toEqual({ calls: 3, failures: 2, slow: 0 });
});

test('BASIC-09 calls that are refused do not count as failures', async () => {
  const { breaker, fail } = await tripped({
    trip: { policy: 'count', calls: 10, minimumCalls: 3 },
  });
  expect(await fail(200)).toBe('circuit_open');
  expect(breaker.snapshot()).toMatchObject({
    consecutiveFailures: 0,
    window: { calls: 0, failures: 0, slow: 0 },
  });
});

test('BASIC-10 the failure count resets to zero on a successful call', async () => {
  const { breaker, fail, succeed } = rig({ failureThreshold: 10 });
  await fail(9);
  await succeed();
  expect(breaker.snapshot().consecutiveFailures).toBe(0);
  await fail(9);
  expect(breaker.state).toBe('closed');
});

test('BASIC-10 the failure count begins at zero after recovery', async () => {
  const { breaker, succeed, fail } = await due({ failureThreshold: 3 });
  await succeed();
  expect(breaker.snapshot().consecutiveFailures).toBe(0);
  await fail(2);
  expect(breaker.state).toBe('closed');
  await fail();
  expect(breaker.state).toBe('open');
});

test.each(WAYS)(
  'BASIC-10 a success that began before a trip does not reset the count after it, %s',
  async (_way, options) => {
    const { breaker, clock, fail, succeed } = rig({ ...options, recoveryTimeoutMs: 500 });
    const early = pending();
    const call = breaker.call(() => early.promise);
    await fail(5);
    clock.advance(500);
    await succeed();
    await fail(2);
    early.resolve('at last');
    expect(await call).toBe('at last');
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 2 });
  },
);

describe('BASIC-11 at the exact failure threshold:', () => {
  test.each([1, 2, 3, 5, 50])('%i failures open, one fewer does not', async (threshold) => {
    const { breaker, fail } = rig({ failureThreshold: threshold });
    await fail(threshold - 1);
    expect(breaker.state).toBe('closed');
    await fail();
    expect(breaker.state).toBe('open');
  });

  test('the call that reaches it gets its own error, the next one is refused', async () => {
    const { fail } = rig({ failureThreshold: 3 });
    await fail(2);
    expect(await fail()).toBe('down');
    expect(await fail()).toBe('circuit_open');
  });

  test('a share of failures reached exactly opens', async () => {
    const { breaker, fail, succeed } = rig({
      trip: { policy: 'count', calls: 10, minimumCalls: 10, failureRatio: 0.3 },
    });
    for (let call = 0; call < 7; call += 1) await succeed();
    await fail(2);
    expect(breaker.state).toBe('closed');
    await fail();
    expect(breaker.state).toBe('open');
  });
});

test('BASIC-12 consecutive failures open the circuit', async () => {
  const { breaker, fail, succeed } = rig({ failureThreshold: 4 });
  await succeed();
  await fail(4);
  expect(breaker.state).toBe('open');
  expect(breaker.snapshot().cause).toBe('consecutive_failures');
});

test('BASIC-12 the dependency is left alone from then on', async () => {
  const { breaker } = rig({ failureThreshold: 4 });
  const dependency = failingFunction({ pattern: 'F' });
  for (let call = 0; call < 100; call += 1) await breaker.call(dependency).catch(() => {});
  expect(dependency.callCount).toBe(4);
});

test('BASIC-13 intermittent failures do not open the circuit', async () => {
  const { breaker } = rig({ failureThreshold: 3 });
  const dependency = failingFunction({ pattern: 'FFS' });
  for (let call = 0; call < 300; call += 1) await breaker.call(dependency).catch(() => {});
  expect(dependency.callCount).toBe(300);
  expect(dependency.failureCount).toBe(200);
  expect(breaker.state).toBe('closed');
});

test('BASIC-13 failures that a success ends in between do not add up', async () => {
  const { breaker } = rig({ failureThreshold: 2 });
  const [first, second] = [pending(), pending()];
  const failing = breaker.call(() => first.promise).catch(() => {});
  const succeeding = breaker.call(() => second.promise);
  first.reject(new Error('down'));
  await failing;
  second.resolve('ok');
  await succeeding;
  await breaker.call(() => Promise.reject(new Error('down'))).catch(() => {});
  expect(breaker.state).toBe('closed');
});

test('BASIC-31 rapid alternation between success and failure never opens a count in a row', async () => {
  const { breaker } = rig({ failureThreshold: 2 });
  const dependency = failingFunction({ pattern: 'FS' });
  for (let call = 0; call < 1_000; call += 1) {
    await breaker.call(dependency).catch(() => {});
    expect(breaker.snapshot().consecutiveFailures).toBe(call % 2 === 0 ? 1 : 0);
  }
  expect(breaker.state).toBe('closed');
});

test('BASIC-31 rapid alternation is half of all calls to a window, which opens at half', async () => {
  const { breaker } = rig({ trip: { policy: 'count', calls: 10, failureRatio: 0.5 } });
  const dependency = failingFunction({ pattern: 'SF' });
  for (let call = 0; call < 9; call += 1) await breaker.call(dependency).catch(() => {});
  expect(breaker.state).toBe('closed');
  await breaker.call(dependency).catch(() => {});
  expect(breaker.state).toBe('open');
});

test('BASIC-31 rapid alternation of outage and recovery opens and closes as often', async () => {
  const { breaker, clock, fail, succeed } = rig({ failureThreshold: 1, recoveryTimeoutMs: 10 });
  for (let round = 0; round < 200; round += 1) {
    await fail();
    expect(breaker.state).toBe('open');
    clock.advance(10);
    await succeed();
    expect(breaker.state).toBe('closed');
  }
  expect(breaker.snapshot().generation).toBe(600);
});
