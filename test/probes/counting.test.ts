/** Probes C5–C7, C10, O4–O8: what is counted, restored and said. */
import { expect, test } from 'vitest';

import { createBreaker, isFuseboardError } from '../../index.ts';
import { openVirtualBoard } from '../board/open-boards.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';

test('C5 a breaker held open, stored and restored can be released again', async () => {
  const store = `sqlite:${scratchFile()}`;
  const first = await openVirtualBoard({ store });
  first.board.breaker('api').forceOpen('isolated');
  await first.board.close();
  const { board } = await openVirtualBoard({ store });
  const api = board.breaker('api');
  await expect(api.call(() => 1)).rejects.toMatchObject({ code: 'circuit_latched' });
  api.reset('released');
  await expect(api.call(() => 1)).resolves.toBe(1);
});

test('C6 failures from before it was held open do not count afterwards', () => {
  const breaker = createBreaker({ failureThreshold: 2 });
  breaker.acquire().fail();
  breaker.forceOpen('isolated');
  breaker.reset('released');
  breaker.acquire().fail();
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 1 });
});

test('C7 an answer between two failures breaks the run, an ignored error does not', async () => {
  class NotFound extends Error {}
  const classify = ({ ok, error }: { ok: boolean; error?: unknown }) =>
    !ok && error instanceof NotFound ? ('succeeded' as const) : undefined;
  const fails = (error: Error) => () => Promise.reject(error);
  const answering = createBreaker({ failureThreshold: 2, classify });
  for (const error of [new Error(), new NotFound(), new Error()]) {
    await expect(answering.call(fails(error))).rejects.toBe(error);
  }
  expect(answering.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 1 });

  const ignoring = createBreaker({ failureThreshold: 2, ignore: NotFound });
  for (const error of [new Error(), new NotFound(), new Error()]) {
    await expect(ignoring.call(fails(error))).rejects.toBe(error);
  }
  expect(ignoring.state).toBe('open');
});

test('C10 a refusal says whose it is, why, since what error, and until when', async () => {
  const clock = new VirtualClock();
  const options = { name: 'api', failureThreshold: 1, recoveryTimeoutMs: 1_000, clock };
  const breaker = createBreaker(options);
  const cause = new TypeError('mine');
  await expect(breaker.call(() => Promise.reject(cause))).rejects.toBe(cause);
  const refusal: unknown = await breaker.call(() => 1).catch((error: unknown) => error);
  expect(isFuseboardError(refusal)).toBe(true);
  expect(refusal).toMatchObject({
    code: 'circuit_open',
    breaker: 'api',
    retryAtMs: clock.nowMs() + 1_000,
    hint: expect.stringContaining('explain()'),
    message: 'breaker "api" is open',
  });
  expect((refusal as Error).cause).toBe(cause);
});

test('O4 what opened just now is still open when it is restored', async () => {
  const clock = new VirtualClock();
  const store = `sqlite:${scratchFile()}`;
  const defaults = { failureThreshold: 1, recoveryTimeoutMs: 30_000 };
  const first = await openVirtualBoard({ store, clock, defaults });
  const before = first.board.breaker('api');
  clock.advance(3_600_000);
  before.acquire().fail();
  await first.board.close();
  const { board } = await openVirtualBoard({ store, clock, defaults });
  const after = board.breaker('api');
  clock.advance(29_999);
  expect(after.state).toBe('open');
  clock.advance(1);
  expect(after.state).toBe('half_open');
});

test('O5 refused calls do not dilute the failure rate', async () => {
  const clock = new VirtualClock();
  const trip = { policy: 'time', windowMs: 60_000, minimumCalls: 2, failureRatio: 0.5 } as const;
  const breaker = createBreaker({ trip, recoveryTimeoutMs: 1_000, clock });
  breaker.acquire().fail();
  breaker.acquire().fail();
  for (let call = 0; call < 200; call++) {
    expect(await breaker.tryCall(() => 1)).toMatchObject({ ok: false, refused: true });
  }
  clock.advance(1_000);
  breaker.acquire().succeed();
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', window: { calls: 0 } });
  breaker.acquire().fail();
  breaker.acquire().fail();
  expect(breaker.state).toBe('open');
});

test('O6 a function that returns nothing has succeeded, synchronous or not', async () => {
  const breaker = createBreaker({ failureThreshold: 1 });
  await expect(breaker.call(() => {})).resolves.toBeUndefined();
  await expect(breaker.call(async () => {})).resolves.toBeUndefined();
  await expect(breaker.wrap(() => undefined)()).resolves.toBeUndefined();
  expect(breaker.callSync(() => undefined)).toBeUndefined();
  expect(breaker.state).toBe('closed');
});

test('O7 a call that times out aborts itself alone', async () => {
  const clock = new VirtualClock();
  const breaker = createBreaker({ timeoutMs: 100, clock });
  const signals: AbortSignal[] = [];
  const hang = ({ signal }: { signal: AbortSignal | undefined }): Promise<never> => {
    if (signal !== undefined) signals.push(signal);
    return new Promise(() => {});
  };
  const first = breaker.call(hang);
  first.catch(() => {});
  await clock.advanceAsync(60);
  const second = breaker.call(hang);
  second.catch(() => {});
  await clock.advanceAsync(40);
  await expect(first).rejects.toMatchObject({ code: 'timeout' });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  await clock.advanceAsync(60);
  await expect(second).rejects.toMatchObject({ code: 'timeout' });
});

test('O8 a call that finds the bulkhead full is no failure', async () => {
  const breaker = createBreaker({ failureThreshold: 1, bulkhead: { callsMax: 1 } });
  const inside = breaker.acquire();
  await expect(breaker.call(() => 1)).rejects.toMatchObject({ code: 'bulkhead_full' });
  expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'bulkhead_full' }));
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
  inside.succeed();
  await expect(breaker.call(() => 1)).resolves.toBe(1);
});
