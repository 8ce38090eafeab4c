/** Calendar periods on the days that clocks, months and years make difficult. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  calendarOf,
  timeZoneOption,
  type WeekStart,
} from '../../services/cost/budgets/calendar.ts';
import {
  INSTANT_MAX_MS,
  type Period,
  type PeriodSpan,
} from '../../services/cost/budgets/period.ts';

const HOUR_MS = 3_600_000;

const hoursOf = ({ startMs, endMs }: PeriodSpan): number => (endMs - startMs) / HOUR_MS;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const at = (period: Period, zone: string, instant: string, weekStart?: WeekStart): PeriodSpan =>
  calendarOf(period, zone, weekStart).at(Date.parse(instant));

describe('a day', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29T12:00Z', '2026-03-29', '2026-03-28T23:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T12:00Z', '2026-10-25', '2026-10-24T22:00:00Z', 25],
    ['Europe/Berlin', '2026-06-30T22:00Z', '2026-07-01', '2026-06-30T22:00:00Z', 24],
    ['America/New_York', '2026-03-08T12:00Z', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    ['America/New_York', '2026-11-01T12:00Z', '2026-11-01', '2026-11-01T04:00:00Z', 25],
    ['Australia/Lord_Howe', '2026-04-05T00:00Z', '2026-04-05', '2026-04-04T13:00:00Z', 24.5],
    ['Australia/Lord_Howe', '2026-10-04T00:00Z', '2026-10-04', '2026-10-03T13:30:00Z', 23.5],
    ['Asia/Kathmandu', '2026-11-22T18:15Z', '2026-11-23', '2026-11-22T18:15:00Z', 24],
    ['Asia/Kathmandu', '2026-11-22T18:14:59.999Z', '2026-11-22', '2026-11-21T18:15:00Z', 24],
    ['Pacific/Kiritimati', '2026-12-31T10:00Z', '2027-01-01', '2026-12-31T10:00:00Z', 24],
    ['Pacific/Pago_Pago', '2027-01-01T10:59Z', '2026-12-31', '2026-12-31T11:00:00Z', 24],
    ['UTC', '1969-12-31T23:59:59Z', '1969-12-31', '1969-12-31T00:00:00Z', 24],
  ])('in %s at %s is %s, from %s for %d hours', (zone, instant, date, start, hours) => {
    const span = at('day', zone, instant);
    expect([span.key, iso(span.startMs), hoursOf(span)]).toEqual([
      `day:${zone}:${date}`,
      start,
      hours,
    ]);
  });

  test.each([
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
    ['Asia/Beirut', '2022-03-27', '2022-03-26T22:00:00Z'],
  ])('in %s without a midnight, %s, begins at one o’clock', (zone, date, start) => {
    const span = at('day', zone, `${date}T12:00Z`);
    expect([span.key, iso(span.startMs), hoursOf(span)]).toEqual([
      `day:${zone}:${date}`,
      start,
      23,
    ]);
    const before = calendarOf('day', zone).at(span.startMs - 1);
    expect([before.endMs, hoursOf(before)]).toEqual([span.startMs, 24]);
  });

  test('that a country leaves out is no period', () => {
    const before = at('day', 'Pacific/Apia', '2011-12-30T09:59:59Z');
    const after = at('day', 'Pacific/Apia', '2011-12-30T10:00:00Z');
    expect([before.key, after.key]).toEqual([
      'day:Pacific/Apia:2011-12-29',
      'day:Pacific/Apia:2011-12-31',
    ]);
    expect(before.endMs).toBe(after.startMs);
  });

  test('does not come back when clocks are set back over midnight', () => {
    // At 00:01 on the 29th it became 23:01 on the 28th again.
    const midnightMs = Date.parse('2006-10-29T02:30:00Z');
    const date = (ms: number): string => {
      return calendarOf('day', 'America/St_Johns').at(ms).key.slice(-10);
    };
    expect([-1, 0, 61_000, 1_800_000, 3_600_000].map((ms) => date(midnightMs + ms))).toEqual([
      '2006-10-28',
      '2006-10-29',
      '2006-10-29',
      '2006-10-29',
      '2006-10-29',
    ]);
  });
});

describe('a month', () => {
  test.each([
    ['UTC', '2028-02-29T23:59:59Z', '2028-02', 29],
    ['UTC', '2026-02-28T23:59:59Z', '2026-02', 28],
    ['UTC', '2000-02-29T00:00:00Z', '2000-02', 29],
    ['UTC', '2100-02-28T00:00:00Z', '2100-02', 28],
    ['UTC', '2026-12-31T23:59:59Z', '2026-12', 31],
    ['Asia/Tokyo', '2026-12-31T15:00:00Z', '2027-01', 31],
    ['America/New_York', '2028-03-01T04:59:59Z', '2028-02', 29],
  ])('in %s at %s is %s, of %d days', (zone, instant, month, days) => {
    const span = at('month', zone, instant);
    expect([span.key, hoursOf(span)]).toEqual([`month:${zone}:${month}`, days * 24]);
  });

  test('with a change of clocks is an hour shorter or longer', () => {
    expect(hoursOf(at('month', 'Europe/Berlin', '2026-03-15T00:00Z'))).toBe(31 * 24 - 1);
    expect(hoursOf(at('month', 'Europe/Berlin', '2026-10-15T00:00Z'))).toBe(31 * 24 + 1);
  });
});

describe('a week', () => {
  test.each<[WeekStart, string, string]>([
    ['monday', '2026-11-22T12:00Z', '2026-11-16'],
    ['monday', '2026-11-23T00:00Z', '2026-11-23'],
    ['sunday', '2026-11-22T12:00Z', '2026-11-22'],
    ['saturday', '2026-11-20T23:59Z', '2026-11-14'],
    ['monday', '2027-01-01T00:00Z', '2026-12-28'],
  ])('that begins on a %s has %s in the one of %s', (weekStart, instant, first) => {
    const span = at('week', 'UTC', instant, weekStart);
    expect([span.key, hoursOf(span)]).toEqual([`week:UTC:${first}`, 168]);
  });
});

describe('an hour', () => {
  const keys = (zone: string, instants: readonly string[]): readonly string[] =>
    instants.map((instant) => {
      const span = at('hour', zone, instant);
      return `${span.key.slice(zone.length + 6)} ${hoursOf(span)}`;
    });

  test('carries its offset, but in UTC', () => {
    expect(keys('UTC', ['2026-11-22T13:59:59Z'])).toEqual(['2026-11-22T13 1']);
    expect(keys('Asia/Kathmandu', ['2026-11-22T00:14Z', '2026-11-22T00:15Z'])).toEqual([
      '2026-11-22T05+05:45 1',
      '2026-11-22T06+05:45 1',
    ]);
  });

  test('that is lived twice is two periods', () => {
    expect(keys('Europe/Berlin', ['2026-10-25T00:30Z', '2026-10-25T01:30Z'])).toEqual([
      '2026-10-25T02+02:00 1',
      '2026-10-25T02+01:00 1',
    ]);
  });

  test('ends where the clock is moved in the middle of it', () => {
    expect(
      keys('America/St_Johns', ['2006-10-29T02:30Z', '2006-10-29T02:31Z', '2006-10-29T03:30Z']),
    ).toEqual([
      `2006-10-29T00-02:30 ${1 / 60}`,
      `2006-10-28T23-03:30 ${59 / 60}`,
      '2006-10-29T00-03:30 1',
    ]);
  });

  test('ends where the clock is moved by half an hour', () => {
    expect(
      keys('Australia/Lord_Howe', [
        '2026-04-04T14:59Z',
        '2026-04-04T15:00Z',
        '2026-04-04T15:30Z',
        '2026-10-03T15:30Z',
      ]),
    ).toEqual([
      '2026-04-05T01+11:00 1',
      '2026-04-05T01+10:30 0.5',
      '2026-04-05T02+10:30 1',
      '2026-10-04T02+11:00 0.5',
    ]);
  });
});

test('the total has neither beginning nor end', () => {
  expect(calendarOf('total').at(0)).toEqual({ key: 'total', startMs: -Infinity, endMs: Infinity });
});

test('a period is asked for once, however often the clock jumps between a few', () => {
  const calendar = calendarOf('day', 'Europe/Berlin');
  const days = [1, 2, 3, 4].map((day) => Date.UTC(2026, 10, day, 12));
  const first = days.map((ms) => calendar.at(ms));
  for (let round = 0; round < 3; round++) {
    for (const [index, ms] of days.entries()) expect(calendar.at(ms + round)).toBe(first[index]);
  }
});

test('what is no instant is refused', () => {
  const calendar = calendarOf('day');
  for (const ms of [NaN, Infinity, -Infinity, INSTANT_MAX_MS + 1]) {
    expect(() => calendar.at(ms)).toThrow(/^atMs must be milliseconds within 8000000000000000 of/);
  }
});

describe('a time zone', () => {
  test('is spelt as the database spells it, an old name kept', () => {
    expect(timeZoneOption('timeZone', undefined)).toBe('UTC');
    expect(timeZoneOption('timeZone', 'europe/berlin')).toBe('Europe/Berlin');
    expect(timeZoneOption('timeZone', 'Asia/Calcutta')).toBe('Asia/Calcutta');
    expect(calendarOf('day', 'america/NEW_YORK').timeZone).toBe('America/New_York');
  });

  test.each(['Mars/Olympus', '', '+02:00', '2026-01-01T00:00[Europe/Berlin]', 5, null])(
    'that nobody knows is refused: %j',
    (value) => {
      const text = typeof value === 'string' ? `'${value}'` : String(value);
      expect(() => timeZoneOption('budgets[2].timeZone', value)).toThrow(
        `budgets[2].timeZone must be a time zone such as 'UTC' or 'Europe/Berlin', got ${text}`,
      );
    },
  );
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Sitka',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
];
const zone = fc.constantFrom(...ZONES);
const period = fc.constantFrom<Period>('minute', 'hour', 'day', 'week', 'month');
const weekStart = fc.constantFrom<WeekStart>('monday', 'sunday', 'saturday');
const years = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: Date.UTC(from, 0, 1), max: Date.UTC(to, 0, 1) });
const instant = fc.oneof(
  { weight: 6, arbitrary: years(1970, 2050) },
  { weight: 1, arbitrary: years(1800, 2500) },
  { weight: 1, arbitrary: fc.integer({ min: -INSTANT_MAX_MS, max: INSTANT_MAX_MS }) },
);

test('a minute is one of UTC in every zone, also where clocks are half an hour off', () => {
  const atMs = Date.UTC(2026, 10, 22, 13, 5, 59, 999);
  const span = {
    key: 'minute:UTC:2026-11-22T13:05',
    startMs: Date.UTC(2026, 10, 22, 13, 5),
    endMs: Date.UTC(2026, 10, 22, 13, 6),
  };
  for (const where of ['UTC', 'Asia/Kathmandu', 'America/St_Johns']) {
    expect(calendarOf('minute', where).at(atMs)).toEqual(span);
  }
});

test('every instant lies in one period, and periods touch and have names of their own', () => {
  fc.assert(
    fc.property(period, zone, weekStart, instant, (kind, where, first, atMs) => {
      const calendar = calendarOf(kind, where, first);
      let span = calendar.at(atMs);
      expect(span.startMs).toBeLessThanOrEqual(atMs);
      expect(span.endMs).toBeGreaterThan(atMs);
      const keys = new Set<string>();
      for (let step = 0; step < 6 && Math.abs(span.endMs) < INSTANT_MAX_MS; step++) {
        expect(keys).not.toContain(span.key);
        keys.add(span.key);
        // Each asked of a calendar that remembers nothing.
        for (const ms of [span.startMs, (span.startMs + span.endMs) / 2, span.endMs - 1]) {
          if (Math.abs(ms) > INSTANT_MAX_MS) continue;
          expect(calendarOf(kind, where, first).at(ms)).toEqual(span);
        }
        const next = calendar.at(span.endMs);
        expect(next.startMs).toBe(span.endMs);
        span = next;
      }
    }),
    { numRuns: 150 },
  );
});

test('a day is named for the date that a calendar on the wall shows', () => {
  const formats = new Map(
    ZONES.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }),
    ]),
  );
  fc.assert(
    fc.property(zone, years(1971, 2037), (where, atMs) => {
      const { key, startMs, endMs } = calendarOf('day', where).at(atMs);
      const shown = formats.get(where)?.format(atMs);
      // Where clocks go back over midnight, the wall shows the old date for up to an hour more.
      const isBack =
        formats.get(where)?.format(startMs) !== shown && endMs - startMs > 24 * HOUR_MS;
      if (!isBack) expect(key).toBe(`day:${where}:${shown}`);
    }),
    { numRuns: 400 },
  );
});
