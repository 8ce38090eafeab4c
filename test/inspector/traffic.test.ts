/** Columns of two seconds, kept for a minute; rates over the last ten seconds. */
import { expect, test } from 'vitest';

import type { Fact } from '../../services/facts.ts';
import { SPARK_COUNT, SPARK_MS } from '../../visualizations/inspector/protocol.ts';
import { callKindOf, columnAt, Traffic } from '../../visualizations/inspector/traffic.ts';

const times = (count: number, run: (index: number) => void): void => {
  for (let index = 0; index < count; index++) run(index);
};

test('a rate looks at the running column and the four before it, and no further', () => {
  const traffic = new Traffic(0);
  times(10, () => traffic.add('well', 0));
  expect(traffic.rates(5 * SPARK_MS - 1, 0).callsPerS).toBe(1);
  expect(traffic.rates(5 * SPARK_MS, 0).callsPerS).toBe(0);
});

test('a rate is over no more than the time in which somebody counted', () => {
  const traffic = new Traffic(columnAt(100_000));
  times(10, () => traffic.add('failed', columnAt(100_000)));
  expect(traffic.rates(104_000, 100_000)).toEqual({
    callsPerS: 2.5,
    failedPerS: 2.5,
    refusedPerS: 0,
  });
  // Over less than a second it would leap.
  expect(traffic.rates(104_000, 103_999).callsPerS).toBe(10);
});

test('a column is shown for as long as there is room for it, and not a column longer', () => {
  const traffic = new Traffic(0);
  traffic.add('refused', 0);
  traffic.moveTo(SPARK_COUNT - 1);
  const rest = Array<number>(SPARK_COUNT - 1).fill(0);
  expect(traffic.columns()).toEqual({ spark: [1, ...rest], sparkBad: [1, ...rest] });
  traffic.moveTo(SPARK_COUNT);
  expect(traffic.columns()).toEqual({ spark: [], sparkBad: [] });
  expect(traffic.isEmpty).toBe(true);
});

test('after a rest of any length nothing of before is left', () => {
  for (const gap of [SPARK_COUNT, SPARK_COUNT + 1, 2 * SPARK_COUNT, 1_000]) {
    const traffic = new Traffic(0);
    times(SPARK_COUNT, (column) => traffic.add('well', column));
    traffic.moveTo(SPARK_COUNT - 1 + gap);
    expect(traffic.columns().spark).toEqual([]);
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
