/** Reads the options of what stands around a call. */
import {
  COUNT_RANGE,
  functionOption,
  invalidOption,
  isObject,
  knownKeys,
  numberOption,
  SPAN_RANGE,
  spanOption,
} from './check.ts';
import type {
  BreakerOptions,
  BulkheadOptions,
  ResolvedBulkhead,
  ResolvedOptions,
  ResolvedRetry,
  RetryOptions,
} from './options.ts';

export function resolveProbeWait(
  wait: BreakerOptions['probeWait'],
  probeTimeoutMs: number,
  path: string,
): ResolvedOptions['probeWait'] {
  if (wait === undefined || wait === 'refuse') return null;
  if (!isObject(wait)) throw invalidOption(path, `'refuse' or an object`, wait);
  knownKeys(path, wait, ['callersMax', 'timeoutMs']);
  return Object.freeze({
    callersMax: numberOption(`${path}.callersMax`, wait.callersMax, COUNT_RANGE, 100),
    timeoutMs: numberOption(`${path}.timeoutMs`, wait.timeoutMs, SPAN_RANGE, probeTimeoutMs),
  });
}

export function resolveBulkhead(
  bulkhead: BulkheadOptions | undefined,
  path: string,
): ResolvedBulkhead | null {
  if (bulkhead === undefined) return null;
  knownKeys(path, bulkhead, ['callsMax', 'queueMax', 'queueTimeoutMs']);
  if (bulkhead.callsMax === undefined) {
    throw invalidOption(`${path}.callsMax`, 'given', bulkhead.callsMax);
  }
  return Object.freeze({
    callsMax: numberOption(`${path}.callsMax`, bulkhead.callsMax, COUNT_RANGE, 0),
    queueMax: numberOption(`${path}.queueMax`, bulkhead.queueMax, { ...COUNT_RANGE, min: 0 }, 0),
    queueTimeoutMs: spanOption(`${path}.queueTimeoutMs`, bulkhead.queueTimeoutMs),
  });
}

export function resolveRetry(retry: RetryOptions | undefined, path: string): ResolvedRetry | null {
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
    attemptsMax: numberOption(
      `${path}.attemptsMax`,
      retry.attemptsMax,
      { ...COUNT_RANGE, max: 100 },
      3,
    ),
    delayMs,
    delayMaxMs,
    totalMs: numberOption(`${path}.totalMs`, retry.totalMs, SPAN_RANGE, 60_000),
    retryIf: retry.retryIf ?? null,
  });
}
