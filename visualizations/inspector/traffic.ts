/**
 * What passed through one breaker, or a board, in the last minute: counted by columns of SPARK_MS.
 * Columns have absolute numbers, so nothing is done while nothing passes. The server counts, and
 * its page keeps the same columns by what it is told.
 */
import type { FactBody } from '../../services/facts.ts';
import { SPARK_COUNT, SPARK_MS, type Rates, type Sparks } from './protocol.ts';

/** Calls of every kind, and of these the failed and the refused ones. */
const KINDS = 3;
/** Columns that rates look at: the running one, and those of the eight seconds before. */
const RATE_COLUMNS = 5;
/** Rates over less would leap. */
const RATE_SPAN_MIN_MS = 1_000;

export const NO_RATES: Rates = { callsPerS: 0, failedPerS: 0, refusedPerS: 0 };
export const NO_SPARKS: Sparks = { spark: [], sparkBad: [] };

export type CallKind = 'well' | 'failed' | 'refused';

const FAILED: readonly string[] = ['failed', 'rate_limited', 'unauthorized', 'over_quota'];

/** What a fact tells of a call; null for facts about anything else. */
export function callKindOf(fact: FactBody): CallKind | null {
  if (fact.type === 'call.finished') return FAILED.includes(fact.outcome) ? 'failed' : 'well';
  return fact.type === 'call.refused' && fact.enforced ? 'refused' : null;
}

/** The column that an instant falls into. Monotonic milliseconds. */
export const columnAt = (nowMs: number): number => Math.floor(nowMs / SPARK_MS);

/** Columns by what was counted in them, oldest first. */
type Columns = readonly [calls: number[], failed: number[], refused: number[]];

export class Traffic {
  readonly #counts = new Uint32Array(SPARK_COUNT * KINDS);
  #column: number;
  /** Counted, and in no column yet. */
  calls = 0;
  failed = 0;
  refused = 0;

  constructor(column: number) {
    this.#column = column;
  }

  get column(): number {
    return this.#column;
  }

  count(kind: CallKind): void {
    this.calls++;
    if (kind === 'failed') this.failed++;
    else if (kind === 'refused') this.refused++;
  }

  /** What was counted passed in that column. */
  settle(column: number): void {
    this.add(column, this.calls, this.failed, this.refused);
    this.calls = 0;
    this.failed = 0;
    this.refused = 0;
  }

  add(column: number, calls: number, failed: number, refused: number): void {
    this.moveTo(column);
    const at = (column % SPARK_COUNT) * KINDS;
    const counts = this.#counts;
    counts[at] = (counts[at] as number) + calls;
    counts[at + 1] = (counts[at + 1] as number) + failed;
    counts[at + 2] = (counts[at + 2] as number) + refused;
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
    let calls = 0;
    let failed = 0;
    let refused = 0;
    for (let column = first; column <= this.#column; column++) {
      const at = (column % SPARK_COUNT) * KINDS;
      calls += this.#counts[at] as number;
      failed += this.#counts[at + 1] as number;
      refused += this.#counts[at + 2] as number;
    }
    const spanMs = Math.max(RATE_SPAN_MIN_MS, nowMs - Math.max(first * SPARK_MS, sinceMs));
    return {
      callsPerS: perSecond(calls, spanMs),
      failedPerS: perSecond(failed, spanMs),
      refusedPerS: perSecond(refused, spanMs),
    };
  }

  /** Oldest first; columns before the first with something in it are left out. */
  columns(): Columns {
    const columns: Columns = [[], [], []];
    for (let back = SPARK_COUNT - 1; back >= 0; back--) {
      const at = ((this.#column - back + SPARK_COUNT) % SPARK_COUNT) * KINDS;
      if (this.#counts[at] === 0 && columns[0].length === 0) continue;
      columns.forEach((counts, kind) => counts.push(this.#counts[at + kind] as number));
    }
    return columns;
  }

  sparks(): Sparks {
    const [spark, failed, refused] = this.columns();
    const bad = failed.map((count, place) => count + (refused[place] as number));
    const first = bad.findIndex((count) => count > 0);
    return { spark, sparkBad: first < 0 ? [] : bad.slice(first) };
  }
}

/** The columns that somebody told, the last of which has that number. */
export function trafficOf(
  column: number,
  [calls, failed, refused]: readonly [readonly number[], readonly number[], readonly number[]],
): Traffic {
  const traffic = new Traffic(column);
  calls.forEach((count, place) => {
    const at = column - calls.length + 1 + place;
    traffic.add(at, count, failed[place] ?? 0, refused[place] ?? 0);
  });
  traffic.moveTo(column);
  return traffic;
}

const perSecond = (count: number, spanMs: number): number =>
  Math.round((count * 100_000) / spanMs) / 100;
