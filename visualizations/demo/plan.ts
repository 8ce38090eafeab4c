/**
 * Which run a start is: a new one, or an interrupted one taken up again. A run of a stated length
 * ends with its story; one without goes on, story after story, each a day at speed.
 */
import { seconds } from './changes.ts';
import type { Position } from './position.ts';

export interface RunWish {
  /** Undefined where the user named none. */
  readonly seed: number | undefined;
  /** Undefined: without an end. */
  readonly durationMs: number | undefined;
  readonly isFresh: boolean;
}

export interface RunPlan {
  readonly seed: number;
  readonly durationMs: number;
  /** Milliseconds from the story's beginning at which this run takes it up. */
  readonly fromMs: number;
  readonly isResumed: boolean;
  /** Whether another day follows the story. */
  readonly isEndless: boolean;
  /** What becomes of an interrupted run that is not taken up; null when there is none. */
  readonly dropped: string | null;
}

const SEED = 4711;
/** How long a day is at speed. */
export const DAY_MS = 60_000;

/** An interrupted run is taken up unless another seed or length is asked for, or a fresh start. */
export function planRun(wish: RunWish, last: Position | null): RunPlan {
  const { seed = SEED, durationMs = DAY_MS } = wish;
  const isEndless = wish.durationMs === undefined;
  const anew = { seed, durationMs, fromMs: 0, isResumed: false, isEndless };
  if (last === null || last.isComplete) return { ...anew, dropped: null };
  const isOther =
    (wish.seed ?? last.seed) !== last.seed ||
    (wish.durationMs ?? last.durationMs) !== last.durationMs;
  if (!wish.isFresh && !isOther) {
    const { seed, durationMs, elapsedMs: fromMs, isEndless = false } = last;
    return { seed, durationMs, fromMs, isResumed: true, isEndless, dropped: null };
  }
  const where = `${seconds(last.elapsedMs)} of ${seconds(last.durationMs)}`;
  return {
    ...anew,
    dropped: `the run with seed ${last.seed}, interrupted at ${where}, is dropped`,
  };
}
