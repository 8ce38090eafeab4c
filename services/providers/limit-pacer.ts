/**
 * Slows requests down before a provider's rate limit is hit. Each answer tells how much of the
 * limit is left and when all of it is back; until the next one tells anew, what refills is worked
 * out from that, and what is sent is taken off.
 */
import type { RateLimits } from './profile.ts';

const KEYS_MAX = 10_000;

/** What is left of one limit, as a bucket that refills evenly. */
class Bucket {
  #left = Infinity;
  #max = Infinity;
  /** Per millisecond. */
  #rate = 0;
  #resetAtMs = 0;
  #atMs = 0;

  hear(max: number | null, left: number | null, resetAtMs: number | null, nowMs: number): void {
    if (left === null || resetAtMs === null) return;
    this.#left = left;
    this.#max = max ?? Infinity;
    this.#resetAtMs = resetAtMs;
    this.#atMs = nowMs;
    const spanMs = resetAtMs - nowMs;
    this.#rate = max === null || spanMs <= 0 ? 0 : Math.max(0, max - left) / spanMs;
  }

  /** Takes what a request needs, and answers how long it should wait for it. Milliseconds. */
  take(need: number, nowMs: number): number {
    if (nowMs >= this.#resetAtMs) {
      // What is told from here on is known from the next answer.
      this.#left = Infinity;
      return 0;
    }
    const wanted = Math.min(need, this.#max);
    this.#left = Math.min(this.#max, this.#left + this.#rate * (nowMs - this.#atMs)) - wanted;
    this.#atMs = nowMs;
    if (this.#left >= 0) return 0;
    const untilResetMs = this.#resetAtMs - nowMs;
    return this.#rate > 0 ? Math.min(untilResetMs, -this.#left / this.#rate) : untilResetMs;
  }

  /** A request that took was not sent. */
  giveBack(need: number): void {
    this.#left += Math.min(need, this.#max);
  }
}

interface Limits {
  readonly requests: Bucket;
  readonly tokens: Bucket;
}

export class LimitPacer {
  /** By breaker; bounded, the oldest go first. */
  readonly #limits = new Map<string, Limits>();

  hear(key: string, said: RateLimits, nowMs: number): void {
    let limits = this.#limits.get(key);
    if (limits === undefined) {
      if (this.#limits.size >= KEYS_MAX) {
        this.#limits.delete(this.#limits.keys().next().value as string);
      }
      limits = { requests: new Bucket(), tokens: new Bucket() };
      this.#limits.set(key, limits);
    }
    const { requestsMax, requestsRemaining, requestsResetAtMs } = said;
    limits.requests.hear(requestsMax, requestsRemaining, requestsResetAtMs, nowMs);
    limits.tokens.hear(said.tokensMax, said.tokensRemaining, said.tokensResetAtMs, nowMs);
  }

  /** How long a request should wait before it is sent. Milliseconds; 0: not at all. */
  take(key: string, tokens: number, nowMs: number): number {
    const limits = this.#limits.get(key);
    if (limits === undefined) return 0;
    return Math.max(limits.requests.take(1, nowMs), limits.tokens.take(tokens, nowMs));
  }

  giveBack(key: string, tokens: number): void {
    const limits = this.#limits.get(key);
    limits?.requests.giveBack(1);
    limits?.tokens.giveBack(tokens);
  }
}
