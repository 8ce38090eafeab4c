/**
 * Many callers at once: every call is counted, once, and every caller sees one and the same state.
 */
import { describe, expect, test } from 'vitest';

import { due, ending, pending, rig, WAYS, type Pending } from '../breaker/rig.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const CALLERS = 100;

describe.each(WAYS)('%s:', (_way, options) => {
  test('BASIC-25 concurrent calls all run, and all get their own answer', async () => {
    const { breaker } = rig(options);
    const calls = Array.from({ length: CALLERS }, () => pending<number>());
    const answers = calls.map(({ promise }) => breaker.call(() => promise));
    await Promise.resolve();
    expect(breaker.snapshot().inFlightCount).toBe(CALLERS);
    for (const [index, call] of [...calls.entries()].reverse()) call.resolve(index);
    expect(await Promise.all(answers)).toEqual(calls.map((_, index) => index));
    expect(breaker.snapshot().inFlightCount).toBe(0);
  });

  test('BASIC-26 the state is consistent under load: closed until the trip, refused after it', async () => {
    const { breaker } = rig(options);
    const random = seededRandom(26);
    const seen: string[] = [];
    const callers = Array.from({ length: CALLERS }, async () => {
      for (let round = 0; round < 20; round += 1) {
        const before = breaker.state;
        const end = await ending(
          breaker.call(async () => {
            for (let hop = 0; hop < random() * 10; hop += 1) await Promise.resolve();
            throw new Error('down');
          }),
        );
        if (before === 'open') expect(end).toBe('circuit_open');
        seen.push(end);
      }
    });
    await Promise.all(callers);
    expect(breaker.state).toBe('open');
    expect(breaker.snapshot()).toMatchObject({ tripCount: 1, generation: 1, inFlightCount: 0 });
    expect(seen).toHaveLength(CALLERS * 20);
    expect(seen.filter((end) => end === 'down').length).toBeLessThanOrEqual(CALLERS);
  });

  test('BASIC-27 the failure count is accurate under concurrent failures', async () => {
    const { breaker } = rig({
      ...options,
      ...(options.trip === undefined
        ? { failureThreshold: CALLERS + 1 }
        : { trip: { ...options.trip, minimumCalls: 10 * CALLERS, calls: 10 * CALLERS } }),
      ...(options.trip?.policy === 'time'
        ? { trip: { policy: 'time', minimumCalls: 10 * CALLERS } }
        : {}),
    } as typeof options);
    const calls: Pending<string>[] = Array.from({ length: CALLERS }, () => pending());
    const ends = calls.map(({ promise }) => ending(breaker.call(() => promise)));
    for (const call of calls) call.reject(new Error('down'));
    await Promise.all(ends);
    expect(breaker.snapshot().consecutiveFailures).toBe(CALLERS);
    expect(breaker.snapshot().window?.failures ?? CALLERS).toBe(CALLERS);
    expect(breaker.state).toBe('closed');
  });
});

test('BASIC-25 concurrent calls that outlive a trip change nothing after it', async () => {
  const { breaker, clock } = rig({ failureThreshold: 3 });
  const calls = Array.from({ length: 10 }, () => pending());
  const ends = calls.map(({ promise }) => ending(breaker.call(() => promise)));
  for (const call of calls.slice(0, 3)) call.reject(new Error('down'));
  await Promise.all(ends.slice(0, 3));
  const tripped = breaker.snapshot();
  expect(tripped.state).toBe('open');
  calls[3]?.reject(new Error('down'));
  calls[4]?.resolve('ok');
  await Promise.all(ends.slice(3, 5));
  expect(breaker.snapshot()).toEqual({ ...tripped, inFlightCount: 5 });
  clock.advance(60_000);
  const probing = breaker.snapshot();
  expect(probing.state).toBe('half_open');
  calls[5]?.resolve('ok');
  calls[6]?.reject(new Error('down'));
  await Promise.all(ends.slice(5, 7));
  expect(breaker.snapshot()).toEqual({ ...probing, inFlightCount: 3 });
});

test('BASIC-26 callers of one turn see one verdict: the probe and nobody beside it', async () => {
  const { breaker } = await due({ probesMax: 3, probesNeeded: 3 });
  let most = 0;
  let running = 0;
  const callers = Array.from({ length: CALLERS }, () =>
    ending(
      breaker.call(async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return 'ok';
      }),
    ),
  );
  const ends = await Promise.all(callers);
  expect(most).toBe(3);
  expect(ends.filter((end) => end === 'ok')).toHaveLength(3);
  expect(breaker.state).toBe('closed');
});

test('BASIC-27 of concurrent failures exactly as many count as the threshold needs', async () => {
  const { breaker } = rig({ failureThreshold: 7 });
  const permits = Array.from({ length: CALLERS }, () => breaker.acquire());
  const recorded = permits.map((permit) => permit.fail());
  expect(recorded.filter((answer) => answer === 'counted')).toHaveLength(7);
  expect(recorded.filter((answer) => answer === 'late')).toHaveLength(CALLERS - 7);
  expect(breaker.snapshot()).toMatchObject({ state: 'open', tripCount: 1, inFlightCount: 0 });
});
