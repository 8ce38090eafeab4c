/** Probes C1–C4, C8, O1–O3, O13, O14: calls that end late or never, and verdicts about nothing. */
import { expect, test } from 'vitest';

import { createBreaker, type LoneBreakerOptions } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const DAY_MS = 86_400_000;

/** A breaker that trips at the first failure, and its clock. */
function alone(options: LoneBreakerOptions = {}) {
  const clock = new VirtualClock();
  const trip = options.trip === undefined ? { failureThreshold: 1 } : {};
  const breaker = createBreaker({ recoveryTimeoutMs: 1_000, ...trip, ...options, clock });
  return { breaker, clock };
}

/** The same, half open, with a call from before it tripped still running. */
function halfOpenWithLateCall(options: LoneBreakerOptions = {}) {
  const { breaker, clock } = alone(options);
  const late = breaker.acquire();
  breaker.acquire().fail();
  clock.advance(1_000);
  const probe = breaker.acquire();
  expect(probe.isProbe).toBe(true);
  return { breaker, clock, late, probe };
}

class AbortError extends Error {}

test('C1 a late failure begun while closed does not re-open a half-open breaker', () => {
  const { breaker, late, probe } = halfOpenWithLateCall();
  expect(late.fail()).toBe('late');
  expect(breaker.state).toBe('half_open');
  expect(probe.succeed()).toBe('counted');
  expect(breaker.state).toBe('closed');
});

test('C2 failures of yesterday do not count: a time window advances over idle gaps', () => {
  const { breaker, clock } = alone({ trip: { policy: 'time', windowMs: 5_000, minimumCalls: 10 } });
  for (let call = 0; call < 9; call++) breaker.acquire().fail();
  clock.advance(DAY_MS);
  breaker.acquire().fail();
  expect(breaker.snapshot()).toMatchObject({
    state: 'closed',
    window: { calls: 1, failures: 1 },
  });
});

test('C3 a hanging probe holds no caller who gives up, and the queue is bounded', async () => {
  const { breaker, clock, probe } = halfOpenWithLateCall({ probeWait: { callersMax: 100 } });
  const controllers = Array.from({ length: 1_000 }, () => new AbortController());
  const calls = controllers.map(({ signal }) => breaker.call(() => 1, { signal }));
  const settled = Promise.allSettled(calls);
  await clock.settle();
  expect(breaker.snapshot().waitingCount).toBe(100);
  for (const controller of controllers) controller.abort(new AbortError('gave up'));
  const reasons = (await settled).map((result): unknown =>
    result.status === 'rejected' ? result.reason : undefined,
  );
  expect(reasons.filter((reason) => reason instanceof AbortError)).toHaveLength(100);
  const busy = reasons.filter((reason) => (reason as { code?: string }).code === 'probes_busy');
  expect(busy).toHaveLength(900);
  expect(breaker.snapshot().waitingCount).toBe(0);
  probe.succeed();
  expect(breaker.state).toBe('closed');
});

test('C4 a probe that its caller aborts decides nothing, and the permit is free again', async () => {
  const { breaker, clock } = alone();
  breaker.acquire().fail();
  clock.advance(1_000);
  const controller = new AbortController();
  const call = breaker.call(() => new Promise(() => {}), { signal: controller.signal });
  await clock.settle();
  expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 1 });
  controller.abort(new AbortError());
  await expect(call).rejects.toBeInstanceOf(AbortError);
  expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 0 });
  await expect(breaker.call(() => 'back')).resolves.toBe('back');
  expect(breaker.state).toBe('closed');
});

test('C8 a wall clock stepped back an hour does not keep a breaker open for an hour', () => {
  const { breaker, clock } = alone({ recoveryTimeoutMs: 20 });
  breaker.acquire().fail();
  clock.jumpWall(-3_600_000);
  clock.advance(20);
  expect(breaker.acquire().isProbe).toBe(true);
});

test('O1 a late success begun while closed does not close a half-open breaker', () => {
  const { breaker, late, probe } = halfOpenWithLateCall();
  expect(late.succeed()).toBe('late');
  expect(breaker.state).toBe('half_open');
  probe.fail();
  expect(breaker.state).toBe('open');
});

test('O2 a late failure in half-open leaves the verdict to the probe', () => {
  const { breaker, clock, late, probe } = halfOpenWithLateCall({ probesNeeded: 2 });
  probe.succeed();
  expect(late.fail()).toBe('late');
  expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesSucceededCount: 1 });
  breaker.acquire().succeed();
  expect(breaker.state).toBe('closed');
  expect(clock.pendingCount).toBe(0);
});

test('O3 a probe that never settles expires as failed, and another gets its turn', () => {
  const { breaker, clock } = alone({ probeTimeoutMs: 500 });
  breaker.acquire().fail();
  clock.advance(1_000);
  const hanging = breaker.acquire();
  for (let caller = 0; caller < 100; caller++) {
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'probes_busy' }));
  }
  clock.advance(500);
  expect(breaker.snapshot()).toMatchObject({ path: 'open.cooling', cause: 'probe_expired' });
  expect(hanging.succeed()).toBe('expired');
  clock.advance(1_000);
  breaker.acquire().succeed();
  expect(breaker.state).toBe('closed');
});

test('O13 a probe that ends in an ignored error does not close', async () => {
  const { breaker, clock } = alone({ ignore: AbortError });
  await expect(breaker.call(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  clock.advance(1_000);
  await expect(breaker.call(() => Promise.reject(new AbortError()))).rejects.toThrow(AbortError);
  expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 0 });
  breaker.acquire().succeed();
  expect(breaker.state).toBe('closed');
});

test('O14 a recovery time of 30 days is 30 days, past what one timer can hold', () => {
  const { breaker, clock } = alone({ recoveryTimeoutMs: 30 * DAY_MS });
  breaker.acquire().fail();
  clock.advance(30 * DAY_MS - 1);
  expect(breaker.state).toBe('open');
  clock.advance(1);
  expect(breaker.state).toBe('half_open');
});
