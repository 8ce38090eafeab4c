/**
 * The last so many samples of something, kept in order of arrival and in order of size, so that
 * quantiles, shares and the mean are read off and never computed. Adding one moves a few hundred
 * bytes.
 */

/** Cells a window begins with; it doubles until it holds what it may. */
const FIRST_CELLS = 8;

/** `single` rounds to 24 bits and takes half the memory: exact for counts up to 16,777,216. */
export type SamplePrecision = 'single' | 'double';

type Cells = Float32Array | Float64Array;

export class QuantileWindow {
  readonly countMax: number;
  readonly #precision: SamplePrecision;
  /** In order of arrival, the oldest at `#next` once it is full. */
  #arrived: Cells;
  #sorted: Cells;
  #count = 0;
  #next = 0;
  #sum = 0;

  /** Holds `countMax` samples in at most 8 (single) or 16 (double) bytes each. */
  constructor(countMax: number, precision: SamplePrecision = 'double') {
    this.countMax = countMax;
    this.#precision = precision;
    this.#arrived = this.#cells(Math.min(FIRST_CELLS, countMax));
    this.#sorted = this.#cells(this.#arrived.length);
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** NaN where there is none. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /** The sample of a rank, from 0 for the smallest. */
  at(rank: number): number {
    return this.#sorted[rank] as number;
  }

  /** The sample at a share of the way from the smallest (0) to the largest (1). */
  quantile(share: number): number {
    return this.at(Math.round(share * (this.#count - 1)));
  }

  /** How many samples are smaller than `value`. */
  countBelow(value: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The mean if no sample could be larger than `cap`. */
  meanUpTo(cap: number): number {
    let sum = this.#sum;
    for (let rank = this.#count - 1; rank >= 0; rank--) {
      const sample = this.at(rank);
      if (sample <= cap) break;
      sum -= sample - cap;
    }
    return sum / this.#count;
  }

  add(value: number): void {
    const full = this.#count === this.countMax;
    if (!full && this.#count === this.#arrived.length) this.#grow();
    const arrived = this.#arrived;
    const oldest = arrived[this.#next] as number;
    arrived[this.#next] = value;
    const sample = arrived[this.#next] as number;
    this.#next = this.#next + 1 === this.countMax ? 0 : this.#next + 1;
    this.#sum += full ? sample - oldest : sample;
    if (full) this.#replace(oldest, sample);
    else this.#insert(sample);
  }

  #insert(sample: number): void {
    const rank = this.countBelow(sample);
    this.#sorted.copyWithin(rank + 1, rank, this.#count++);
    this.#sorted[rank] = sample;
  }

  /** Moves only what lies between the two. */
  #replace(oldest: number, sample: number): void {
    if (oldest === sample) return;
    const sorted = this.#sorted;
    const from = this.countBelow(oldest);
    let to = this.countBelow(sample);
    if (to > from) {
      sorted.copyWithin(from, from + 1, to);
      to--;
    } else sorted.copyWithin(to + 1, to, from);
    sorted[to] = sample;
  }

  /** The newest samples, the oldest of them first. */
  newest(count: number): number[] {
    const taken = Math.min(count, this.#count);
    const size = this.countMax;
    return Array.from(
      { length: taken },
      (_, index) => this.#arrived[(this.#next - taken + index + size) % size] as number,
    );
  }

  #cells(length: number): Cells {
    return this.#precision === 'single' ? new Float32Array(length) : new Float64Array(length);
  }

  #grow(): void {
    const length = Math.min(2 * this.#arrived.length, this.countMax);
    const [arrived, sorted] = [this.#arrived, this.#sorted];
    this.#arrived = this.#cells(length);
    this.#arrived.set(arrived);
    this.#sorted = this.#cells(length);
    this.#sorted.set(sorted);
  }
}
