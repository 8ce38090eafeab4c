/**
 * Callers beyond the probes that wait for the verdict: bounded, abortable, each for a limited time.
 */
import { getEventListeners } from 'node:events';

import { describe, expect, test } from 'vitest';

import { due, ending, pending, type Rig } from './rig.ts';

/** A breaker whose one probe is out, and callers that wait for what it says. */
async function waiting(
  count: number,
  options: Parameters<typeof due>[0] = {},
): Promise<{ made: Rig; probe: ReturnType<typeof pending>; ends: Promise<string>[] }> {
  const made = await due({ probeWait: {}, ...options });
  const probe = pending();
  void ending(made.breaker.call(() => probe.promise));
  await made.clock.settle();
  const ends = Array.from({ length: count }, (_, index) =>
    ending(made.breaker.call(() => `caller ${index}`)),
  );
  await made.clock.settle();
  return { made, probe, ends };
}

test('callers wait while the probe is out', async () => {
  const { made, probe, ends } = await waiting(3);
  expect(made.breaker.snapshot()).toMatchObject({ waitingCount: 3, probesOutCount: 1 });
  probe.resolve('back');
  expect(await Promise.all(ends)).toEqual(['caller 0', 'caller 1', 'caller 2']);
  expect(made.breaker.snapshot()).toMatchObject({ state: 'closed', waitingCount: 0 });
});

test('callers are refused when the probe fails, with the instant of the next one', async () => {
  const { made, probe, ends } = await waiting(3);
  probe.reject(new Error('still down'));
  expect(await Promise.all(ends)).toEqual(Array(3).fill('circuit_open'));
  expect(made.breaker.snapshot()).toMatchObject({ state: 'open', waitingCount: 0 });
});

test('callers are refused when the probe expires', async () => {
  const { made, ends } = await waiting(2, {
    probeTimeoutMs: 5_000,
    probeWait: { timeoutMs: 9_000 },
  });
  await made.clock.advanceAsync(5_000);
  expect(await Promise.all(ends)).toEqual(Array(2).fill('circuit_open'));
});

test('the first caller becomes the next probe when the probe decides nothing', async () => {
  const { made, probe, ends } = await waiting(3, { ignore: RangeError });
  probe.reject(new RangeError('not its fault'));
  expect(await Promise.all(ends)).toEqual(['caller 0', 'caller 1', 'caller 2']);
  expect(made.breaker.state).toBe('closed');
});

test('a caller waits for the verdict of the round, not for one probe of it', async () => {
  const { made, probe, ends } = await waiting(3, { probesNeeded: 3 });
  probe.resolve('back');
  expect(await Promise.all(ends)).toEqual(['caller 0', 'caller 1', 'caller 2']);
  expect(made.breaker.state).toBe('closed');
});

test('more callers than may wait are refused', async () => {
  const { made, probe, ends } = await waiting(5, { probeWait: { callersMax: 2 } });
  expect(made.breaker.snapshot().waitingCount).toBe(2);
  expect(await Promise.all(ends.slice(2))).toEqual(Array(3).fill('probes_busy'));
  probe.resolve('back');
  expect(await Promise.all(ends.slice(0, 2))).toEqual(['caller 0', 'caller 1']);
});

test('a caller waits no longer than its time, which is that of a probe by default', async () => {
  const short = await waiting(1, { probeWait: { timeoutMs: 300 } });
  await short.made.clock.advanceAsync(300);
  expect(await short.ends[0]).toBe('probe_wait_timeout');
  expect(short.made.breaker.snapshot()).toMatchObject({ state: 'half_open', waitingCount: 0 });
  const long = await waiting(1, { probeTimeoutMs: 700 });
  long.made.breaker.configure({ probeTimeoutMs: 100_000 });
  await long.made.clock.advanceAsync(699);
  expect(long.made.breaker.snapshot().waitingCount).toBe(1);
  await long.made.clock.advanceAsync(1);
  expect(await long.ends[0]).not.toBe('caller 0');
});

test('a caller who gives up leaves at once, with the reason, and no listener', async () => {
  const { made, probe } = await waiting(0);
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const call = made.breaker.call(() => 'ok', { signal: controller.signal });
  await made.clock.settle();
  expect(made.breaker.snapshot().waitingCount).toBe(1);
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  expect(made.breaker.snapshot().waitingCount).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  probe.resolve('back');
});

test('a thousand callers who all give up leave nothing behind', async () => {
  const { made } = await waiting(0, { probeWait: { callersMax: 1_000 } });
  const controllers = Array.from({ length: 1_000 }, () => new AbortController());
  const ends = controllers.map(({ signal }) => ending(made.breaker.call(() => 'ok', { signal })));
  await made.clock.settle();
  expect(made.breaker.snapshot().waitingCount).toBe(1_000);
  for (const controller of controllers) controller.abort('gone');
  expect(new Set(await Promise.all(ends))).toEqual(new Set(['gone']));
  expect(made.breaker.snapshot().waitingCount).toBe(0);
});

test('a higher priority goes first', async () => {
  const { made, probe } = await waiting(0, { ignore: RangeError });
  const order: string[] = [];
  const ends = [1, 9, 5].map((priority) =>
    ending(made.breaker.call(() => order.push(`priority ${priority}`), { priority })),
  );
  await made.clock.settle();
  probe.reject(new RangeError('not its fault'));
  await Promise.all(ends);
  expect(order[0]).toBe('priority 9');
});

test('an operator sends everybody on: to a closed breaker, or to a latched one', async () => {
  const closing = await waiting(2);
  closing.made.breaker.forceClose('it is back');
  expect(await Promise.all(closing.ends)).toEqual(['caller 0', 'caller 1']);
  const latching = await waiting(2);
  latching.made.breaker.forceOpen('maintenance');
  expect(await Promise.all(latching.ends)).toEqual(Array(2).fill('circuit_latched'));
});

describe('a stampede of a thousand callers', () => {
  test.each([1, 3])(
    'never has more than %i probes at once, and nobody is lost',
    async (probesMax) => {
      const made = await due({
        probesMax,
        probesNeeded: 5,
        probeWait: { callersMax: 1_000 },
        bulkhead: { callsMax: 2_000 },
      });
      let running = 0;
      let most = 0;
      const calls = Array.from({ length: 1_000 }, () =>
        ending(
          made.breaker.call(async () => {
            const isProbe = made.breaker.state === 'half_open';
            running += isProbe ? 1 : 0;
            most = Math.max(most, running);
            await made.clock.settle();
            running -= isProbe ? 1 : 0;
            return 'ok';
          }),
        ),
      );
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok']));
      expect(most).toBe(probesMax);
      expect(made.breaker.snapshot()).toMatchObject({ state: 'closed', waitingCount: 0 });
    },
  );

  test('after a failed probe is refused to the last caller', async () => {
    const made = await due({ probeWait: { callersMax: 1_000 } });
    const calls = Array.from({ length: 1_000 }, () =>
      ending(made.breaker.call(() => Promise.reject(new Error('down')))),
    );
    const ends = await Promise.all(calls);
    expect(ends.filter((end) => end === 'down')).toHaveLength(1);
    expect(ends.filter((end) => end === 'circuit_open')).toHaveLength(999);
  });
});

test('nobody waits in a breaker that only observes', async () => {
  const made = await due({ probeWait: {} });
  const probe = pending();
  const first = ending(made.breaker.call(() => probe.promise));
  await made.clock.settle();
  made.breaker.configure({ mode: 'observe' });
  expect(await ending(made.breaker.call(() => 'let through'))).toBe('let through');
  probe.resolve('back');
  expect(await first).toBe('back');
  expect(made.breaker.state).toBe('closed');
});
