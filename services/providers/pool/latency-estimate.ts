/**
 * How long a member is expected to keep its next caller waiting. Time to the first byte, as a
 * moving average that follows a slower answer at once and a faster one by and by (the "peak EWMA"
 * of Twitter's Finagle), plus a penalty for failing, times the requests that wait already.
 *
 * What is learnt of a member that nobody asks would never change again. So one request is sent to a
 * member that has rested for ten seconds and twenty requests, and its answer replaces the estimate:
 * that finds a recovered member, and costs at most every twentieth request a slow answer.
 */

/** Weight of what was known falls to 37 % in so long: Finagle's default. */
const DECAY_MS = 10_000;
const REST_MS = 10_000;
const REST_REQUESTS = 20;
/** A failure counts as a first byte that took so long. */
const FAILURE_MS = 10_000;
/** How much one request moves the share of failures. */
const FAILURE_WEIGHT = 0.02;
/** Expected of a member that is being asked for the first time: later than of any other. */
const UNKNOWN_MS = 1_000_000;

export class LatencyEstimate {
  #ms: number | null = null;
  #failureRatio = 0;
  #inFlightCount = 0;
  #heardAtMs = -Infinity;
  /** Number of the pool's request at which it was last heard of. */
  #heardAtRequest = 0;

  /** Milliseconds; null until it has answered. */
  get ms(): number | null {
    return this.#ms;
  }

  get failureRatio(): number {
    return this.#failureRatio;
  }

  get inFlightCount(): number {
    return this.#inFlightCount;
  }

  began(): void {
    this.#inFlightCount += 1;
  }

  /** The first byte came after `elapsedMs`. Instants are monotonic milliseconds. */
  succeeded(elapsedMs: number, nowMs: number, requestNumber: number): void {
    if (this.#ms === null || this.#hasRested(nowMs - elapsedMs, requestNumber)) {
      this.#ms = elapsedMs;
      this.#failureRatio = 0;
    } else {
      this.#observe(elapsedMs, nowMs);
      this.#failureRatio *= 1 - FAILURE_WEIGHT;
    }
    this.#heard(nowMs, requestNumber);
  }

  failed(elapsedMs: number, nowMs: number, requestNumber: number): void {
    this.#ms = Math.max(this.#ms ?? 0, elapsedMs);
    this.#failureRatio += (1 - this.#failureRatio) * FAILURE_WEIGHT;
    this.#heard(nowMs, requestNumber);
  }

  /** It ended in a way that says nothing, except that no answer came before. */
  ended(elapsedMs: number): void {
    if (this.#ms !== null && elapsedMs > this.#ms) this.#ms = elapsedMs;
    this.#inFlightCount -= 1;
  }

  /** It was not sent. */
  withdrawn(): void {
    this.#inFlightCount -= 1;
  }

  /** Expected milliseconds to the first byte of one more request; 0 for one to be looked at. */
  expectedMs(nowMs: number, requestNumber: number): number {
    const isIdle = this.#inFlightCount === 0;
    const isKnown = this.#ms !== null;
    if (isIdle && (!isKnown || this.#hasRested(nowMs, requestNumber))) return 0;
    const ms = this.#ms ?? UNKNOWN_MS;
    return (ms + this.#failureRatio * FAILURE_MS) * (this.#inFlightCount + 1);
  }

  #hasRested(nowMs: number, requestNumber: number): boolean {
    return (
      nowMs - this.#heardAtMs >= REST_MS && requestNumber - this.#heardAtRequest >= REST_REQUESTS
    );
  }

  #observe(elapsedMs: number, nowMs: number): void {
    const known = this.#ms ?? elapsedMs;
    const weight = Math.exp((this.#heardAtMs - nowMs) / DECAY_MS);
    this.#ms = elapsedMs > known ? elapsedMs : known * weight + elapsedMs * (1 - weight);
  }

  #heard(nowMs: number, requestNumber: number): void {
    this.#heardAtMs = nowMs;
    this.#heardAtRequest = Math.max(this.#heardAtRequest, requestNumber);
    this.#inFlightCount -= 1;
  }
}
