import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';

import { createBreaker } from '../../index.ts';
import { failingFunction, generateLoad, VirtualClock, type LoadOptions } from '../kit/index.ts';

/** Runs a load on a virtual clock for so long. */
async function loaded(options: Omit<LoadOptions, 'clock'>, ms: number, clock = new VirtualClock()) {
  const load = generateLoad({ ...options, clock });
  await clock.advanceAsync(ms);
  return load;
}

describe('a load', () => {
  it('calls at a rate, the first time at once', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const run = () => at.push(clock.monotonicMs());
    const report = await loaded({ run, callsPerSecond: 4, durationMs: 1_000 }, 1_000, clock);
    expect(at).toEqual([0, 250, 500, 750]);
    expect(report).toMatchObject({ callCount: 4, successCount: 4, failureCount: 0 });
  });

  it('keeps a rate that does not divide a second, without drifting', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const run = () => at.push(clock.monotonicMs());
    await loaded({ run, callsPerSecond: 3, durationMs: 100_000 }, 100_000, clock);
    expect(at).toHaveLength(300);
    expect(at.at(-1)).toBe(Math.ceil((299 * 1_000) / 3));
  });

  it('adds bursts at their instants', async () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const bursts = [
      { atMs: 700, calls: 2 },
      { atMs: 100, calls: 3 },
    ];
    const run = () => at.push(clock.monotonicMs());
    const options = { run, callsPerSecond: 2, durationMs: 1_000, bursts };
    await loaded(options, 1_000, clock);
    expect(at).toEqual([0, 100, 100, 100, 500, 700, 700]);
  });

  it('comes at random instants that its seed repeats', async () => {
    const instants = async (seed: number): Promise<readonly number[]> => {
      const clock = new VirtualClock();
      const at: number[] = [];
      const run = () => at.push(clock.monotonicMs());
      const rate = { callsPerSecond: 100, durationMs: 60_000, arrivals: 'random', seed } as const;
      await loaded({ run, ...rate }, 60_000, clock);
      return at;
    };
    const first = await instants(1);
    expect(await instants(1)).toEqual(first);
    expect(await instants(2)).not.toEqual(first);
    expect(Math.abs(first.length - 6_000)).toBeLessThan(300);
  });

  it('reports how long calls took: percentiles are times that occurred', async () => {
    const clock = new VirtualClock();
    // 90 calls of 10 ms, 9 of 200 ms, 1 of 3000 ms
    const takesMs = (call: number) => (call <= 90 ? 10 : call <= 99 ? 200 : 3_000);
    const run = failingFunction({ first: 0 }, { clock, takesMs });
    const { latencyMs, tookMs } = await loaded(
      { run, callsPerSecond: 100, durationMs: 1_000 },
      10_000,
      clock,
    );
    expect(latencyMs).toEqual({ min: 10, mean: 57, p50: 10, p95: 200, p99: 200, max: 3_000 });
    expect(tookMs).toBe(990 + 3_000);
  });

  it('takes for a percentile the time within which at least that share had ended', async () => {
    const clock = new VirtualClock();
    const run = failingFunction({ first: 0 }, { clock, takesMs: (call) => call * 10 });
    const bursts = [{ atMs: 0, calls: 3 }];
    const { latencyMs } = await loaded({ run, bursts }, 100, clock);
    expect(latencyMs).toMatchObject({ min: 10, mean: 20, p50: 20, p95: 30, max: 30 });
  });

  it('keeps percentiles within a hundredth for times of every length', async () => {
    const clock = new VirtualClock();
    const run = failingFunction({ first: 0 }, { clock, takesMs: (call) => call });
    const { latencyMs } = await loaded(
      { run, callsPerSecond: 10_000, durationMs: 1_000 },
      20_000,
      clock,
    );
    const exact = [5_000, 9_500, 9_900];
    [latencyMs.p50, latencyMs.p95, latencyMs.p99].forEach((ms, index) => {
      const ratio = ms / (exact[index] ?? Number.NaN);
      expect(ratio).toBeGreaterThanOrEqual(1);
      expect(ratio).toBeLessThanOrEqual(1.01);
    });
  });

  it('does not slow down when its calls do', async () => {
    const clock = new VirtualClock();
    const run = failingFunction({ first: 0 }, { clock, takesMs: 5_000 });
    const report = await loaded({ run, callsPerSecond: 10, durationMs: 1_000 }, 6_000, clock);
    expect(report).toMatchObject({ callCount: 10, inFlightPeak: 10 });
  });

  it('skips and counts calls beyond the most that may be in flight', async () => {
    const clock = new VirtualClock();
    const run = failingFunction({ first: 0 }, { clock, takesMs: 5_000 });
    const options = { run, callsPerSecond: 10, durationMs: 1_000, inFlightMax: 3 };
    expect(await loaded(options, 6_000, clock)).toMatchObject({ callCount: 3, skippedCount: 7 });
  });

  it('names outcomes after the code of an error, or its name', async () => {
    const run = (call: number) => {
      if (call === 1) throw new TypeError('no');
      if (call === 2) throw Object.assign(new Error('no'), { code: 'E_FULL' });
      if (call === 3) return Promise.reject(new RangeError('no'));
      return 'yes';
    };
    const { outcomes, failureCount } = await loaded({ run, bursts: [{ atMs: 0, calls: 5 }] }, 0);
    expect(outcomes).toEqual({ TypeError: 1, E_FULL: 1, RangeError: 1, succeeded: 2 });
    expect(failureCount).toBe(3);
  });

  it('keeps at most a hundred outcomes apart', async () => {
    const run = () => Promise.reject(new Error('no'));
    let name = 0;
    const nameError = () => `error ${(name += 1)}`;
    const { outcomes } = await loaded({ run, nameError, bursts: [{ atMs: 0, calls: 500 }] }, 0);
    expect(Object.keys(outcomes)).toHaveLength(101);
    expect(outcomes['other']).toBe(400);
  });

  it('shows a breaker at work', async () => {
    const clock = new VirtualClock();
    const breaker = createBreaker({ clock, failureThreshold: 5, recoveryTimeoutMs: 1_000 });
    const provider = failingFunction({ first: 7 });
    const run = () => breaker.call(provider);
    const { outcomes } = await loaded(
      { run, callsPerSecond: 100, durationMs: 4_000 },
      4_000,
      clock,
    );
    // 5 failures, a second of refusals, a failed probe, another second, another one, recovery.
    expect(outcomes['Error']).toBe(7);
    expect(outcomes['circuit_open']).toBe(297);
    expect(breaker.state).toBe('closed');
  });

  it('ends when it is aborted, and leaves no listener behind', async () => {
    const clock = new VirtualClock();
    const { signal, abort } = controlled();
    const run = () => new Promise<void>(() => {});
    const load = generateLoad({ run, clock, callsPerSecond: 10, durationMs: 60_000, signal });
    await clock.advanceAsync(450);
    abort();
    expect(await load).toMatchObject({ callCount: 5, unfinishedCount: 5 });
    expect(clock.pendingCount).toBe(0);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('runs on the clock of the system too', async () => {
    const report = await generateLoad({ run: () => {}, callsPerSecond: 1_000, durationMs: 50 });
    expect(report.callCount).toBe(50);
    expect(report.tookMs).toBeGreaterThan(45);
  });

  it('refuses options that mean nothing', async () => {
    const refused: readonly (readonly [options: object, message: string])[] = [
      [{}, 'load.run must be a function'],
      [{ run: () => {}, callsPerSecond: 5 }, 'load.durationMs must be given with callsPerSecond'],
      [{ run: () => {}, callsPerSecond: -1 }, 'load.callsPerSecond must be a number'],
      [{ run: () => {}, bursts: [{ atMs: 0, calls: 0 }] }, 'load.bursts[0].calls'],
      [{ run: () => {}, arrivals: 'sometimes' }, `load.arrivals must be 'even' or 'random'`],
      [{ run: () => {}, rate: 5 }, 'load.rate is not an option'],
    ];
    for (const [options, message] of refused) {
      await expect(generateLoad(options as LoadOptions)).rejects.toThrow(message);
    }
  });
});

function controlled(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
