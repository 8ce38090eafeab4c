/** Slow calls: a success may be one, and a call that still runs is one already. */
import { describe, expect, test } from 'vitest';

import type { TripOptions } from '../../index.ts';
import { ending, pending, rig, setBudget, type Rig } from './rig.ts';

const slow: TripOptions = {
  policy: 'count',
  calls: 10,
  minimumCalls: 4,
  slowCallMs: 1_000,
  slowRatio: 0.5,
};

/** One call that takes so long. */
async function taking({ breaker, clock }: Rig, ms: number, error?: Error): Promise<string> {
  const call = pending();
  const end = ending(breaker.call(() => call.promise));
  await clock.advanceAsync(ms);
  if (error === undefined) call.resolve('ok');
  else call.reject(error);
  return end;
}

const window = ({ breaker }: Rig) => breaker.snapshot().window;

describe('a call that took exactly as long as the bound', () => {
  test('is slow, one that took less is not', async () => {
    const made = rig({ trip: slow });
    await taking(made, 999);
    expect(window(made)).toEqual({ calls: 1, failures: 0, slow: 0 });
    await taking(made, 1_000);
    expect(window(made)).toEqual({ calls: 2, failures: 0, slow: 1 });
  });

  test('may trip although it succeeded', async () => {
    const made = rig({ trip: slow });
    for (const ms of [0, 0, 1_000]) await taking(made, ms);
    expect(made.breaker.state).toBe('closed');
    expect(await taking(made, 1_000)).toBe('ok');
    expect(made.breaker.snapshot()).toMatchObject({ state: 'open', cause: 'slow_rate' });
  });

  test('trips only through the share of slow calls, not through that of failures', async () => {
    const made = rig({ trip: { ...slow, failureRatio: 0.25, slowRatio: 1 } });
    await taking(made, 0, new Error('down'));
    for (const ms of [0, 0, 1_000]) await taking(made, ms);
    expect(made.breaker.state).toBe('closed');
  });
});

describe('a call that still runs', () => {
  test('counts as slow from the bound on, without having ended', async () => {
    const made = rig({ trip: slow });
    void made.breaker.call(() => new Promise(() => {}));
    await made.clock.advanceAsync(999);
    expect(window(made)).toEqual({ calls: 0, failures: 0, slow: 0 });
    await made.clock.advanceAsync(1);
    expect(window(made)).toEqual({ calls: 1, failures: 0, slow: 1 });
  });

  test('trips without any call having ended: the dependency hangs', async () => {
    const made = rig({ trip: slow });
    for (let call = 0; call < 4; call += 1) void made.breaker.call(() => new Promise(() => {}));
    await made.clock.advanceAsync(1_000);
    expect(made.breaker.snapshot()).toMatchObject({
      state: 'open',
      cause: 'slow_rate',
      inFlightCount: 4,
    });
  });

  test('is counted once: its end says only whether it failed', async () => {
    const made = rig({ trip: slow });
    await taking(made, 5_000);
    expect(window(made)).toEqual({ calls: 1, failures: 0, slow: 1 });
    await taking(made, 5_000, new Error('down'));
    expect(window(made)).toEqual({ calls: 2, failures: 1, slow: 2 });
  });

  test('that was counted as slow and is then ignored stays a slow call', async () => {
    const made = rig({ trip: slow, ignore: RangeError });
    await taking(made, 5_000, new RangeError('not its fault'));
    expect(window(made)).toEqual({ calls: 1, failures: 0, slow: 1 });
  });

  test('may be one of many, of which each is noticed at its own time', async () => {
    const made = rig({ trip: { ...slow, minimumCalls: 10 } });
    for (let call = 0; call < 5; call += 1) {
      void made.breaker.call(() => new Promise(() => {}));
      await made.clock.advanceAsync(100);
    }
    expect(window(made)).toMatchObject({ slow: 0 });
    for (let noticed = 1; noticed <= 5; noticed += 1) {
      await made.clock.advanceAsync(noticed === 1 ? 500 : 100);
      expect(window(made)).toEqual({ calls: noticed, failures: 0, slow: noticed });
    }
  });

  test('is noticed through a permit as through a call', () => {
    const made = rig({ trip: slow });
    const permit = made.breaker.acquire();
    made.clock.advance(1_000);
    expect(window(made)).toEqual({ calls: 1, failures: 0, slow: 1 });
    permit.fail();
    expect(window(made)).toEqual({ calls: 1, failures: 1, slow: 1 });
  });

  test('of an earlier generation counts nowhere any more', async () => {
    const made = rig({ trip: slow });
    const hanging = pending();
    const end = ending(made.breaker.call(() => hanging.promise));
    await made.clock.advanceAsync(500);
    made.breaker.reset('test');
    await made.clock.advanceAsync(1_000);
    expect(window(made)).toEqual({ calls: 0, failures: 0, slow: 0 });
    hanging.reject(new Error('down'));
    await end;
    expect(window(made)).toEqual({ calls: 0, failures: 0, slow: 0 });
  });

  test('leaves no timer when nothing runs any more', async () => {
    const made = rig({ trip: slow });
    await taking(made, 5_000);
    await taking(made, 10);
    made.clock.advance(1_000);
    expect(made.clock.pendingCount).toBe(0);
  });
});

test('a probe is not counted in the window, however slow', async () => {
  const made = rig({ trip: { ...slow, minimumCalls: 1 } });
  await taking(made, 1_000);
  expect(made.breaker.state).toBe('open');
  made.clock.advance(60_000);
  expect(await taking(made, 5_000)).toBe('ok');
  expect(made.breaker.snapshot()).toMatchObject({
    state: 'closed',
    window: { calls: 0, failures: 0, slow: 0 },
  });
});

test('slow calls in time fall out of the window when their time is over', async () => {
  const made = rig({
    trip: { policy: 'time', windowMs: 10_000, minimumCalls: 3, slowCallMs: 1_000 },
  });
  for (let call = 0; call < 2; call += 1) await taking(made, 1_000);
  made.clock.advance(20_000);
  await taking(made, 1_000);
  expect(made.breaker.state).toBe('closed');
  for (let call = 0; call < 2; call += 1) await taking(made, 1_000);
  expect(made.breaker.snapshot()).toMatchObject({ state: 'open', cause: 'slow_rate' });
});

test('calls that trip while the money is spent leave the counts in order', async () => {
  const made = rig({ trip: { ...slow, minimumCalls: 2 } });
  const calls = [pending(), pending(), pending()];
  const ends = calls.map(({ promise }) => ending(made.breaker.call(() => promise)));
  setBudget(made, 'exceeded');
  await made.clock.advanceAsync(1_000);
  expect(made.breaker.snapshot()).toMatchObject({ path: 'open.exhausted', cause: 'slow_rate' });
  for (const call of calls) call.reject(new Error('down'));
  await Promise.all(ends);
  const { calls: count, failures, slow: slowCount } = window(made) ?? expect.unreachable('none');
  expect(failures).toBeLessThanOrEqual(count);
  expect(slowCount).toBeLessThanOrEqual(count);
});
