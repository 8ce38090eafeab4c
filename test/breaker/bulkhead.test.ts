/** The bulkhead: so many calls at once, a queue by priority, and each place given back once. */
import { describe, expect, test } from 'vitest';

import { due, ending, pending, rig, type Pending, type Rig } from './rig.ts';

/** Calls that each run until told otherwise, in the order in which they were made. */
function hold(made: Rig, count: number, priorities: readonly number[] = []) {
  const calls: Pending<string>[] = Array.from({ length: count }, () => pending());
  const started: number[] = [];
  const ends = calls.map(({ promise }, index) =>
    ending(
      made.breaker.call(
        () => {
          started.push(index);
          return promise;
        },
        { priority: priorities[index] ?? 0 },
      ),
    ),
  );
  return { calls, started, ends };
}

test('so many calls run at once, the others are refused at once', async () => {
  const made = rig({ bulkhead: { callsMax: 2 } });
  const { calls, ends } = hold(made, 4);
  expect(await Promise.all(ends.slice(2))).toEqual(['bulkhead_full', 'bulkhead_full']);
  expect(made.breaker.snapshot()).toMatchObject({ inFlightCount: 2, waitingCount: 0 });
  for (const call of calls) call.resolve('ok');
  expect(await Promise.all(ends.slice(0, 2))).toEqual(['ok', 'ok']);
  expect(await ending(made.breaker.call(() => 'room again'))).toBe('room again');
});

test('being full says nothing about the dependency', async () => {
  const made = rig({ bulkhead: { callsMax: 1 }, failureThreshold: 1 });
  const { calls, ends } = hold(made, 10);
  calls[0]?.resolve('ok');
  await Promise.all(ends);
  expect(made.breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
});

test('callers wait in the order of their arrival', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 10 } });
  const { calls, started, ends } = hold(made, 5);
  await made.clock.settle();
  expect(made.breaker.snapshot()).toMatchObject({ inFlightCount: 1, waitingCount: 4 });
  for (const call of calls) call.resolve('ok');
  await Promise.all(ends);
  expect(started).toEqual([0, 1, 2, 3, 4]);
});

test('a higher priority goes first, among equals who came first', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 10 } });
  const { calls, started, ends } = hold(made, 6, [0, 0, 5, -1, 5, 9]);
  await made.clock.settle();
  for (const call of calls) call.resolve('ok');
  await Promise.all(ends);
  expect(started).toEqual([0, 5, 2, 4, 1, 3]);
});

test('who comes when somebody waits does not go past them', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 10 } });
  const { calls, started, ends } = hold(made, 2);
  await made.clock.settle();
  calls[0]?.resolve('ok');
  const late = ending(made.breaker.call(() => started.push(99)));
  calls[1]?.resolve('ok');
  await Promise.all([...ends, late]);
  expect(started).toEqual([0, 1, 99]);
});

test('a full queue refuses, and says what would help', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 2 } });
  const { calls, ends } = hold(made, 4);
  expect(await ends[3]).toBe('bulkhead_full');
  await expect(made.breaker.call(() => 'ok')).rejects.toMatchObject({
    code: 'bulkhead_full',
    hint: expect.stringContaining('bulkhead.queueMax'),
  });
  for (const call of calls) call.resolve('ok');
  await Promise.all(ends);
});

test('a caller waits no longer than its time', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 5, queueTimeoutMs: 200 } });
  const { calls, ends, started } = hold(made, 2);
  await made.clock.advanceAsync(199);
  expect(made.breaker.snapshot().waitingCount).toBe(1);
  await made.clock.advanceAsync(1);
  expect(await ends[1]).toBe('bulkhead_timeout');
  expect(made.breaker.snapshot().waitingCount).toBe(0);
  calls[0]?.resolve('ok');
  await ends[0];
  expect(started).toEqual([0]);
});

test('a caller who gives up in the queue leaves at once, and its place goes to the next', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 5 } });
  const first = hold(made, 1);
  const caller = new AbortController();
  const reason = new Error('gone');
  const aborted = made.breaker.call(() => expect.unreachable('was called'), {
    signal: caller.signal,
  });
  const rejected = aborted.catch((error: unknown) => error);
  const next = hold(made, 1);
  await made.clock.settle();
  caller.abort(reason);
  expect(await rejected).toBe(reason);
  expect(made.breaker.snapshot().waitingCount).toBe(1);
  first.calls[0]?.resolve('ok');
  next.calls[0]?.resolve('next');
  expect(await next.ends[0]).toBe('next');
});

test('a caller who gives up just when it gets its place gives it back', async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    const made = rig({ bulkhead: { callsMax: 1, queueMax: 5 } });
    const first = hold(made, 1);
    const caller = new AbortController();
    const waiting = ending(
      made.breaker.call(() => new Promise(() => {}), { signal: caller.signal }),
    );
    await made.clock.settle();
    first.calls[0]?.resolve('ok');
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    caller.abort('gone');
    expect(await waiting).toBe('gone');
    await made.clock.settle();
    expect(made.breaker.snapshot().inFlightCount).toBe(0);
    expect(await ending(made.breaker.call(() => 'room'))).toBe('room');
  }
});

describe('a place is given back once', () => {
  const ways: Readonly<Record<string, (made: Rig) => Promise<unknown>>> = {
    'a result': ({ breaker }) => breaker.call(() => 'ok'),
    'an error': ({ breaker }) => ending(breaker.call(() => Promise.reject(new Error('down')))),
    'a throw': ({ breaker }) => ending(breaker.call(() => expect.unreachable('thrown'))),
    async 'a timeout'({ breaker, clock }) {
      const late = pending();
      const end = ending(breaker.call(() => late.promise));
      await clock.advanceAsync(1_000);
      await end;
      late.resolve('late');
    },
    async 'an abort'({ breaker, clock }) {
      const caller = new AbortController();
      const end = ending(breaker.call(() => new Promise(() => {}), { signal: caller.signal }));
      await clock.settle();
      caller.abort('gone');
      await end;
    },
    async 'a permit settled twice'({ breaker }) {
      const permit = breaker.acquire();
      permit.fail();
      permit.succeed();
    },
    async 'an expired permit'({ breaker, clock }) {
      const permit = breaker.acquire();
      clock.advance(600_000);
      permit.succeed();
    },
    async 'a sync call'({ breaker }) {
      breaker.callSync(() => 'ok');
    },
    async 'a sync call that throws'({ breaker }) {
      try {
        breaker.callSync(() => expect.unreachable('thrown'));
      } catch {
        // As it should be.
      }
    },
  };

  test.each(Object.entries(ways))('after %s', async (_, run) => {
    const made = rig({ timeoutMs: 1_000, bulkhead: { callsMax: 3 }, failureThreshold: 100 });
    for (let round = 0; round < 5; round += 1) await run(made);
    await made.clock.settle();
    const permits = [1, 2, 3].map(() => made.breaker.acquire());
    expect(() => made.breaker.acquire()).toThrow(
      expect.objectContaining({ code: 'bulkhead_full' }),
    );
    expect(permits.map((permit) => permit.succeed())).toEqual(Array(3).fill('counted'));
  });
});

test('an open breaker refuses before anybody waits for a place', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 5 }, failureThreshold: 1 });
  const { calls, ends } = hold(made, 1);
  made.breaker.forceOpen('test');
  expect(await ending(made.breaker.call(() => 'ok'))).toBe('circuit_latched');
  expect(made.breaker.snapshot().waitingCount).toBe(0);
  calls[0]?.resolve('ok');
  await ends[0];
});

test('callers who waited while the breaker opened are refused, and hold no place', async () => {
  const made = rig({ bulkhead: { callsMax: 1, queueMax: 5 }, failureThreshold: 1 });
  const { calls, ends, started } = hold(made, 4);
  await made.clock.settle();
  calls[0]?.reject(new Error('down'));
  expect(await Promise.all(ends)).toEqual(['down', ...Array<string>(3).fill('circuit_open')]);
  expect(started).toEqual([0]);
  made.clock.advance(60_000);
  expect(await ending(made.breaker.call(() => 'ok'))).toBe('ok');
  expect(made.breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
});

test('nobody waits for a probe while holding a place', async () => {
  const made = await due({ bulkhead: { callsMax: 1, queueMax: 5 }, probeWait: {}, probesMax: 2 });
  const { calls, ends } = hold(made, 3);
  await made.clock.settle();
  expect(made.breaker.snapshot()).toMatchObject({ inFlightCount: 1, probesOutCount: 1 });
  for (const call of calls) call.resolve('ok');
  expect(await Promise.all(ends)).toEqual(['ok', 'ok', 'ok']);
  expect(made.breaker.state).toBe('closed');
});

test('fewer places let calls run out, more let callers in', async () => {
  const made = rig({ bulkhead: { callsMax: 2, queueMax: 10 } });
  const { calls, ends, started } = hold(made, 6);
  await made.clock.settle();
  made.breaker.configure({ bulkhead: { callsMax: 1, queueMax: 10 } });
  calls[0]?.resolve('ok');
  await ends[0];
  await made.clock.settle();
  expect(started).toEqual([0, 1]);
  made.breaker.configure({ bulkhead: { callsMax: 4, queueMax: 10 } });
  await made.clock.settle();
  expect(started).toEqual([0, 1, 2, 3, 4]);
  for (const call of calls) call.resolve('ok');
  await Promise.all(ends);
});
