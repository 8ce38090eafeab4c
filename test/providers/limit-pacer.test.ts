/** Slowing down before a provider's rate limit is hit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { LimitPacer } from '../../services/providers/limit-pacer.ts';
import type { RateLimits } from '../../services/providers/profile.ts';

const NONE: RateLimits = {
  requestsMax: null,
  requestsRemaining: null,
  requestsResetAtMs: null,
  tokensMax: null,
  tokensRemaining: null,
  tokensResetAtMs: null,
};

describe('CRIT-41 rate limits are respected before they are hit', () => {
  test('what nobody told limits nothing', () => {
    const pacer = new LimitPacer();
    expect(pacer.take('a', 1_000, 0)).toBe(0);
    pacer.hear('a', NONE, 0);
    expect(pacer.take('a', 1_000_000, 0)).toBe(0);
  });

  test('requests that are left go at once, the next one waits for what refills', () => {
    const pacer = new LimitPacer();
    // At least 57 of 60 are used, for 2 may be 2.9: all are back in 57 s, one each second.
    const said = { ...NONE, requestsMax: 60, requestsRemaining: 2, requestsResetAtMs: 57_000 };
    pacer.hear('a', said, 0);
    const delays = [1, 2, 3, 4].map(() => pacer.take('a', 0, 0));
    expect(delays).toEqual([0, 0, 1_000, 2_000]);
    expect(pacer.take('b', 0, 0)).toBe(0);
  });

  test('without a maximum nothing refills before all of it does', () => {
    const pacer = new LimitPacer();
    pacer.hear('a', { ...NONE, requestsRemaining: 0, requestsResetAtMs: 20_000 }, 5_000);
    expect(pacer.take('a', 0, 6_000)).toBe(14_000);
    expect(pacer.take('a', 0, 20_000)).toBe(0);
  });

  test('tokens count as well as requests, and a request larger than the limit waits for all', () => {
    const pacer = new LimitPacer();
    const said = { ...NONE, tokensMax: 1_000, tokensRemaining: 499, tokensResetAtMs: 5_000 };
    pacer.hear('a', said, 0);
    expect(pacer.take('a', 400, 0)).toBe(0);
    // 901 are missing, and 100 come back each second.
    expect(pacer.take('a', 50_000, 0)).toBe(9_010);
  });

  test('what was taken and not sent is given back', () => {
    const pacer = new LimitPacer();
    pacer.hear(
      'a',
      { ...NONE, requestsMax: 10, requestsRemaining: 1, requestsResetAtMs: 9_000 },
      0,
    );
    expect(pacer.take('a', 0, 0)).toBe(0);
    pacer.giveBack('a', 0);
    expect(pacer.take('a', 0, 0)).toBe(0);
    expect(pacer.take('a', 0, 0)).toBeGreaterThan(0);
  });

  test('those who wait go one after the other, however soon all was said to be back', () => {
    const pacer = new LimitPacer();
    // Of 30 in a minute one is used, which is back in 2 s: 60 more take their time all the same.
    const said = { ...NONE, requestsMax: 30, requestsRemaining: 29, requestsResetAtMs: 2_000 };
    pacer.hear('a', said, 0);
    const delays = Array.from({ length: 60 }, () => pacer.take('a', 0, 0));
    expect(delays.slice(0, 29).every((delayMs) => delayMs === 0)).toBe(true);
    expect(delays.slice(29).map(Math.round)).toEqual(
      Array.from({ length: 31 }, (_, index) => (index + 1) * 2_000),
    );
    expect(pacer.take('a', 0, 3_000)).toBeGreaterThan(60_000);
  });

  test('what an answer tells as left knows nothing of requests that are on their way', () => {
    const pacer = new LimitPacer();
    const said = { ...NONE, requestsMax: 10, requestsRemaining: 4, requestsResetAtMs: 50_000 };
    pacer.hear('a', said, 0);
    const taken = Array.from({ length: 4 }, () => pacer.take('a', 0, 0));
    expect(taken).toEqual([0, 0, 0, 0]);
    // The first is answered: three others are still on their way.
    pacer.answered('a', 0);
    pacer.hear('a', { ...said, requestsRemaining: 3 }, 0);
    expect(pacer.take('a', 0, 0)).toBeGreaterThan(0);
  });

  test('whatever was said, there is an end to every wait, and to what is on its way', () => {
    const limit = fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: null });
    fc.assert(
      fc.property(limit, limit, fc.integer({ min: 0, max: 60_000 }), (max, left, resetAtMs) => {
        const pacer = new LimitPacer();
        const requests = {
          requestsMax: max,
          requestsRemaining: left,
          requestsResetAtMs: resetAtMs,
        };
        pacer.hear('a', { ...NONE, ...requests }, 0);
        for (let nowMs = 0; nowMs < 70_000; nowMs += 3_000) {
          const delayMs = pacer.take('a', 10, nowMs);
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(delayMs)).toBe(true);
          pacer.giveBack('a', 10);
        }
        const last = { requestsMax: 5, requestsRemaining: 5, requestsResetAtMs: 70_000 };
        pacer.hear('a', { ...NONE, ...last }, 70_000);
        expect(pacer.take('a', 10, 70_000)).toBe(0);
      }),
    );
  });
});
