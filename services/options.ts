/** A breaker's options: read, defaulted, checked and frozen in one place. */
import {
  choiceOption,
  functionOption,
  invalidOption,
  isObject,
  knownKeys,
  numberOption,
  ratioOption,
} from './check.ts';
import type { OpenIntervalOptions, ResolvedInterval } from './open-interval.ts';
import { compileClassify, isErrorClass, type Classify, type OutcomeOptions } from './outcome.ts';
import type { RateOptions, ResolvedRate, ResolvedTrip, TripOptions } from './trip-policy.ts';

/**
 * `enforce` refuses; `observe` decides and reports but lets every call through, past a full
 * bulkhead too; `off` lets every call through and counts nothing.
 */
export const MODES = ['enforce', 'observe', 'off'] as const;
export type Mode = (typeof MODES)[number];

/** Callers that find every probe permit taken may wait for the verdict. */
export interface ProbeWaitOptions {
  /** How many may wait; beyond them calls are refused. @default 100, at least 1 */
  readonly callersMax?: number;
  /** How long one may wait. Milliseconds. @default `probeTimeoutMs`, at least 1 */
  readonly timeoutMs?: number;
}

/** Calls that may run at once, and callers that may wait for a place. */
export interface BulkheadOptions {
  /** Calls that may run at once. At least 1. */
  readonly callsMax: number;
  /** Callers that may wait, by priority, then by arrival; the others are refused. @default 0 */
  readonly queueMax?: number;
  /** How long one may wait. Milliseconds, at least 1. @default no limit */
  readonly queueTimeoutMs?: number;
}

/** Retrying, outermost: every attempt takes its own permit, and a refusal ends it. */
export interface RetryOptions {
  /** Attempts in all, the first included. @default 3, at least 1 */
  readonly attemptsMax?: number;
  /** First delay; the next ones double, with full jitter. Milliseconds. @default 200 */
  readonly delayMs?: number;
  /** Greatest delay of ours; a retry time named by the provider may be later. @default 10000 */
  readonly delayMaxMs?: number;
  /** Time for all attempts and delays together; no attempt starts after it. @default 60000 */
  readonly totalMs?: number;
  /**
   * Errors that may be retried, besides those whose verdict says `retryable`, rate limits, our
   * own timeouts and errors with a property `retryable: true`.
   * @default none
   */
  readonly retryIf?: (error: unknown) => boolean;
}

export interface BreakerOptions extends OutcomeOptions {
  /** Consecutive failures that trip; reached exactly, it trips. @default 5, at least 1 */
  readonly failureThreshold?: number;
  /** Milliseconds from a trip to the first probe. @default 60000, at least 0 */
  readonly recoveryTimeoutMs?: number;
  /** When to trip. Excludes `failureThreshold`. @default consecutive failures */
  readonly trip?: TripOptions;
  /** How long to stay open. @default `recoveryTimeoutMs`, fixed */
  readonly openInterval?: OpenIntervalOptions;
  /** Probes that may run at once while half open. @default 1, at least 1 */
  readonly probesMax?: number;
  /** Probes that must succeed before the breaker closes. @default 1, at least 1 */
  readonly probesNeeded?: number;
  /** A probe without an answer for so long has failed. Milliseconds. @default 60000, at least 1 */
  readonly probeTimeoutMs?: number;
  /** What becomes of callers beyond the probes. @default 'refuse' */
  readonly probeWait?: 'refuse' | ProbeWaitOptions;
  /** A permit from `acquire()` not settled for so long expires. Milliseconds. @default 600000 */
  readonly permitTimeoutMs?: number;
  /** A call that takes longer is given up and has failed. Milliseconds. @default none */
  readonly timeoutMs?: number;
  /** @default none */
  readonly bulkhead?: BulkheadOptions;
  /** @default none */
  readonly retry?: RetryOptions;
  /** @default 'enforce' */
  readonly mode?: Mode;
  /** What a breaker does whose actor keeps crashing. @default 'refuse' */
  readonly onQuarantine?: 'refuse' | 'admit';
}

export interface ResolvedBulkhead {
  readonly callsMax: number;
  readonly queueMax: number;
  readonly queueTimeoutMs: number | null;
}

export interface ResolvedRetry {
  readonly attemptsMax: number;
  readonly delayMs: number;
  readonly delayMaxMs: number;
  readonly totalMs: number;
  readonly retryIf: ((error: unknown) => boolean) | null;
}

export interface ResolvedOptions {
  /** What the user gave, for comparison and `configure()`. */
  readonly given: BreakerOptions;
  readonly trip: ResolvedTrip;
  readonly slowCallMs: number | null;
  readonly recoveryTimeoutMs: number;
  readonly interval: ResolvedInterval;
  readonly probesMax: number;
  readonly probesNeeded: number;
  readonly probeTimeoutMs: number;
  readonly probeWait: { readonly callersMax: number; readonly timeoutMs: number } | null;
  readonly permitTimeoutMs: number;
  readonly timeoutMs: number | null;
  readonly bulkhead: ResolvedBulkhead | null;
  readonly retry: ResolvedRetry | null;
  readonly mode: Mode;
  readonly onQuarantine: 'refuse' | 'admit';
  readonly classify: Classify;
  /** Results can only succeed, so that the hot path need not ask. */
  readonly resultsSucceed: boolean;
  /** Consecutive failures that trip; Infinity under another policy. */
  readonly failuresMax: number;
  /** Somebody asks how long a call took. */
  readonly isMeasured: boolean;
  /** Somebody asks when a call ended. */
  readonly isDated: boolean;
  /** No layer, no mode and no look at results: calls may take the short way. */
  readonly isBare: boolean;
}

const KEYS = [
  'failureThreshold',
  'recoveryTimeoutMs',
  'trip',
  'openInterval',
  'probesMax',
  'probesNeeded',
  'probeTimeoutMs',
  'probeWait',
  'permitTimeoutMs',
  'timeoutMs',
  'bulkhead',
  'retry',
  'mode',
  'onQuarantine',
  'failOn',
  'ignore',
  'failOnResult',
  'classify',
] as const satisfies readonly (keyof BreakerOptions)[];

const COUNT = { min: 1, max: 1_000_000, integer: true } as const;
const SPAN = { min: 1 } as const;

/**
 * Checks options and fills in defaults.
 * @throws FuseboardError invalid_option, naming the option as `path.option`.
 */
export function resolveOptions(given: BreakerOptions = {}, path = 'breaker'): ResolvedOptions {
  knownKeys(path, given, KEYS);
  const options = frozenCopy(given);
  const recoveryTimeoutMs = numberOption(
    `${path}.recoveryTimeoutMs`,
    options.recoveryTimeoutMs,
    { min: 0 },
    60_000,
  );
  const trip = resolveTrip(options, path);
  const probeTimeoutMs = numberOption(
    `${path}.probeTimeoutMs`,
    options.probeTimeoutMs,
    SPAN,
    60_000,
  );
  checkMatcher(`${path}.failOn`, options.failOn);
  checkMatcher(`${path}.ignore`, options.ignore);
  functionOption(`${path}.failOnResult`, options.failOnResult);
  functionOption(`${path}.classify`, options.classify);
  const timeoutMs = optionalSpan(`${path}.timeoutMs`, options.timeoutMs);
  const bulkhead = resolveBulkhead(options.bulkhead, `${path}.bulkhead`);
  const retry = resolveRetry(options.retry, `${path}.retry`);
  const mode = choiceOption(`${path}.mode`, options.mode, MODES, 'enforce');
  const resultsSucceed = options.classify === undefined && options.failOnResult === undefined;
  const slowCallMs = slowCallMsOf(trip);
  const isMeasured = slowCallMs !== null || trip.policy === 'custom';
  const hasLayers = timeoutMs !== null || bulkhead !== null || retry !== null;
  return Object.freeze<ResolvedOptions>({
    given: options,
    trip,
    slowCallMs,
    recoveryTimeoutMs,
    interval: resolveInterval(options.openInterval, recoveryTimeoutMs, `${path}.openInterval`),
    probesMax: numberOption(`${path}.probesMax`, options.probesMax, COUNT, 1),
    probesNeeded: numberOption(`${path}.probesNeeded`, options.probesNeeded, COUNT, 1),
    probeTimeoutMs,
    probeWait: resolveProbeWait(options.probeWait, probeTimeoutMs, `${path}.probeWait`),
    permitTimeoutMs: numberOption(
      `${path}.permitTimeoutMs`,
      options.permitTimeoutMs,
      SPAN,
      600_000,
    ),
    timeoutMs,
    bulkhead,
    retry,
    mode,
    onQuarantine: choiceOption(
      `${path}.onQuarantine`,
      options.onQuarantine,
      ['refuse', 'admit'],
      'refuse',
    ),
    classify: compileClassify(options),
    resultsSucceed,
    failuresMax: trip.policy === 'consecutive' ? trip.failures : Infinity,
    isMeasured,
    isDated: isMeasured || trip.policy === 'time',
    isBare: mode === 'enforce' && resultsSucceed && !hasLayers,
  });
}

/** A copy that stays as it is, whatever becomes of the objects and arrays it was made from. */
function frozenCopy<T extends object>(options: T): T {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return Object.freeze([...(value as unknown[])]);
    return typeof value === 'object' && value !== null ? Object.freeze({ ...value }) : value;
  };
  const entries = Object.entries(options).map(([key, value]) => [key, copy(value)]);
  return Object.freeze(Object.fromEntries(entries)) as T;
}

/** Options over others. A trip policy of either kind replaces one of the other. */
export function mergeOptions(base: BreakerOptions, over: BreakerOptions = {}): BreakerOptions {
  const { failureThreshold, trip, ...rest } = base;
  const ownTrip = over.trip === undefined && over.failureThreshold === undefined;
  return {
    ...rest,
    ...(ownTrip && failureThreshold !== undefined ? { failureThreshold } : {}),
    ...(ownTrip && trip !== undefined ? { trip } : {}),
    ...over,
  };
}

function slowCallMsOf(trip: ResolvedTrip): number | null {
  return trip.policy === 'count' || trip.policy === 'time' ? trip.slowCallMs : null;
}

function optionalSpan(path: string, value: unknown): number | null {
  return value === undefined ? null : numberOption(path, value, SPAN, 0);
}

function resolveTrip(options: BreakerOptions, path: string): ResolvedTrip {
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
      const calls = numberOption(`${at}.calls`, trip.calls, COUNT, 100);
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
  const slowCallMs = optionalSpan(`${path}.slowCallMs`, rate.slowCallMs);
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

function resolveInterval(
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

function resolveProbeWait(
  wait: BreakerOptions['probeWait'],
  probeTimeoutMs: number,
  path: string,
): ResolvedOptions['probeWait'] {
  if (wait === undefined || wait === 'refuse') return null;
  if (!isObject(wait)) throw invalidOption(path, `'refuse' or an object`, wait);
  knownKeys(path, wait, ['callersMax', 'timeoutMs']);
  return Object.freeze({
    callersMax: numberOption(`${path}.callersMax`, wait.callersMax, COUNT, 100),
    timeoutMs: numberOption(`${path}.timeoutMs`, wait.timeoutMs, SPAN, probeTimeoutMs),
  });
}

function resolveBulkhead(
  bulkhead: BulkheadOptions | undefined,
  path: string,
): ResolvedBulkhead | null {
  if (bulkhead === undefined) return null;
  knownKeys(path, bulkhead, ['callsMax', 'queueMax', 'queueTimeoutMs']);
  if (bulkhead.callsMax === undefined) {
    throw invalidOption(`${path}.callsMax`, 'given', bulkhead.callsMax);
  }
  return Object.freeze({
    callsMax: numberOption(`${path}.callsMax`, bulkhead.callsMax, COUNT, 0),
    queueMax: numberOption(`${path}.queueMax`, bulkhead.queueMax, { ...COUNT, min: 0 }, 0),
    queueTimeoutMs: optionalSpan(`${path}.queueTimeoutMs`, bulkhead.queueTimeoutMs),
  });
}

function resolveRetry(retry: RetryOptions | undefined, path: string): ResolvedRetry | null {
  if (retry === undefined) return null;
  knownKeys(path, retry, ['attemptsMax', 'delayMs', 'delayMaxMs', 'totalMs', 'retryIf']);
  functionOption(`${path}.retryIf`, retry.retryIf);
  const delayMs = numberOption(`${path}.delayMs`, retry.delayMs, { min: 0 }, 200);
  const delayMaxMs = numberOption(
    `${path}.delayMaxMs`,
    retry.delayMaxMs,
    { min: 0 },
    Math.max(10_000, delayMs),
  );
  if (delayMaxMs < delayMs) {
    throw invalidOption(`${path}.delayMaxMs`, `at least delayMs (${delayMs})`, delayMaxMs);
  }
  return Object.freeze({
    attemptsMax: numberOption(`${path}.attemptsMax`, retry.attemptsMax, { ...COUNT, max: 100 }, 3),
    delayMs,
    delayMaxMs,
    totalMs: numberOption(`${path}.totalMs`, retry.totalMs, SPAN, 60_000),
    retryIf: retry.retryIf ?? null,
  });
}

function checkMatcher(path: string, matcher: unknown): void {
  if (matcher === undefined || isErrorClass(matcher)) return;
  // Any other class would be called as a predicate, and throw whenever it is asked.
  if (typeof matcher === 'function' && !isClass(matcher)) return;
  if (Array.isArray(matcher) && matcher.every(isErrorClass)) return;
  throw invalidOption(path, 'an error class, an array of them, or a predicate', matcher);
}

const isClass = (value: object): boolean =>
  Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
