/** When a provider wants to hear from us again, from what its headers say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  durationMsFrom,
  rateLimitsFrom,
  retryAtMsFrom,
  WAIT_MS_MAX,
} from '../../services/providers/retry-times.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
const httpDate = (atMs: number): string => new Date(atMs).toUTCString();

/** Milliseconds to wait; null: unsaid. */
function waitMs(headers: Record<string, string>): number | null {
  const atMs = retryAtMsFrom(new Headers(headers), NOW_MS);
  return atMs === null ? null : atMs - NOW_MS;
}

describe('the instant of the next try', () => {
  it.each([
    [{ 'retry-after-ms': '1500' }, 1500],
    [{ 'retry-after-ms': '20.4' }, 21],
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': ' 1.5 ' }, 1500],
    [{ 'retry-after': '1.1' }, 1100],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '300', 'retry-after': '7' }, 300],
    [{ 'retry-after-ms': 'soon', 'retry-after': '7' }, 7000],
    [{ 'retry-after': '7', 'x-ratelimit-reset-requests': '1h' }, 7000],
  ])('is read from %j', (headers, expected) => {
    expect(waitMs(headers)).toBe(expected);
  });

  it.each([
    '',
    '-1',
    '-0.5',
    'NaN',
    'Infinity',
    '1e3',
    '0x10',
    '1,2',
    '.',
    '1.2.3',
    '+5',
    '७',
    '5s',
  ])('is not read from "%s"', (text) => {
    // Fetch itself refuses what is no header value; what comes from a network is latin-1.
    const value = Buffer.from(text).toString('latin1');
    expect(waitMs({ 'retry-after': value })).toBeNull();
    expect(waitMs({ 'retry-after-ms': value })).toBeNull();
  });

  it('is at most 24 hours away, and what is over 31 days is taken for a mistake', () => {
    expect(waitMs({ 'retry-after': '86400' })).toBe(WAIT_MS_MAX);
    expect(waitMs({ 'retry-after': '86401' })).toBe(WAIT_MS_MAX);
    expect(waitMs({ 'retry-after': String(31 * 86_400) })).toBe(WAIT_MS_MAX);
    expect(waitMs({ 'retry-after': String(31 * 86_400 + 1) })).toBeNull();
    expect(waitMs({ 'retry-after': String(NOW_MS / 1000) })).toBeNull();
    expect(waitMs({ 'retry-after': '9'.repeat(400) })).toBeNull();
  });

  it.each([
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sunday, 22-Nov-26 12:00:30 GMT', 30_000],
    ['Sun Nov 22 12:00:30 2026', 30_000],
    ['Sun, 22 Nov 2026 11:59:59 GMT', null],
    ['Sun, 22 Nov 2026 25:61:00 GMT', null],
    ['Sun, 99999 GMT', null],
    ['Nov 25 2026', null],
    ['2026-11-22', null],
    ['tomorrow', null],
  ])('is read from the HTTP date "%s"', (date, expected) => {
    expect(waitMs({ 'retry-after': date })).toBe(expected);
  });

  it('follows the clock of the provider where its date is an HTTP date too', () => {
    const anHourAgoMs = NOW_MS - 3_600_000;
    const headers = { 'retry-after': httpDate(anHourAgoMs + 5000), date: httpDate(anHourAgoMs) };
    expect(waitMs(headers)).toBe(5000);
    expect(waitMs({ ...headers, date: 'unknown' })).toBeNull();
  });

  it('is the latest reset of a limit of which nothing remains', () => {
    const headers = {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(waitMs(headers)).toBe(360_000);
    expect(waitMs({ ...headers, 'x-ratelimit-remaining-tokens': '90' })).toBe(1000);
    expect(waitMs({ ...headers, 'x-ratelimit-reset-requests': '1h' })).toBe(3_600_000);
    expect(waitMs({ 'x-ratelimit-reset-requests': '20ms' })).toBe(20);
    expect(
      waitMs({ 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '1s' }),
    ).toBeNull();
    expect(waitMs({})).toBeNull();
  });
});

describe('durations as Go writes them', () => {
  it.each([
    ['1s', 1000],
    ['6m0s', 360_000],
    ['20ms', 20],
    ['1h2m3.5s', 3_723_500],
    ['1.1s', 1100],
    ['0s', 0],
    ['0', 0],
    ['.5s', 500],
    ['8.64s', 8640],
    ['1m26.4s', 86_400],
    ['1500us', 2],
    ['1500µs', 2],
    ['10ns', 0],
  ])('%s', (text, expected) => {
    expect(durationMsFrom(text)).toBe(expected);
  });

  it.each(['', '-1', '-1s', '1', 's', '1 s', '1s ', '1d', '1S', '1s2', '..s', '1e3s', 'Infinitys'])(
    '"%s" is none',
    (text) => {
      expect(durationMsFrom(text)).toBeNull();
    },
  );

  it('come back from any hours, minutes, seconds and milliseconds', () => {
    const part = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        const expected = ((h * 60 + m) * 60 + s) * 1000 + ms;
        expect(durationMsFrom(`${h}h${m}m${s}s${ms}ms`)).toBe(expected);
        expect(durationMsFrom(`${h}h${m}m${s}.${String(ms).padStart(3, '0')}s`)).toBe(expected);
      }),
    );
  });

  it('never throw, and are never negative or endless', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9.hmsun\u00b5 +-]{0,80}$/), (text) => {
        const ms = durationMsFrom(text);
        expect(ms === null || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
    );
  });
});

describe('rate limits', () => {
  const limits = (headers: Record<string, string>) => rateLimitsFrom(new Headers(headers), NOW_MS);
  const NOTHING = {
    requestsMax: null,
    requestsRemaining: null,
    requestsResetAtMs: null,
    tokensMax: null,
    tokensRemaining: null,
    tokensResetAtMs: null,
  };

  it('are read from the headers of OpenAI', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(limits(headers)).toEqual({
      requestsMax: 60,
      requestsRemaining: 59,
      requestsResetAtMs: NOW_MS + 1000,
      tokensMax: 150_000,
      tokensRemaining: 149_984,
      tokensResetAtMs: NOW_MS + 360_000,
    });
  });

  it('are unknown where a provider has none, or says -1 or 0 for all, as Azure may', () => {
    expect(limits({})).toBeNull();
    for (const nothing of ['-1', '0', '']) {
      const headers = {
        'x-ratelimit-limit-tokens': nothing,
        'x-ratelimit-remaining-requests': nothing,
        'x-ratelimit-remaining-tokens': nothing,
        'x-ratelimit-reset-tokens': nothing,
      };
      expect(limits(headers), nothing).toBeNull();
    }
    expect(limits({ 'x-ratelimit-remaining-requests': '0' })).toBeNull();
  });

  it('are read one by one where only some are there', () => {
    const some = { 'x-ratelimit-limit-tokens': '0', 'x-ratelimit-remaining-tokens': '12' };
    expect(limits(some)).toEqual({ ...NOTHING, tokensRemaining: 12 });
    expect(
      limits({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' }),
    ).toEqual({ ...NOTHING, requestsRemaining: 0, requestsResetAtMs: NOW_MS + 2000 });
  });
});
