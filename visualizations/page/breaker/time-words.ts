/** Instants and spans as people read them. */

const two = (value: number): string => String(value).padStart(2, '0');

/** The time of day, to the millisecond: `09:04:31.207`. */
export function clockText(atMs: number): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return '–';
  const hours = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${hours}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** A span in its own size: `12 ms`, `3.4 s`, `2 min 5 s`, `4 h 10 min`. */
export function spanText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1_000) return `${Math.round(span)} ms`;
  if (span < 60_000) return `${(span / 1_000).toFixed(1)} s`;
  if (span < 3_600_000) return pair(span / 1_000, 'min', 's');
  if (span < 86_400_000) return pair(span / 60_000, 'h', 'min');
  return pair(span / 3_600_000, 'd', 'h', 24);
}

function pair(small: number, bigUnit: string, smallUnit: string, perBig = 60): string {
  const whole = Math.floor(small);
  const rest = whole % perBig;
  const big = `${Math.floor(whole / perBig)} ${bigUnit}`;
  return rest === 0 ? big : `${big} ${rest} ${smallUnit}`;
}
