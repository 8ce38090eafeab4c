/** How fast money is spent, counted over a sliding minute and a sliding hour. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { SpendRate, SlidingSum } from '../../services/cost/rules/spend-rate.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('what is spent counts for a minute and for an hour', () => {
  const rate = new SpendRate();
  rate.add(700, 500);
  const shown = (nowMs: number): readonly number[] => [
    rate.lastMinuteNanoUsd(nowMs),
    rate.lastHourNanoUsd(nowMs),
  ];
  expect(shown(500)).toEqual([700, 700]);
  expect(shown(MINUTE - 1)).toEqual([700, 700]);
  expect(shown(MINUTE)).toEqual([0, 700]);
  expect(shown(HOUR - 1)).toEqual([0, 700]);
  expect(shown(HOUR)).toEqual([0, 0]);
});

test('an idle gap of any length leaves nothing behind', () => {
  for (const gapMs of [MINUTE, 61 * SECOND, 2 * MINUTE, HOUR, 100 * HOUR + 7]) {
    const rate = new SpendRate();
    for (let second = 0; second < 60; second++) rate.add(10, second * SECOND);
    expect(rate.lastMinuteNanoUsd(59 * SECOND)).toBe(600);
    rate.add(3, 59 * SECOND + gapMs);
    expect(rate.lastMinuteNanoUsd(59 * SECOND + gapMs)).toBe(3);
  }
});

describe('a correction', () => {
  test('goes to the place of what it corrects', () => {
    const rate = new SpendRate();
    rate.add(100, 0);
    rate.add(100, 30 * SECOND);
    rate.correct(-40, 0, 40 * SECOND);
    expect(rate.lastMinuteNanoUsd(40 * SECOND)).toBe(160);
    expect(rate.lastMinuteNanoUsd(MINUTE)).toBe(100);
  });

  test('of a call that was not made takes it out', () => {
    const rate = new SpendRate();
    rate.add(100, 10);
    rate.correct(-100, 10, 20);
    expect([rate.lastMinuteNanoUsd(20), rate.lastHourNanoUsd(20)]).toEqual([0, 0]);
  });

  test('downwards comes to nothing when its place is gone', () => {
    const rate = new SpendRate();
    rate.add(100, 0);
    rate.add(50, 70 * SECOND);
    rate.correct(-100, 0, 71 * SECOND);
    expect(rate.lastMinuteNanoUsd(71 * SECOND)).toBe(50);
    expect(rate.lastHourNanoUsd(71 * SECOND)).toBe(50);
  });

  test('finds its place until the minute is over', () => {
    for (const [nowMs, expected] of [
      [MINUTE - 1, 107],
      [MINUTE, 0],
    ] as const) {
      const rate = new SpendRate();
      rate.add(100, 0);
      rate.correct(7, 0, MINUTE - 1);
      expect(rate.lastMinuteNanoUsd(nowMs)).toBe(expected);
      const sum = new SlidingSum(60, SECOND);
      sum.add(100, 0);
      expect(sum.correct(7, 0, nowMs)).toBe(nowMs < MINUTE);
      expect(sum.total(nowMs)).toBe(expected);
    }
  });

  test('upwards counts now when its place is gone: no long call escapes the rate', () => {
    const rate = new SpendRate();
    rate.add(1, 0);
    rate.correct(999, 0, 90 * SECOND);
    expect(rate.lastMinuteNanoUsd(90 * SECOND)).toBe(999);
    expect(rate.lastHourNanoUsd(90 * SECOND)).toBe(1000);
    expect(rate.lastMinuteNanoUsd(149 * SECOND)).toBe(999);
    expect(rate.lastMinuteNanoUsd(150 * SECOND)).toBe(0);
  });
});

test('sums agree with a list of everything that was counted', () => {
  const step = fc.record({
    waitMs: fc.oneof(fc.nat(400), fc.nat(5000), fc.nat(200_000)),
    amount: fc.nat(1_000_000),
    corrects: fc.option(fc.record({ which: fc.nat(20), amount: fc.nat(1_000_000) })),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const sum = new SlidingSum(60, SECOND);
      const counted: { slot: number; atMs: number; amount: number }[] = [];
      let nowMs = 0;
      for (const { waitMs, amount, corrects } of steps) {
        nowMs += waitMs;
        const isIn = (slot: number): boolean => slot > Math.floor(nowMs / SECOND) - 60;
        const target = corrects === null ? undefined : counted.at(corrects.which % counted.length);
        if (corrects === null || target === undefined) {
          sum.add(amount, nowMs);
          counted.push({ slot: Math.floor(nowMs / SECOND), atMs: nowMs, amount });
        } else {
          expect(sum.correct(corrects.amount, target.atMs, nowMs)).toBe(isIn(target.slot));
          target.amount += corrects.amount;
        }
        const expected = counted.filter(({ slot }) => isIn(slot));
        expect(sum.total(nowMs)).toBe(expected.reduce((total, one) => total + one.amount, 0));
      }
    }),
  );
});

test('sums beyond what a number holds exactly become exact again', () => {
  const sum = new SlidingSum(60, SECOND);
  sum.add(Number.MAX_SAFE_INTEGER, 0);
  sum.add(Number.MAX_SAFE_INTEGER, SECOND);
  sum.add(3, 2 * SECOND);
  expect(sum.total(61 * SECOND)).toBe(3);
});
