/** The calendar periods that budgets run on. */

export const PERIODS = ['hour', 'day', 'week', 'month', 'total'] as const;
export type Period = (typeof PERIODS)[number];

/** One period: every instant from `startMs` up to, not including, `endMs`. */
export interface PeriodSpan {
  /** Names it among all periods of all calendars, for example `day:Europe/Berlin:2026-03-29`. */
  readonly key: string;
  /** Wall-clock milliseconds; -Infinity for `total`. */
  readonly startMs: number;
  /** Wall-clock milliseconds; Infinity for `total`. */
  readonly endMs: number;
}

/** Periods of one kind in one time zone. */
export interface Calendar {
  readonly period: Period;
  readonly timeZone: string;
  /** The period that an instant lies in. Answers from memory for the instants of one period. */
  at(atMs: number): PeriodSpan;
}
