/**
 * Every instant at which something must happen, behind one timer: a binary heap of deadlines on
 * the monotonic clock. The timer keeps the process alive only while a caller waits for one of
 * them. Many that are due at once run in slices, so that they never hold the event loop for long.
 */
import { TIMER_DELAY_MAX_MS, type Clock, type TimerHandle } from './clock.ts';

/** How long due deadlines may run before the event loop gets its turn. */
const SLICE_MS = 5;

/** One instant. Made by {@link Deadlines.at}; cancelling twice, or after it ran, does nothing. */
export interface Deadline {
  /** Monotonic milliseconds. */
  readonly dueMs: number;
}

interface Entry extends Deadline {
  dueMs: number;
  readonly held: boolean;
  readonly run: () => void;
  /** Place in the heap; -1 when it is not in there. */
  place: number;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #heldCount = 0;
  #timer: TimerHandle = undefined;
  #timerDueMs = Infinity;
  #timerHeld = false;
  #isRunning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Deadlines that have neither run nor been cancelled. */
  get pendingCount(): number {
    return this.#heap.length;
  }

  /**
   * Runs `run` at `dueMs` (monotonic milliseconds; in the past means as soon as possible).
   * `held` says that a caller waits for it, so the process must live until then.
   */
  at(dueMs: number, run: () => void, held = false): Deadline {
    const entry: Entry = { dueMs, held, run, place: this.#heap.length };
    this.#heap.push(entry);
    this.#rise(entry);
    if (held) this.#heldCount++;
    this.#arm();
    return entry;
  }

  cancel(deadline: Deadline | null): void {
    if (deadline === null || (deadline as Entry).place < 0) return;
    this.#remove(deadline as Entry);
    if (this.#timer !== undefined && this.#heap.length === 0) this.#disarm();
    else if (this.#timerHeld && this.#heldCount === 0) this.#arm();
  }

  #arm(): void {
    if (this.#isRunning) return;
    const first = this.#heap[0];
    if (first === undefined) return this.#disarm();
    const held = this.#heldCount > 0;
    // A timer that fires early only looks and arms itself again: cheaper than moving it each time.
    if (this.#timer !== undefined && this.#timerDueMs <= first.dueMs && this.#timerHeld === held) {
      return;
    }
    this.#disarm();
    const delayMs = Math.ceil(Math.max(0, first.dueMs - this.#clock.monotonicMs()));
    this.#timerDueMs = first.dueMs;
    this.#timerHeld = held;
    this.#timer = this.#clock.setTimer(Math.min(delayMs, TIMER_DELAY_MAX_MS), held, this.#fire);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
    this.#isRunning = true;
    const startMs = this.#clock.monotonicMs();
    let nowMs = startMs;
    try {
      for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
        if (first.dueMs > nowMs || nowMs - startMs > SLICE_MS) break;
        this.#remove(first);
        first.run();
        nowMs = this.#clock.monotonicMs();
      }
    } finally {
      this.#isRunning = false;
      this.#arm();
    }
  };

  #remove(entry: Entry): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last !== undefined && last !== entry) {
      last.place = entry.place;
      heap[last.place] = last;
      this.#rise(last);
      this.#sink(last);
    }
    entry.place = -1;
    if (entry.held) this.#heldCount--;
  }

  #rise(entry: Entry): void {
    const heap = this.#heap;
    while (entry.place > 0) {
      const parent = heap[(entry.place - 1) >> 1] as Entry;
      if (parent.dueMs <= entry.dueMs) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    for (;;) {
      const left = heap[2 * entry.place + 1];
      if (left === undefined) return;
      const right = heap[2 * entry.place + 2];
      const child = right !== undefined && right.dueMs < left.dueMs ? right : left;
      if (child.dueMs >= entry.dueMs) return;
      this.#swap(entry, child);
    }
  }

  /** `lower` trades places with its parent `upper`. */
  #swap(upper: Entry, lower: Entry): void {
    const place = upper.place;
    upper.place = lower.place;
    lower.place = place;
    this.#heap[upper.place] = upper;
    this.#heap[lower.place] = lower;
  }
}
