/** Options that change while a breaker works: what it has counted, and what it waits for, stays. */
import { describe, expect, test } from 'vitest';

import { openBoard, type BreakerOptions, type Fact, type TripOptions } from '../../index.ts';
import { due, ending, pending, rig, tripped, type Rig } from './rig.ts';

const window = ({ breaker }: Rig) => breaker.snapshot().window;
const count = (more: object = {}): BreakerOptions => ({
  trip: { policy: 'count', calls: 10, minimumCalls: 10, ...more },
});
const time = (more: object = {}): BreakerOptions => ({
  trip: { policy: 'time', windowMs: 10_000, minimumCalls: 10, ...more },
});

describe('configure keeps', () => {
  test('the run of failures, which the new threshold then judges', async () => {
    const { breaker, fail } = rig({ failureThreshold: 5 });
    await fail(3);
    breaker.configure({ failureThreshold: 4 });
    expect(breaker.snapshot().consecutiveFailures).toBe(3);
    await fail();
    expect(breaker.state).toBe('open');
  });

  test('the state when the new threshold lies below the run: the next failure trips', async () => {
    const { breaker, fail, succeed } = rig({ failureThreshold: 5 });
    await fail(3);
    breaker.configure({ failureThreshold: 2 });
    expect(breaker.state).toBe('closed');
    await fail();
    expect(breaker.state).toBe('open');
    const other = rig({ failureThreshold: 5 });
    await other.fail(3);
    other.breaker.configure({ failureThreshold: 2 });
    await other.succeed();
    expect(other.breaker.snapshot().consecutiveFailures).toBe(0);
    expect(await succeed()).toBe('circuit_open');
  });

  test('the options that it does not name', async () => {
    const { breaker, fail } = rig({ failureThreshold: 2, recoveryTimeoutMs: 7_000 });
    breaker.configure({ probesMax: 3 });
    await fail(2);
    expect(breaker.snapshot().state).toBe('open');
    expect(breaker.explain()).toContain('7.0 s');
  });

  test('generation and deadline of a trip, also when the recovery timeout changes', async () => {
    const { breaker, clock } = await tripped({ recoveryTimeoutMs: 10_000 });
    const before = breaker.snapshot();
    clock.advance(4_000);
    breaker.configure({ recoveryTimeoutMs: 99_000, probesNeeded: 2 });
    expect(breaker.snapshot()).toEqual(before);
    clock.advance(6_000);
    expect(breaker.state).toBe('half_open');
  });

  test('probes that are out', async () => {
    const { breaker } = await due({ probesMax: 2 });
    const probe = breaker.acquire();
    breaker.configure({ probesMax: 1 });
    expect(breaker.snapshot().probesOutCount).toBe(1);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'probes_busy' }));
    probe.succeed();
    expect(breaker.state).toBe('closed');
  });

  test('calls in flight, which end under the new policy', async () => {
    const made = rig(count());
    const call = pending();
    const end = ending(made.breaker.call(() => call.promise));
    made.breaker.configure({ failureThreshold: 1 });
    call.reject(new Error('down'));
    expect(await end).toBe('down');
    expect(made.breaker.state).toBe('open');
  });
});

describe('the window is kept', () => {
  test.each<[string, BreakerOptions, BreakerOptions]>([
    ['when something else changes', count(), { timeoutMs: 1_000 }],
    ['of calls, when its share changes', count(), count({ failureRatio: 0.9 })],
    ['of calls, when it grows', count(), count({ calls: 20 })],
    ['of calls, when it shrinks to what it holds', count(), count({ calls: 5, minimumCalls: 5 })],
    ['of seconds, when something else changes', time(), { probesMax: 2 }],
    ['of seconds, when it grows', time(), time({ windowMs: 60_000 })],
    ['when calls become seconds', count(), time()],
    ['when seconds become calls', time(), count()],
  ])('%s', async (_, before, after) => {
    const made = rig(before);
    await made.fail(3);
    await made.succeed();
    made.clock.advance(500);
    made.breaker.configure(after);
    expect(window(made)).toEqual({ calls: 4, failures: 3, slow: 0 });
  });

  test('from a row of failures to a window none can be: it begins empty', async () => {
    const made = rig();
    await made.fail(3);
    made.breaker.configure(count());
    expect(window(made)).toEqual({ calls: 0, failures: 0, slow: 0 });
    expect(made.breaker.snapshot().consecutiveFailures).toBe(3);
    made.breaker.configure({ failureThreshold: 4 });
    expect(window(made)).toBeNull();
    await made.fail();
    expect(made.breaker.state).toBe('open');
  });

  test('and its calls grow old as before, however often options change', async () => {
    const made = rig(time());
    await made.fail(3);
    for (let round = 0; round < 25; round += 1) {
      made.clock.advance(400);
      made.breaker.configure({ probesMax: 1 + round });
    }
    expect(window(made)).toEqual({ calls: 0, failures: 0, slow: 0 });
  });

  test("of a policy of one's own, unless another one is given", async () => {
    let made = 0;
    const trip = (): TripOptions => {
      let failures = 0;
      const record = ({ failed }: { failed: boolean }) => (failures += failed ? 1 : 0) >= 3;
      return { policy: 'custom', create: () => ((made += 1), { record, reset: () => {} }) };
    };
    const own = trip();
    const { breaker, fail } = rig({ trip: own });
    await fail(2);
    breaker.configure({ probesMax: 2 });
    breaker.configure({ trip: own });
    expect(made).toBe(1);
    await fail();
    expect(breaker.state).toBe('open');
    breaker.configure({ trip: trip() });
    expect(made).toBe(2);
  });
});

describe('slow calls that run while options change', () => {
  test('are judged by the new bound', async () => {
    const made = rig(count({ slowCallMs: 60_000 }));
    void made.breaker.call(() => new Promise(() => {}));
    await made.clock.advanceAsync(5_000);
    made.breaker.configure(count({ slowCallMs: 8_000 }));
    await made.clock.advanceAsync(2_999);
    expect(window(made)).toMatchObject({ slow: 0 });
    await made.clock.advanceAsync(1);
    expect(window(made)).toMatchObject({ calls: 1, slow: 1 });
  });

  test('are counted once, when something else changes meanwhile', async () => {
    const made = rig(count({ slowCallMs: 1_000 }));
    const call = pending();
    const end = ending(made.breaker.call(() => call.promise));
    await made.clock.advanceAsync(1_000);
    made.breaker.configure({ probesMax: 2 });
    call.reject(new Error('down'));
    await end;
    expect(window(made)).toEqual({ calls: 1, failures: 1, slow: 1 });
  });

  test('of permits are forgotten with the bound, and do not disturb those after them', async () => {
    const made = rig(count({ slowCallMs: 1_000 }));
    const before = [made.breaker.acquire(), made.breaker.acquire()];
    made.breaker.configure(count());
    made.breaker.configure(count({ slowCallMs: 1_000 }));
    const after = [made.breaker.acquire(), made.breaker.acquire(), made.breaker.acquire()];
    for (const permit of before) permit.succeed();
    made.clock.advance(1_000);
    expect(window(made)).toEqual({ calls: 5, failures: 0, slow: 3 });
    for (const permit of after) permit.fail();
    expect(window(made)).toEqual({ calls: 5, failures: 3, slow: 3 });
  });
});

describe('configure that is refused', () => {
  test.each<[string, unknown, string]>([
    ['an option out of range', { probesMax: 0 }, 'breaker.probesMax must be'],
    ['an option that is none', { probeMax: 2 }, 'breaker.probeMax is not an option'],
    ['both kinds of threshold', { failureThreshold: 2, ...count() }, 'must be absent when trip'],
    ['nothing', null, 'breaker must be an object, got null'],
    ['no object', 5, 'breaker must be an object, got 5'],
  ])('for %s changes nothing', async (_, options, message) => {
    const made = rig({ failureThreshold: 2 });
    await made.fail();
    const before = made.breaker.snapshot();
    expect(() => made.breaker.configure(options as BreakerOptions)).toThrow(message);
    expect(made.breaker.snapshot()).toEqual(before);
    await made.fail();
    expect(made.breaker.state).toBe('open');
  });

  test('because a policy cannot be made changes nothing either', async () => {
    const made = rig({ failureThreshold: 2 });
    const create = (): never => {
      throw new Error('no rule today');
    };
    const trip: TripOptions = { policy: 'custom', create };
    expect(() => made.breaker.configure({ trip, mode: 'off' })).toThrow(/breaker\.trip\.create/);
    expect(made.breaker.snapshot().mode).toBe('enforce');
    await made.fail(2);
    expect(made.breaker.state).toBe('open');
  });
});

test('configure says what it changed as a fact', async () => {
  await using board = await openBoard();
  const facts: Fact[] = [];
  board.facts$.subscribe((fact) => facts.push(fact));
  board.breaker('api').configure({ probesMax: 2, timeoutMs: 500 });
  board.flush();
  expect(facts).toMatchObject([
    { type: 'breaker.configured', breaker: 'api', options: ['probesMax', 'timeoutMs'] },
  ]);
});

test('layers can be added and taken away while calls run', async () => {
  const { breaker, clock } = rig();
  const before = pending();
  const first = ending(breaker.call(() => before.promise));
  breaker.configure({ timeoutMs: 100, bulkhead: { callsMax: 1, queueMax: 1 } });
  const hanging = ending(breaker.call(() => new Promise(() => {})));
  const queued = ending(breaker.call(() => 'after the queue'));
  await clock.settle();
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 2, waitingCount: 1 });
  breaker.configure({ bulkhead: { callsMax: 2 } });
  await clock.settle();
  expect(await queued).toBe('after the queue');
  await clock.advanceAsync(100);
  expect(await hanging).toBe('timeout');
  before.resolve('unhurried');
  expect(await first).toBe('unhurried');
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
});
