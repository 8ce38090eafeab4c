/** The time between a trip and its first probe. */
import { describe, expect, test } from 'vitest';

import { due, ending, pending, rig, tripped } from '../breaker/rig.ts';

test('BASIC-14 the recovery timeout prevents calls', async () => {
  const { breaker, clock } = await tripped({ recoveryTimeoutMs: 60_000 });
  let callCount = 0;
  for (let second = 0; second < 60; second += 1) {
    const refused = await ending(breaker.call(() => (callCount += 1)));
    expect(refused).toBe('circuit_open');
    clock.advance(999);
  }
  expect(callCount).toBe(0);
});

test('BASIC-14 a refusal says from when another try may help', async () => {
  const { breaker, clock } = await tripped({ recoveryTimeoutMs: 60_000 });
  const retryAtMs = clock.nowMs() + 60_000;
  clock.advance(20_000);
  await expect(breaker.call(() => 'ok')).rejects.toMatchObject({ retryAtMs });
  clock.advance(40_000);
  expect(clock.nowMs()).toBe(retryAtMs);
  expect(await breaker.call(() => 'ok')).toBe('ok');
});

test('BASIC-14 calls do not prolong it', async () => {
  const { breaker, clock } = await tripped({ recoveryTimeoutMs: 1_000 });
  for (let call = 0; call < 10; call += 1) {
    clock.advance(99);
    expect(await ending(breaker.call(() => 'ok'))).toBe('circuit_open');
  }
  clock.advance(10);
  expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
});

test('BASIC-15 the recovery timeout allows a single test call', async () => {
  const { breaker } = await due();
  const probe = pending();
  const answer = breaker.call(() => probe.promise);
  for (let call = 0; call < 100; call += 1) {
    expect(await ending(breaker.call(() => 'ok'))).toBe('probes_busy');
  }
  probe.resolve('back');
  expect(await answer).toBe('back');
  expect(await breaker.call(() => 'ok')).toBe('ok');
});

test('BASIC-15 a single test call of a thousand that come at the same instant', async () => {
  const { breaker } = await due();
  let running = 0;
  const calls = Array.from({ length: 1_000 }, () =>
    ending(
      breaker.call(async () => {
        running += 1;
        expect(running).toBe(1);
        await Promise.resolve();
        return 'ok';
      }),
    ),
  );
  const endings = await Promise.all(calls);
  expect(endings.filter((text) => text === 'ok')).toHaveLength(1);
  expect(endings.filter((text) => text === 'probes_busy')).toHaveLength(999);
});

describe('BASIC-16 custom recovery timeouts:', () => {
  const day = 86_400_000;
  test.each([0.5, 1, 10, 1_000, 30_000, 3_600_000, day, 30 * day, 365 * day])(
    '%d ms are kept to the millisecond',
    async (recoveryTimeoutMs) => {
      const { breaker, clock } = await tripped({ recoveryTimeoutMs });
      clock.advance(recoveryTimeoutMs - 0.25);
      expect(breaker.state).toBe('open');
      clock.advance(1);
      expect(breaker.state).toBe('half_open');
    },
  );

  test('none at all makes the next call the probe', async () => {
    const { breaker, succeed } = await tripped({ recoveryTimeoutMs: 0 });
    expect(await succeed()).toBe('ok');
    expect(breaker.state).toBe('closed');
  });
});

test('BASIC-17 the recovery timeout is precise: half open at its instant, open before', async () => {
  const { breaker, clock } = await tripped({ recoveryTimeoutMs: 12_345 });
  const { probeAtMs } = breaker.snapshot();
  expect(probeAtMs).toBe(clock.nowMs() + 12_345);
  clock.advance(12_344.999);
  expect(breaker.state).toBe('open');
  clock.advance(0.001);
  expect(breaker.state).toBe('half_open');
});

test('BASIC-17 the recovery timeout is measured from the failure, not from the call', async () => {
  const { breaker, clock } = rig({ failureThreshold: 1, recoveryTimeoutMs: 1_000 });
  const slow = pending();
  const call = ending(breaker.call(() => slow.promise));
  clock.advance(500);
  slow.reject(new Error('down'));
  await call;
  expect(breaker.snapshot().probeAtMs).toBe(clock.nowMs() + 1_000);
});

test('BASIC-17 the recovery timeout does not drift over a hundred trips', async () => {
  const { breaker, clock, fail } = await tripped({ recoveryTimeoutMs: 1_000 });
  const startMs = clock.nowMs();
  for (let trip = 1; trip <= 100; trip += 1) {
    clock.advance(1_000);
    await fail();
    expect(breaker.snapshot()).toMatchObject({ state: 'open', tripCount: trip + 1 });
  }
  expect(breaker.snapshot().probeAtMs).toBe(startMs + 101_000);
});
