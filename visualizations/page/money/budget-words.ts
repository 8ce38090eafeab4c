/** What a budget's figures mean, in words. */
import type { BudgetView } from '../../inspector/protocol.ts';
import type { IconName } from '../parts/icon.tsx';
import { clockTime, duration, instant, money } from '../parts/format.ts';

export type Level = BudgetView['summary']['level'];

export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  ok: 'within budget',
  warned: 'strained',
  exceeded: 'spent',
};

export const LEVEL_ICONS: Readonly<Record<Level, IconName>> = {
  ok: 'healthy',
  warned: 'degraded',
  exceeded: 'critical',
};

const PERIODS: Readonly<Record<BudgetView['summary']['period'], string>> = {
  minute: 'each minute',
  hour: 'each hour',
  day: 'each day',
  week: 'each week',
  month: 'each month',
  total: 'in all',
};

export const periodWords = ({ summary }: BudgetView): string => PERIODS[summary.period];

export const limitWords = ({ summary }: BudgetView): string =>
  summary.limitNanoUsd === null ? 'no known limit' : `of ${money(summary.limitNanoUsd)}`;

/** `daily`, or `tenants: acme` for a part of a budget. */
export const budgetName = ({ summary: { budget, value } }: BudgetView): string =>
  value === '' ? budget : `${budget}: ${value}`;

/** How it stands, or will stand before its period ends. */
export const outlookOf = ({ summary, forecast }: BudgetView): Level =>
  summary.level === 'ok' && forecast.exhaustedAtMs !== null ? 'warned' : summary.level;

/** Where it goes from here, in a sentence or two. */
export function forecastWords({ summary, forecast }: BudgetView, nowMs: number): string {
  const { endNanoUsd, exhaustedAtMs, perHourNanoUsd, spanMs } = forecast;
  const { limitNanoUsd } = summary;
  if (summary.level === 'exceeded') {
    const next = summary.nextPeriodAtMs;
    return next === null
      ? 'Nothing is left, and no period comes that would bring more.'
      : `Nothing is left until ${when(next, nowMs)}.`;
  }
  if (perHourNanoUsd === 0) return 'Nothing was spent of late.';
  const pace = `${money(perHourNanoUsd)} an hour over the last ${duration(spanMs)}.`;
  if (exhaustedAtMs !== null) {
    const left = duration(Math.max(0, exhaustedAtMs - nowMs));
    return `At this pace the limit is reached at ${when(exhaustedAtMs, nowMs)}, in ${left}: ${pace}`;
  }
  if (endNanoUsd === null || limitNanoUsd === null) return pace;
  const spare = money(Math.max(0, limitNanoUsd - endNanoUsd));
  return `At this pace the period ends at ${money(endNanoUsd)}, with ${spare} to spare: ${pace}`;
}

const DAY_MS = 86_400_000;

/** Time of day, with the day where it is another. */
function when(atMs: number, nowMs: number): string {
  const isNear = atMs - nowMs < DAY_MS;
  return isNear ? clockTime(atMs).slice(0, 5) : instant(atMs).slice(0, 16);
}
