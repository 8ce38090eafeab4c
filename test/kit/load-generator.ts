/**
 * Calls a function at a rate or in bursts, whether or not earlier calls have ended (an open load:
 * a slow dependency does not slow its callers down), and reports counts and percentiles. Memory
 * stays bounded however long it runs.
 *
 * On a virtual clock somebody must move it:
 *
 *   const load = generateLoad({ run, clock, callsPerSecond: 100, durationMs: 60_000 });
 *   await clock.advanceAsync(60_000);
 *   const report = await load;
 */
import { invalidOption, knownKeys, numberOption } from '../../services/check.ts';
import { systemClock, type Clock } from '../../services/clock.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { arrive, merged, paced, type Burst } from './load-arrivals.ts';
import { seededRandom } from './seeded-random.ts';

export interface LoadOptions {
  /** Makes one call, numbered from 1. */
  readonly run: (call: number) => unknown;
  /** @default the system's clock */
  readonly clock?: Clock;
  /** How long new calls are made, from 0. Milliseconds; required with a rate. */
  readonly durationMs?: number;
  /** Calls per second, the first one at 0. @default 0: bursts only */
  readonly callsPerSecond?: number;
  /** Evenly spaced, or at random as independent callers arrive. @default 'even' */
  readonly arrivals?: 'even' | 'random';
  /** Seed of random arrivals. @default 1 */
  readonly seed?: number;
  /** Calls on top of the rate. @default none */
  readonly bursts?: readonly Burst[];
  /** Calls in flight beyond which new ones are skipped and counted. @default 10000 */
  readonly inFlightMax?: number;
  /**
   * Name of an error in `outcomes`, of which at most 100 are kept apart.
   * @default its `code` if that is text, else its `name`
   */
  readonly nameError?: (error: unknown) => string;
  /** Ends the run at once; calls in flight are reported as unfinished. */
  readonly signal?: AbortSignal;
}

export interface LoadReport {
  /** Calls made. */
  readonly callCount: number;
  readonly successCount: number;
  readonly failureCount: number;
  /** Calls not made because `inFlightMax` were in flight. */
  readonly skippedCount: number;
  /** Calls in flight when the run was aborted. */
  readonly unfinishedCount: number;
  /** Most calls that were in flight at once. */
  readonly inFlightPeak: number;
  /** How often each outcome occurred: `succeeded`, and errors by name. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Milliseconds from the first call to the last end, on the monotonic clock. */
  readonly tookMs: number;
  /** How long calls took, failed ones included. Milliseconds. */
  readonly latencyMs: {
    readonly min: number;
    readonly mean: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
}

const OUTCOMES_MAX = 100;

const errorName = (error: unknown): string => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : typeof error;
};

/** Runs a load. @throws FuseboardError invalid_option */
export async function generateLoad(options: LoadOptions): Promise<LoadReport> {
  const arrivals = arrivalsOf(options);
  const { run, clock = systemClock, nameError = errorName, signal } = options;
  const inFlightMax = numberOption('load.inFlightMax', options.inFlightMax, { min: 1 }, 10_000);
  const latency = new LatencyHistogram();
  const outcomes = new Map<string, number>();
  const startMs = clock.monotonicMs();
  let [callCount, successCount, skippedCount, inFlight, inFlightPeak] = [0, 0, 0, 0, 0];
  let drained = (): void => {};

  const count = (outcome: string): void => {
    const name = outcomes.size < OUTCOMES_MAX || outcomes.has(outcome) ? outcome : 'other';
    outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
  };

  const call = async (): Promise<void> => {
    if (inFlight >= inFlightMax) {
      skippedCount += 1;
      return;
    }
    callCount += 1;
    inFlight += 1;
    inFlightPeak = Math.max(inFlightPeak, inFlight);
    const fromMs = clock.monotonicMs();
    let failure: string | undefined;
    try {
      await run(callCount);
    } catch (error) {
      failure = nameError(error);
    }
    inFlight -= 1;
    if (signal?.aborted === true) return;
    latency.add(clock.monotonicMs() - fromMs);
    if (failure === undefined) successCount += 1;
    count(failure ?? 'succeeded');
    if (inFlight === 0) drained();
  };

  await arrive(clock, arrivals, signal, () => void call());
  await new Promise<void>((resolve) => {
    drained = () => {
      signal?.removeEventListener('abort', drained);
      resolve();
    };
    signal?.addEventListener('abort', drained);
    if (inFlight === 0 || signal?.aborted === true) drained();
  });

  return {
    callCount,
    successCount,
    failureCount: latency.count - successCount,
    skippedCount,
    unfinishedCount: callCount - latency.count,
    inFlightPeak,
    outcomes: Object.fromEntries(outcomes),
    tookMs: clock.monotonicMs() - startMs,
    latencyMs: {
      min: latency.count === 0 ? 0 : latency.minMs,
      mean: latency.meanMs,
      p50: latency.percentile(0.5),
      p95: latency.percentile(0.95),
      p99: latency.percentile(0.99),
      max: latency.maxMs,
    },
  };
}

function arrivalsOf(options: LoadOptions): Iterator<number, void> {
  knownKeys('load', options, [
    'run',
    'clock',
    'durationMs',
    'callsPerSecond',
    'arrivals',
    'seed',
    'bursts',
    'inFlightMax',
    'nameError',
    'signal',
  ]);
  const { arrivals = 'even', bursts = [] } = options;
  if (typeof options.run !== 'function') {
    throw invalidOption('load.run', 'a function', options.run);
  }
  if (arrivals !== 'even' && arrivals !== 'random') {
    throw invalidOption('load.arrivals', `'even' or 'random'`, arrivals);
  }
  const rate = { min: 0, max: 1_000_000 };
  const callsPerSecond = numberOption('load.callsPerSecond', options.callsPerSecond, rate, 0);
  const durationMs = numberOption('load.durationMs', options.durationMs, { min: 0 }, 0);
  if (callsPerSecond > 0 && options.durationMs === undefined) {
    throw invalidOption('load.durationMs', 'given with callsPerSecond', undefined);
  }
  bursts.forEach(({ atMs, calls }, index) => {
    numberOption(`load.bursts[${index}].atMs`, atMs, { min: 0 }, 0);
    numberOption(`load.bursts[${index}].calls`, calls, { min: 1, integer: true }, 1);
  });
  const random = seededRandom(options.seed ?? 1);
  const gap = arrivals === 'even' ? () => 1 : () => -Math.log(1 - random());
  return merged(paced(callsPerSecond, durationMs, gap), bursts);
}
