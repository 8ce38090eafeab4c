/**
 * Runs a function under a deadline and the caller's signal: one AbortController per call, the
 * caller's reason passed on, and no listener or timer left behind however it ends.
 */
import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';
import type { Deadlines } from './deadlines.ts';

export interface Bounds {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  /** What the call is rejected with, and what its signal is aborted with, when time is over. */
  readonly timeoutError: () => unknown;
}

/**
 * The caller hears of a timeout or an abort at once, whether or not the function heeds its
 * signal; what the function still does afterwards is nobody's any more.
 */
export function runBounded<T>(
  bounds: Bounds,
  run: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  const { clock, deadlines, timeoutMs, signal } = bounds;
  // Aborted while the permit was taken: no listener would hear of that any more.
  if (signal?.aborted) return Promise.reject(signal.reason as Error);
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController();
    let isOver = false;
    const finish = (): boolean => {
      if (isOver) return false;
      isOver = true;
      release();
      deadlines.cancel(deadline);
      return true;
    };
    const giveUp = (reason: unknown): void => {
      if (!finish()) return;
      reject(reason);
      controller.abort(reason);
    };
    const deadline =
      timeoutMs === null
        ? null
        : deadlines.at(clock.monotonicMs() + timeoutMs, () => giveUp(bounds.timeoutError()), true);
    const release = onAbort(signal, () => giveUp(signal?.reason));
    const settle = (result: T | PromiseLike<T>): void => {
      if (finish()) resolve(result);
    };
    const fail = (error: unknown): void => {
      if (finish()) reject(error);
    };
    try {
      Promise.resolve(run(controller.signal)).then(settle, fail);
    } catch (error) {
      fail(error);
    }
  });
}
