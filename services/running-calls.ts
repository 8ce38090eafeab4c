/**
 * The calls of one breaker that still run, in the order of their start: a linked list in typed
 * arrays, so that a call that hangs is counted as slow without waiting for its end, and starting
 * and ending a call allocate nothing.
 */

const NONE = -1;

export class RunningCalls {
  #startedMs = new Float64Array(8);
  /** Where a call was counted as slow; NaN while it was not. */
  #places = new Float64Array(8);
  #next = new Int32Array(8);
  #previous = new Int32Array(8);
  #free = 0;
  #first = NONE;
  #last = NONE;
  /** The oldest call not yet counted as slow. */
  #quick = NONE;

  constructor() {
    this.#chainFree(0);
  }

  /** Notes the start of a call and returns its slot. */
  start(nowMs: number): number {
    if (this.#free === NONE) this.#grow();
    const slot = this.#free;
    this.#free = this.#next[slot] as number;
    this.#startedMs[slot] = nowMs;
    this.#places[slot] = NaN;
    this.#next[slot] = NONE;
    this.#previous[slot] = this.#last;
    if (this.#last === NONE) this.#first = slot;
    else this.#next[this.#last] = slot;
    this.#last = slot;
    if (this.#quick === NONE) this.#quick = slot;
    return slot;
  }

  startedMs(slot: number): number {
    return this.#startedMs[slot] as number;
  }

  /** Forgets a call. The place where it was counted as slow while running, or NaN. */
  end(slot: number): number {
    const next = this.#next[slot] as number;
    const previous = this.#previous[slot] as number;
    if (previous === NONE) this.#first = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#last = previous;
    else this.#previous[next] = previous;
    if (this.#quick === slot) this.#quick = next;
    this.#next[slot] = this.#free;
    this.#free = slot;
    return this.#places[slot] as number;
  }

  /** Start of the oldest call not yet counted as slow, in monotonic milliseconds, or Infinity. */
  get oldestQuickMs(): number {
    return this.#quick === NONE ? Infinity : (this.#startedMs[this.#quick] as number);
  }

  /** Notes that the oldest quick call was counted as slow, at `place`. */
  markSlow(place: number): void {
    this.#places[this.#quick] = place;
    this.#quick = this.#next[this.#quick] as number;
  }

  /** The window was replaced: what was counted as slow stays so, where it stood means nothing. */
  forgetPlaces(): void {
    for (let slot = this.#first; slot !== NONE; slot = this.#next[slot] as number) {
      if (!Number.isNaN(this.#places[slot])) this.#places[slot] = -1;
    }
  }

  #grow(): void {
    const before = this.#startedMs.length;
    const length = before * 2;
    const grown = <A extends Float64Array | Int32Array>(array: A, into: A): A => {
      into.set(array);
      return into;
    };
    this.#startedMs = grown(this.#startedMs, new Float64Array(length));
    this.#places = grown(this.#places, new Float64Array(length));
    this.#next = grown(this.#next, new Int32Array(length));
    this.#previous = grown(this.#previous, new Int32Array(length));
    this.#chainFree(before);
  }

  #chainFree(from: number): void {
    for (let slot = from; slot < this.#next.length; slot++) {
      this.#next[slot] = slot + 1 < this.#next.length ? slot + 1 : NONE;
    }
    this.#free = from;
  }
}
