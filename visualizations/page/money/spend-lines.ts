/** The lines of a spend chart as columns of numbers, and how far its axes go. */
import type uPlot from 'uplot';

import type { BudgetView } from '../../inspector/protocol.ts';

export interface SpendLines {
  /** Seconds; spent; forecast; limit; warning. Dollars. */
  readonly data: uPlot.AlignedData;
  readonly beginS: number;
  readonly endS: number;
  readonly nowS: number;
  /** Dollars. */
  readonly top: number;
  /** Null where nobody knows it, or it lies above the chart. */
  readonly limit: number | null;
  readonly warn: number | null;
  /** The limit, where it is far above what was spent and is to be spent. */
  readonly limitAbove: number | null;
}

const NANO = 1_000_000_000;
const HOUR_MS = 3_600_000;
/** Where less than this part of the limit is reached, the line would lie on the floor. */
const FAR = 0.15;

export function linesOf({ summary, series, forecast }: BudgetView): SpendLines {
  const first = series[0];
  const last = series.at(-1);
  const nowMs = last?.atMs ?? 0;
  const beginMs = summary.periodStartMs ?? first?.atMs ?? nowMs;
  const endMs = summary.nextPeriodAtMs ?? nowMs + Math.max(HOUR_MS, (nowMs - beginMs) / 4);
  const spent = summary.spentNanoUsd;
  const limitNanoUsd = summary.limitNanoUsd;
  const toEnd = spent + (forecast.perHourNanoUsd * Math.max(0, endMs - nowMs)) / HOUR_MS;
  const reached = Math.max(spent, Math.min(toEnd, 1.4 * Math.max(spent, limitNanoUsd ?? toEnd)));
  const isFar = limitNanoUsd !== null && reached > 0 && reached < FAR * limitNanoUsd;
  const top = isFar ? 1.5 * reached : Math.max(reached, limitNanoUsd ?? 0) * 1.08;
  const limit = isFar || limitNanoUsd === null ? null : limitNanoUsd / NANO;
  const warn = limit === null ? null : limit * summary.warnAt;
  const times = series.map(({ atMs }) => atMs / 1_000);
  const none = series.map(() => null);
  const xs = [beginMs / 1_000, ...times, endMs / 1_000];
  return {
    data: [
      xs,
      [null, ...series.map(({ spentNanoUsd }) => spentNanoUsd / NANO), null],
      [null, ...none.slice(1), spent / NANO, toEnd / NANO],
      xs.map(() => limit),
      xs.map(() => warn),
    ],
    beginS: beginMs / 1_000,
    endS: endMs / 1_000,
    nowS: nowMs / 1_000,
    top: top === 0 ? 1 : top / NANO,
    limit,
    warn,
    limitAbove: isFar ? limitNanoUsd / NANO : null,
  };
}
