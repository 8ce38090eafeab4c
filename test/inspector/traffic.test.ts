/** Columns of two seconds, kept for a minute; rates over the last ten seconds. */
import { expect, test } from 'vitest';

import type { Fact } from '../../services/facts.ts';
import { SPARK_COUNT, SPARK_MS } from '../../visualizations/inspector/protocol.ts';
import {
  callKindOf,
  columnAt,
  Traffic,
  trafficOf,
  type CallKind,
} from '../../visualizations/inspector/traffic.ts';

const passed = (kind: CallKind, count: number, column: number): Traffic => {
  const traffic = new Traffic(column);
  times(count, () => traffic.count(kind));
  traffic.settle(column);
  return traffic;
};

const times = (count: number, run: (index: number) => void): void => {
  for (let index = 0; index < count; index++) run(index);
};

test('a rate looks at the running column and the four before it, and no further', () => {
  const traffic = passed('well', 10, 0);
  expect(traffic.rates(5 * SPARK_MS - 1, 0).callsPerS).toBe(1);
  expect(traffic.rates(5 * SPARK_MS, 0).callsPerS).toBe(0);
});

test('a rate is over no more than the time in which somebody counted', () => {
  const traffic = passed('failed', 10, columnAt(100_000));
  expect(traffic.rates(104_000, 100_000)).toEqual({
    callsPerS: 2.5,
    failedPerS: 2.5,
    refusedPerS: 0,
  });
  // Over less than a second it would leap.
  expect(traffic.rates(104_000, 103_999).callsPerS).toBe(10);
});

test('a column is shown for as long as there is room for it, and not a column longer', () => {
  const traffic = passed('refused', 1, 0);
  traffic.moveTo(SPARK_COUNT - 1);
  const rest = Array<number>(SPARK_COUNT - 1).fill(0);
  expect(traffic.sparks()).toEqual({ spark: [1, ...rest], sparkBad: [1, ...rest] });
  traffic.moveTo(SPARK_COUNT);
  expect(traffic.sparks()).toEqual({ spark: [], sparkBad: [] });
  expect(traffic.isEmpty).toBe(true);
});

test('after a rest of any length nothing of before is left', () => {
  for (const gap of [SPARK_COUNT, SPARK_COUNT + 1, 2 * SPARK_COUNT, 1_000]) {
    const traffic = new Traffic(0);
    times(SPARK_COUNT, (column) => traffic.add(column, 1, 0, 0));
    traffic.moveTo(SPARK_COUNT - 1 + gap);
    expect(traffic.columns()).toEqual([[], [], []]);
  }
});

test('columns that were told are the same columns', () => {
  for (const column of [3, SPARK_COUNT, 1_000]) {
    const traffic = new Traffic(column - 3);
    traffic.add(column - 3, 9, 2, 1);
    traffic.add(column - 1, 4, 0, 4);
    traffic.moveTo(column);
    expect(traffic.columns()).toEqual([
      [9, 0, 4, 0],
      [2, 0, 0, 0],
      [1, 0, 4, 0],
    ]);
    const told = trafficOf(column, traffic.columns());
    expect([told.column, told.columns()]).toEqual([column, traffic.columns()]);
    told.add(column + 1, 1, 0, 0);
    expect(told.sparks()).toEqual({ spark: [9, 0, 4, 0, 1], sparkBad: [3, 0, 4, 0, 0] });
  }
});

test.each([
  [{ type: 'call.finished', outcome: 'succeeded' }, 'well'],
  [{ type: 'call.finished', outcome: 'cancelled' }, 'well'],
  [{ type: 'call.finished', outcome: 'failed' }, 'failed'],
  [{ type: 'call.finished', outcome: 'rate_limited' }, 'failed'],
  [{ type: 'call.finished', outcome: 'unauthorized' }, 'failed'],
  [{ type: 'call.finished', outcome: 'over_quota' }, 'failed'],
  [{ type: 'call.refused', enforced: true }, 'refused'],
  // A breaker that only observes lets the call through: it is counted when it ends.
  [{ type: 'call.refused', enforced: false }, null],
  [{ type: 'state.changed' }, null],
])('a fact that says %j is a call of kind %s', (fact, kind) => {
  expect(callKindOf(fact as unknown as Fact)).toBe(kind);
});
