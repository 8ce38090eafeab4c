/** A breaker as its users see it. */
import type { BreakerStateName, LatchName, TripCause } from '../machines/breaker-context.ts';
import type { CallContext, CallOptions, Operation, Protected } from './call.ts';
import type { BreakerOptions, Mode } from './options.ts';
import type { Permit } from './permit.ts';
import type { Refusal } from './refusal.ts';
import type { BreakerActor } from './runtime.ts';
import type { PolicyCounts } from './trip-policy.ts';

/** The four states. */
export type BreakerStatus = 'closed' | 'open' | 'half_open' | 'budget_limited';

/** Who acts on a breaker by hand. */
export interface OperatorOptions {
  /** The operator's identity, 1 to 256 characters. @default 'unknown' */
  readonly by?: string;
}

/** A breaker at one instant; it does not change afterwards. */
export interface BreakerSnapshot {
  readonly name: string;
  readonly state: BreakerStatus;
  /** The state's dotted path, for example `open.cooling`. */
  readonly path: BreakerStateName;
  readonly mode: Mode;
  readonly generation: number;
  /** Wall-clock milliseconds; 0 for a breaker that never changed. */
  readonly changedAtMs: number;
  /** Wall-clock milliseconds of the next probe; null unless a trip is unresolved. */
  readonly probeAtMs: number | null;
  readonly cause: TripCause | null;
  readonly latches: readonly LatchName[];
  /** Trips since it last closed. */
  readonly tripCount: number;
  readonly consecutiveFailures: number;
  /** What the window holds; null for the consecutive policy. */
  readonly window: PolicyCounts | null;
  readonly inFlightCount: number;
  readonly probesOutCount: number;
  readonly probesSucceededCount: number;
  /** Callers that wait for a place or a verdict. */
  readonly waitingCount: number;
  readonly isQuarantined: boolean;
}

/** How a call ended, as a value. */
export type CallResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refused: true; readonly refusal: Refusal }
  | { readonly ok: false; readonly refused: false; readonly error: unknown };

export interface Breaker {
  readonly name: string;
  readonly state: BreakerStatus;

  /**
   * Calls `fn` if the breaker permits it. Rejects with a refusal (`FuseboardError`) when it does
   * not, and with the original error, untouched, when `fn` fails.
   */
  call<T>(fn: Protected<T>, options?: CallOptions): Promise<Awaited<T>>;
  call<T>(operation: Operation, fn: Protected<T>, options?: CallOptions): Promise<Awaited<T>>;

  /** The same without throwing: refusals and failures come back as values. */
  tryCall<T>(fn: Protected<T>, options?: CallOptions): Promise<CallResult<Awaited<T>>>;
  tryCall<T>(
    operation: Operation,
    fn: Protected<T>,
    options?: CallOptions,
  ): Promise<CallResult<Awaited<T>>>;

  /**
   * The same for a function that answers at once. It cannot wait: full bulkheads and busy probes
   * refuse, and `retry` and `timeoutMs` do not apply.
   * @throws FuseboardError invalid_argument when `fn` returns a promise.
   */
  callSync<T>(fn: (context: CallContext) => T): T;
  /** Refused with `allowance_empty` where money would have to be waited for. */
  callSync<T>(operation: Operation, fn: (context: CallContext) => T): T;

  /** A function with the same `this` and arguments that runs under this breaker. */
  wrap<This, Args extends readonly unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    options?: CallOptions,
  ): (this: This, ...args: Args) => Promise<Awaited<R>>;

  /**
   * Leave to make one call, to be settled by hand. It cannot wait: full bulkheads and busy probes
   * refuse, and so does an allowance that would have to be drawn first (`allowance_empty`).
   */
  acquire(options?: CallOptions): Permit;
  acquire(operation: Operation, options?: CallOptions): Permit;

  snapshot(): BreakerSnapshot;

  /** In words: why the state is what it is, and what would change it. */
  explain(): string;

  /** The living XState actor. After a supervised rebuild it is another one. */
  readonly actor: BreakerActor;

  /**
   * Holds the breaker open until `reset` or `forceClose`. `reason`: 1 to 1024 characters.
   * @throws FuseboardError invalid_argument; quarantined or board_closed, where nothing would move
   */
  forceOpen(reason: string, options?: OperatorOptions): void;

  /**
   * Lifts every cause of health; a spent budget and an emergency still hold.
   * @throws FuseboardError as `forceOpen`
   */
  forceClose(reason: string, options?: OperatorOptions): void;

  /**
   * Begins anew: lifts latches (not an emergency), forgets trips, counts and the window, and ends
   * a quarantine.
   * @throws FuseboardError invalid_argument, board_closed
   */
  reset(reason: string, options?: OperatorOptions): void;

  /**
   * Says that the provider's key was changed: lifts what only a new key could lift.
   * @throws FuseboardError as `forceOpen`
   */
  rotateKey(options?: OperatorOptions): void;

  /** Changes options while running; window, generation and deadline are kept. */
  configure(options: BreakerOptions): void;
}
