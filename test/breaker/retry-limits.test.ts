/** What limits retrying from outside: the provider's retry time, and a refusal. */
import { describe, expect, test } from 'vitest';

import type { LoneBreakerOptions, RetryOptions } from '../../index.ts';
import { failingFunction } from '../kit/failing-function.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { ending, pending, rig, type Rig } from './rig.ts';

const made = (retry: RetryOptions = {}, options: LoneBreakerOptions = {}): Rig =>
  rig({
    failureThreshold: 100,
    random: () => 1,
    retry: { retryIf: () => true, ...retry },
    ...options,
  });

describe('a retry time of the provider', () => {
  const classify = (afterMs: number, clock: VirtualClock) => () =>
    ({ outcome: 'rate_limited', retryAtMs: clock.nowMs() + afterMs }) as const;

  test('is honoured where it only paces', async () => {
    const clock = new VirtualClock();
    const { breaker } = made({ delayMs: 10 }, { clock, classify: classify(900, clock) });
    const dependency = failingFunction({ first: 1 });
    const end = ending(breaker.call(dependency));
    await clock.advanceAsync(899);
    expect(dependency.callCount).toBe(1);
    await clock.advanceAsync(1);
    expect(dependency.callCount).toBe(2);
    await clock.advanceAsync(900);
    await end;
  });

  test('that opens the breaker ends retrying where it lies beyond the total time', async () => {
    const clock = new VirtualClock();
    const options = { clock, classify: classify(600_000, clock) };
    const { breaker } = made({ totalMs: 60_000 }, options);
    const dependency = failingFunction({ pattern: 'F' });
    expect(await ending(breaker.call(dependency))).toBe('planned failure of call 1');
    expect(clock.heldCount).toBe(0);
    expect(breaker.state).toBe('open');
  });

  test('that opens the breaker is waited for, and the next attempt is the probe', async () => {
    const clock = new VirtualClock();
    let answers = 0;
    const { breaker } = made(
      { totalMs: 60_000 },
      {
        clock,
        classify: (settled) =>
          settled.ok ? undefined : { outcome: 'rate_limited', retryAtMs: clock.nowMs() + 5_000 },
      },
    );
    const end = ending(
      breaker.call(() => {
        answers += 1;
        if (answers === 1) throw new Error('too many');
        expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 1 });
        return 'ok';
      }),
    );
    await clock.advanceAsync(4_999);
    expect(breaker.state).toBe('open');
    await clock.advanceAsync(1);
    expect(await end).toBe('ok');
    expect(breaker.state).toBe('closed');
  });
});

describe('a refusal', () => {
  test('of the first attempt is what the caller gets', async () => {
    const subject = made();
    subject.breaker.forceOpen('test');
    expect(await ending(subject.breaker.call(() => 'ok'))).toBe('circuit_latched');
  });

  test('of a later attempt ends retrying, and the original error comes out, untouched', async () => {
    const { breaker, clock } = made({ delayMs: 100 }, { failureThreshold: 1 });
    const error = new Error('the real one');
    let callCount = 0;
    const call = breaker.call(() => {
      callCount += 1;
      throw error;
    });
    const rejected = call.catch((reason: unknown) => reason);
    await clock.advanceAsync(10_000);
    expect(await rejected).toBe(error);
    expect(callCount).toBe(1);
    const tried = breaker.tryCall(() => 'ok');
    expect(await tried).toMatchObject({ ok: false, refused: true });
  });

  test('because the bulkhead is full ends retrying too', async () => {
    const { breaker, clock } = made({ delayMs: 100 }, { bulkhead: { callsMax: 1 } });
    const end = ending(breaker.call(() => Promise.reject(new Error('down'))));
    await clock.settle();
    const other = pending();
    const holding = ending(breaker.call(() => other.promise));
    await clock.advanceAsync(100);
    expect(await end).toBe('down');
    other.resolve('ok');
    await holding;
  });
});
