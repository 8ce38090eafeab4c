/**
 * Slows requests down before a provider's rate limit is hit. Each answer tells how much of the
 * limit is left and when all of it is back; until the next one tells anew, what refills is worked
 * out from that, and what is sent is taken off.
 */
import type { RateLimits } from './profile.ts';

const KEYS_MAX = 10_000;

/** Limits are told for a minute; how fast one refills is known better once more of it is used. */
const REFILL_MS = 60_000;

/** What is left of one limit, as a bucket that refills evenly. */
class Bucket {
  /** Below 0: so much is promised to requests that wait for it. */
  #left = Infinity;
  #max = Infinity;
  /** Per millisecond; 0 where the limit itself is not told, and nothing refills before all does. */
  #rate = 0;
  #resetAtMs = 0;
  #atMs = 0;
  /** Taken by requests without an answer yet: what the provider tells as left may not know them. */
  #unanswered = 0;

  hear(max: number | null, left: number | null, resetAtMs: number | null, nowMs: number): void {
    if (left === null || resetAtMs === null) return;
    this.#left = left - this.#unanswered;
    this.#atMs = nowMs;
    this.#resetAtMs = resetAtMs;
    if (max === null) {
      this.#max = Infinity;
      this.#rate = 0;
      return;
    }
    if (max !== this.#max) this.#rate = max / REFILL_MS;
    this.#max = max;
    // What is left was rounded down, so that so much at least is used.
    const used = max - left - 1;
    const spanMs = resetAtMs - nowMs;
    if (used > 0 && spanMs > 0) this.#rate = used / spanMs;
  }

  /** Takes what a request needs, and answers how long it should wait for it. Milliseconds. */
  take(need: number, nowMs: number): number {
    const wanted = Math.min(need, this.#max);
    this.#unanswered += wanted;
    if (this.#rate === 0 && nowMs >= this.#resetAtMs) {
      // What is told from here on is known from the next answer.
      this.#left = Infinity;
      return 0;
    }
    const refilled = this.#left + this.#rate * (nowMs - this.#atMs);
    this.#left = Math.min(this.#max, refilled) - wanted;
    this.#atMs = nowMs;
    if (this.#left >= 0) return 0;
    return this.#rate > 0 ? -this.#left / this.#rate : this.#resetAtMs - nowMs;
  }

  /** A request that took was answered, or was not sent after all. */
  end(need: number, isSent: boolean): void {
    const taken = Math.min(need, this.#max);
    this.#unanswered = Math.max(0, this.#unanswered - taken);
    if (!isSent) this.#left += taken;
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
    const { requests, tokens } = this.#limitsOf(key);
    requests.hear(said.requestsMax, said.requestsRemaining, said.requestsResetAtMs, nowMs);
    tokens.hear(said.tokensMax, said.tokensRemaining, said.tokensResetAtMs, nowMs);
  }

  /** How long a request should wait before it is sent. Milliseconds; 0: not at all. */
  take(key: string, tokens: number, nowMs: number): number {
    const limits = this.#limitsOf(key);
    return Math.max(limits.requests.take(1, nowMs), limits.tokens.take(tokens, nowMs));
  }

  /** A request that took has its answer, or the network's: what is heard next knows of it. */
  answered(key: string, tokens: number): void {
    this.#end(key, tokens, true);
  }

  /** A request that took was not sent. */
  giveBack(key: string, tokens: number): void {
    this.#end(key, tokens, false);
  }

  #end(key: string, tokens: number, isSent: boolean): void {
    const limits = this.#limits.get(key);
    limits?.requests.end(1, isSent);
    limits?.tokens.end(tokens, isSent);
  }

  #limitsOf(key: string): Limits {
    const known = this.#limits.get(key);
    if (known !== undefined) return known;
    if (this.#limits.size >= KEYS_MAX) {
      this.#limits.delete(this.#limits.keys().next().value as string);
    }
    const limits = { requests: new Bucket(), tokens: new Bucket() };
    this.#limits.set(key, limits);
    return limits;
  }
}
