/**
 * Callers that wait for something scarce, such as a place in a bulkhead or the verdict of a probe:
 * by priority and then by arrival, abortable, each for a limited time.
 */
import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';
import type { Deadline, Deadlines } from './deadlines.ts';

interface Waiter {
  readonly priority: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  /** Stops heeding the caller's signal. */
  readonly disregard: () => void;
  deadline: Deadline | null;
}

export interface WaitOptions {
  /** Higher goes first. */
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds; null for no limit. */
  readonly timeoutMs: number | null;
  /** What the caller is rejected with when the time is over. */
  readonly timeoutError: () => unknown;
}

export class WaitingList {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #waiters: Waiter[] = [];

  constructor(clock: Clock, deadlines: Deadlines) {
    this.#clock = clock;
    this.#deadlines = deadlines;
  }

  get size(): number {
    return this.#waiters.length;
  }

  /** Resolves when it is the caller's turn; rejects with the signal's reason, or in the end. */
  join(options: WaitOptions): Promise<void> {
    const { signal, priority, timeoutMs, timeoutError } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const leave = (reason: unknown): void => {
        const index = this.#waiters.indexOf(waiter);
        if (index < 0) return;
        this.#waiters.splice(index, 1);
        this.#release(waiter);
        reject(reason);
      };
      const disregard = onAbort(signal, () => leave(signal?.reason));
      const waiter: Waiter = { priority, resolve, reject, disregard, deadline: null };
      if (timeoutMs !== null) {
        const dueMs = this.#clock.monotonicMs() + timeoutMs;
        waiter.deadline = this.#deadlines.at(dueMs, () => leave(timeoutError()), true);
      }
      this.#insert(waiter);
    });
  }

  /** Lets the first one go on; false when nobody waits. */
  admitFirst(): boolean {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return false;
    this.#release(waiter);
    waiter.resolve();
    return true;
  }

  /** Lets everybody go on. */
  admitAll(): void {
    while (this.admitFirst());
  }

  /** Sends everybody away. */
  rejectAll(makeReason: () => unknown): void {
    for (const waiter of this.#waiters.splice(0)) {
      this.#release(waiter);
      waiter.reject(makeReason());
    }
  }

  /** Behind everybody of the same or a higher priority. */
  #insert(waiter: Waiter): void {
    let low = 0;
    let high = this.#waiters.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#waiters[middle] as Waiter).priority >= waiter.priority) low = middle + 1;
      else high = middle;
    }
    this.#waiters.splice(low, 0, waiter);
  }

  #release(waiter: Waiter): void {
    waiter.disregard();
    this.#deadlines.cancel(waiter.deadline);
  }
}
