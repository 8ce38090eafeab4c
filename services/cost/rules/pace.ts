/**
 * How far apart throttled calls are kept. Two measures, the slower one counts: a share of the rate
 * that is normal, and the rate at which a budget lasts to the end of its period, which is what is
 * left of it divided by the time that is left. The second follows the money: dear calls wait
 * longer, and whoever spends little is not held back by it at all.
 */
import { SlidingSum } from './spend-rate.ts';

/** Calls are spread by this share of their distance, either way, so that they do not march. */
const JITTER = 0.1;

export interface Pace {
  /** The share of the normal rate that stays allowed; null where only a budget sets the pace. */
  readonly factor: number | null;
  /** Milliseconds between two calls at the normal rate. */
  readonly normalIntervalMs: number;
  /** What the call is expected to cost. */
  readonly costNanoUsd: number;
  /** What the budget has left; null where no budget sets the pace. */
  readonly leftNanoUsd: number | null;
  /** Milliseconds to the end of the budget's period; Infinity where it has none. */
  readonly timeLeftMs: number;
}

/**
 * Milliseconds for which a call keeps the next one waiting.
 * @param random from 0 to 1; 0.5 leaves the distance as it is.
 */
export function throttleDelayMs(pace: Pace, delayMaxMs: number, random: number): number {
  const { factor, normalIntervalMs } = pace;
  const distanceMs = Math.max(factor === null ? 0 : normalIntervalMs / factor, lastingMs(pace));
  return Math.min(delayMaxMs, distanceMs * (1 + JITTER * (2 * random - 1)));
}

/** For how long the call's cost would last, spent at the rate at which the budget lasts. */
function lastingMs({ costNanoUsd, leftNanoUsd, timeLeftMs }: Pace): number {
  if (leftNanoUsd === null || timeLeftMs === Infinity || costNanoUsd === 0) return 0;
  return leftNanoUsd <= 0 ? Infinity : (costNanoUsd * Math.max(0, timeLeftMs)) / leftNanoUsd;
}

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/**
 * What rate is normal: that of the last minute in which calls ran unthrottled. Throttling slows the
 * very calls that could be counted, so nothing is measured while it lasts.
 *
 * Where calls were throttled from the first (after a restart, or by a rule about single calls), the
 * throttled ones are counted over the time in which nobody waits, beginning with a guess of one a
 * second: callers who wait for their turn cannot make their own waiting look normal.
 */
export class NormalRate {
  readonly #calls = new SlidingSum(60, SECOND_MS);
  #firstAtMs = -Infinity;
  #lastAtMs = -Infinity;
  #throttledCount = 0;
  #freeMs = 0;

  /** Counts a call that nothing throttled. Monotonic milliseconds. */
  note(nowMs: number): void {
    if (nowMs - this.#lastAtMs >= MINUTE_MS) this.#firstAtMs = nowMs;
    this.#lastAtMs = nowMs;
    this.#calls.add(1, nowMs);
  }

  /** Counts a throttled call; `freeMs` have passed since the last one in which nobody waited. */
  noteThrottled(freeMs: number): void {
    this.#throttledCount++;
    this.#freeMs += freeMs;
    if (this.#freeMs <= MINUTE_MS) return;
    this.#throttledCount /= 2;
    this.#freeMs /= 2;
  }

  /** Milliseconds between two calls. */
  get intervalMs(): number {
    const count = this.#calls.lastTotal;
    if (count < 2) return (SECOND_MS + this.#freeMs) / Math.max(1, this.#throttledCount);
    // So many calls span one interval less than their number.
    const spanMs = ((this.#lastAtMs - this.#firstAtMs) * count) / (count - 1);
    return Math.min(MINUTE_MS, Math.max(SECOND_MS, spanMs)) / count;
  }
}
