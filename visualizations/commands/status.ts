/** How a board stands, from wherever it was heard: what the table and the JSON of `status` show. */
import type { BreakerStateName } from '../../machines/breaker-context.ts';
import type { BreakerStatus } from '../../services/breaker.ts';
import type { HealthStatus } from '../../services/board-health.ts';

/** One breaker. Null is what the source does not know. */
export interface StatusRow {
  readonly breaker: string;
  readonly state: BreakerStatus;
  readonly path: BreakerStateName;
  /** Why, in words; empty where there is nothing to say. */
  readonly reason: string;
  /** Wall-clock milliseconds. */
  readonly probeAtMs: number | null;
  readonly changedAtMs: number | null;
  readonly callsPerS: number | null;
  readonly failedPerS: number | null;
  readonly refusedPerS: number | null;
  /** Booked in the last 24 hours. */
  readonly spentNanoUsd: number | null;
}

export interface Status {
  /** The address, or the store. */
  readonly source: string;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  /** Null where nobody can tell. */
  readonly health: HealthStatus | null;
  /** Sentences, gravest first. */
  readonly reasons: readonly string[];
  readonly emergency: { readonly by: string; readonly reason: string } | null;
  /** Those that need attention first. */
  readonly breakers: readonly StatusRow[];
}

const URGENCY: Readonly<Record<BreakerStatus, number>> = {
  open: 0,
  half_open: 1,
  budget_limited: 2,
  closed: 3,
};

/** Those that need attention first, then the busiest, then by name. */
export const byAttention = (a: StatusRow, b: StatusRow): number =>
  URGENCY[a.state] - URGENCY[b.state] ||
  (b.callsPerS ?? 0) - (a.callsPerS ?? 0) ||
  (a.breaker < b.breaker ? -1 : 1);
