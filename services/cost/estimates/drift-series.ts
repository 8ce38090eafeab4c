/** A series of ratios, and whether the latest of them differ from those before. */

/** Ratios that are recent. */
const RECENT = 32;
/** Earlier ones before which nothing is usual, and those that are remembered as usual. */
const USUAL_MIN = 64;
const USUAL_MEMORY = 512;
const USUAL_SHARE_MIN = 1 / USUAL_MEMORY;
/** A change is of 25 % at least, and so many standard errors that chance does not make it. */
const CHANGE_MIN = Math.log(1.25);
const ERRORS_MIN = 6;
/** It is over below half of what would begin it. */
const OVER_SHARE = 0.5;
/** Below it there is none. */
const VARIANCE_MIN = 1e-12;
/** A ratio counts as 16 at most, and as a sixteenth at least: an outlier is no change. */
const LOG_MAX = Math.log(16);

/** By logarithms: the recent ones in a ring, those before it by their mean and variance. */
export class DriftSeries {
  readonly #recent = new Float32Array(RECENT);
  #recentSum = 0;
  #next = 0;
  #usualCount = -RECENT;
  #usualMean = 0;
  #usualVariance = 0;
  #isOn = false;

  get isOn(): boolean {
    return this.#isOn;
  }

  get recentRatio(): number {
    return Math.exp(this.#recentSum / RECENT);
  }

  get usualRatio(): number {
    return Math.exp(this.#usualMean);
  }

  /** Adds a ratio of at least 0. True where a change has begun or ended with it. */
  add(ratio: number): boolean {
    const recent = this.#recent;
    if (++this.#usualCount > 0) this.#becomeUsual(recent[this.#next] as number);
    const logarithm = ratio === 1 ? 0 : Math.log(ratio);
    this.#recentSum -= recent[this.#next] as number;
    recent[this.#next] = Math.min(Math.max(logarithm, -LOG_MAX), LOG_MAX);
    this.#recentSum += recent[this.#next] as number;
    this.#next = (this.#next + 1) % RECENT;
    // Once a round the sum is taken anew, so that roundings do not add up.
    if (this.#next === 0) this.#recentSum = sumOf(recent);
    if (this.#usualCount < USUAL_MIN) return false;
    const change = Math.abs(this.#recentSum / RECENT - this.#usualMean);
    // Nearly always, and less than is ever needed.
    if (!this.#isOn && change <= CHANGE_MIN) return false;
    const needed = Math.max(CHANGE_MIN, ERRORS_MIN * Math.sqrt(this.#usualVariance / RECENT));
    const isOn = change > (this.#isOn ? needed * OVER_SHARE : needed);
    if (isOn === this.#isOn) return false;
    this.#isOn = isOn;
    return true;
  }

  #becomeUsual(logarithm: number): void {
    const share = this.#usualCount < USUAL_MEMORY ? 1 / this.#usualCount : USUAL_SHARE_MIN;
    const distance = logarithm - this.#usualMean;
    this.#usualMean += share * distance;
    const variance = (1 - share) * (this.#usualVariance + share * distance * distance);
    // Of ratios that are all alike it would fade into numbers so small that they are slow.
    this.#usualVariance = variance < VARIANCE_MIN ? 0 : variance;
  }
}

/** A loop: `reduce` would make garbage with every step. */
function sumOf(numbers: Float32Array): number {
  let sum = 0;
  for (const each of numbers) sum += each;
  return sum;
}
