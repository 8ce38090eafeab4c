/** Why the state is what it is and what would change it, in words; and snapshots that stay. */
import { describe, expect, test } from 'vitest';

import type { Breaker } from '../../index.ts';
import { due, pending, rig, setBudget, tripped } from './rig.ts';

describe('explain', () => {
  test('of a closed breaker says how far it is from tripping', async () => {
    const { breaker, fail } = rig({ failureThreshold: 5 });
    await fail(3);
    expect(breaker.explain()).toBe(
      'Breaker "api" is closed. Every call is admitted. ' +
        '3 calls have failed in a row; it trips at 5.',
    );
  });

  test('of a window says what it holds and both of its bounds', async () => {
    const { breaker, fail, succeed } = rig({
      trip: { policy: 'count', minimumCalls: 20, failureRatio: 0.25, slowCallMs: 500 },
    });
    await fail(2);
    await succeed();
    expect(breaker.explain()).toBe(
      'Breaker "api" is closed. Every call is admitted. The window holds 3 calls; it trips at ' +
        '20 calls or more when 25 % have failed (2 have) or 100 % took 500 ms or longer (0 have).',
    );
  });

  test('of a window for slow calls alone says so', () => {
    const { breaker } = rig({ trip: { policy: 'time', slowCallMs: 500, slowRatio: 0.125 } });
    expect(breaker.explain()).toContain('when 12.5 % took 500 ms or longer (0 have).');
    expect(breaker.explain()).not.toContain('failed');
  });

  test('of an open breaker says why, by what error, and how long it lasts', async () => {
    const { breaker, clock } = await tripped();
    clock.advance(14_000);
    expect(breaker.explain()).toBe(
      'Breaker "api" is open.cooling. Because too many calls failed in a row ' +
        '(last error: Error). The first probe may run in 46.0 s.',
    );
  });

  test.each([
    ['failure_rate', 'too large a share of its calls failed'],
    ['slow_rate', 'too large a share of its calls was slow'],
    ['custom', 'its own trip policy asked for it'],
    ['rate_limited', 'the provider asked for a pause'],
    ['probe_failed', 'a probe failed'],
    ['probe_expired', 'a probe never answered'],
  ])('of a trip by %s says that %s', (cause, words) => {
    const { breaker, clock } = rig();
    const atMs = clock.nowMs();
    const trip = { type: 'trip', cause, generation: 0, atMs, probeAtMs: atMs + 1_000 };
    breaker.actor.send(trip as never);
    expect(breaker.explain()).toContain(`Because ${words}. The first probe may run in 1.0 s.`);
  });

  test('of a breaker that keeps failing says how often it has tripped', async () => {
    const { breaker, fail } = await due();
    await fail();
    expect(breaker.explain()).toContain('2 trips since it last closed');
  });

  test('of a half open breaker says what its probes have come to', async () => {
    const { breaker, succeed } = await due({ probesMax: 2, probesNeeded: 3 });
    await succeed();
    breaker.acquire();
    expect(breaker.explain()).toBe(
      'Breaker "api" is half_open. Because too many calls failed in a row (last error: Error). ' +
        '1 of 3 probes have succeeded, 1 of at most 2 are out; one that fails opens it again.',
    );
  });

  test('of a strained budget says what becomes of calls', () => {
    const made = rig();
    setBudget(made, 'warned');
    expect(made.breaker.explain()).toContain('calls are marked degraded until the budget recovers');
    expect(made.breaker.explain()).toContain('0 calls have failed in a row; it trips at 5.');
  });

  test('of a spent budget says what ends it', () => {
    const made = rig();
    setBudget(made, 'exceeded');
    expect(made.breaker.explain()).toContain('it admits calls again when the budget recovers');
  });

  test('of a latched breaker says who holds it, why, and what lifts each latch', () => {
    const { breaker, clock } = rig();
    breaker.acquire().record('over_quota');
    breaker.forceOpen('night work', { by: 'ann' });
    const event = { reason: 'all stop', by: 'bob', atMs: clock.nowMs() };
    breaker.actor.send({ type: 'emergency.shutdown', ...event });
    const text = breaker.explain();
    expect(text).toContain('Held open (emergency) by bob: all stop; resuming the board lifts it.');
    expect(text).toContain(
      'Held open (operator) by ann: night work; reset() or forceClose() lifts it.',
    );
    expect(text).toMatch(
      /Held open \(quota\) by provider: .*; rotateKey\(\) or reset\(\) lifts it/,
    );
  });

  test('of a rejected key says so even where nobody threw an error', () => {
    const { breaker } = rig();
    breaker.acquire().record('unauthorized');
    expect(breaker.explain()).toContain('Held open (unauthorized) by provider');
    expect(breaker.explain()).not.toContain('undefined');
  });

  test('never shows the message of an error, which may be anybody’s', async () => {
    const { breaker } = rig({ failureThreshold: 1 });
    await breaker.call(() => Promise.reject(new Error('key sk-123'))).catch(() => {});
    expect(breaker.explain()).not.toContain('sk-123');
  });
});

describe('a snapshot', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen));

  test('cannot be changed, at any depth', async () => {
    const made = await tripped({ trip: { policy: 'count', minimumCalls: 1 } });
    made.breaker.forceOpen('test');
    expect(frozen(made.breaker.snapshot())).toBe(true);
    expect(() => Object.assign(made.breaker.snapshot(), { state: 'closed' })).toThrow(TypeError);
  });

  test('does not change afterwards, whatever the breaker does', async () => {
    const { breaker, clock, fail, succeed } = rig({ trip: { policy: 'count', minimumCalls: 2 } });
    await fail();
    const kept = breaker.snapshot();
    const copy = structuredClone(kept);
    await fail();
    breaker.forceOpen('test');
    breaker.reset('test');
    clock.advance(60_000);
    await succeed();
    expect(kept).toEqual(copy);
    expect(breaker.snapshot()).not.toEqual(kept);
  });

  test('shows calls in flight, waiting callers and probes that are out', async () => {
    const { breaker, clock } = await due({ probeWait: {} });
    const call = pending();
    const calls: Promise<unknown>[] = [1, 2, 3].map(() => breaker.call(() => call.promise));
    await clock.settle();
    expect(breaker.snapshot()).toMatchObject({
      inFlightCount: 1,
      probesOutCount: 1,
      waitingCount: 2,
    });
    call.resolve('ok');
    await Promise.all(calls);
    expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
  });

  test('says when the state was entered, and 0 where it never changed', async () => {
    const made = rig({ failureThreshold: 1 });
    expect(made.breaker.snapshot().changedAtMs).toBe(0);
    readActor(made.breaker);
    expect(made.breaker.snapshot().changedAtMs).toBe(0);
    made.clock.advance(500);
    await made.fail();
    expect(made.breaker.snapshot().changedAtMs).toBe(made.clock.nowMs());
  });
});

const readActor = (breaker: Breaker): unknown => breaker.actor.getSnapshot().value;
