/** Refusals: typed, cheap, and complete: which breaker, why, until when, and what would help. */
import { describe, expect, test } from 'vitest';

import { FuseboardError, isFuseboardError, openBoard, type Breaker } from '../../index.ts';
import { due, pending, rig, setBudget, tripped } from './rig.ts';

const refusalOf = (breaker: Breaker): Promise<FuseboardError> =>
  breaker.call(() => expect.unreachable('was called')).catch((error: unknown) => error) as never;

/** A breaker that refuses with each code, and what is known of the time. */
const CODES: Readonly<
  Record<string, () => Promise<{ breaker: Breaker; retryAtMs: number | null }>>
> = {
  async circuit_open() {
    const { breaker, clock } = await tripped();
    return { breaker, retryAtMs: clock.nowMs() + 60_000 };
  },
  async circuit_latched() {
    const { breaker } = rig();
    breaker.forceOpen('maintenance');
    return { breaker, retryAtMs: null };
  },
  async budget_exceeded() {
    const made = rig();
    setBudget(made, 'exceeded');
    return { breaker: made.breaker, retryAtMs: null };
  },
  async probes_busy() {
    const { breaker } = await due();
    breaker.acquire();
    return { breaker, retryAtMs: null };
  },
  async bulkhead_full() {
    const { breaker } = rig({ bulkhead: { callsMax: 1 } });
    breaker.acquire();
    return { breaker, retryAtMs: null };
  },
  async board_closed() {
    const board = await openBoard();
    const breaker = board.breaker('api');
    await board.close();
    return { breaker, retryAtMs: null };
  },
};

describe.each(Object.entries(CODES))('%s', (code, make) => {
  test('is a typed error with all there is to say', async () => {
    const { breaker, retryAtMs } = await make();
    const error = await refusalOf(breaker);
    expect(error).toBeInstanceOf(FuseboardError);
    expect(isFuseboardError(error)).toBe(true);
    expect(error).toMatchObject({ name: 'FuseboardError', code, breaker: 'api', retryAtMs });
    expect(error.message).toMatch(/^breaker "api" (is|has|belongs) /);
    expect(error.hint).toMatch(/\w+ \w+.*\.$/);
  });

  test('is the same as a value, from call, tryCall and acquire', async () => {
    const { breaker } = await make();
    const error = await refusalOf(breaker);
    const { retryAtMs, message, hint } = error;
    const result = await breaker.tryCall(() => expect.unreachable('was called'));
    expect(result).toMatchObject({
      ok: false,
      refused: true,
      refusal: { code, breaker: 'api', retryAtMs, message, hint },
    });
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code, retryAtMs }));
    expect(() => breaker.callSync(() => expect.unreachable('was called'))).toThrow(
      expect.objectContaining({ code, retryAtMs }),
    );
  });

  test('has no stack frames, and every refusal is a fresh error', async () => {
    const { breaker } = await make();
    const [one, other] = [await refusalOf(breaker), await refusalOf(breaker)];
    expect(one.stack).not.toMatch(/^\s+at /m);
    expect(one).not.toBe(other);
    expect(new Error('mine').stack).toMatch(/^\s+at /m);
  });
});

test('a refusal that waited in vain says so', async () => {
  const waited = rig({ bulkhead: { callsMax: 1, queueMax: 1, queueTimeoutMs: 50 } });
  waited.breaker.acquire();
  const inQueue = refusalOf(waited.breaker);
  await waited.clock.advanceAsync(50);
  expect(await inQueue).toMatchObject({ code: 'bulkhead_timeout', retryAtMs: null });
  const probing = await due({ probeWait: { timeoutMs: 50 } });
  probing.breaker.acquire();
  const forVerdict = refusalOf(probing.breaker);
  await probing.clock.advanceAsync(50);
  expect(await forVerdict).toMatchObject({ code: 'probe_wait_timeout', retryAtMs: null });
});

test('the cause of a refusal is the very error that tripped the breaker', async () => {
  const { breaker, clock } = rig({ failureThreshold: 1 });
  const first = new Error('first');
  await breaker.call(() => Promise.reject(first)).catch(() => {});
  expect((await refusalOf(breaker)).cause).toBe(first);
  clock.advance(60_000);
  const second = new TypeError('second');
  await breaker.call(() => Promise.reject(second)).catch(() => {});
  expect((await refusalOf(breaker)).cause).toBe(second);
});

test('a trip without an error has refusals without a cause', async () => {
  const { breaker } = rig({ failureThreshold: 1 });
  breaker.acquire().fail();
  const refusal = await refusalOf(breaker);
  expect(refusal.cause).toBeUndefined();
  expect('cause' in refusal).toBe(false);
});

test('a refusal is recognised across copies of the package, an impostor is not', async () => {
  const foreign = Object.assign(new Error('elsewhere'), { [Symbol.for('fuseboard.error')]: true });
  expect(isFuseboardError(foreign)).toBe(true);
  for (const other of [new Error(), { code: 'circuit_open' }, null, undefined, 'circuit_open']) {
    expect(isFuseboardError(other)).toBe(false);
  }
});

test('a refusal can be logged as JSON without what tripped the breaker', async () => {
  const { breaker } = await tripped();
  const refusal = await refusalOf(breaker);
  expect(JSON.parse(JSON.stringify(refusal))).toMatchObject({
    code: 'circuit_open',
    breaker: 'api',
  });
  expect(JSON.stringify(refusal)).not.toContain('down');
});

test('refusals never enter the window, nor touch the dependency', async () => {
  const { breaker, clock } = await tripped({ trip: { policy: 'count', calls: 10 } });
  for (let call = 0; call < 200; call += 1) await refusalOf(breaker);
  clock.advance(60_000);
  await breaker.call(() => 'back');
  expect(breaker.snapshot().window).toEqual({ calls: 0, failures: 0, slow: 0 });
  const call = pending();
  const ends = breaker.call(() => call.promise);
  call.resolve('ok');
  expect(await ends).toBe('ok');
});
