/** Retrying, outermost: every attempt is a call of its own, and a refusal ends it. */
import { expect, test } from 'vitest';

import { openBoard, type Fact, type LoneBreakerOptions, type RetryOptions } from '../../index.ts';
import { failingFunction } from '../kit/failing-function.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { due, ending, rig, type Rig } from './rig.ts';

const always = { retryIf: () => true };
const made = (retry: RetryOptions = {}, options: LoneBreakerOptions = {}): Rig =>
  rig({ failureThreshold: 100, random: () => 1, retry: { ...always, ...retry }, ...options });

test('a call that fails is tried again, and its caller sees only the end', async () => {
  const { breaker, clock } = made({ delayMs: 100 });
  const dependency = failingFunction({ first: 2 });
  const end = ending(breaker.call(dependency));
  await clock.advanceAsync(100);
  expect(dependency.callCount).toBe(2);
  await clock.advanceAsync(200);
  expect(await end).toBe('3');
});

test('each attempt is told its number, takes its own permit, and is counted', async () => {
  const { breaker, clock } = made({ delayMs: 0 });
  const attempts: number[] = [];
  const end = ending(
    breaker.call(({ attempt }) => {
      attempts.push(attempt);
      expect(breaker.snapshot()).toMatchObject({
        inFlightCount: 1,
        consecutiveFailures: attempt - 1,
      });
      throw new Error(`attempt ${attempt}`);
    }),
  );
  await clock.advanceAsync(10);
  expect(await end).toBe('attempt 3');
  expect(attempts).toEqual([1, 2, 3]);
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, consecutiveFailures: 3 });
});

test('errors that nobody marked as retryable are not tried again', async () => {
  const { breaker } = rig({ retry: {} });
  const dependency = failingFunction({ pattern: 'F' });
  await ending(breaker.call(dependency));
  expect(dependency.callCount).toBe(1);
});

test('a call that ends well, is ignored or is given up is not tried again', async () => {
  const { breaker, clock } = made({ delayMs: 0 }, { ignore: RangeError });
  let callCount = 0;
  await breaker.call(() => (callCount += 1));
  await ending(
    breaker.call(() => {
      callCount += 1;
      throw new RangeError('not its fault');
    }),
  );
  const caller = new AbortController();
  const aborted = ending(
    breaker.call(
      () => {
        callCount += 1;
        return new Promise(() => {});
      },
      { signal: caller.signal },
    ),
  );
  await clock.settle();
  caller.abort('gone');
  expect(await aborted).toBe('gone');
  await clock.advanceAsync(10_000);
  expect(callCount).toBe(3);
});

test('no more attempts are made than allowed, and the last error comes out', async () => {
  for (const attemptsMax of [1, 2, 5]) {
    const { breaker, clock } = made({ attemptsMax, delayMs: 10 });
    const dependency = failingFunction({ pattern: 'F' });
    const end = ending(breaker.call(dependency));
    await clock.advanceAsync(10_000);
    expect(await end).toBe(`planned failure of call ${attemptsMax}`);
    expect(dependency.callCount).toBe(attemptsMax);
  }
});

test('no attempt starts after the total time', async () => {
  const { breaker, clock } = made({
    attemptsMax: 100,
    delayMs: 100,
    delayMaxMs: 100,
    totalMs: 350,
  });
  const startedMs: number[] = [];
  const end = ending(
    breaker.call(() => {
      startedMs.push(clock.monotonicMs());
      throw new Error('down');
    }),
  );
  await clock.advanceAsync(10_000);
  expect(await end).toBe('down');
  expect(startedMs).toEqual([0, 100, 200, 300]);
});

test('delays double with full jitter', async () => {
  const jitter = [0.5, 0.25, 0];
  const { breaker, clock } = made(
    { attemptsMax: 4, delayMs: 100 },
    { random: () => jitter.shift() ?? NaN },
  );
  const startedMs: number[] = [];
  const end = ending(
    breaker.call(() => {
      startedMs.push(clock.monotonicMs());
      throw new Error('down');
    }),
  );
  await clock.advanceAsync(1_000);
  await end;
  expect(startedMs).toEqual([0, 50, 100, 100]);
});

test('while a call waits for its next attempt it holds nothing', async () => {
  const { breaker, clock } = made({ delayMs: 1_000 }, { bulkhead: { callsMax: 1 } });
  const end = ending(breaker.call(failingFunction({ first: 1 })));
  await clock.advanceAsync(500);
  expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
  expect(await ending(breaker.call(() => 'another'))).toBe('another');
  await clock.advanceAsync(500);
  expect(await end).toBe('2');
});

test('a caller who gives up between two attempts is let go at once, with the reason', async () => {
  const { breaker, clock } = made({ delayMs: 1_000 });
  const caller = new AbortController();
  const dependency = failingFunction({ pattern: 'F' });
  const reason = new Error('gone');
  const call = breaker.call(dependency, { signal: caller.signal });
  const rejected = call.catch((error: unknown) => error);
  await clock.advanceAsync(500);
  caller.abort(reason);
  expect(await rejected).toBe(reason);
  expect(dependency.callCount).toBe(1);
  expect(clock.pendingCount).toBe(0);
});

test('each attempt has the whole timeout, and a timeout is tried again', async () => {
  const { breaker, clock } = rig({
    random: () => 0,
    timeoutMs: 100,
    retry: { attemptsMax: 3 },
    failureThreshold: 100,
  });
  const attempts: number[] = [];
  const end = ending(
    breaker.call(({ attempt }) => {
      attempts.push(attempt);
      return attempt === 3 ? 'ok' : new Promise<string>(() => {});
    }),
  );
  await clock.advanceAsync(200);
  expect(await end).toBe('ok');
  expect(attempts).toEqual([1, 2, 3]);
});

test('a retried probe that fails opens, and the call ends', async () => {
  const { breaker, clock } = await due();
  breaker.configure({ retry: { ...always, delayMs: 10 } });
  const dependency = failingFunction({ pattern: 'F' });
  const end = ending(breaker.call(dependency));
  await clock.advanceAsync(1_000);
  expect(await end).toBe('planned failure of call 1');
  expect(breaker.snapshot()).toMatchObject({ state: 'open', tripCount: 2 });
});

test('each attempt is a fact of its own, with its number', async () => {
  const clock = new VirtualClock();
  await using board = await openBoard({ clock, random: () => 0 });
  const facts: Fact[] = [];
  board.facts$.subscribe((fact) => facts.push(fact));
  const breaker = board.breaker('api', { retry: always });
  const end = ending(breaker.call(failingFunction({ first: 1 }), { correlationId: 'r-1' }));
  await clock.advanceAsync(10);
  await end;
  board.flush();
  expect(facts).toMatchObject([
    { type: 'call.finished', attempt: 1, outcome: 'failed', correlationId: 'r-1' },
    { type: 'call.finished', attempt: 2, outcome: 'succeeded', correlationId: 'r-1' },
  ]);
});
