/** How long a dated price is good: from the last instant at which one changed to the next. */
import type { ModelInfo } from '@pydantic/genai-prices';

/** Every instant from `fromMs` up to, not including, `untilMs`. Wall-clock milliseconds. */
export interface PriceSpan {
  fromMs: number;
  untilMs: number;
}

export const always = (): PriceSpan => ({ fromMs: -Infinity, untilMs: Infinity });

/** Ends the span at an instant of change, on whichever side of `atMs` it lies. */
export function narrow(span: PriceSpan, atMs: number, changeAtMs: number): void {
  if (changeAtMs <= atMs) span.fromMs = Math.max(span.fromMs, changeAtMs);
  else span.untilMs = Math.min(span.untilMs, changeAtMs);
}

const DAY_MS = 86_400_000;
const TIME_OF_DAY = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)(?:Z|([+-])(\d\d):(\d\d))$/;

/** Ends the span where the table changes a model's price: at a date, or at a time of every day. */
export function narrowByTable(span: PriceSpan, atMs: number, prices: ModelInfo['prices']): void {
  if (!Array.isArray(prices)) return;
  const midnightMs = Math.floor(atMs / DAY_MS) * DAY_MS;
  for (const { constraint } of prices) {
    if (constraint?.type === 'start_date') narrow(span, atMs, Date.parse(constraint.start_date));
    if (constraint?.type === 'time_of_date') {
      for (const time of [constraint.start_time, constraint.end_time]) {
        const changeAtMs = midnightMs + timeOfDayMs(time);
        narrow(span, atMs, changeAtMs);
        narrow(span, atMs, changeAtMs - DAY_MS);
        narrow(span, atMs, changeAtMs + DAY_MS);
      }
    }
  }
}

/** Milliseconds after midnight in UTC; NaN, which narrows nothing, for what is no time of day. */
function timeOfDayMs(text: string): number {
  const [, hours, minutes, seconds, sign, offsetHours = 0, offsetMinutes = 0] =
    TIME_OF_DAY.exec(text) ?? [];
  const atMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return (atMs + (sign === '-' ? offsetMs : -offsetMs) + DAY_MS) % DAY_MS;
}
