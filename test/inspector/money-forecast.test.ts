/** Where spending goes if it keeps its pace, and how a line is kept small. */
import { describe, expect, it } from 'vitest';

import { forecastOf } from '../../visualizations/inspector/money-forecast.ts';
import { SpendSeries } from '../../visualizations/inspector/money-series.ts';
import type { BudgetFigures } from '../../visualizations/inspector/protocol.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const figures = (more: Partial<BudgetFigures>): BudgetFigures => ({
  budget: 'daily',
  value: '',
  period: 'day',
  periodKey: 'day',
  periodStartMs: 0,
  nextPeriodAtMs: DAY_MS,
  limitNanoUsd: 1_000,
  leftNanoUsd: 1_000,
  spentNanoUsd: 0 as never,
  forfeitedNanoUsd: 0 as never,
  reservedNanoUsd: 0 as never,
  overspentNanoUsd: 0 as never,
  percentage: 0,
  warnAt: 0.8,
  level: 'ok',
  ...more,
});

const line = (...points: readonly (readonly [hour: number, spent: number])[]) =>
  points.map(([hour, spentNanoUsd]) => ({ atMs: hour * HOUR_MS, spentNanoUsd }));

describe('a forecast', () => {
  it('goes on as the last tenth of what is over went', () => {
    const forecast = forecastOf(figures({}), line([0, 0], [9, 0], [10, 100]));
    expect(forecast).toEqual({
      endNanoUsd: 1_500,
      exhaustedAtMs: 19 * HOUR_MS,
      perHourNanoUsd: 100,
      spanMs: HOUR_MS,
    });
  });

  it('looks five minutes back at least, and no further than anybody knows', () => {
    const early = forecastOf(figures({}), line([0, 0], [0.25, 10]));
    expect(early).toMatchObject({ spanMs: 300_000, perHourNanoUsd: 40 });
    const unknown = forecastOf(figures({}), line([12, 500], [12.5, 600]));
    expect(unknown).toMatchObject({ spanMs: HOUR_MS / 2, perHourNanoUsd: 200 });
  });

  it('names no instant where the limit is not reached in this period, or was already', () => {
    const slow = forecastOf(figures({}), line([0, 0], [12, 12]));
    expect(slow).toMatchObject({ endNanoUsd: 24, exhaustedAtMs: null });
    const over = forecastOf(figures({}), line([0, 0], [12, 1_200]));
    expect(over.exhaustedAtMs).toBeNull();
    const unlimited = forecastOf(figures({ limitNanoUsd: null }), line([0, 0], [12, 1_200]));
    expect(unlimited).toMatchObject({ endNanoUsd: 2_400, exhaustedAtMs: null });
  });

  it('has no end where the period has none, but an instant', () => {
    const total = figures({ periodStartMs: null, nextPeriodAtMs: null });
    expect(forecastOf(total, line([0, 0], [10, 100]))).toMatchObject({
      endNanoUsd: null,
      exhaustedAtMs: 100 * HOUR_MS,
    });
  });

  it('expects nothing of a budget that was looked at once', () => {
    const once = forecastOf(figures({ spentNanoUsd: 7 as never }), line([10, 7]));
    expect(once).toEqual({ endNanoUsd: 7, exhaustedAtMs: null, perHourNanoUsd: 0, spanMs: 0 });
    expect(forecastOf(figures({}), []).perHourNanoUsd).toBe(0);
  });
});

describe('a line', () => {
  const told = (series: SpendSeries) =>
    series.points.map(({ atMs, spentNanoUsd }) => [atMs / HOUR_MS, spentNanoUsd]);

  it('puts what the hours lack at the beginning, where it makes no pace', () => {
    const series = new SpendSeries(0);
    series.sample(10 * HOUR_MS, 100);
    series.remember([{ hourMs: 4 * HOUR_MS, costNanoUsd: 60 }]);
    expect(told(series)).toEqual([
      [0, 40],
      [4, 40],
      [5, 100],
      [10, 100],
    ]);
  });

  it('lowers hours that have more than the budget spent', () => {
    const series = new SpendSeries(0);
    series.sample(10 * HOUR_MS, 100);
    series.remember([
      { hourMs: 0, costNanoUsd: 50 },
      { hourMs: HOUR_MS, costNanoUsd: 150 },
    ]);
    expect(told(series)).toEqual([
      [0, 0],
      [1, 25],
      [2, 100],
      [10, 100],
    ]);
  });

  it('takes the excess out of an hour that the period before had a part in', () => {
    const series = new SpendSeries(0.5 * HOUR_MS);
    series.sample(10 * HOUR_MS, 100);
    series.remember([
      { hourMs: 0, costNanoUsd: 50 },
      { hourMs: HOUR_MS, costNanoUsd: 100 },
    ]);
    expect(told(series)).toEqual([
      [0.5, 0],
      [1, 0],
      [2, 100],
      [10, 100],
    ]);
  });

  it('never falls, even when a forfeit is taken back', () => {
    const series = new SpendSeries(0);
    [10, 50, 20, 30].forEach((spent, hour) => series.sample(hour * HOUR_MS, spent));
    expect(told(series).map(([, spent]) => spent)).toEqual([10, 30, 30, 30]);
  });

  it('keeps its bound for ever, with its first and its last point', () => {
    const series = new SpendSeries(0);
    for (let second = 0; second < 20_000; second++) series.sample(second * 1_000, second);
    const points = series.points;
    expect(points.length).toBeLessThanOrEqual(120);
    expect(points.length).toBeGreaterThan(50);
    expect(points[0]).toEqual({ atMs: 0, spentNanoUsd: 0 });
    expect(points.at(-1)).toEqual({ atMs: 19_999_000, spentNanoUsd: 19_999 });
    const gaps = points.slice(1).map(({ atMs }, place) => atMs - (points[place]?.atMs ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(700_000);
  });
});
