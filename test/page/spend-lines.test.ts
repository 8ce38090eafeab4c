/** The lines of a spend chart, and how far its axes go. */
import { expect, test } from 'vitest';

import type { BudgetView } from '../../visualizations/inspector/protocol.ts';
import { linesOf } from '../../visualizations/page/money/spend-lines.ts';

const HOUR_MS = 3_600_000;
const NANO = 1_000_000_000;

interface Case {
  readonly spent: number;
  readonly perHour: number;
  readonly limit: number | null;
  readonly nextHour?: number | null;
}

/** Ten hours of a day are over. Dollars. */
const lines = ({ spent, perHour, limit, nextHour = 24 }: Case) =>
  linesOf({
    summary: {
      periodStartMs: 0,
      nextPeriodAtMs: nextHour === null ? null : nextHour * HOUR_MS,
      spentNanoUsd: spent * NANO,
      limitNanoUsd: limit === null ? null : limit * NANO,
      warnAt: 0.8,
    },
    series: [
      { atMs: 5 * HOUR_MS, spentNanoUsd: 0 },
      { atMs: 10 * HOUR_MS, spentNanoUsd: spent * NANO },
    ],
    forecast: { perHourNanoUsd: perHour * NANO },
  } as unknown as BudgetView);

test('spending ends now, and the forecast goes on from there to the end of the period', () => {
  const { data, beginS, nowS, endS } = lines({ spent: 50, perHour: 2, limit: 100 });
  expect([beginS, nowS, endS]).toEqual([0, 36_000, 86_400]);
  expect(data.map((column) => [...column])).toEqual([
    [0, 18_000, 36_000, 86_400],
    [null, 0, 50, null],
    [null, null, 50, 78],
    [100, 100, 100, 100],
    [80, 80, 80, 80],
  ]);
});

test('the axis shows limit and forecast, but follows no forecast without end', () => {
  expect(lines({ spent: 50, perHour: 2, limit: 100 }).top).toBeCloseTo(108);
  expect(lines({ spent: 50, perHour: 5, limit: 100 }).top).toBeCloseTo(1.08 * 120);
  expect(lines({ spent: 50, perHour: 1_000, limit: 100 }).top).toBeCloseTo(1.08 * 140);
  expect(lines({ spent: 200, perHour: 0, limit: 100 }).top).toBeCloseTo(1.08 * 200);
});

test('a limit that is far away is named, and not drawn', () => {
  const far = lines({ spent: 10, perHour: 0, limit: 100 });
  expect(far).toMatchObject({ limit: null, warn: null, limitAbove: 100 });
  expect(far.top).toBeCloseTo(15);
  expect(lines({ spent: 15, perHour: 0, limit: 100 })).toMatchObject({
    limit: 100,
    limitAbove: null,
  });
  // Where nothing is spent there is nothing to see but the limit.
  expect(lines({ spent: 0, perHour: 0, limit: 100 })).toMatchObject({ limit: 100 });
});

test('without a limit, without an end and without spending there still is a chart', () => {
  const open = lines({ spent: 50, perHour: 2, limit: null, nextHour: null });
  expect(open).toMatchObject({ limit: null, warn: null, limitAbove: null, endS: 45_000 });
  expect(lines({ spent: 0, perHour: 0, limit: null }).top).toBe(1);
});
