/** How long a breaker stays open before its next probe. */
import type { TripCause } from '../machines/breaker-context.ts';
import type { ReportThrow } from './outcome.ts';
import type { Random } from './random.ts';

/** Grows while probes keep failing, with full jitter over the added part. */
export interface ExponentialInterval {
  /** First interval, and the least of all. Milliseconds. @default `recoveryTimeoutMs` */
  readonly baseMs?: number;
  /** Greatest interval. Milliseconds. @default 16 times `baseMs` */
  readonly maxMs?: number;
  /** Growth from one failed probe to the next. @default 2, at least 1 */
  readonly factor?: number;
}

/** What an interval of the user's own may look at. */
export interface TripInfo {
  /** 1 for the first trip since the breaker last closed. */
  readonly tripCount: number;
  readonly cause: TripCause;
  readonly random: Random;
}

/** Milliseconds; a growing interval; or a function. @default `recoveryTimeoutMs`, fixed */
export type OpenIntervalOptions = number | ExponentialInterval | ((trip: TripInfo) => number);

export type ResolvedInterval =
  | { readonly kind: 'fixed'; readonly ms: number }
  | {
      readonly kind: 'exponential';
      readonly baseMs: number;
      readonly maxMs: number;
      readonly factor: number;
    }
  | {
      readonly kind: 'function';
      readonly of: (trip: TripInfo) => number;
      readonly fallbackMs: number;
    };

/**
 * Milliseconds to stay open. Exponential: a uniformly random part of what the backoff adds to
 * `baseMs` ("full jitter", AWS Architecture Blog, "Exponential Backoff And Jitter", 2015), so a
 * breaker never probes sooner than `baseMs`.
 */
export function openIntervalMs(
  interval: ResolvedInterval,
  trip: TripInfo,
  report: ReportThrow,
): number {
  switch (interval.kind) {
    case 'fixed':
      return interval.ms;
    case 'exponential': {
      const { baseMs, maxMs, factor } = interval;
      // Bounded, because nothing times infinity is not a number.
      const growth = Math.min(factor ** (trip.tripCount - 1), Number.MAX_VALUE);
      const grownMs = Math.min(maxMs, baseMs * growth);
      return baseMs + trip.random() * (grownMs - baseMs);
    }
    case 'function':
      return askFunction(interval, trip, report);
  }
}

function askFunction(
  interval: ResolvedInterval & { kind: 'function' },
  trip: TripInfo,
  report: ReportThrow,
): number {
  try {
    const ms = interval.of(trip);
    if (Number.isFinite(ms) && ms >= 0) return ms;
    throw new RangeError(`openInterval must return milliseconds of at least 0, got ${String(ms)}`);
  } catch (error) {
    report('openInterval', error);
    return interval.fallbackMs;
  }
}
