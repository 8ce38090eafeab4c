/** Options read, defaulted, checked and frozen in one place. */
import {
  choiceOption,
  COUNT_RANGE,
  functionOption,
  invalidOption,
  knownKeys,
  numberOption,
  SPAN_RANGE,
  spanOption,
} from './check.ts';
import { resolveLimited } from './cost/rules/rule-shedding.ts';
import { MODES, type BreakerOptions, type ResolvedOptions } from './options.ts';
import { compileClassify, isErrorClass } from './outcome.ts';
import { resolveBulkhead, resolveProbeWait, resolveRetry } from './resolve-layers.ts';
import { resolveInterval, resolveTrip } from './resolve-trip.ts';
import type { ResolvedTrip } from './trip-policy.ts';

const TEXT_MAX = 256;
const TOKENS = { min: 1, max: 1_000_000_000, integer: true };

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
  'provider',
  'requireCost',
  'defaultMaxOutputTokens',
  'limited',
  'failOn',
  'ignore',
  'failOnResult',
  'classify',
] as const satisfies readonly (keyof BreakerOptions)[];

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
    SPAN_RANGE,
    60_000,
  );
  checkMatcher(`${path}.failOn`, options.failOn);
  checkMatcher(`${path}.ignore`, options.ignore);
  functionOption(`${path}.failOnResult`, options.failOnResult);
  functionOption(`${path}.classify`, options.classify);
  const timeoutMs = spanOption(`${path}.timeoutMs`, options.timeoutMs);
  const bulkhead = resolveBulkhead(options.bulkhead, `${path}.bulkhead`);
  const retry = resolveRetry(options.retry, `${path}.retry`);
  const mode = choiceOption(`${path}.mode`, options.mode, MODES, 'enforce');
  const resultsSucceed = options.classify === undefined && options.failOnResult === undefined;
  const slowCallMs = slowCallMsOf(trip);
  const isMeasured = slowCallMs !== null || trip.policy === 'custom';
  const requireCost = flagOption(`${path}.requireCost`, options.requireCost);
  const hasLayers = timeoutMs !== null || bulkhead !== null || retry !== null;
  return Object.freeze<ResolvedOptions>({
    given: options,
    trip,
    slowCallMs,
    recoveryTimeoutMs,
    interval: resolveInterval(options.openInterval, recoveryTimeoutMs, `${path}.openInterval`),
    probesMax: numberOption(`${path}.probesMax`, options.probesMax, COUNT_RANGE, 1),
    probesNeeded: numberOption(`${path}.probesNeeded`, options.probesNeeded, COUNT_RANGE, 1),
    probeTimeoutMs,
    probeWait: resolveProbeWait(options.probeWait, probeTimeoutMs, `${path}.probeWait`),
    permitTimeoutMs: numberOption(
      `${path}.permitTimeoutMs`,
      options.permitTimeoutMs,
      SPAN_RANGE,
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
    isBare: mode === 'enforce' && resultsSucceed && !hasLayers && !requireCost,
    provider: textOption(`${path}.provider`, options.provider),
    requireCost,
    defaultMaxOutputTokens: tokensOption(
      `${path}.defaultMaxOutputTokens`,
      options.defaultMaxOutputTokens,
    ),
    limited: resolveLimited(`${path}.limited`, options.limited),
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

function textOption(path: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX) return value;
  throw invalidOption(path, `a string of 1 to ${TEXT_MAX} characters`, value);
}

function flagOption(path: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw invalidOption(path, 'true or false', value);
}

function tokensOption(path: string, value: unknown): number | null {
  return value === undefined ? null : numberOption(path, value, TOKENS, 1);
}

function slowCallMsOf(trip: ResolvedTrip): number | null {
  return trip.policy === 'count' || trip.policy === 'time' ? trip.slowCallMs : null;
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
