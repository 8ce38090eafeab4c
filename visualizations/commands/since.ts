/** From `--since` to an instant: a span before now, a date, or an instant that names its zone. */
import { usageError } from '../terminal/command-error.ts';

const HOUR_MS = 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS };

const SPAN = /^(\d{1,6})([hd])$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

export const SINCE_ABOUT =
  'From then on, in full hours: 24h, 7d, 2026-11-01 (UTC), 2026-11-01T09:00Z.';

/**
 * Wall-clock milliseconds, taken down to the full hour: sums are kept by the hour.
 * @throws CommandError for what is none of these.
 */
export function sinceMsOf(text: string, nowMs: number): number {
  const span = SPAN.exec(text);
  const ms =
    span === null ? instantMs(text) : nowMs - Number(span[1]) * (UNITS_MS[span[2] ?? ''] ?? NaN);
  if (!Number.isNaN(ms)) return Math.floor(ms / HOUR_MS) * HOUR_MS;
  throw usageError(
    `--since must be a span, a date or an instant with its zone, got '${text}'`,
    'For example --since 24h, --since 7d, --since 2026-11-01 or --since 2026-11-01T09:00Z.',
  );
}

function instantMs(text: string): number {
  const date = DATE.test(text) ? text : INSTANT.exec(text)?.[1];
  // 30 February would be taken for a day in March.
  if (date === undefined || !isOnCalendar(date)) return NaN;
  return Date.parse(text);
}

function isOnCalendar(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}
