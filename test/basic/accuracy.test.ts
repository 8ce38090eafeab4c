/** The criteria on states and time: exact thresholds, atomic changes, deterministic instants. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  createBreaker,
  openBoard,
  type Breaker,
  type Fact,
  type TripOptions,
} from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import { due, ending, pending, rig, tripped } from '../breaker/rig.ts';
import { failingFunction } from '../kit/failing-function.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const succeed = (breaker: Breaker) => ending(breaker.call(() => 'ok'));
const fail = (breaker: Breaker) => ending(breaker.call(() => Promise.reject(new Error('down'))));

test('CRIT-01 a run of failures trips at its threshold, whatever came before it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      async (threshold, failures) => {
        const { breaker } = rig({ failureThreshold: threshold });
        let run = 0;
        for (const failed of failures) {
          await (failed ? fail(breaker) : succeed(breaker));
          run = failed ? run + 1 : 0;
          expect(breaker.state).toBe(run < threshold ? 'closed' : 'open');
          if (run === threshold) return;
        }
      },
    ),
    { numRuns: 200 },
  );
});

describe('CRIT-01 a share of failures trips when it is reached exactly:', () => {
  // Shares whose product with the number of calls is not the whole number it should be.
  test.each([
    [7, 100],
    [14, 50],
    [7, 25],
    [11, 20],
    [14, 25],
    [29, 50],
    [1, 3],
    [2, 3],
    [3, 7],
    [10, 10],
  ])('%i of %i', async (failures, calls) => {
    const failureRatio = failures / calls;
    const trip: TripOptions = { policy: 'count', calls, minimumCalls: calls, failureRatio };
    const { breaker } = rig({ trip });
    for (let call = failures; call < calls; call += 1) await succeed(breaker);
    for (let call = 1; call < failures; call += 1) await fail(breaker);
    expect(breaker.state).toBe('closed');
    await fail(breaker);
    expect(breaker.state).toBe('open');
  });
});

test('CRIT-01 probes close at the number needed, and one failure opens at any number', async () => {
  for (let failAt = 0; failAt < 4; failAt += 1) {
    const { breaker } = await due({ probesNeeded: 4 });
    for (let probe = 0; probe < failAt; probe += 1) await succeed(breaker);
    expect(breaker.state).toBe('half_open');
    await fail(breaker);
    expect(breaker.state).toBe('open');
  }
  const { breaker } = await due({ probesNeeded: 4 });
  for (let probe = 0; probe < 4; probe += 1) await succeed(breaker);
  expect(breaker.state).toBe('closed');
});

test('CRIT-02 whoever hears of a change finds the breaker changed already, in every view', async () => {
  const { breaker, clock } = rig({ failureThreshold: 1 });
  const heard: string[] = [];
  breaker.actor.subscribe(({ value, context }) => {
    const { state, generation, probeAtMs } = breaker.snapshot();
    expect([state]).toEqual(typeof value === 'string' ? [value] : Object.keys(value));
    expect(breaker.state).toBe(state);
    expect({ generation, probeAtMs }).toEqual({
      generation: context.generation,
      probeAtMs: context.probeAtMs,
    });
    let admitted = true;
    try {
      breaker.acquire().ignore();
    } catch {
      admitted = false;
    }
    expect(admitted).toBe(state !== 'open');
    heard.push(state);
  });
  await fail(breaker);
  clock.advance(60_000);
  await fail(breaker);
  clock.advance(60_000);
  await succeed(breaker);
  breaker.forceOpen('test');
  breaker.reset('test');
  expect(heard).toEqual(['open', 'half_open', 'open', 'half_open', 'closed', 'open', 'closed']);
});

test('CRIT-02 two changes never mix: a call that changes the state within another one', async () => {
  const { breaker } = rig({ failureThreshold: 1 });
  const outer = breaker.call(async () => {
    await fail(breaker);
    expect(breaker.state).toBe('open');
    breaker.forceClose('inside a call');
    return breaker.state;
  });
  expect(await outer).toBe('closed');
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', generation: 2, inFlightCount: 0 });
});

test('CRIT-04 the recovery timeout holds on the real clock: open before, half open soon after', async () => {
  const breaker = createBreaker({ failureThreshold: 1, recoveryTimeoutMs: 40 });
  await fail(breaker);
  const { probeAtMs } = breaker.snapshot();
  const halfOpenAtMs = new Promise<number>((resolve) => {
    breaker.actor.subscribe(({ value }) => {
      if (value === 'half_open') resolve(systemClock.nowMs());
    });
  });
  const state = await new Promise<string>((resolve) => {
    systemClock.setTimer(140, true, () => resolve(breaker.state));
  });
  expect(state).toBe('half_open');
  // The two clocks of a machine agree to within a few milliseconds.
  expect((await halfOpenAtMs) - (probeAtMs ?? NaN)).toBeGreaterThan(-5);
});

test('CRIT-04 the recovery timeout is exact on a clock that is exact, for any interval', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10_000_000 }), async (recoveryTimeoutMs) => {
      const { breaker, clock } = await tripped({ recoveryTimeoutMs });
      clock.advance(recoveryTimeoutMs - 1);
      expect(breaker.state).toBe('open');
      clock.advance(1);
      expect(breaker.state).toBe('half_open');
    }),
    { numRuns: 50 },
  );
});

/** One life of a breaker, told by its facts. */
async function life(seed: number): Promise<readonly Fact[]> {
  const clock = new VirtualClock();
  const board = await openBoard({ clock, random: seededRandom(seed) });
  const facts: Fact[] = [];
  board.facts$.subscribe((fact) => facts.push(fact));
  const breaker = board.breaker('api', {
    trip: { policy: 'time', windowMs: 10_000, minimumCalls: 3, slowCallMs: 300 },
    openInterval: { baseMs: 500, maxMs: 10_000 },
  });
  const takes = seededRandom(seed + 1);
  const takesMs = () => takes() * 400;
  const dependency = failingFunction({ ratio: 0.6, seed }, { takesMs, clock });
  for (let call = 0; call < 150; call += 1) {
    void ending(breaker.call(dependency));
    await clock.advanceAsync(100);
  }
  await clock.advanceAsync(1_000);
  await board.close();
  return facts;
}

test('CRIT-05 decisions in time are deterministic: the same seed is the same life', async () => {
  const first = await life(5);
  expect(await life(5)).toEqual(first);
  expect(await life(6)).not.toEqual(first);
  const states = first.filter((fact) => fact.type === 'state.changed').map(({ to }) => to);
  expect(new Set(states)).toEqual(new Set(['open.cooling', 'half_open', 'closed']));
});

test('CRIT-05 decisions in time do not look at the wall clock, which may jump', async () => {
  for (const jumpMs of [-3_600_000, 3_600_000]) {
    const { breaker, clock } = await tripped({ recoveryTimeoutMs: 20_000 });
    clock.jumpWall(jumpMs);
    clock.advance(19_999);
    expect(breaker.state).toBe('open');
    clock.advance(1);
    expect(breaker.state).toBe('half_open');
  }
});

describe('CRIT-06 at one and the same instant', () => {
  test('a call that ends and its timeout settle it once', async () => {
    for (const isTimerFirst of [true, false]) {
      const { breaker, clock } = rig({ timeoutMs: 100, failureThreshold: 1 });
      const call = pending();
      if (isTimerFirst) void clock.setTimer(100, true, () => call.resolve('just in time'));
      const end = ending(breaker.call(() => call.promise));
      await clock.settle();
      if (!isTimerFirst) clock.setTimer(100, true, () => call.resolve('too late'));
      await clock.advanceAsync(100);
      expect(await end).toBe(isTimerFirst ? 'just in time' : 'timeout');
      expect(breaker.state).toBe(isTimerFirst ? 'closed' : 'open');
      expect(breaker.snapshot().inFlightCount).toBe(0);
    }
  });

  test('a probe that answers and its expiry give one verdict', async () => {
    const { breaker, clock } = await due({ probeTimeoutMs: 100 });
    const permit = breaker.acquire();
    clock.setTimer(100, true, () => expect(permit.succeed()).toBe('expired'));
    clock.advance(100);
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      cause: 'probe_expired',
      tripCount: 2,
    });
  });

  test('a thousand callers and the timer begin one half open', async () => {
    const { breaker, clock } = await tripped({ recoveryTimeoutMs: 1_000 });
    const { generation } = breaker.snapshot();
    clock.advance(1_000);
    const ends = await Promise.all(Array.from({ length: 1_000 }, () => succeed(breaker)));
    expect(ends.filter((end) => end === 'ok')).toHaveLength(1);
    expect(breaker.snapshot().generation).toBe(generation + 2);
  });
});
