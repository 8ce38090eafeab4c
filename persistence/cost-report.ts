/** Questions about the ledger, and their answers. All amounts in nano-dollars. */

export interface CostReportQuery {
  /** What rows are grouped by. `tag:NAME` groups by that tag's value. */
  readonly by: 'model' | 'operation' | 'breaker' | 'provider' | `tag:${string}` | 'none';
  /** Wall-clock milliseconds, taken down to the full hour; null for everything kept. */
  readonly sinceMs: number | null;
}

export interface CostReportRow {
  /** The group's value; null where calls had none. */
  readonly group: string | null;
  readonly callCount: number;
  readonly succeededCount: number;
  readonly costNanoUsd: number;
  /** Sum of the expected costs of the same calls. */
  readonly expectedNanoUsd: number;
  /** Calls whose cost was assumed, because nobody reported one. */
  readonly assumedCount: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Calls refused for money, and what they were expected to cost. */
  readonly refusedCount: number;
  readonly refusedNanoUsd: number;
  /** Costs that others reported, part of `costNanoUsd`. */
  readonly outsideNanoUsd: number;
  /** What bills say. */
  readonly billedNanoUsd: number;
}

export interface CostReport {
  /** Dearest first. */
  readonly rows: readonly CostReportRow[];
  readonly total: CostReportRow;
}

/** Which calls' costs are meant: those that say all of this. Null for whatever they say. */
export interface SpendScope {
  readonly breaker: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly operation: string | null;
  readonly tags: readonly (readonly [name: string, value: string])[];
  /** Only those of one value, empty for those that have none; null for all. */
  readonly part: {
    readonly of: Exclude<CostReportQuery['by'], 'none'>;
    readonly value: string;
  } | null;
}

export interface SpendQuery {
  readonly scope: SpendScope;
  /** Wall-clock milliseconds, taken down to the full hour; null for everything kept. */
  readonly sinceMs: number | null;
}

/** What was spent in one full hour, counted from 1970. */
export interface SpendHour {
  /** Wall-clock milliseconds at which the hour begins. */
  readonly hourMs: number;
  readonly costNanoUsd: number;
}

export interface LedgerVerdict {
  readonly rowCount: number;
  readonly accountCount: number;
  /** Totals that the rows do not bear out; empty when the books are right. */
  readonly mismatches: readonly {
    readonly what: string;
    readonly storedNanoUsd: number;
    readonly recomputedNanoUsd: number;
  }[];
}
