/**
 * When a provider wants to hear from us again, and how near its limits we are: from its headers.
 * Those that count are `retry-after-ms`, `retry-after` (RFC 9110, 10.2.3) and OpenAI's
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, whose resets are durations as Go writes
 * them ("6m0s"; rate limits guide of the OpenAI platform). A header that says nothing sensible says
 * nothing. A wait of more than 24 hours counts as 24 hours, and of more than 31 days as a mistake:
 * an instant where a span should be.
 */
import type { RateLimits } from './profile.ts';

/** Longest wait that is believed. */
export const WAIT_MS_MAX = 86_400_000;
const MISTAKEN_MS = 31 * WAIT_MS_MAX;
const TEXT_LENGTH_MAX = 64;

/**
 * Wall-clock milliseconds before which the provider wants no other call; null: it does not say.
 * Where neither header for it is there, the latest reset of a limit of which nothing remains, or
 * of which only the reset is told.
 */
export function retryAtMsFrom(headers: Headers, nowMs: number): number | null {
  const waitMs =
    believed(decimalFrom(headers.get('retry-after-ms'))) ?? retryAfterMs(headers, nowMs);
  return waitMs === null ? exhaustedUntilMs(headers, nowMs) : nowMs + waitMs;
}

/** What OpenAI's headers say about our limits; null where they do not say what is left of them. */
export function rateLimitsFrom(headers: Headers, nowMs: number): RateLimits | null {
  // Most servers that speak this API tell none of it, and each look costs as much as all the rest.
  if (!headers.has(REMAINING.requests) && !headers.has(REMAINING.tokens)) return null;
  const requests = limitFrom(headers, 'requests', nowMs);
  const tokens = limitFrom(headers, 'tokens', nowMs);
  if (requests === null && tokens === null) return null;
  return {
    requestsMax: requests?.max ?? null,
    requestsRemaining: requests?.remaining ?? null,
    requestsResetAtMs: requests?.resetAtMs ?? null,
    tokensMax: tokens?.max ?? null,
    tokensRemaining: tokens?.remaining ?? null,
    tokensResetAtMs: tokens?.resetAtMs ?? null,
  };
}

/**
 * Milliseconds of a duration as Go writes it: "1s", "6m0s", "20ms", "1h2m3.5s"; rounded up to whole
 * ones. Null for anything else, negative ones included.
 */
export function durationMsFrom(text: string): number | null {
  if (text === '0') return 0;
  if (text === '' || text.length > TEXT_LENGTH_MAX) return null;
  let ms = 0;
  for (let at = 0; at < text.length;) {
    const unitAt = numberEnd(text, at);
    let end = unitAt;
    while (end < text.length && !isOfNumber(text.charCodeAt(end))) end++;
    const unitMs = UNIT_MS.get(text.slice(unitAt, end));
    if (unitAt === at || unitMs === undefined) return null;
    ms += Number(text.slice(at, unitAt)) * unitMs;
    at = end;
  }
  return Number.isFinite(ms) ? wholeMs(ms) : null;
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['\u00b5s', 1e-3],
  ['ns', 1e-6],
]);

/** Rounded up, but not because 1.1 s are 1,100.0000000000002 ms in binary. */
const wholeMs = (ms: number): number => Math.ceil(Math.round(ms * 1000) / 1000);

/** Digits and the point. */
const isOfNumber = (code: number): boolean => code === 46 || (code >= 48 && code <= 57);

function numberEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end++;
  return end;
}

/** A number as people write it: digits, and perhaps a point between them. Null for all else. */
function decimalFrom(text: string | null): number | null {
  if (text === null || text === '' || text.length > TEXT_LENGTH_MAX) return null;
  if (numberEnd(text, 0) !== text.length) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function believed(ms: number | null): number | null {
  return ms === null || ms < 0 || ms > MISTAKEN_MS ? null : Math.min(wholeMs(ms), WAIT_MS_MAX);
}

/** An HTTP date is measured from the response's own date, where it has one: clocks differ. */
function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const text = headers.get('retry-after');
  const seconds = decimalFrom(text);
  if (seconds !== null) return believed(seconds * 1000);
  const atMs = httpDateMs(text);
  return atMs === null ? null : believed(atMs - (httpDateMs(headers.get('date')) ?? nowMs));
}

const WEEKDAYS: ReadonlySet<string> = new Set(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']);

/** The three forms of RFC 9110, 5.6.7. The oldest, `asctime`, names no zone and means GMT. */
function httpDateMs(text: string | null): number | null {
  if (text === null || text.length > TEXT_LENGTH_MAX) return null;
  if (!WEEKDAYS.has(text.slice(0, 3).toLowerCase())) return null;
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? null : atMs;
}

const REMAINING = {
  requests: 'x-ratelimit-remaining-requests',
  tokens: 'x-ratelimit-remaining-tokens',
} as const;

interface Limit {
  readonly max: number | null;
  readonly remaining: number | null;
  readonly resetAtMs: number | null;
}

/** Azure answers some requests with -1 or 0 for both: 0 left and no wait for more says nothing. */
function limitFrom(headers: Headers, what: 'requests' | 'tokens', nowMs: number): Limit | null {
  const remainingText = headers.get(REMAINING[what]);
  const reset = headers.get(`x-ratelimit-reset-${what}`);
  if (remainingText === null && reset === null) return null;
  const max = decimalFrom(headers.get(`x-ratelimit-limit-${what}`));
  const remaining = decimalFrom(remainingText);
  const resetMs = reset === null ? null : believed(durationMsFrom(reset));
  const isSaid = remaining === null || remaining === 0 ? (resetMs ?? 0) > 0 : true;
  if (!isSaid) return null;
  return {
    max: max === 0 ? null : max,
    remaining,
    resetAtMs: resetMs === null ? null : nowMs + resetMs,
  };
}

function exhaustedUntilMs(headers: Headers, nowMs: number): number | null {
  let untilMs: number | null = null;
  for (const what of ['requests', 'tokens'] as const) {
    const limit = limitFrom(headers, what, nowMs);
    const isExhausted = limit !== null && (limit.remaining ?? 0) === 0;
    if (isExhausted && limit.resetAtMs !== null) untilMs = Math.max(untilMs ?? 0, limit.resetAtMs);
  }
  return untilMs;
}
