/** What the breaker's statechart knows, and what it can be told. */

/** Every leaf of the breaker's statechart, as a dotted path. */
export const BREAKER_STATES = [
  'closed',
  'open.cooling',
  'open.exhausted',
  'open.latched',
  'half_open',
  'budget_limited',
] as const;
export type BreakerStateName = (typeof BREAKER_STATES)[number];

/** What holds a breaker in `open.latched`, strongest first. */
export const LATCHES = ['emergency', 'operator', 'unauthorized', 'quota'] as const;
export type LatchName = (typeof LATCHES)[number];

/** One reason to stay open until somebody lifts it. */
export interface Latch {
  readonly name: LatchName;
  /** Why, in the words of whoever set it. */
  readonly reason: string;
  /** Who set it: an operator's identity, or `provider`. */
  readonly by: string;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

/** What makes a breaker trip. */
export const TRIP_CAUSES = [
  'consecutive_failures',
  'failure_rate',
  'slow_rate',
  'custom',
  'rate_limited',
  'probe_failed',
  'probe_expired',
] as const;
export type TripCause = (typeof TRIP_CAUSES)[number];

/** How strained the budgets are that cover this breaker. */
export type BudgetLevel = 'ok' | 'warned' | 'exceeded';

export interface BreakerContext {
  /** Number of the breaker's life between two changes of health; older outcomes move nothing. */
  generation: number;
  /** Wall-clock milliseconds of the next probe; null unless a trip is unresolved. */
  probeAtMs: number | null;
  /** Wall-clock milliseconds of the last unresolved trip; null unless a trip is unresolved. */
  trippedAtMs: number | null;
  /** Trips since the breaker last closed: the exponent of the backoff. */
  tripCount: number;
  /** Why the last unresolved trip happened. */
  cause: TripCause | null;
  /** Successful probes of the current `half_open`. */
  probesSucceeded: number;
  /** Remembered in every state, so that recovery returns to `budget_limited` when it must. */
  budget: BudgetLevel;
  /** Sorted strongest first; empty unless `open.latched`. */
  latches: readonly Latch[];
  /** Rises with every operator's act; among several processes the higher wins. */
  operatorEpoch: number;
}

interface Trip {
  generation: number;
  /** Wall-clock milliseconds of the trip. */
  atMs: number;
  /** Wall-clock milliseconds of the first probe after it. */
  probeAtMs: number;
}

interface Act {
  /** Why, in the operator's words. */
  reason: string;
  /** The operator's identity. */
  by: string;
  /** Wall-clock milliseconds. */
  atMs: number;
}

/** What another process that shares this breaker's row has come to. */
export interface PeerState {
  operatorEpoch: number;
  latches: readonly Latch[];
  probeAtMs: number | null;
  trippedAtMs: number | null;
  tripCount: number;
  cause: TripCause | null;
}

export type BreakerEvent =
  | ({ type: 'trip'; cause: TripCause } & Trip)
  | ({ type: 'rate_limited' } & Trip)
  | { type: 'probe.due'; atMs: number }
  | { type: 'probe.succeeded'; generation: number; needed: number }
  | ({ type: 'probe.failed'; cause: TripCause } & Trip)
  | { type: 'key.rejected'; generation: number; reason: string; atMs: number }
  | { type: 'key.rotated'; atMs: number }
  | { type: 'quota.exhausted'; generation: number; reason: string; atMs: number }
  | { type: 'budget.warned'; atMs: number }
  | { type: 'budget.exceeded'; atMs: number }
  | { type: 'budget.recovered'; atMs: number }
  | ({ type: 'operator.force_open' } & Act)
  | ({ type: 'operator.force_close' } & Act)
  | ({ type: 'operator.reset' } & Act)
  | ({ type: 'emergency.shutdown' } & Act)
  | ({ type: 'emergency.resumed' } & Act)
  | ({ type: 'peer.changed'; atMs: number } & PeerState);

/** The part of the context that a closing wipes. */
export const HEALTHY = {
  probeAtMs: null,
  trippedAtMs: null,
  tripCount: 0,
  cause: null,
  probesSucceeded: 0,
} as const;

/** Context of a breaker that has seen nothing yet. */
export const pristineContext: Readonly<BreakerContext> = Object.freeze({
  ...HEALTHY,
  generation: 0,
  budget: 'ok',
  latches: Object.freeze([]),
  operatorEpoch: 0,
});
