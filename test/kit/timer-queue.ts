/**
 * Timers in the order in which they fall due: a binary heap, so that a clock with a hundred
 * thousand of them stays quick. Equal instants keep the order in which they were set.
 */

export interface QueuedTimer {
  /** Milliseconds on the owner's own scale. */
  readonly dueMs: number;
  /** A timer that is not held would not keep a real process alive. */
  readonly held: boolean;
  readonly run: () => void;
  readonly order: number;
  cancelled: boolean;
}

const before = (a: QueuedTimer, b: QueuedTimer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];
  #order = 0;
  /** Timers that still wait. */
  pendingCount = 0;
  /** Of these, the ones that would keep a real process alive. */
  heldCount = 0;

  add(dueMs: number, held: boolean, run: () => void): QueuedTimer {
    const timer: QueuedTimer = { dueMs, held, run, order: (this.#order += 1), cancelled: false };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    this.#count(timer, 1);
    return timer;
  }

  cancel(timer: QueuedTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#count(timer, -1);
  }

  /** The next timer, left in the queue. */
  peek(): QueuedTimer | undefined {
    while (this.#heap[0]?.cancelled === true) this.#shift();
    return this.#heap[0];
  }

  /** Takes the next timer out. */
  take(): QueuedTimer | undefined {
    const next = this.peek();
    if (next === undefined) return undefined;
    this.#shift();
    this.cancel(next);
    return next;
  }

  #count(timer: QueuedTimer, by: number): void {
    this.pendingCount += by;
    if (timer.held) this.heldCount += by;
  }

  #shift(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfBefore(child, parent)) return;
      child = parent;
    }
  }

  #sink(): void {
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      const [a, b] = [this.#heap[left], this.#heap[right]];
      if (a === undefined) return;
      const child = b !== undefined && before(b, a) ? right : left;
      if (!this.#swapIfBefore(child, parent)) return;
      parent = child;
    }
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const [a, b] = [this.#heap[child], this.#heap[parent]];
    if (a === undefined || b === undefined || !before(a, b)) return false;
    this.#heap[child] = b;
    this.#heap[parent] = a;
    return true;
  }
}
