/** Where the story stands in time: it may begin late, and it may be stopped. */
import type { Clock } from '../../services/clock.ts';

export interface StoryClock {
  /** Milliseconds from the story's beginning; at most its duration. */
  readonly elapsedMs: () => number;
  readonly isOver: () => boolean;
  /** Until then time stands still: nothing of the story is told while things are made ready. */
  start(): void;
  /** Time stands still from now on. */
  stop(): void;
}

export function createStoryClock(clock: Clock, fromMs: number, durationMs: number): StoryClock {
  let startMs: number | null = null;
  let stoppedAtMs: number | null = null;
  const elapsedMs = (): number => {
    if (stoppedAtMs !== null) return stoppedAtMs;
    const walkedMs = startMs === null ? 0 : clock.monotonicMs() - startMs;
    return Math.min(durationMs, fromMs + walkedMs);
  };
  return {
    elapsedMs,
    isOver: () => elapsedMs() >= durationMs,
    start: () => void (startMs ??= clock.monotonicMs()),
    stop: () => void (stoppedAtMs ??= elapsedMs()),
  };
}
