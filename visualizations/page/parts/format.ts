/** Numbers, money, spans and instants, as they are written all over the page. */

const NANO = 1_000_000_000;
const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const NONE = '–';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Nano-dollars, short: `$0.0123`, `$0.35`, `$12.40`, `$1.2k`, `$3.4M`. A dash for null. */
export function money(nanoUsd: number | null): string {
  if (nanoUsd === null) return NONE;
  const sign = nanoUsd < 0 ? '−' : '';
  const dollars = Math.abs(nanoUsd) / NANO;
  if (dollars === 0) return '$0.00';
  if (dollars < 0.0001) return `${sign}<$0.0001`;
  if (dollars < 0.99995) return `${sign}$${dollars.toFixed(4).replace(/0{1,2}$/, '')}`;
  if (dollars < 999.995) return `${sign}$${dollars.toFixed(2)}`;
  return `${sign}$${scaled(dollars)}`;
}

/** Nano-dollars to the last one, for tooltips: `$12.400000001`. */
export function exactMoney(nanoUsd: number): string {
  const whole = Math.floor(Math.abs(nanoUsd) / NANO);
  const rest = String(Math.abs(nanoUsd) % NANO).padStart(9, '0');
  const digits = rest.replace(/0+$/, '').padEnd(2, '0');
  return `${nanoUsd < 0 ? '−' : ''}$${grouped.format(whole)}.${digits}`;
}

/** `12,345`. */
export function count(value: number): string {
  return grouped.format(value);
}

/** `940`, `1.2k`, `3.4M`: where there is no room for more. */
export function compact(value: number): string {
  return value < 999.5 ? String(Math.round(value)) : scaled(value);
}

/** Per second, without the unit: `0`, `0.4`, `12`, `1.2k`. */
export function rate(perS: number): string {
  if (perS <= 0) return '0';
  if (perS < 0.05) return '<0.1';
  return perS < 9.95 ? perS.toFixed(1) : compact(perS);
}

/** A part of a whole in percent; a dash where there is no whole. */
export function share(part: number, whole: number): string {
  return whole <= 0 ? NONE : percent(part / whole);
}

/** A ratio in percent: `0 %`, `<1 %`, `12 %`. Never rounded up to all of it. */
export function percent(ratio: number): string {
  if (ratio <= 0) return '0 %';
  if (ratio < 0.01) return '<1 %';
  const rounded = Math.round(ratio * 100);
  return `${ratio < 1 ? Math.min(rounded, 99) : rounded} %`;
}

/** A span in its two largest units: `350 ms`, `12 s`, `1 m 05 s`, `2 h 03 m`, `3 d 04 h`. */
export function duration(spanMs: number): string {
  if (spanMs < 0) return duration(0);
  if (spanMs > 0 && spanMs < MS.s) return `${Math.round(spanMs)} ms`;
  const floor = (unit: number): number => Math.floor(spanMs / unit);
  if (spanMs < MS.m) return `${floor(MS.s)} s`;
  if (spanMs < MS.h) return `${floor(MS.m)} m ${two(floor(MS.s) % 60)} s`;
  if (spanMs < MS.d) return `${floor(MS.h)} h ${two(floor(MS.m) % 60)} m`;
  return `${floor(MS.d)} d ${two(floor(MS.h) % 24)} h`;
}

/** How long ago that was: `now`, `12 s ago`. */
export function ago(atMs: number, nowMs: number): string {
  const span = nowMs - atMs;
  return span < MS.s ? 'now' : `${duration(span)} ago`;
}

/** How long until then, in whole seconds, rounded up: `due` once it is past. */
export function countdown(atMs: number, nowMs: number): string {
  const left = atMs - nowMs;
  return left <= 0 ? 'due' : duration(Math.ceil(left / MS.s) * MS.s);
}

/** Time of day in the reader's zone: `14:03:22`. */
export function clockTime(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}

/** Day and time of day in the reader's zone: `2026-11-22 14:03:22`. */
export function instant(atMs: number): string {
  const at = new Date(atMs);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-');
  return `${day} ${clockTime(atMs)}`;
}

/** `half_open` as people say it: `half open`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function scaled(value: number): string {
  const [size, unit] = value < 999_500 ? ([1e3, 'k'] as const) : ([1e6, 'M'] as const);
  const inUnits = value / size;
  return `${inUnits < 99.95 ? inUnits.toFixed(1) : grouped.format(inUnits)}${unit}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
