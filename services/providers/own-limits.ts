/**
 * Limits that the user states because the provider's headers do not tell them, such as Perplexity's
 * by tier, or a share of searches. Each credential has leaky buckets of its own: they begin full
 * and fill up evenly.
 */
import { invalidOption, isObject, knownKeys, numberOption } from '../check.ts';

export const LIMITED = ['requests', 'tokens', 'searches'] as const;
export type Limited = (typeof LIMITED)[number];

export interface OwnLimit {
  /** `searches` are those of `operation.searchesMax`; what was not used of them goes back. */
  readonly what: Limited;
  /** So many at once. At least 1. */
  readonly max: number;
  /** In which all of them are there again. Milliseconds, at least 1. */
  readonly perMs: number;
}

/** How much of each a request takes. */
export type Needs = Readonly<Record<Limited, number>>;

const CREDENTIALS_MAX = 10_000;

/** @throws FuseboardError invalid_option */
export function resolveOwnLimits(limits: readonly OwnLimit[]): readonly OwnLimit[] {
  if (!Array.isArray(limits)) throw invalidOption('fetch.limits', 'a list of limits', limits);
  return limits.map((limit: unknown, index) => {
    const path = `fetch.limits[${index}]`;
    if (!isObject(limit)) throw invalidOption(path, 'an object', limit);
    knownKeys(path, limit, ['what', 'max', 'perMs']);
    const { what, max, perMs } = limit as OwnLimit;
    if (!LIMITED.includes(what)) {
      throw invalidOption(`${path}.what`, `one of ${LIMITED.join(', ')}`, what);
    }
    const range = { min: 1 };
    return {
      what,
      max: numberOption(`${path}.max`, max ?? null, { ...range, integer: true }, 1),
      perMs: numberOption(`${path}.perMs`, perMs ?? null, range, 1),
    };
  });
}

interface Bucket {
  readonly limit: OwnLimit;
  left: number;
  /** Monotonic milliseconds. */
  atMs: number;
}

export class OwnLimits {
  readonly #limits: readonly OwnLimit[];
  /** By credential; bounded, the oldest go first, and begin full again. */
  readonly #buckets = new Map<string, readonly Bucket[]>();

  constructor(limits: readonly OwnLimit[]) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#limits.length === 0;
  }

  /** Takes what a request needs; how long it must wait for it. Milliseconds. */
  take(credential: string, needs: Needs, nowMs: number): number {
    let delayMs = 0;
    for (const bucket of this.#of(credential, nowMs)) {
      const { max, perMs, what } = bucket.limit;
      bucket.left = Math.min(max, bucket.left + ((nowMs - bucket.atMs) * max) / perMs);
      bucket.atMs = nowMs;
      bucket.left -= Math.min(needs[what], max);
      if (needs[what] > 0) delayMs = Math.max(delayMs, (-bucket.left * perMs) / max);
    }
    return delayMs;
  }

  /** What was taken and not used. */
  giveBack(credential: string, needs: Needs): void {
    for (const bucket of this.#buckets.get(credential) ?? []) {
      const { max, what } = bucket.limit;
      bucket.left = Math.min(max, bucket.left + Math.min(needs[what], max));
    }
  }

  #of(credential: string, nowMs: number): readonly Bucket[] {
    const known = this.#buckets.get(credential);
    if (known !== undefined) return known;
    if (this.#buckets.size >= CREDENTIALS_MAX) {
      this.#buckets.delete(this.#buckets.keys().next().value as string);
    }
    const buckets = this.#limits.map((limit) => ({ limit, left: limit.max, atMs: nowMs }));
    this.#buckets.set(credential, buckets);
    return buckets;
  }
}
