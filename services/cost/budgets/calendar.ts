/**
 * Which period of a calendar an instant lies in: daylight saving, months of 28 to 31 days and days
 * without a midnight are Temporal's to know. It takes microseconds to ask, so the last answers are
 * kept; only a call in a new period asks again.
 *
 * A day, week or month begins at the first instant of its first date. Where clocks are set back
 * over midnight, the hour that is lived twice belongs to the new day: no period ever comes back.
 * An hour ends where the clock strikes, and where the offset changes: the two hours from 2 to 3 of
 * an autumn night are two periods. Minutes are those of UTC, whatever the zone.
 */
import { Temporal } from 'temporal-polyfill';

import { choiceOption, invalidArgument, invalidOption } from '../../check.ts';
import { INSTANT_MAX_MS, PERIODS, type Calendar, type Period, type PeriodSpan } from './period.ts';

/** The day that a week begins with. */
export const WEEK_STARTS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type WeekStart = (typeof WEEK_STARTS)[number];

/** Periods remembered: a clock that jumps back and forth meets the same few. */
const REMEMBERED = 4;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const TOTAL: PeriodSpan = Object.freeze({ key: 'total', startMs: -Infinity, endMs: Infinity });

/** A name, not an offset: Temporal would take `+02:00`, and the zone within a whole timestamp. */
const ZONE_NAME = /^[A-Za-z][\w+/-]{0,63}$/;

/**
 * An IANA time zone, spelt as the time zone database spells it; `UTC` where it is undefined.
 * @throws FuseboardError invalid_option for a zone that this machine does not know.
 */
export function timeZoneOption(path: string, value: unknown): string {
  if (value === undefined) return 'UTC';
  if (typeof value === 'string' && ZONE_NAME.test(value)) {
    try {
      return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value).timeZoneId;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw invalidOption(path, `a time zone such as 'UTC' or 'Europe/Berlin'`, value);
}

/**
 * The calendar of a period in an IANA time zone. `weekStart` concerns weeks alone.
 * @throws FuseboardError invalid_option for an unknown period, time zone or day.
 */
export function calendarOf(
  period: Period,
  timeZone = 'UTC',
  weekStart: WeekStart = 'monday',
): Calendar {
  choiceOption('period', period, PERIODS, period);
  choiceOption('weekStart', weekStart, WEEK_STARTS, weekStart);
  const zone = timeZoneOption('timeZone', timeZone);
  if (period === 'total') return { period, timeZone: zone, at: () => TOTAL };
  if (period === 'minute') return new Remembering(period, zone, minuteAt);
  if (period === 'hour') return new Remembering(period, zone, hourAt);
  const unit = UNITS[period](WEEK_STARTS.indexOf(weekStart) + 1);
  return new Remembering(period, zone, (moment) => dateSpanAt(moment, unit));
}

type SpanAt = (moment: Temporal.ZonedDateTime) => PeriodSpan;

class Remembering implements Calendar {
  readonly period: Period;
  readonly timeZone: string;
  readonly #spanAt: SpanAt;
  readonly #spans: PeriodSpan[] = [];
  #last: PeriodSpan = { key: '', startMs: NaN, endMs: NaN };
  #nextPlace = 0;

  constructor(period: Period, timeZone: string, spanAt: SpanAt) {
    this.period = period;
    this.timeZone = timeZone;
    this.#spanAt = spanAt;
  }

  at(atMs: number): PeriodSpan {
    const last = this.#last;
    if (atMs >= last.startMs && atMs < last.endMs) return last;
    return (this.#last = this.#remembered(atMs) ?? this.#learn(atMs));
  }

  #remembered(atMs: number): PeriodSpan | undefined {
    return this.#spans.find(({ startMs, endMs }) => atMs >= startMs && atMs < endMs);
  }

  #learn(atMs: number): PeriodSpan {
    if (!(Math.abs(atMs) <= INSTANT_MAX_MS)) {
      throw invalidArgument('atMs', `milliseconds within ${INSTANT_MAX_MS} of 1970`, atMs);
    }
    const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs));
    const span = Object.freeze(this.#spanAt(instant.toZonedDateTimeISO(this.timeZone)));
    this.#spans[this.#nextPlace] = span;
    this.#nextPlace = (this.#nextPlace + 1) % REMEMBERED;
    return span;
  }
}

/** A period of whole days. */
interface DateUnit {
  readonly first: (date: Temporal.PlainDate) => Temporal.PlainDate;
  readonly next: (date: Temporal.PlainDate) => Temporal.PlainDate;
  readonly keyOf: (zone: string, first: Temporal.PlainDate) => string;
}

const UNITS: Readonly<Record<'day' | 'week' | 'month', (firstWeekday: number) => DateUnit>> = {
  day: () => ({
    first: (date) => date,
    next: (date) => date.add({ days: 1 }),
    keyOf: (zone, date) => `day:${zone}:${date.toString()}`,
  }),
  week: (firstWeekday) => ({
    first: (date) => date.subtract({ days: (date.dayOfWeek - firstWeekday + 7) % 7 }),
    next: (date) => date.add({ days: 7 }),
    keyOf: (zone, date) => `week:${zone}:${date.toString()}`,
  }),
  month: () => ({
    first: (date) => date.with({ day: 1 }),
    next: (date) => date.add({ months: 1 }),
    keyOf: (zone, date) => `month:${zone}:${date.toPlainYearMonth().toString()}`,
  }),
};

function dateSpanAt(moment: Temporal.ZonedDateTime, unit: DateUnit): PeriodSpan {
  const zone = moment.timeZoneId;
  const beginMs = (date: Temporal.PlainDate): number =>
    date.toZonedDateTime(zone).epochMilliseconds;
  let first = unit.first(moment.toPlainDate());
  let startMs = beginMs(first);
  for (;;) {
    const next = unit.next(first);
    const endMs = beginMs(next);
    if (moment.epochMilliseconds < endMs) {
      return { key: unit.keyOf(zone, first), startMs, endMs };
    }
    // A date that is lived through again after the next one began.
    first = next;
    startMs = endMs;
  }
}

function minuteAt({ epochMilliseconds }: Temporal.ZonedDateTime): PeriodSpan {
  const startMs = Math.floor(epochMilliseconds / MINUTE_MS) * MINUTE_MS;
  const minute = Temporal.Instant.fromEpochMilliseconds(startMs).toString().slice(0, -4);
  return { key: `minute:UTC:${minute}`, startMs, endMs: startMs + MINUTE_MS };
}

function hourAt(moment: Temporal.ZonedDateTime): PeriodSpan {
  const { timeZoneId: zone, offset, offsetNanoseconds } = moment;
  const intoHourMs = (moment.minute * 60 + moment.second) * 1000 + moment.millisecond;
  const fromMs = moment.epochMilliseconds - intoHourMs;
  const isSame = (ms: number): boolean => at(ms, zone).offsetNanoseconds === offsetNanoseconds;
  // A change at this very instant is a past one: it began this hour.
  const after = moment.add({ milliseconds: 1 });
  const startMs = isSame(fromMs) ? fromMs : changeMs(after, 'previous', fromMs);
  const toMs = fromMs + HOUR_MS;
  const endMs = isSame(toMs - 1) ? toMs : changeMs(moment, 'next', toMs);
  const hour = moment.toPlainDateTime().toString({ smallestUnit: 'minute' }).slice(0, -3);
  return { key: `hour:${zone}:${hour}${zone === 'UTC' ? '' : offset}`, startMs, endMs };
}

const at = (ms: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);

const changeMs = (
  moment: Temporal.ZonedDateTime,
  direction: 'next' | 'previous',
  fallbackMs: number,
): number => moment.getTimeZoneTransition(direction)?.epochMilliseconds ?? fallbackMs;
