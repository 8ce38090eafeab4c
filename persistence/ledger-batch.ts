/**
 * Settlements on their way to the ledger, as columns of numbers: texts that repeat are told once
 * and then named by a number, so that a row crosses to the writer's thread as a few bytes.
 */

/** Columns of one settled call in {@link LedgerBatch.rows}, in order. NaN means nobody knows. */
export const LEDGER_COLUMNS = [
  /** Number of the reservation; a holder numbers its own from 1. */
  'number',
  /** Wall-clock milliseconds; its periods are those of this instant. */
  'reservedAtMs',
  /** Wall-clock milliseconds. */
  'settledAtMs',
  /** Place in the labels that this holder has told. */
  'labels',
  /** Place in the sets of accounts that this holder has told. */
  'charges',
  'expectedNanoUsd',
  /** What was reserved. */
  'worstNanoUsd',
  /** What is charged. */
  'costNanoUsd',
  /** What the price table made of it where the provider reported its own cost; else NaN. */
  'tableNanoUsd',
  /** Place in {@link COST_BASES}. */
  'basis',
  /** Place in the runtime's list of outcomes. */
  'outcome',
  /** Without those read from a cache, which are counted in the next column. */
  'inputTokens',
  'cachedInputTokens',
  'outputTokens',
  'durationMs',
] as const;
export const LEDGER_WIDTH = LEDGER_COLUMNS.length;

/**
 * How a cost came to be known: `usage` times price; `reported` by the provider; `assumed`, the
 * worst case because nobody said; `none`, because nothing was used; `estimated`, counted by us.
 */
export const COST_BASES = ['usage', 'reported', 'assumed', 'none', 'estimated'] as const;
export type CostBasis = (typeof COST_BASES)[number];

/** What rows have in common, told once. */
export interface LedgerLabels {
  readonly breaker: string;
  readonly provider: string | null;
  readonly operation: string;
  readonly model: string | null;
  /** Sorted by name. */
  readonly tags: readonly (readonly [name: string, value: string])[];
  /** Method of the estimate. */
  readonly method: string;
  readonly priceSource: string;
  readonly priceVersion: string;
}

/** Calls that were refused for money since the last batch. */
export interface RefusedCalls {
  /** Place in the labels that this holder has told. */
  readonly labels: number;
  readonly count: number;
  readonly expectedNanoUsd: number;
  /** Wall-clock milliseconds of the last of them. */
  readonly atMs: number;
}

export interface LedgerBatch {
  /** The holder's number. */
  readonly holder: number;
  /** 1 for a holder's first batch, without gaps. */
  readonly seq: number;
  /** Labels told with this batch. Places are the holder's own, rising from 0. */
  readonly labels: readonly { readonly place: number; readonly labels: LedgerLabels }[];
  /** Sets of accounts told with this batch: what a call was charged to. */
  readonly charges: readonly { readonly place: number; readonly accounts: readonly number[] }[];
  /**
   * `rowCount` times {@link LEDGER_WIDTH} numbers, which stay as they are until the store has
   * answered. In shared memory, a thread reads them where they are.
   */
  readonly rows: Float64Array;
  readonly rowCount: number;
  readonly refused: readonly RefusedCalls[];
  /** Allowance given back. */
  readonly returns: readonly { readonly account: number; readonly amountNanoUsd: number }[];
}

/** A cost that somebody else reports: another service, a billing export. */
export interface OutsideCost {
  /** Identifies the report: one that was booked before changes nothing. */
  readonly id: string;
  /** Wall-clock milliseconds at which the cost arose: its periods are those of this instant. */
  readonly atMs: number;
  readonly labels: LedgerLabels;
  readonly costNanoUsd: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /**
   * `booked`: a cost to be added to these accounts. `billed`: what a bill says about calls that are
   * in the books already; kept beside them for comparison, and charged to no account.
   */
  readonly kind: 'booked' | 'billed';
  readonly accounts: readonly {
    readonly budget: string;
    readonly value: string;
    readonly period: string;
    readonly startMs: number | null;
    readonly endMs: number | null;
  }[];
}
