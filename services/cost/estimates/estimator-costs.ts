/**
 * What calls of one operation on one model have cost, robust to outliers: a cost far above the
 * usual changes nothing while it is alone, and counts for what it is once such costs come again.
 */
import { DecayedShare } from './decayed-ratio.ts';
import { savedNumbers } from './estimator-entries.ts';
import { QuantileWindow } from './quantile-window.ts';

/** Calls remembered, and saved: 128 amounts in 2 KB. */
export const COSTS_REMEMBERED = 128;
const COSTS_SAVED = 64;
/** Costs before there is an estimate: a range of two says nothing. */
export const COSTS_MIN = 3;

/**
 * A cost is far above the usual beyond the upper quartile times the third power of the ratio of
 * the quartiles, and four times at least: costs that are spread log-normally stay below.
 */
const FENCE_POWER = 3;
const FENCE_MIN = 4;
/** So many costs beyond the fence are a habit and no accident. */
const HABIT = 3;
/** Calls after which those that were counted count half. */
const CALLS_COUNTED = 4_096;
/** Ranks left out at each end of the range, as a share. */
const TAIL = 0.05;
/** Calls for which the share that order statistics promise counts against what came true. */
const PROMISE_CALLS = 10;
const TRIES_REMEMBERED = 128;
/** Costs that wait until somebody reads, or so many are there: they are weighed together. */
const PENDING = 16;

export class CostKnowledge {
  readonly #costs = new QuantileWindow(COSTS_REMEMBERED);
  /** How often a cost lay in the range that had been said before it. */
  readonly #hits = new DecayedShare(TRIES_REMEMBERED);
  /** Beyond this, a cost is far above the usual. As of the last cost that was added. */
  #fence = Infinity;
  #callCount = 0;
  #outlierCount = 0;
  #outlierSum = 0;
  #expected = 0;
  #highest = 0;
  readonly #pending = new Float64Array(PENDING);
  #pendingCount = 0;

  get count(): number {
    return this.#costs.count + this.#pendingCount;
  }

  /** What a call may be expected to cost. */
  get expected(): number {
    this.#takeIn();
    return this.#expected;
  }

  /** What the dearest usual call did. */
  get highest(): number {
    this.#takeIn();
    return this.#highest;
  }

  get low(): number {
    this.#takeIn();
    return this.#low;
  }

  get high(): number {
    this.#takeIn();
    return this.#high;
  }

  get #low(): number {
    return Math.min(this.#costs.at(this.#cut), Math.floor(this.#expected));
  }

  get #high(): number {
    const rank = this.#costs.count - 1 - this.#cut;
    return Math.max(this.#costs.at(rank), Math.ceil(this.#expected));
  }

  /**
   * The probability that the next cost lies from low to high. Of n costs in any order, each as
   * likely as the other, the next one falls between the j-th and the k-th with (k - j) / (n + 1),
   * whatever they are spread like (H. A. David, Order Statistics); corrected by what came true.
   */
  get confidence(): number {
    this.#takeIn();
    const promised = (this.count - 1 - 2 * this.#cut) / (this.count + 1);
    return this.#hits.share(promised, PROMISE_CALLS);
  }

  add(cost: number): void {
    this.#pending[this.#pendingCount++] = cost;
    if (this.#pendingCount === PENDING) this.#takeIn();
  }

  /** Held against the range and the fence as they were before any of them. */
  #takeIn(): void {
    const pendingCount = this.#pendingCount;
    if (pendingCount === 0) return;
    this.#pendingCount = 0;
    const isKnown = this.#costs.count >= COSTS_MIN;
    const low = isKnown ? this.#low : 0;
    const high = isKnown ? this.#high : 0;
    for (let index = 0; index < pendingCount; index++) {
      const cost = this.#pending[index] as number;
      if (isKnown) {
        this.#hits.add(cost >= low && cost <= high);
        if (cost > this.#fence) {
          this.#outlierCount++;
          this.#outlierSum += cost;
        }
      }
      if (++this.#callCount > CALLS_COUNTED) {
        this.#callCount /= 2;
        this.#outlierCount /= 2;
        this.#outlierSum /= 2;
      }
      this.#costs.add(cost);
    }
    this.#weigh();
  }

  saved(): unknown {
    this.#takeIn();
    const outliers = [this.#callCount, this.#outlierCount, this.#outlierSum];
    return { costs: this.#costs.newest(COSTS_SAVED), hits: this.#hits.saved(), outliers };
  }

  /** @throws Error for what {@link CostKnowledge.saved} cannot have made. */
  restore(saved: unknown): void {
    const { costs, hits, outliers } = saved as Record<string, unknown>;
    for (const cost of savedNumbers(costs)) this.#costs.add(cost);
    if (this.count === 0) throw new Error('without costs');
    this.#hits.restore(savedNumbers(hits));
    [this.#callCount = 0, this.#outlierCount = 0, this.#outlierSum = 0] = savedNumbers(outliers);
    this.#weigh();
  }

  get #cut(): number {
    return Math.max(0, Math.floor((this.#costs.count + 1) * TAIL) - 1);
  }

  #fenceNow(): number {
    const last = this.count - 1;
    const upper = this.#costs.at(Math.floor(last * 0.75));
    const ratio = upper / this.#costs.at(Math.floor(last * 0.25));
    return upper * Math.max(FENCE_MIN, Number.isNaN(ratio) ? 0 : ratio ** FENCE_POWER);
  }

  #weigh(): void {
    const costs = this.#costs;
    const fence = (this.#fence = this.#fenceNow());
    let rank = costs.count - 1;
    let beyond = 0;
    while (rank > 0 && costs.at(rank) > fence) beyond += costs.at(rank--);
    if (costs.count - 1 - rank >= HABIT) {
      this.#expected = costs.mean;
      this.#highest = costs.at(costs.count - 1);
      return;
    }
    const usual = (costs.sum - beyond) / (rank + 1);
    this.#highest = costs.at(rank);
    if (this.#outlierCount < HABIT) {
      this.#expected = usual;
      return;
    }
    const share = this.#outlierCount / this.#callCount;
    const dear = this.#outlierSum / this.#outlierCount;
    this.#expected = usual * (1 - share) + dear * share;
    this.#highest = Math.max(this.#highest, dear);
  }
}
