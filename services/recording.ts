/**
 * What an outcome does to its breaker: it is counted beside the gate, and the statechart is told
 * only what could move it: a threshold reached, the verdict of a probe, a pause asked for, a key
 * rejected. An outcome of an earlier generation moves nothing.
 */
import type { TripCause } from '../machines/breaker-context.ts';
import type { BreakerState } from './breaker-state.ts';
import { errorCodeOf, errorNameOf } from './facts.ts';
import { ADMIT, LIMITED, PROBE } from './gate.ts';
import { openIntervalMs } from './open-interval.ts';
import type { Verdict } from './outcome.ts';
import type { Recorded } from './permit.ts';

/** A rate limit that ends sooner than this only paces; it does not open the breaker. */
const PACING_MS = 1_000;

/** Generation of calls that nobody counts: made in mode `off`, or let through by `observe`. */
export const UNCOUNTED = -1;

/** One outcome on its way into the books. */
export interface Ended {
  readonly verdict: Verdict;
  /** What was thrown; undefined where nothing was. */
  readonly error: unknown;
  /** The generation in which the call was permitted. */
  readonly generation: number;
  /** Milliseconds. */
  readonly durationMs: number;
  /** Monotonic milliseconds of the call's end. */
  readonly nowMs: number;
  /** Where the call was counted as slow while it ran; NaN where it was not. */
  readonly place: number;
}

export function record(breaker: BreakerState, ended: Ended): Recorded {
  const { verdict, error, generation, durationMs, nowMs, place } = ended;
  if (generation !== breaker.generation) {
    if (generation !== UNCOUNTED) extend(breaker, verdict);
    return 'late';
  }
  const isProbe = breaker.gate === PROBE;
  switch (verdict.outcome) {
    case 'succeeded':
      if (isProbe) succeedProbe(breaker);
      else count(breaker, false, durationMs, nowMs, place);
      break;
    case 'failed':
      if (isProbe) failProbe(breaker, 'probe_failed', verdict, error);
      else count(breaker, true, durationMs, nowMs, place, verdict, error);
      break;
    case 'rate_limited':
      limitRate(breaker, verdict, error);
      break;
    case 'unauthorized':
      latch(breaker, 'key.rejected', error);
      break;
    case 'over_quota':
      latch(breaker, 'quota.exhausted', error);
      break;
    case 'ignored':
    case 'cancelled':
      break;
  }
  return 'counted';
}

/** Counts a call of the current generation, and asks the chart to trip at a threshold. */
export function count(
  breaker: BreakerState,
  failed: boolean,
  durationMs: number,
  nowMs: number,
  place: number,
  verdict?: Verdict,
  error?: unknown,
): void {
  breaker.consecutiveFailures = failed ? breaker.consecutiveFailures + 1 : 0;
  const { policy, options } = breaker;
  let cause: TripCause | null;
  if (policy === null) {
    const reached = failed && breaker.consecutiveFailures >= options.failuresMax;
    cause = reached ? 'consecutive_failures' : null;
  } else if (Number.isNaN(place)) {
    const slow = options.slowCallMs !== null && durationMs >= options.slowCallMs;
    cause = policy.record(failed, slow, durationMs, nowMs);
  } else cause = policy.recordEnded(place, failed, nowMs);
  if (cause !== null) trip(breaker, cause, verdict?.retryAtMs, error);
}

export function trip(
  breaker: BreakerState,
  cause: TripCause,
  retryAtMs?: number,
  error?: unknown,
): void {
  const { generation } = breaker;
  remember(breaker, error);
  breaker.send({ type: 'trip', generation, cause, ...instants(breaker, cause, retryAtMs) });
  // Still the same generation (the budget is spent): the counts have done their work all the same.
  if (generation === breaker.generation) breaker.forgetCounts();
}

export function failProbe(
  breaker: BreakerState,
  cause: TripCause,
  verdict?: Verdict,
  error?: unknown,
): void {
  const { generation } = breaker;
  remember(breaker, error);
  const interval = instants(breaker, cause, verdict?.retryAtMs);
  breaker.send({ type: 'probe.failed', generation, cause, ...interval });
}

/** Counts a call that somebody else made. Only a closed breaker listens, and only to its time. */
export function recordOutside(
  breaker: BreakerState,
  verdict: Verdict,
  durationMs: number,
  atMs: number | undefined,
): Recorded {
  const { circuit, gate, options, runtime } = breaker;
  const { trip } = options;
  const oldestMs = trip.policy === 'time' ? runtime.clock.nowMs() - trip.windowMs : -Infinity;
  const isInTime = atMs === undefined || (atMs >= (circuit?.changedAtMs ?? 0) && atMs > oldestMs);
  const isCurrent = (gate === ADMIT || gate === LIMITED) && isInTime;
  const nowMs = runtime.clock.monotonicMs();
  const ended = { verdict, error: undefined, durationMs, nowMs, place: NaN };
  if (isCurrent) return record(breaker, { ...ended, generation: breaker.generation });
  extend(breaker, verdict);
  return 'late';
}

function succeedProbe(breaker: BreakerState): void {
  const { generation, options } = breaker;
  breaker.send({ type: 'probe.succeeded', generation, needed: options.probesNeeded });
}

function limitRate(breaker: BreakerState, verdict: Verdict, error: unknown): void {
  const { generation, options, runtime } = breaker;
  const atMs = runtime.clock.nowMs();
  const { retryAtMs } = verdict;
  const isShort = retryAtMs !== undefined && retryAtMs - atMs < PACING_MS;
  if (isShort && breaker.gate !== PROBE) return;
  const probeAtMs = retryAtMs ?? atMs + options.recoveryTimeoutMs;
  remember(breaker, error);
  breaker.send({ type: 'rate_limited', generation, atMs, probeAtMs });
}

/** A call of an earlier generation was told when to come back: that much of it still holds. */
function extend(breaker: BreakerState, { outcome, retryAtMs: probeAtMs }: Verdict): void {
  if (outcome !== 'rate_limited' || probeAtMs === undefined) return;
  if (breaker.circuit?.state !== 'open.cooling') return;
  const { generation, runtime } = breaker;
  breaker.send({ type: 'rate_limited', generation, atMs: runtime.clock.nowMs(), probeAtMs });
}

/** What a latch says of itself where no error says more. */
const WITHOUT_ERROR = {
  'key.rejected': 'the provider rejected the key',
  'quota.exhausted': 'the account is out of credit',
} as const;

function latch(
  breaker: BreakerState,
  type: 'key.rejected' | 'quota.exhausted',
  error: unknown,
): void {
  const { generation, runtime } = breaker;
  remember(breaker, error);
  const said =
    error === undefined ? [WITHOUT_ERROR[type]] : [errorNameOf(error), errorCodeOf(error)];
  const reason = said.filter((part) => part).join(' ');
  breaker.send({ type, generation, reason, atMs: runtime.clock.nowMs() });
}

/** Kept until the breaker admits again: refusals carry it as their cause. */
function remember(breaker: BreakerState, error: unknown): void {
  if (error !== undefined) breaker.restNow.lastError = error;
}

/** The instants of a trip that happens now: the longer of our interval and the provider's wish. */
function instants(
  breaker: BreakerState,
  cause: TripCause,
  retryAtMs = 0,
): { readonly atMs: number; readonly probeAtMs: number } {
  const { clock, random } = breaker.runtime;
  const atMs = clock.nowMs();
  const tripCount = (breaker.circuit?.context.tripCount ?? 0) + 1;
  const info = { tripCount, cause, random };
  const intervalMs = openIntervalMs(breaker.options.interval, info, breaker.report);
  return { atMs, probeAtMs: Math.max(atMs + intervalMs, retryAtMs) };
}
