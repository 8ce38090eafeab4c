/**
 * Outcomes counted over the last calls, or over the last milliseconds, in typed arrays: recording
 * is a few integer operations and allocates nothing.
 */

export interface WindowTotals {
  calls: number;
  failures: number;
  slow: number;
}

export interface OutcomeWindow {
  /** Sums over the window as of the last `add`, `markFailed` or `advance`. */
  readonly totals: Readonly<WindowTotals>;
  /** Counts one call. The place can be handed to `markFailed` later. */
  add(failed: boolean, slow: boolean, nowMs: number): number;
  /** The call counted at `place` turned out to have failed. */
  markFailed(place: number, nowMs: number): void;
  /** Lets what is too old fall out. */
  advance(nowMs: number): void;
  clear(): void;
  /** Takes over another window's calls, as far as they fit, the newest first. */
  adopt(other: OutcomeWindow, nowMs: number): void;
}

const FAILED = 1;
const SLOW = 2;

/** The last `size` calls. */
export class CountWindow implements OutcomeWindow {
  readonly totals: WindowTotals = { calls: 0, failures: 0, slow: 0 };
  readonly #ring: Uint8Array;
  /** Calls ever counted since the last clear: the next one's place. */
  #count = 0;

  constructor(size: number) {
    this.#ring = new Uint8Array(size);
  }

  add(failed: boolean, slow: boolean, _nowMs: number): number {
    const { totals } = this;
    const ring = this.#ring;
    const index = this.#count % ring.length;
    if (totals.calls === ring.length) {
      const oldest = ring[index] as number;
      totals.failures -= oldest & FAILED;
      totals.slow -= oldest >> 1;
    } else totals.calls++;
    ring[index] = (failed ? FAILED : 0) | (slow ? SLOW : 0);
    if (failed) totals.failures++;
    if (slow) totals.slow++;
    return this.#count++;
  }

  markFailed(place: number, nowMs: number): void {
    const ring = this.#ring;
    const oldest = this.#count - this.totals.calls;
    if (place < oldest || place >= this.#count) {
      this.add(true, false, nowMs);
      return;
    }
    const index = place % ring.length;
    const entry = ring[index] as number;
    if ((entry & FAILED) !== 0) return;
    ring[index] = entry | FAILED;
    this.totals.failures++;
  }

  advance(): void {}

  clear(): void {
    this.totals.calls = this.totals.failures = this.totals.slow = 0;
    this.#count = 0;
  }

  adopt(other: OutcomeWindow, nowMs: number): void {
    if (other instanceof CountWindow) {
      const from = Math.max(0, other.totals.calls - this.#ring.length);
      for (let age = other.totals.calls - from; age > 0; age--) {
        const entry = other.#ring[(other.#count - age) % other.#ring.length] as number;
        this.add((entry & FAILED) !== 0, (entry & SLOW) !== 0, nowMs);
      }
      return;
    }
    other.advance(nowMs);
    const shares = scaled(other.totals, this.#ring.length);
    spread(shares, (failed, slow) => this.add(failed, slow, nowMs));
  }
}

/** Slices of a time window: what falls out at the old end is never more than a tenth of it. */
const BUCKETS = 10;
const STRIDE = 3;

/** The calls of the last `windowMs`, in ten buckets. */
export class TimeWindow implements OutcomeWindow {
  readonly totals: WindowTotals = { calls: 0, failures: 0, slow: 0 };
  readonly #bucketMs: number;
  readonly #counts = new Int32Array(BUCKETS * STRIDE);
  readonly #startMs: number;
  /** Number of the current bucket since the window was made. */
  #current = 0;

  constructor(windowMs: number, nowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
    this.#startMs = nowMs;
  }

  add(failed: boolean, slow: boolean, nowMs: number): number {
    this.advance(nowMs);
    const { totals } = this;
    const counts = this.#counts;
    const base = (this.#current % BUCKETS) * STRIDE;
    counts[base] = (counts[base] as number) + 1;
    totals.calls++;
    if (failed) {
      counts[base + 1] = (counts[base + 1] as number) + 1;
      totals.failures++;
    }
    if (slow) {
      counts[base + 2] = (counts[base + 2] as number) + 1;
      totals.slow++;
    }
    return this.#current;
  }

  markFailed(place: number, nowMs: number): void {
    this.advance(nowMs);
    if (place < 0 || place <= this.#current - BUCKETS) {
      this.add(true, false, nowMs);
      return;
    }
    const index = (place % BUCKETS) * STRIDE + 1;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.totals.failures++;
  }

  advance(nowMs: number): void {
    const bucket = Math.floor((nowMs - this.#startMs) / this.#bucketMs);
    if (bucket <= this.#current) return;
    const steps = Math.min(BUCKETS, bucket - this.#current);
    const { totals } = this;
    const counts = this.#counts;
    for (let step = 1; step <= steps; step++) {
      const base = ((this.#current + step) % BUCKETS) * STRIDE;
      totals.calls -= counts[base] as number;
      totals.failures -= counts[base + 1] as number;
      totals.slow -= counts[base + 2] as number;
      counts[base] = counts[base + 1] = counts[base + 2] = 0;
    }
    this.#current = bucket;
  }

  clear(): void {
    this.#counts.fill(0);
    this.totals.calls = this.totals.failures = this.totals.slow = 0;
  }

  adopt(other: OutcomeWindow, nowMs: number): void {
    other.advance(nowMs);
    if (other instanceof TimeWindow) {
      // Older buckets first, each at the age it has, so that it falls out when it should.
      for (let age = BUCKETS - 1; age >= 0; age--) {
        const number = other.#current - age;
        if (number < 0) continue;
        const base = (number % BUCKETS) * STRIDE;
        const ageMs = nowMs - (other.#startMs + number * other.#bucketMs);
        this.#adoptBucket(other.#counts.subarray(base, base + STRIDE), ageMs);
      }
      return;
    }
    this.#adoptBucket([other.totals.calls, other.totals.failures, other.totals.slow], 0);
  }

  #adoptBucket(bucket: ArrayLike<number>, ageMs: number): void {
    const age = Math.floor(ageMs / this.#bucketMs);
    if (age >= BUCKETS) return;
    // A fresh window's current bucket is 0: older calls go behind it, as if it had existed then.
    const base = ((this.#current - age + BUCKETS) % BUCKETS) * STRIDE;
    for (let field = 0; field < STRIDE; field++) {
      this.#counts[base + field] = (this.#counts[base + field] as number) + (bucket[field] ?? 0);
    }
    this.totals.calls += bucket[0] ?? 0;
    this.totals.failures += bucket[1] ?? 0;
    this.totals.slow += bucket[2] ?? 0;
  }
}

/** The same shares of fewer calls, where there are more than fit. */
function scaled(totals: Readonly<WindowTotals>, callsMax: number): WindowTotals {
  const share = Math.min(1, callsMax / Math.max(1, totals.calls));
  return {
    calls: Math.round(totals.calls * share),
    failures: Math.round(totals.failures * share),
    slow: Math.round(totals.slow * share),
  };
}

/** Replays totals as single calls, failures and slow ones overlapping as little as they must. */
function spread(
  totals: Readonly<WindowTotals>,
  add: (failed: boolean, slow: boolean) => void,
): void {
  for (let call = 0; call < totals.calls; call++) {
    add(call < totals.failures, call >= totals.calls - totals.slow);
  }
}
