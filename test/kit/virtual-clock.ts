/**
 * Time under a test's control. Nothing passes by itself: `advance` walks from timer to timer, each
 * one seeing its own due time, those set by other timers included. The wall clock can jump
 * without moving a timer, as it does on a real machine.
 *
 * Fits wherever Fuseboard takes a `clock`, and XState's `createActor(machine, { clock })` too.
 */
import { invalidArgument } from '../../services/check.ts';
import {
  systemClock,
  TIMER_DELAY_MAX_MS,
  type Clock,
  type TimerHandle,
} from '../../services/clock.ts';
import { FuseboardError } from '../../services/errors.ts';
import { TimerQueue, type QueuedTimer } from './timer-queue.ts';

export interface VirtualClockOptions {
  /**
   * Wall-clock milliseconds at which the clock starts.
   * @default 1_700_000_000_000 (2023-11-14T22:13:20Z)
   */
  readonly startMs?: number;
}

/** Callbacks that defer callbacks may go on for this many turns before it counts as endless. */
const SETTLE_TURNS_MAX = 10_000;

/** A turn of the real event loop: microtasks run dry meanwhile. */
const turn = (): Promise<void> => new Promise((resolve) => systemClock.defer(resolve));

const milliseconds = (what: string, value: number, min: number, max: number): number => {
  if (value >= min && value <= max) return value;
  throw invalidArgument(`VirtualClock: ${what}`, `milliseconds from ${min} to ${max}`, value);
};

export class VirtualClock implements Clock {
  readonly #timers = new TimerQueue();
  readonly #startMs: number;
  #elapsedMs = 0;
  #jumpedMs = 0;
  #deferredCount = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.#startMs = milliseconds('startMs', options.startMs ?? 1_700_000_000_000, 0, 8.64e15);
  }

  nowMs(): number {
    return this.#startMs + this.#jumpedMs + this.#elapsedMs;
  }

  /** Starts at 0. */
  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** @throws FuseboardError invalid_argument for a delay that real timers would get wrong. */
  setTimer(delayMs: number, held: boolean, run: () => void): TimerHandle {
    const delay = milliseconds('a delay', delayMs, 0, TIMER_DELAY_MAX_MS);
    return this.#timers.add(this.#elapsedMs + delay, held, run);
  }

  clearTimer(timer: TimerHandle): void {
    if (timer !== undefined && timer !== null) this.#timers.cancel(timer as QueuedTimer);
  }

  /** Runs `run` on a later turn of the real event loop, as no virtual time passes meanwhile. */
  defer(run: () => void): void {
    this.#deferredCount += 1;
    systemClock.defer(() => {
      this.#deferredCount -= 1;
      run();
    });
  }

  /** As XState's clock. Negative delays and NaN mean 0; too long ones throw, see `setTimer`. */
  setTimeout(run: (...args: never[]) => void, delayMs: number): TimerHandle {
    return this.setTimer(delayMs > 0 ? delayMs : 0, true, run);
  }

  clearTimeout(timer: TimerHandle): void {
    this.clearTimer(timer);
  }

  /**
   * Lets `ms` pass. Due timers run in order, each at its own instant, those they set included.
   * Promise continuations wait until the caller awaits something; see `advanceAsync`.
   */
  advance(ms: number): void {
    const endMs = this.#endOf(ms);
    while (this.#runNext(endMs));
    this.#elapsedMs = Math.max(this.#elapsedMs, endMs);
  }

  /** As `advance`, but promise continuations and deferred callbacks run before each timer. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#endOf(ms);
    await this.settle();
    while (this.#runNext(endMs)) await this.settle();
    this.#elapsedMs = Math.max(this.#elapsedMs, endMs);
    await this.settle();
  }

  /** Lets promise continuations and deferred callbacks run; no virtual time passes. */
  async settle(): Promise<void> {
    await turn();
    for (let turns = 0; this.#deferredCount > 0; turns += 1) {
      if (turns === SETTLE_TURNS_MAX) {
        throw new FuseboardError(
          'invalid_argument',
          `VirtualClock: deferred callbacks still defer others after ${turns} turns.`,
        );
      }
      await turn();
    }
  }

  /** Moves the wall clock alone, backwards too: no timer fires and nothing has lasted longer. */
  jumpWall(ms: number): void {
    this.#jumpedMs += milliseconds('a jump', ms, -8.64e15, 8.64e15);
  }

  /** Timers that wait. */
  get pendingCount(): number {
    return this.#timers.pendingCount;
  }

  /** Of these, the ones that would keep a real process alive. */
  get heldCount(): number {
    return this.#timers.heldCount;
  }

  /** Milliseconds until the next timer; null when none waits. */
  get nextTimerMs(): number | null {
    const next = this.#timers.peek();
    return next === undefined ? null : Math.max(0, next.dueMs - this.#elapsedMs);
  }

  #endOf(ms: number): number {
    return this.#elapsedMs + milliseconds('the time to advance', ms, 0, Number.MAX_SAFE_INTEGER);
  }

  #runNext(endMs: number): boolean {
    const next = this.#timers.peek();
    if (next === undefined || next.dueMs > endMs) return false;
    this.#timers.take();
    this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
    next.run();
    return true;
  }
}
