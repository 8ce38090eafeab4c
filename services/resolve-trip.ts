/** Reads the options that say when to trip, and for how long. */
import {
  COUNT_RANGE,
  invalidOption,
  isObject,
  knownKeys,
  numberOption,
  ratioOption,
  spanOption,
} from './check.ts';
import type { OpenIntervalOptions, ResolvedInterval } from './open-interval.ts';
import type { BreakerOptions } from './options.ts';
import type { RateOptions, ResolvedRate, ResolvedTrip } from './trip-policy.ts';

export function resolveTrip(options: BreakerOptions, path: string): ResolvedTrip {
  const { trip, failureThreshold } = options;
  const threshold = numberOption(
    `${path}.failureThreshold`,
    failureThreshold,
    { min: 1, integer: true },
    5,
  );
  if (trip === undefined) return Object.freeze({ policy: 'consecutive', failures: threshold });
  if (failureThreshold !== undefined) {
    throw invalidOption(`${path}.failureThreshold`, 'absent when trip is given', failureThreshold);
  }
  const at = `${path}.trip`;
  if (typeof trip !== 'object' || trip === null) throw invalidOption(at, 'an object', trip);
  switch (trip.policy) {
    case 'consecutive':
      knownKeys(at, trip, ['policy', 'failures']);
      return Object.freeze({
        policy: 'consecutive',
        failures: numberOption(`${at}.failures`, trip.failures, { min: 1, integer: true }, 5),
      });
    case 'count': {
      knownKeys(at, trip, ['policy', 'calls', ...RATE_KEYS]);
      const calls = numberOption(`${at}.calls`, trip.calls, COUNT_RANGE, 100);
      return Object.freeze({ policy: 'count', calls, ...resolveRate(trip, at, calls) });
    }
    case 'time': {
      knownKeys(at, trip, ['policy', 'windowMs', ...RATE_KEYS]);
      const windowMs = numberOption(`${at}.windowMs`, trip.windowMs, { min: 10 }, 30_000);
      return Object.freeze({ policy: 'time', windowMs, ...resolveRate(trip, at, Infinity) });
    }
    case 'custom':
      knownKeys(at, trip, ['policy', 'create']);
      if (typeof trip.create !== 'function') {
        throw invalidOption(`${at}.create`, 'a function that makes a policy', trip.create);
      }
      return Object.freeze({ ...trip });
    default:
      throw invalidOption(
        `${at}.policy`,
        `one of 'consecutive', 'count', 'time', 'custom'`,
        (trip as { policy?: unknown }).policy,
      );
  }
}

const RATE_KEYS = ['failureRatio', 'minimumCalls', 'slowCallMs', 'slowRatio'] as const;

function resolveRate(rate: RateOptions, path: string, callsMax: number): ResolvedRate {
  const minimumCalls = numberOption(
    `${path}.minimumCalls`,
    rate.minimumCalls,
    { min: 1, integer: true },
    Math.min(10, callsMax),
  );
  if (minimumCalls > callsMax) {
    throw invalidOption(
      `${path}.minimumCalls`,
      `at most calls (${callsMax}), or it is never reached`,
      minimumCalls,
    );
  }
  const failureRatio = ratioOption(`${path}.failureRatio`, rate.failureRatio);
  const slowRatio = ratioOption(`${path}.slowRatio`, rate.slowRatio);
  const slowCallMs = spanOption(`${path}.slowCallMs`, rate.slowCallMs);
  if (slowRatio !== undefined && slowCallMs === null) {
    throw invalidOption(`${path}.slowCallMs`, 'given when slowRatio is', rate.slowCallMs);
  }
  return {
    minimumCalls,
    slowCallMs,
    slowRatio: slowCallMs === null ? null : (slowRatio ?? 1),
    failureRatio: failureRatio ?? (slowRatio === undefined ? 0.5 : null),
  };
}

export function resolveInterval(
  interval: OpenIntervalOptions | undefined,
  recoveryTimeoutMs: number,
  path: string,
): ResolvedInterval {
  if (interval === undefined) return Object.freeze({ kind: 'fixed', ms: recoveryTimeoutMs });
  if (typeof interval === 'number') {
    return Object.freeze({ kind: 'fixed', ms: numberOption(path, interval, { min: 0 }, 0) });
  }
  if (typeof interval === 'function') {
    return Object.freeze({ kind: 'function', of: interval, fallbackMs: recoveryTimeoutMs });
  }
  if (!isObject(interval)) {
    throw invalidOption(path, 'milliseconds, an object or a function', interval);
  }
  knownKeys(path, interval, ['baseMs', 'maxMs', 'factor']);
  const baseMs = numberOption(`${path}.baseMs`, interval.baseMs, { min: 0 }, recoveryTimeoutMs);
  const maxMs = numberOption(`${path}.maxMs`, interval.maxMs, { min: 0 }, baseMs * 16);
  if (maxMs < baseMs) throw invalidOption(`${path}.maxMs`, `at least baseMs (${baseMs})`, maxMs);
  const factor = numberOption(`${path}.factor`, interval.factor, { min: 1, max: 1_000 }, 2);
  return Object.freeze({ kind: 'exponential', baseMs, maxMs, factor });
}
