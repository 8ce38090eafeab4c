/**
 * Leave to make one call. It carries the generation it was given in, is settled once, and is a
 * lease: one that nobody settles expires, so that a lost probe cannot hold a breaker half open.
 */
import type { Bulkhead } from './bulkhead.ts';
import type { CallMoney } from './call-money.ts';
import type { CallSpec } from './call-spec.ts';
import { invalidArgument } from './check.ts';
import type { NanoUsd } from './cost/money.ts';
import type { Usage } from './cost/usage.ts';
import type { Deadline } from './deadlines.ts';
import {
  CANCELLED,
  FAILED,
  IGNORED,
  OUTCOMES,
  SUCCEEDED,
  verdictFrom,
  type Outcome,
  type Verdict,
} from './outcome.ts';
import type { RunningCalls } from './running-calls.ts';

/**
 * What became of a recorded outcome: `counted`; `late`, because the breaker has moved on since the
 * permit was given or the permit was settled before; `expired`, because the permit's time was over.
 */
export type Recorded = 'counted' | 'late' | 'expired';

/** The two-step way of protecting a call: acquire, then say how it ended. */
export interface Permit {
  /** True when the breaker is half open and this call decides. */
  readonly isProbe: boolean;
  /** The breaker's generation when the permit was given. */
  readonly generation: number;
  succeed(): Recorded;
  /** `error` goes through the breaker's classification, as a thrown one would. */
  fail(error?: unknown): Recorded;
  /** Says nothing about the dependency. */
  ignore(): Recorded;
  /** The caller gave up. */
  cancel(): Recorded;
  /** Says what the call used, before it is settled; as a call's `context.usage`. */
  usage(usage: Usage): void;
  /** Says what the call cost, before it is settled; as a call's `context.cost`. */
  cost(costNanoUsd: NanoUsd): void;
  /**
   * Records an outcome of any class, for example `{ outcome: 'rate_limited', retryAtMs }`.
   * @throws FuseboardError invalid_argument for what is none; the permit stays open.
   */
  record(outcome: Outcome | Verdict): Recorded;
}

/** What a permit needs of its breaker. */
export interface PermitOwner {
  classifyError(error: unknown): Verdict;
  settlePermit(permit: OpenPermit, verdict: Verdict, error: unknown): Recorded;
}

export class OpenPermit implements Permit {
  readonly generation: number;
  readonly isProbe: boolean;
  /** Monotonic milliseconds. */
  readonly startedMs: number;
  /** Where it is watched for being slow, and its slot there; null where nobody watches. */
  readonly running: RunningCalls | null;
  readonly slot: number;
  readonly spec: CallSpec;
  /** 1 for the first attempt. */
  attempt = 1;
  status: 'open' | 'settled' | 'expired' = 'open';
  deadline: Deadline | null = null;
  /** Where it holds a place, to be given back with it. */
  bulkhead: Bulkhead | null = null;
  /** Its reservation, ended with it; null for a call that named no operation. */
  money: CallMoney | null = null;
  readonly #owner: PermitOwner;

  constructor(
    owner: PermitOwner,
    generation: number,
    isProbe: boolean,
    startedMs: number,
    running: RunningCalls | null,
    slot: number,
    spec: CallSpec,
  ) {
    this.#owner = owner;
    this.generation = generation;
    this.isProbe = isProbe;
    this.startedMs = startedMs;
    this.running = running;
    this.slot = slot;
    this.spec = spec;
  }

  succeed(): Recorded {
    return this.#owner.settlePermit(this, SUCCEEDED, undefined);
  }

  fail(error?: unknown): Recorded {
    const verdict = error === undefined ? FAILED : this.#owner.classifyError(error);
    return this.#owner.settlePermit(this, verdict, error);
  }

  ignore(): Recorded {
    return this.#owner.settlePermit(this, IGNORED, undefined);
  }

  cancel(): Recorded {
    return this.#owner.settlePermit(this, CANCELLED, undefined);
  }

  usage(usage: Usage): void {
    this.money?.reportUsage(usage);
  }

  cost(costNanoUsd: NanoUsd): void {
    this.money?.reportCost(costNanoUsd);
  }

  record(outcome: Outcome | Verdict): Recorded {
    const verdict = verdictFrom(outcome);
    if (verdict === undefined) {
      throw invalidArgument('permit.record(outcome)', `one of ${OUTCOMES.join(', ')}`, outcome);
    }
    return this.#owner.settlePermit(this, verdict, undefined);
  }
}
