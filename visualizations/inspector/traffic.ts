/**
 * What passed through one breaker in the last minute, counted by columns of SPARK_MS. Columns have
 * absolute numbers, so nothing is done while nothing passes.
 */
import type { Fact } from '../../services/facts.ts';
import { SPARK_COUNT, SPARK_MS } from './protocol.ts';

/** Calls of every kind, and of these the failed and the refused ones. */
const KINDS = 3;
/** Columns that rates look at: the running one, and those of the eight seconds before. */
const RATE_COLUMNS = 5;
/** Rates over less would leap. */
const RATE_SPAN_MIN_MS = 1_000;

export interface Rates {
  readonly callsPerS: number;
  readonly failedPerS: number;
  readonly refusedPerS: number;
}

export const NO_RATES: Rates = { callsPerS: 0, failedPerS: 0, refusedPerS: 0 };

export type CallKind = 'well' | 'failed' | 'refused';

const FAILED: readonly string[] = ['failed', 'rate_limited', 'unauthorized', 'over_quota'];

/** What a fact tells of a call; null for facts about anything else. */
export function callKindOf(fact: Fact): CallKind | null {
  if (fact.type === 'call.finished') return FAILED.includes(fact.outcome) ? 'failed' : 'well';
  return fact.type === 'call.refused' && fact.enforced ? 'refused' : null;
}

/** The column that an instant falls into. Monotonic milliseconds. */
export const columnAt = (nowMs: number): number => Math.floor(nowMs / SPARK_MS);

export class Traffic {
  readonly #counts = new Uint32Array(SPARK_COUNT * KINDS);
  #column: number;

  constructor(column: number) {
    this.#column = column;
  }

  add(kind: CallKind, column: number): void {
    this.moveTo(column);
    const at = (column % SPARK_COUNT) * KINDS;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    if (kind === 'well') return;
    const part = at + (kind === 'failed' ? 1 : 2);
    this.#counts[part] = (this.#counts[part] as number) + 1;
  }

  /** Forgets what is older than the columns that end with this one. */
  moveTo(column: number): void {
    const from = Math.max(this.#column + 1, column - SPARK_COUNT + 1);
    for (let old = from; old <= column; old++) {
      const at = (old % SPARK_COUNT) * KINDS;
      this.#counts.fill(0, at, at + KINDS);
    }
    this.#column = Math.max(this.#column, column);
  }

  get isEmpty(): boolean {
    return this.#counts.every((count) => count === 0);
  }

  /** Each second, over the last ten, or since counting began. Monotonic milliseconds. */
  rates(nowMs: number, sinceMs: number): Rates {
    this.moveTo(columnAt(nowMs));
    const first = Math.max(0, this.#column - RATE_COLUMNS + 1);
    const sums = [0, 0, 0];
    for (let column = first; column <= this.#column; column++) {
      const at = (column % SPARK_COUNT) * KINDS;
      for (let kind = 0; kind < KINDS; kind++) {
        sums[kind] = (sums[kind] as number) + (this.#counts[at + kind] as number);
      }
    }
    const spanMs = Math.max(RATE_SPAN_MIN_MS, nowMs - Math.max(first * SPARK_MS, sinceMs));
    const [callsPerS, failedPerS, refusedPerS] = sums.map(
      (sum) => Math.round((sum * 100_000) / spanMs) / 100,
    ) as [number, number, number];
    return { callsPerS, failedPerS, refusedPerS };
  }

  /** Oldest first; columns before the first with something in it are left out. */
  columns(): { readonly spark: number[]; readonly sparkBad: number[] } {
    const spark: number[] = [];
    const sparkBad: number[] = [];
    for (let back = SPARK_COUNT - 1; back >= 0; back--) {
      const at = ((this.#column - back + SPARK_COUNT) % SPARK_COUNT) * KINDS;
      const bad = (this.#counts[at + 1] as number) + (this.#counts[at + 2] as number);
      if (this.#counts[at] !== 0 || spark.length > 0) spark.push(this.#counts[at] as number);
      if (bad !== 0 || sparkBad.length > 0) sparkBad.push(bad);
    }
    return { spark, sparkBad };
  }
}
