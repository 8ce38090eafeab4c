/** Where the story stands in time: it may begin late, and it may be stopped. */
import type { Clock } from '../../services/clock.ts';

export interface StoryClock {
  /** Milliseconds from the story's beginning; at most its duration. */
  readonly elapsedMs: () => number;
  readonly isOver: () => boolean;
  /** Time stands still from now on. */
  stop(): void;
}

export function createStoryClock(clock: Clock, fromMs: number, durationMs: number): StoryClock {
  const startMs = clock.monotonicMs();
  let stoppedAtMs: number | null = null;
  const elapsedMs = (): number =>
    stoppedAtMs ?? Math.min(durationMs, fromMs + clock.monotonicMs() - startMs);
  return {
    elapsedMs,
    isOver: () => elapsedMs() >= durationMs,
    stop: () => void (stoppedAtMs ??= elapsedMs()),
  };
}
