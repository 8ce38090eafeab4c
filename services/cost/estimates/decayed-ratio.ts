/** Ratios that follow what they measure: older observations count less and less. */

/**
 * The ratio of two sums, such as of bills to what was expected of them. Begins at 1 and is drawn
 * towards it until there are some observations.
 */
export class DecayedRatio {
  readonly #memory: number;
  readonly #keep: number;
  #actual = 0;
  #expected = 0;
  #weight = 0;
  #value = 1;

  /** Of `memory` observations later, one counts about a third of what it did. */
  constructor(memory: number) {
    this.#memory = memory;
    this.#keep = 1 - 1 / memory;
  }

  get value(): number {
    return this.#value;
  }

  /**
   * One observation counts as eight times the present ratio at most, so that a single one cannot
   * overturn it. `expected` must be above 0.
   */
  add(actual: number, expected: number): void {
    const held = Math.min(actual, this.#value * expected * STEP_MAX);
    this.#actual = this.#actual * this.#keep + held;
    this.#expected = this.#expected * this.#keep + expected;
    this.#weight = this.#weight * this.#keep + 1;
    this.#value = this.#drawn(this.#actual / this.#expected);
  }

  /** Plain numbers for {@link DecayedRatio.restore}. */
  saved(): readonly [actual: number, expected: number, weight: number] {
    return [this.#actual, this.#expected, this.#weight];
  }

  /** Takes back what was saved; sums of nothing are left alone. */
  restore([actual = 0, expected = 0, weight = 0]: readonly number[]): void {
    if (!(expected > 0) || !(weight > 0)) return;
    [this.#actual, this.#expected, this.#weight] = [actual, expected, weight];
    this.#value = this.#drawn(actual / expected);
  }

  /**
   * Drawn towards 1, by something that was known at the beginning and is forgotten as all else is.
   * Exactly 1 stays so, because what is right is not touched by rounding.
   */
  #drawn(raw: number): number {
    if (raw === 1) return 1;
    const prior = PRIOR * Math.max(0, 1 - this.#weight / this.#memory);
    const drawn = (raw * this.#weight + prior) / (this.#weight + prior);
    return Math.min(Math.max(drawn, VALUE_MIN), VALUE_MAX);
  }
}

const STEP_MAX = 8;
/** Observations that the ratio of 1 to begin with stands for. */
const PRIOR = 5;
const VALUE_MIN = 0.01;
const VALUE_MAX = 100;

/** How often something came true, of late. */
export class DecayedShare {
  readonly #keep: number;
  #hits = 0;
  #tries = 0;

  constructor(memory: number) {
    this.#keep = 1 - 1 / memory;
  }

  get tries(): number {
    return this.#tries;
  }

  add(isHit: boolean): void {
    this.#hits = this.#hits * this.#keep + (isHit ? 1 : 0);
    this.#tries = this.#tries * this.#keep + 1;
  }

  /** The share, where `prior` counts as so many tries. */
  share(prior: number, priorTries: number): number {
    return (this.#hits + prior * priorTries) / (this.#tries + priorTries);
  }

  /** Plain numbers for {@link DecayedShare.restore}. */
  saved(): readonly [hits: number, tries: number] {
    return [this.#hits, this.#tries];
  }

  restore([hits = 0, tries = 0]: readonly number[]): void {
    if (hits >= 0 && tries >= hits) [this.#hits, this.#tries] = [hits, tries];
  }
}
