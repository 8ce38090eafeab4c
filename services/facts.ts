/**
 * What happened, as plain data: versioned, timestamped, safe to log. No fact carries a prompt, an
 * answer, a key or an error's message; of an error it carries the name and the code.
 */
import type { BreakerStateName, LatchName, TripCause } from '../machines/breaker-context.ts';
import type { CostFact } from './cost/cost-facts.ts';
import type { RefusalCode } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { PoolFailover } from './providers/pool/pool-facts.ts';

/** The version of every fact below. */
export const FACT_VERSION = 1;

/** What a call says of itself; copied into its facts. */
export interface CallLabels {
  /** What the call does, for example `llm_call`. */
  readonly operation?: string;
  readonly model?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly correlationId?: string;
}

export type FactBody =
  | CostFact
  | PoolFailover
  | {
      readonly type: 'state.changed';
      readonly breaker: string;
      readonly from: BreakerStateName;
      readonly to: BreakerStateName;
      readonly generation: number;
      /** Type of the event that moved the statechart; null when another process did. */
      readonly event: string;
      readonly cause: TripCause | null;
      readonly latches: readonly LatchName[];
      readonly probeAtMs: number | null;
    }
  | ({
      readonly type: 'call.finished';
      readonly breaker: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
      readonly attempt: number;
      /** Whether the outcome moved anything: a late one belongs to an earlier generation. */
      readonly recorded: 'counted' | 'late' | 'expired';
      readonly errorName?: string;
      readonly errorCode?: string;
    } & CallLabels)
  | ({
      readonly type: 'call.refused';
      readonly breaker: string;
      readonly code: RefusalCode;
      readonly retryAtMs: number | null;
      /** False in mode `observe`: the call ran all the same. */
      readonly enforced: boolean;
      /** Id of the budget that has not enough. */
      readonly budget?: string;
      /** Id of the rule that blocks. */
      readonly rule?: string;
    } & CallLabels)
  | {
      readonly type: 'permit.expired';
      readonly breaker: string;
      readonly probe: boolean;
    }
  | {
      readonly type: 'operator.acted';
      readonly breaker: string;
      readonly act: 'force_open' | 'force_close' | 'reset' | 'rotate_key' | 'send_event';
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly type: 'emergency.shutdown';
      readonly reason: string;
      readonly by: string;
      /** Wall-clock milliseconds. */
      readonly sinceMs: number;
      /** Who said so: an operator `here`, one `elsewhere`, or the `store` when the board opened. */
      readonly origin: 'here' | 'elsewhere' | 'store';
    }
  | {
      readonly type: 'emergency.resumed';
      readonly reason: string;
      readonly by: string;
      /** Wall-clock milliseconds. */
      readonly sinceMs: number;
      readonly origin: 'here' | 'elsewhere' | 'store';
    }
  | { readonly type: 'breaker.configured'; readonly breaker: string; readonly options: string[] }
  | { readonly type: 'breaker.evicted'; readonly breaker: string }
  | {
      readonly type: 'actor.rebuilt';
      readonly breaker: string;
      readonly crashCount: number;
      readonly errorName: string;
    }
  | {
      readonly type: 'breaker.quarantined';
      readonly breaker: string;
      readonly gate: 'refuse' | 'admit';
    }
  | {
      /** A callback of the user's threw; what it was asked was decided without it. */
      readonly type: 'callback.failed';
      readonly breaker: string | null;
      readonly callback: string;
      readonly errorName: string;
    }
  | {
      readonly type: 'state.set_aside';
      readonly breaker: string;
      readonly problem: string;
    }
  | { readonly type: 'store.failed'; readonly problem: string; readonly pendingCount: number }
  | { readonly type: 'store.recovered' }
  | { readonly type: 'ingest.refused'; readonly problem: string }
  | { readonly type: 'ingest.source_failed'; readonly errorName: string }
  | { readonly type: 'facts.dropped'; readonly count: number }
  | { readonly type: 'subscriber.failed'; readonly errorName: string }
  | { readonly type: 'subscriber.slow'; readonly busyMs: number };

/** One fact. `seq` numbers the facts of one board without gaps, dropped ones included. */
export type Fact = FactBody & {
  readonly v: typeof FACT_VERSION;
  readonly seq: number;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
};

export type FactType = Fact['type'];

/** The facts of one type. */
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;

/** The same before it is stamped. */
export type BodyOf<T extends FactType> = Extract<FactBody, { type: T }>;
/** A fact of one type while it is put together. */
export type FactDraft<T extends FactType> = {
  -readonly [Field in keyof BodyOf<T>]: BodyOf<T>[Field];
};

/** Longer names and codes are cut or left out: they are somebody else's text. */
const NAME_MAX = 64;

/** An error's name, which is safe to log where its message may not be. */
export function errorNameOf(error: unknown): string {
  try {
    if (error instanceof Error) return String(error.name).slice(0, NAME_MAX);
    return error === null ? 'null' : typeof error;
  } catch {
    return 'unknown';
  }
}

/** An error's string code, if it has a short one. */
export function errorCodeOf(error: unknown): string | undefined {
  try {
    const code = (error as { code?: unknown } | null | undefined)?.code;
    return typeof code === 'string' && code.length <= NAME_MAX ? code : undefined;
  } catch {
    return undefined;
  }
}
