/**
 * Where a budget's spending goes if it keeps its pace. The pace of late is that of the last tenth
 * of what is over of the period, but of five minutes at least: long enough not to jump with every
 * call, short enough to notice a busy hour. Between two points spending counts as even.
 */
import type { BudgetFigures, SpendForecast, SpendPoint } from './protocol.ts';

const SPAN_MIN_MS = 300_000;
const PART = 0.1;
const HOUR_MS = 3_600_000;

export function forecastOf(budget: BudgetFigures, series: readonly SpendPoint[]): SpendForecast {
  const now = series.at(-1);
  const beginMs = series[0]?.atMs ?? 0;
  if (now === undefined || now.atMs <= beginMs) {
    const endNanoUsd = budget.nextPeriodAtMs === null ? null : budget.spentNanoUsd;
    return { endNanoUsd, exhaustedAtMs: null, perHourNanoUsd: 0, spanMs: 0 };
  }
  const overMs = now.atMs - (budget.periodStartMs ?? beginMs);
  const spanMs = Math.min(Math.max(SPAN_MIN_MS, overMs * PART), now.atMs - beginMs);
  const earlier = spentAt(series, now.atMs - spanMs);
  const perMs = (now.spentNanoUsd - earlier) / spanMs;
  const { nextPeriodAtMs: endMs, limitNanoUsd } = budget;
  const leftMs = endMs === null ? Infinity : Math.max(0, endMs - now.atMs);
  const room = (limitNanoUsd ?? Infinity) - now.spentNanoUsd;
  const untilMs = room > 0 && perMs > 0 ? room / perMs : Infinity;
  return {
    endNanoUsd: endMs === null ? null : Math.round(now.spentNanoUsd + perMs * leftMs),
    exhaustedAtMs:
      untilMs < leftMs && Number.isFinite(untilMs) ? Math.round(now.atMs + untilMs) : null,
    perHourNanoUsd: Math.round(perMs * HOUR_MS),
    spanMs: Math.round(spanMs),
  };
}

function spentAt(series: readonly SpendPoint[], atMs: number): number {
  const place = series.findIndex((point) => point.atMs >= atMs);
  const after = series[place];
  const before = series[place - 1];
  if (after === undefined || before === undefined) return after?.spentNanoUsd ?? 0;
  const share = (atMs - before.atMs) / (after.atMs - before.atMs);
  return before.spentNanoUsd + share * (after.spentNanoUsd - before.spentNanoUsd);
}
