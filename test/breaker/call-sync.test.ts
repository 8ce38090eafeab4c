/** Functions that answer at once: `callSync` cannot wait, so what would have to wait is refused. */
import { describe, expect, test } from 'vitest';

import { due, pending, rig, tripped, WAYS } from './rig.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};

describe.each(WAYS)('%s:', (_way, options) => {
  test('callSync answers what the function answers, and throws what it throws', () => {
    const { breaker } = rig(options);
    const error = new Error('down');
    expect(breaker.callSync(() => 7)).toBe(7);
    expect(breaker.callSync(() => undefined)).toBeUndefined();
    expect(
      codeOf(() =>
        breaker.callSync(() => {
          throw error;
        }),
      ),
    ).toBe(error);
    expect(breaker.snapshot()).toMatchObject({ consecutiveFailures: 1, inFlightCount: 0 });
  });

  test('callSync counts, trips, is refused and probes as any call', async () => {
    const { breaker, clock } = await tripped(options);
    expect(codeOf(() => breaker.callSync(() => 7))).toBe('circuit_open');
    clock.advance(60_000);
    expect(breaker.callSync(() => 7)).toBe(7);
    expect(breaker.state).toBe('closed');
  });
});

test('callSync is refused where call would have to wait', async () => {
  const { breaker } = rig({ bulkhead: { callsMax: 1, queueMax: 5 } });
  const permit = breaker.acquire();
  expect(codeOf(() => breaker.callSync(() => 7))).toBe('bulkhead_full');
  permit.succeed();
  expect(breaker.callSync(() => 7)).toBe(7);
  const half = await due({ probeWait: {} });
  const probe = pending();
  void half.breaker.call(() => probe.promise);
  await half.clock.settle();
  expect(codeOf(() => half.breaker.callSync(() => 7))).toBe('probes_busy');
  probe.resolve('ok');
});

test('callSync judges results', () => {
  const { breaker } = rig({ failureThreshold: 1, failOnResult: (value) => value === 'bad' });
  expect(breaker.callSync(() => 'bad')).toBe('bad');
  expect(breaker.state).toBe('open');
});

describe('a function that turns out to be asynchronous', () => {
  test('is told so, and decides nothing', async () => {
    const { breaker } = await due();
    expect(() => breaker.callSync(() => Promise.resolve(7))).toThrow(
      'the result of callSync must be a value; call() takes promises, got Promise { 7 }',
    );
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 0 });
  });

  test('and then fails is not an unhandled rejection, since nobody has got its promise', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { breaker, clock } = rig();
    expect(codeOf(() => breaker.callSync(() => Promise.reject(new Error('late'))))).toBe(
      'invalid_argument',
    );
    await clock.settle();
    await clock.settle();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

test('what is no function is not called, and does not count', () => {
  const { breaker } = rig();
  for (const wrong of [42, null, undefined, 'fn'] as never[]) {
    expect(codeOf(() => breaker.callSync(wrong))).toBe('invalid_argument');
  }
  expect(breaker.snapshot()).toMatchObject({ consecutiveFailures: 0, inFlightCount: 0 });
});
