/**
 * How fast money is spent: what the last minute and the last hour cost, counted on the monotonic
 * clock in typed arrays. Counting is a few operations on numbers and allocates nothing.
 *
 * A call counts with its expected cost in the second in which it is admitted. What it turns out to
 * have cost corrects that place, so that a long call moves no money into another minute. When the
 * place has fallen out, a lower cost changes nothing, but what the call cost beyond expectation
 * counts now: no money escapes the rate because its call took long.
 */

/** A sum over the last `slots * slotMs` milliseconds; the oldest slot falls out as a whole. */
export class SlidingSum {
  readonly #slots: Float64Array;
  readonly #slotMs: number;
  #total = 0;
  /** Beyond 2^53 a sum is rounded, and what is subtracted from it later leaves the error behind. */
  #isRounded = false;
  /** Number of the current slot since the clock's beginning. */
  #current = -1;

  constructor(slots: number, slotMs: number) {
    this.#slots = new Float64Array(slots);
    this.#slotMs = slotMs;
  }

  /** Monotonic milliseconds, here and below. */
  add(amount: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#put(this.#current, amount);
  }

  /** Changes what was added at `addedAtMs`; false when that has fallen out. */
  correct(amount: number, addedAtMs: number, nowMs: number): boolean {
    this.#advance(nowMs);
    const slot = Math.min(Math.floor(addedAtMs / this.#slotMs), this.#current);
    if (slot <= this.#current - this.#slots.length) return false;
    this.#put(slot, amount);
    return true;
  }

  /** The sum as of `nowMs`. */
  total(nowMs: number): number {
    this.#advance(nowMs);
    return this.#total;
  }

  /** The sum as of the last addition, however long ago that was. */
  get lastTotal(): number {
    return this.#total;
  }

  #put(slot: number, amount: number): void {
    const place = slot % this.#slots.length;
    this.#slots[place] = (this.#slots[place] as number) + amount;
    this.#total += amount;
    if (this.#total > Number.MAX_SAFE_INTEGER) this.#isRounded = true;
  }

  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs);
    if (slot > this.#current) this.#turnTo(slot);
  }

  /** Apart, because it is seldom needed and would make everything that looks at a sum longer. */
  #turnTo(slot: number): void {
    const slots = this.#slots;
    if (slot - this.#current >= slots.length) {
      slots.fill(0);
      this.#total = 0;
    } else {
      for (let gone = this.#current + 1; gone <= slot; gone++) {
        const place = gone % slots.length;
        this.#total -= slots[place] as number;
        slots[place] = 0;
      }
      if (this.#isRounded) this.#total = slots.reduce((a, b) => a + b, 0);
    }
    this.#isRounded &&= this.#total > Number.MAX_SAFE_INTEGER;
    this.#current = slot;
  }
}

export class SpendRate {
  readonly #minute = new SlidingSum(60, 1000);
  readonly #hour = new SlidingSum(60, 60_000);

  /** Counts what a call is expected to cost, when it is admitted. Monotonic milliseconds. */
  add(costNanoUsd: number, nowMs: number): void {
    this.#minute.add(costNanoUsd, nowMs);
    this.#hour.add(costNanoUsd, nowMs);
  }

  /**
   * A call that was counted at `addedAtMs` cost `differenceNanoUsd` more than was counted, or
   * less: minus the whole where it was not made.
   */
  correct(differenceNanoUsd: number, addedAtMs: number, nowMs: number): void {
    if (differenceNanoUsd === 0) return;
    correctOrAdd(this.#minute, differenceNanoUsd, addedAtMs, nowMs);
    correctOrAdd(this.#hour, differenceNanoUsd, addedAtMs, nowMs);
  }

  /** Nano-dollars of the last minute, to the second. */
  lastMinuteNanoUsd(nowMs: number): number {
    return this.#minute.total(nowMs);
  }

  /** Nano-dollars of the last hour, to the minute. */
  lastHourNanoUsd(nowMs: number): number {
    return this.#hour.total(nowMs);
  }
}

function correctOrAdd(sum: SlidingSum, amount: number, addedAtMs: number, nowMs: number): void {
  if (!sum.correct(amount, addedAtMs, nowMs) && amount > 0) sum.add(amount, nowMs);
}
