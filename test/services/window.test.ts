/** Windows that count outcomes, against a naive list of every call ever made. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { CountWindow, TimeWindow, type OutcomeWindow } from '../../services/window.ts';

interface Call {
  failed: boolean;
  readonly slow: boolean;
  /** When it was counted. */
  readonly atMs: number;
}

const sums = (calls: readonly Call[]) => ({
  calls: calls.length,
  failures: calls.filter(({ failed }) => failed).length,
  slow: calls.filter(({ slow }) => slow).length,
});

/** `FSsf`: failed, succeeded, succeeded but slow, failed and slow. */
function addAll(window: OutcomeWindow, letters: string, nowMs = 0): void {
  for (const letter of letters) {
    window.add('Ff'.includes(letter), 'sf'.includes(letter), nowMs);
  }
}

describe('a count window', () => {
  test('holds the last calls, and the oldest falls out first', () => {
    const window = new CountWindow(3);
    addAll(window, 'FFS');
    expect(window.totals).toEqual({ calls: 3, failures: 2, slow: 0 });
    addAll(window, 'S');
    expect(window.totals).toEqual({ calls: 3, failures: 1, slow: 0 });
    addAll(window, 'SS');
    expect(window.totals).toEqual({ calls: 3, failures: 0, slow: 0 });
  });

  test('counts a call that failed slowly as both', () => {
    const window = new CountWindow(3);
    addAll(window, 'fs');
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 2 });
  });

  test('lets a running call that was counted turn out to have failed, once', () => {
    const window = new CountWindow(3);
    const place = window.add(false, true, 0);
    window.markFailed(place, 0);
    window.markFailed(place, 0);
    expect(window.totals).toEqual({ calls: 1, failures: 1, slow: 1 });
  });

  test('counts the failure of a call that has fallen out of it as a new one', () => {
    const window = new CountWindow(2);
    const place = window.add(false, true, 0);
    addAll(window, 'SS');
    window.markFailed(place, 0);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 0 });
  });

  test('knows no place from before it was cleared', () => {
    const window = new CountWindow(3);
    const place = window.add(false, true, 0);
    window.clear();
    window.markFailed(place, 0);
    expect(window.totals).toEqual({ calls: 1, failures: 1, slow: 0 });
    addAll(window, 'SSS');
    expect(window.totals).toEqual({ calls: 3, failures: 0, slow: 0 });
  });

  test('adds up to what a list of all calls says, whatever is done', () => {
    const step = fc.record({ failed: fc.boolean(), slow: fc.boolean(), mark: fc.nat(30) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step), (size, steps) => {
        const window = new CountWindow(size);
        const calls: Call[] = [];
        for (const { failed, slow, mark } of steps) {
          if (mark < calls.length) {
            const isGone = mark < calls.length - size;
            if (isGone) calls.push({ failed: true, slow: false, atMs: 0 });
            else (calls[mark] as Call).failed = true;
            window.markFailed(mark, 0);
          } else {
            expect(window.add(failed, slow, 0)).toBe(calls.length);
            calls.push({ failed, slow, atMs: 0 });
          }
          expect(window.totals).toEqual(sums(calls.slice(-size)));
        }
      }),
    );
  });
});

describe('a time window', () => {
  test('holds the calls of its span', () => {
    const window = new TimeWindow(10_000, 0);
    addAll(window, 'FS', 0);
    addAll(window, 'FS', 5_000);
    window.advance(9_999);
    expect(window.totals).toEqual({ calls: 4, failures: 2, slow: 0 });
    window.advance(10_000);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 0 });
    window.advance(15_000);
    expect(window.totals).toEqual({ calls: 0, failures: 0, slow: 0 });
  });

  test('forgets across an idle gap, however long', () => {
    const window = new TimeWindow(5_000, 0);
    addAll(window, 'FFFFFFFFF', 0);
    window.add(true, false, 24 * 3_600_000);
    expect(window.totals).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  test('takes a place from before for what it is: in the window, or fallen out', () => {
    const window = new TimeWindow(10_000, 0);
    const place = window.add(false, true, 0);
    window.markFailed(place, 9_999);
    expect(window.totals).toEqual({ calls: 1, failures: 1, slow: 1 });
    window.markFailed(place, 10_000);
    expect(window.totals).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  test('adds up to what a list of all calls says, slice by slice', () => {
    const step = fc.record({
      failed: fc.boolean(),
      slow: fc.boolean(),
      afterMs: fc.oneof(fc.nat(300), fc.nat(5_000)),
    });
    fc.assert(
      fc.property(fc.array(step), fc.nat(100_000), (steps, startMs) => {
        const window = new TimeWindow(1_000, startMs);
        const sliceOf = (atMs: number): number => Math.floor((atMs - startMs) / 100);
        const calls: Call[] = [];
        let nowMs = startMs;
        for (const { failed, slow, afterMs } of steps) {
          nowMs += afterMs;
          window.add(failed, slow, nowMs);
          calls.push({ failed, slow, atMs: nowMs });
          const held = calls.filter(({ atMs }) => sliceOf(atMs) > sliceOf(nowMs) - 10);
          expect(window.totals).toEqual(sums(held));
        }
      }),
    );
  });

  test('never holds a call older than its span, always one younger than nine tenths of it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 60 }), (gaps) => {
        const window = new TimeWindow(1_000, 0);
        const atMs: number[] = [];
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          window.add(true, false, nowMs);
          atMs.push(nowMs);
          const young = atMs.filter((ms) => ms > nowMs - 900).length;
          const notOld = atMs.filter((ms) => ms > nowMs - 1_000).length;
          expect(window.totals.calls).toBeGreaterThanOrEqual(young);
          expect(window.totals.calls).toBeLessThanOrEqual(notOld);
        }
      }),
    );
  });
});
