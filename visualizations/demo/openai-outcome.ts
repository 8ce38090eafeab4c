/**
 * What an error of the official OpenAI client means for a breaker. It reads what the errors carry
 * (status, type, code, headers) and not their classes, so that any version of the client will do.
 */
import type { Settled, Verdict } from '../../index.ts';

interface ApiFault {
  readonly status?: unknown;
  readonly type?: unknown;
  readonly code?: unknown;
  readonly headers?: unknown;
}

/** Classifies how a call through the client ended; undefined for a success. */
export function openaiOutcome(settled: Settled, nowMs: number): Verdict | undefined {
  if (settled.ok) return undefined;
  const { error } = settled;
  if (typeof error !== 'object' || error === null) return { outcome: 'failed' };
  const { status, type, headers }: ApiFault = error;
  // No status: the connection was refused, cut or timed out.
  if (typeof status !== 'number') return { outcome: 'failed', retryable: true };
  switch (status) {
    case 401:
      return { outcome: 'unauthorized' };
    case 429: {
      // No waiting helps an account without credit, whatever its code says more exactly.
      if (type === 'insufficient_quota') return { outcome: 'over_quota' };
      const retryAfterMs = retryAfterMsOf(headers, nowMs);
      if (retryAfterMs === undefined) return { outcome: 'rate_limited' };
      return { outcome: 'rate_limited', retryAtMs: nowMs + retryAfterMs };
    }
    case 408:
    case 409:
      return { outcome: 'failed', retryable: true };
    default:
      // Below 500 the request itself is at fault, which says nothing about the provider's health.
      return status >= 500 ? { outcome: 'failed', retryable: true } : { outcome: 'ignored' };
  }
}

/** From `retry-after-ms`, else from `retry-after` in seconds or as a date. */
function retryAfterMsOf(headers: unknown, nowMs: number): number | undefined {
  if (!(headers instanceof Headers)) return undefined;
  const ms = amount(headers.get('retry-after-ms'));
  if (ms !== undefined) return ms;
  const text = headers.get('retry-after');
  const seconds = amount(text);
  if (seconds !== undefined) return seconds * 1000;
  const dateMs = text === null ? NaN : Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function amount(text: string | null): number | undefined {
  const number = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
