/**
 * Percentiles of how long calls took, in bounded memory: buckets 1 % apart, each remembering the
 * longest time seen in it. So a percentile is always a time that really occurred, exact while the
 * times are few and distinct, and at most 1 % too long otherwise.
 */

const GROWTH = Math.log(1.01);
/** Times below a microsecond count as 0. */
const SMALLEST_MS = 0.001;

export class LatencyHistogram {
  readonly #counts = new Map<number, number>();
  readonly #longestMs = new Map<number, number>();
  #totalMs = 0;
  count = 0;
  minMs = Infinity;
  maxMs = 0;

  add(ms: number): void {
    const bucket = ms < SMALLEST_MS ? -1 : Math.ceil(Math.log(ms / SMALLEST_MS) / GROWTH);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#longestMs.set(bucket, Math.max(this.#longestMs.get(bucket) ?? 0, ms));
    this.#totalMs += ms;
    this.count += 1;
    this.minMs = Math.min(this.minMs, ms);
    this.maxMs = Math.max(this.maxMs, ms);
  }

  get meanMs(): number {
    return this.count === 0 ? 0 : this.#totalMs / this.count;
  }

  /** The time within which the given share of calls, in (0, 1], ended; 0 without calls. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.count);
    for (const bucket of [...this.#counts.keys()].sort((a, b) => a - b)) {
      left -= this.#counts.get(bucket) ?? 0;
      if (left <= 0) return this.#longestMs.get(bucket) ?? 0;
    }
    return 0;
  }
}
