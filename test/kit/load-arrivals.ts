/** When the calls of a load are made: at a rate, in bursts, or both. */
import type { Clock } from '../../services/clock.ts';
import { TIMER_DELAY_MAX_MS } from '../../services/clock.ts';

/** So many calls at once. */
export interface Burst {
  /** Milliseconds after the start. */
  readonly atMs: number;
  readonly calls: number;
}

/** The instants of the calls, in order, in milliseconds after the start. */
export function* merged(
  rate: Iterator<number, void>,
  bursts: readonly Burst[],
): Generator<number, void> {
  let next = rate.next();
  for (const { atMs, calls } of [...bursts].sort((a, b) => a.atMs - b.atMs)) {
    for (; next.done !== true && next.value <= atMs; next = rate.next()) yield next.value;
    for (let made = 0; made < calls; made += 1) yield atMs;
  }
  for (; next.done !== true; next = rate.next()) yield next.value;
}

/** Instants `1 / callsPerSecond` apart, times what `gap` says. */
export function* paced(
  callsPerSecond: number,
  durationMs: number,
  gap: () => number,
): Generator<number, void> {
  if (callsPerSecond === 0) return;
  const spacingMs = 1_000 / callsPerSecond;
  let slots = 0;
  for (let atMs = 0; atMs < durationMs; atMs = slots * spacingMs) {
    yield atMs;
    slots += gap();
  }
}

/** Makes each call at its instant; those that are due together start together. */
export function arrive(
  clock: Clock,
  arrivals: Iterator<number, void>,
  signal: AbortSignal | undefined,
  call: () => void,
): Promise<void> {
  const startMs = clock.monotonicMs();
  return new Promise((resolve) => {
    let next = arrivals.next();
    let timer: unknown;
    const end = (): void => {
      signal?.removeEventListener('abort', end);
      clock.clearTimer(timer);
      resolve();
    };
    const step = (): void => {
      const elapsedMs = clock.monotonicMs() - startMs;
      while (next.done !== true && next.value <= elapsedMs && signal?.aborted !== true) {
        call();
        next = arrivals.next();
      }
      if (next.done === true || signal?.aborted === true) return end();
      const delayMs = Math.min(Math.ceil(next.value - elapsedMs), TIMER_DELAY_MAX_MS);
      timer = clock.setTimer(delayMs, true, step);
    };
    signal?.addEventListener('abort', end);
    step();
  });
}
