/** A breaker's options, as users give them and as the runtime reads them. */
import type { OpenIntervalOptions, ResolvedInterval } from './open-interval.ts';
import type { Classify, OutcomeOptions } from './outcome.ts';
import type { LimitedOptions, ResolvedLimited } from './cost/rules/rule-shedding.ts';
import type { ResolvedTrip, TripOptions } from './trip-policy.ts';

/**
 * `enforce` refuses; `observe` decides and reports but lets every call through, past a full
 * bulkhead too; `off` lets every call through and counts nothing.
 */
export const MODES = ['enforce', 'observe', 'off'] as const;
export type Mode = (typeof MODES)[number];

/** Callers that find every probe permit taken may wait for the verdict. */
export interface ProbeWaitOptions {
  /** How many may wait; beyond them calls are refused. @default 100, at least 1 */
  readonly callersMax?: number;
  /** How long one may wait. Milliseconds. @default `probeTimeoutMs`, at least 1 */
  readonly timeoutMs?: number;
}

/** Calls that may run at once, and callers that may wait for a place. */
export interface BulkheadOptions {
  /** Calls that may run at once. At least 1. */
  readonly callsMax: number;
  /** Callers that may wait, by priority, then by arrival; the others are refused. @default 0 */
  readonly queueMax?: number;
  /** How long one may wait. Milliseconds, at least 1. @default no limit */
  readonly queueTimeoutMs?: number;
}

/** Retrying, outermost: every attempt takes its own permit, and a refusal ends it. */
export interface RetryOptions {
  /** Attempts in all, the first included. @default 3, at least 1 */
  readonly attemptsMax?: number;
  /** First delay; the next ones double, with full jitter. Milliseconds. @default 200 */
  readonly delayMs?: number;
  /** Greatest delay of ours; a retry time named by the provider may be later. @default 10000 */
  readonly delayMaxMs?: number;
  /** Time for all attempts and delays together; no attempt starts after it. @default 60000 */
  readonly totalMs?: number;
  /**
   * Errors that may be retried, besides those whose verdict says `retryable`, rate limits, our
   * own timeouts and errors with a property `retryable: true`.
   * @default none
   */
  readonly retryIf?: (error: unknown) => boolean;
}

export interface BreakerOptions extends OutcomeOptions {
  /** Consecutive failures that trip; reached exactly, it trips. @default 5, at least 1 */
  readonly failureThreshold?: number;
  /** Milliseconds from a trip to the first probe. @default 60000, at least 0 */
  readonly recoveryTimeoutMs?: number;
  /** When to trip. Excludes `failureThreshold`. @default consecutive failures */
  readonly trip?: TripOptions;
  /** How long to stay open. @default `recoveryTimeoutMs`, fixed */
  readonly openInterval?: OpenIntervalOptions;
  /** Probes that may run at once while half open. @default 1, at least 1 */
  readonly probesMax?: number;
  /** Probes that must succeed before the breaker closes. @default 1, at least 1 */
  readonly probesNeeded?: number;
  /** A probe without an answer for so long has failed. Milliseconds. @default 60000, at least 1 */
  readonly probeTimeoutMs?: number;
  /** What becomes of callers beyond the probes. @default 'refuse' */
  readonly probeWait?: 'refuse' | ProbeWaitOptions;
  /** A permit from `acquire()` not settled for so long expires. Milliseconds. @default 600000 */
  readonly permitTimeoutMs?: number;
  /** A call that takes longer is given up and has failed. Milliseconds. @default none */
  readonly timeoutMs?: number;
  /** @default none */
  readonly bulkhead?: BulkheadOptions;
  /** @default none */
  readonly retry?: RetryOptions;
  /** @default 'enforce' */
  readonly mode?: Mode;
  /** What a breaker does whose actor keeps crashing. @default 'refuse' */
  readonly onQuarantine?: 'refuse' | 'admit';
  /** Whose API it guards, for prices and budgets: for example `openai`. @default none */
  readonly provider?: string;
  /** Refuses calls that name no operation, because nobody knows what they cost. @default false */
  readonly requireCost?: boolean;
  /** Output that a call is reserved for when it names no maximum. Tokens. @default the model's */
  readonly defaultMaxOutputTokens?: number;
  /** Which calls a strained budget still lets through. @default all, at a slower pace */
  readonly limited?: LimitedOptions;
}

export interface ResolvedBulkhead {
  readonly callsMax: number;
  readonly queueMax: number;
  readonly queueTimeoutMs: number | null;
}

export interface ResolvedRetry {
  readonly attemptsMax: number;
  readonly delayMs: number;
  readonly delayMaxMs: number;
  readonly totalMs: number;
  readonly retryIf: ((error: unknown) => boolean) | null;
}

export interface ResolvedOptions {
  /** What the user gave, for comparison and `configure()`. */
  readonly given: BreakerOptions;
  readonly trip: ResolvedTrip;
  readonly slowCallMs: number | null;
  readonly recoveryTimeoutMs: number;
  readonly interval: ResolvedInterval;
  readonly probesMax: number;
  readonly probesNeeded: number;
  readonly probeTimeoutMs: number;
  readonly probeWait: { readonly callersMax: number; readonly timeoutMs: number } | null;
  readonly permitTimeoutMs: number;
  readonly timeoutMs: number | null;
  readonly bulkhead: ResolvedBulkhead | null;
  readonly retry: ResolvedRetry | null;
  readonly mode: Mode;
  readonly onQuarantine: 'refuse' | 'admit';
  readonly classify: Classify;
  /** Results can only succeed, so that the hot path need not ask. */
  readonly resultsSucceed: boolean;
  /** Consecutive failures that trip; Infinity under another policy. */
  readonly failuresMax: number;
  /** Somebody asks how long a call took. */
  readonly isMeasured: boolean;
  /** Somebody asks when a call ended. */
  readonly isDated: boolean;
  /** No layer, no mode and no look at results: calls may take the short way. */
  readonly isBare: boolean;
  readonly provider: string | undefined;
  readonly requireCost: boolean;
  readonly defaultMaxOutputTokens: number | null;
  readonly limited: ResolvedLimited | null;
}
