/** The calendar periods that budgets run on. */

export const PERIODS = ['minute', 'hour', 'day', 'week', 'month', 'total'] as const;
export type Period = (typeof PERIODS)[number];

/** Instants that have a period lie this close to 1970: about 253,000 years either way. */
export const INSTANT_MAX_MS = 8e15;

/** One period: every instant from `startMs` up to, not including, `endMs`. */
export interface PeriodSpan {
  /**
   * Names it among all periods of all calendars: `day:Europe/Berlin:2026-03-29`, a week by its
   * first day, `month:UTC:2026-02`, `hour:UTC:2026-11-22T13`, outside UTC with the hour's offset
   * (`hour:Europe/Berlin:2026-10-25T02+01:00`), `minute:UTC:2026-11-22T13:05` in every zone, and
   * `total`.
   */
  readonly key: string;
  /** Wall-clock milliseconds; -Infinity for `total`. */
  readonly startMs: number;
  /** Wall-clock milliseconds; Infinity for `total`. */
  readonly endMs: number;
}

/** Periods of one kind in one time zone. Each begins at the instant at which the last one ends. */
export interface Calendar {
  readonly period: Period;
  /** As the time zone database spells it. */
  readonly timeZone: string;
  /**
   * The period that an instant lies in. Answers from memory for the instants of the last few
   * periods it was asked about.
   * @throws FuseboardError invalid_argument for what is no instant within {@link INSTANT_MAX_MS}.
   */
  at(atMs: number): PeriodSpan;
}
