/**
 * Time, injected. Wall-clock milliseconds name instants that survive a restart; monotonic
 * milliseconds measure how long something took, whatever happens to the wall clock.
 */
// Taken once: as a global it is a getter, which every reading would pay for.
const { performance } = globalThis;

/** A pending timer; what it is, only its clock knows. */
export type TimerHandle = unknown;

/** What the runtime needs of time. */
export interface Clock {
  /** Wall-clock milliseconds since 1970. May jump. */
  nowMs(): number;
  /** Milliseconds since some fixed moment. Never runs backwards. */
  monotonicMs(): number;
  /**
   * Runs `run` once after `delayMs` (at least 0, at most 2^31 - 1).
   * A timer that is not `held` must not keep the process alive.
   */
  setTimer(delayMs: number, held: boolean, run: () => void): TimerHandle;
  clearTimer(timer: TimerHandle): void;
  /** Runs `run` after the current turn of the event loop, in order of calls. */
  defer(run: () => void): void;
}

/** The longest delay that Node's timers take; a longer one would fire at once. */
export const TIMER_DELAY_MAX_MS = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, held, run) {
    const timer = setTimeout(run, delayMs);
    return held ? timer : timer.unref();
  },
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  defer: (run) => void setImmediate(run),
};
