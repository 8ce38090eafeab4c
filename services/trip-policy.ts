/**
 * When to ask the machine: a trip policy counts outcomes and says when its threshold is reached.
 * It decides nothing; the statechart does. Threshold reached exactly trips; a fast success never
 * trips, a slow one may.
 */
import type { TripCause } from '../machines/breaker-context.ts';
import { invalidOption } from './check.ts';
import { FuseboardError } from './errors.ts';
import type { ReportThrow } from './outcome.ts';
import { CountWindow, TimeWindow, type OutcomeWindow, type WindowTotals } from './window.ts';

/** What a rate policy compares. */
export interface RateOptions {
  /** Share of failed calls, in (0, 1], that trips. @default 0.5 unless only `slowRatio` is given */
  readonly failureRatio?: number;
  /** Calls the window must hold before a rate counts. @default 10 (count: at most `calls`) */
  readonly minimumCalls?: number;
  /** A call that takes this many milliseconds or longer is slow, also while it still runs. */
  readonly slowCallMs?: number;
  /** Share of slow calls, in (0, 1], that trips. Needs `slowCallMs`. @default 1 with it */
  readonly slowRatio?: number;
}

/** Trips after so many failures in a row. */
export interface ConsecutiveTrip {
  readonly policy: 'consecutive';
  /** @default 5, at least 1 */
  readonly failures?: number;
}

/** Looks at the last calls. */
export interface CountTrip extends RateOptions {
  readonly policy: 'count';
  /** How many calls the window holds. @default 100, at least 1 */
  readonly calls?: number;
}

/** Looks at the calls of the last milliseconds; advances over idle gaps. */
export interface TimeTrip extends RateOptions {
  readonly policy: 'time';
  /** Length of the window. @default 30000, at least 10 */
  readonly windowMs?: number;
}

/** A policy of the user's own. */
export interface CustomTrip {
  readonly policy: 'custom';
  /** Makes the policy of one breaker. */
  readonly create: () => CustomTripPolicy;
}

export type TripOptions = ConsecutiveTrip | CountTrip | TimeTrip | CustomTrip;

/** One counted call, as a policy of the user's own sees it. */
export interface CountedCall {
  readonly failed: boolean;
  /** Milliseconds; 0 for a call that others reported without one. */
  readonly durationMs: number;
  /** Monotonic milliseconds. */
  readonly nowMs: number;
}

/** What a user's own trip policy must do. A throw is reported as a fact and means "do not trip". */
export interface CustomTripPolicy {
  /** Counts one call. True asks the breaker to trip. */
  record(call: CountedCall): boolean;
  /** Forgets everything: the breaker changed its health. */
  reset(): void;
  /** One sentence on where the policy stands, for `explain()`. */
  describe?(): string;
}

/** Where a policy stands. */
export interface PolicyCounts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** What the breaker asks of every policy. */
export interface TripPolicy {
  /** Counts one call; the cause when the threshold is reached. */
  record(failed: boolean, slow: boolean, durationMs: number, nowMs: number): TripCause | null;
  /** Counts a call that still runs as slow. The place says where it was counted. */
  recordRunning(nowMs: number): TripCause | null;
  /** Place of the last running call counted; handed back when that call ends. */
  readonly place: number;
  /** A call that was counted as slow while running has ended. */
  recordEnded(place: number, failed: boolean, nowMs: number): TripCause | null;
  reset(): void;
  counts(nowMs: number): PolicyCounts;
  /** One sentence: where it stands, and when it would trip. */
  describe(nowMs: number): string;
}

export interface ResolvedRate {
  readonly failureRatio: number | null;
  readonly minimumCalls: number;
  readonly slowCallMs: number | null;
  readonly slowRatio: number | null;
}

type RateTrip =
  | ({ readonly policy: 'count'; readonly calls: number } & ResolvedRate)
  | ({ readonly policy: 'time'; readonly windowMs: number } & ResolvedRate);

export type ResolvedTrip =
  { readonly policy: 'consecutive'; readonly failures: number } | RateTrip | CustomTrip;

const percent = (ratio: number): string => `${Number((ratio * 100).toFixed(1))} %`;

/** Failure and slow rates over a window. */
class RatePolicy implements TripPolicy {
  rate: RateTrip;
  readonly window: OutcomeWindow;
  place = 0;

  constructor(rate: RateTrip, window: OutcomeWindow) {
    this.rate = rate;
    this.window = window;
  }

  /** Whether a window of these options would be one of the same kind and size. */
  hasWindowOf(trip: RateTrip): boolean {
    const { rate } = this;
    return trip.policy === 'count'
      ? rate.policy === 'count' && rate.calls === trip.calls
      : rate.policy === 'time' && rate.windowMs === trip.windowMs;
  }

  record(failed: boolean, slow: boolean, _durationMs: number, nowMs: number): TripCause | null {
    this.window.add(failed, slow, nowMs);
    return failed || slow ? this.#judge(this.window.totals, failed, slow) : null;
  }

  recordRunning(nowMs: number): TripCause | null {
    this.place = this.window.add(false, true, nowMs);
    return this.#judge(this.window.totals, false, true);
  }

  recordEnded(place: number, failed: boolean, nowMs: number): TripCause | null {
    if (!failed) return null;
    this.window.markFailed(place, nowMs);
    return this.#judge(this.window.totals, true, false);
  }

  #judge(totals: WindowTotals, failed: boolean, slow: boolean): TripCause | null {
    const { failureRatio, minimumCalls, slowRatio } = this.rate;
    const { calls, failures, slow: slowCalls } = totals;
    if (calls < minimumCalls) return null;
    // Divided, not multiplied: 7 of 100 is 0.07, but 0.07 times 100 is more than 7.
    if (failed && failureRatio !== null && failures / calls >= failureRatio) return 'failure_rate';
    if (slow && slowRatio !== null && slowCalls / calls >= slowRatio) return 'slow_rate';
    return null;
  }

  reset(): void {
    this.window.clear();
  }

  counts(nowMs: number): PolicyCounts {
    this.window.advance(nowMs);
    const { calls, failures, slow } = this.window.totals;
    return { calls, failures, slow };
  }

  describe(nowMs: number): string {
    const { failureRatio, minimumCalls, slowCallMs, slowRatio } = this.rate;
    const { calls, failures, slow } = this.counts(nowMs);
    const bounds = [
      failureRatio === null ? [] : [`${percent(failureRatio)} have failed (${failures} have)`],
      slowRatio === null
        ? []
        : [`${percent(slowRatio)} took ${slowCallMs} ms or longer (${slow} have)`],
    ].flat();
    return (
      `The window holds ${calls} calls; it trips at ${minimumCalls} calls or more` +
      ` when ${bounds.join(' or ')}.`
    );
  }
}

/** A user's own policy, with its throws contained. */
class ContainedPolicy implements TripPolicy {
  readonly place = 0;
  readonly create: CustomTrip['create'];
  readonly #policy: CustomTripPolicy;
  readonly #report: ReportThrow;
  #calls = 0;
  #failures = 0;

  constructor({ create }: CustomTrip, report: ReportThrow) {
    this.create = create;
    this.#policy = makePolicy(create);
    this.#report = report;
  }

  record(failed: boolean, _slow: boolean, durationMs: number, nowMs: number): TripCause | null {
    this.#calls++;
    if (failed) this.#failures++;
    try {
      return this.#policy.record({ failed, durationMs, nowMs }) ? 'custom' : null;
    } catch (error) {
      this.#report('trip.record', error);
      return null;
    }
  }

  /** A policy of the user's own sees a call when it ends, with its duration. */
  recordRunning(): null {
    return null;
  }

  recordEnded(): null {
    return null;
  }

  reset(): void {
    this.#calls = this.#failures = 0;
    try {
      this.#policy.reset();
    } catch (error) {
      this.#report('trip.reset', error);
    }
  }

  counts(): PolicyCounts {
    return { calls: this.#calls, failures: this.#failures, slow: 0 };
  }

  describe(): string {
    try {
      return this.#policy.describe?.() ?? 'A policy of your own decides when it trips.';
    } catch (error) {
      this.#report('trip.describe', error);
      return 'A policy of your own decides when it trips.';
    }
  }
}

/** @throws FuseboardError invalid_option, with what `create` threw as its cause. */
function makePolicy(create: CustomTrip['create']): CustomTripPolicy {
  const path = 'breaker.trip.create';
  let policy: unknown;
  try {
    policy = create();
  } catch (cause) {
    throw new FuseboardError('invalid_option', `${path} threw when asked for a policy`, { cause });
  }
  const { record, reset, describe } = (policy ?? {}) as Record<keyof CustomTripPolicy, unknown>;
  const isFunction = (member: unknown): boolean => typeof member === 'function';
  if (isFunction(record) && isFunction(reset) && (describe === undefined || isFunction(describe))) {
    return policy as CustomTripPolicy;
  }
  throw invalidOption(path, 'a function that makes an object with record and reset', policy);
}

/**
 * The policy of one breaker. Consecutive failures are counted in the breaker itself, for speed,
 * and need none: null. `previous` stays when it can go on, and else hands its counts over where
 * both look at a window.
 * @throws FuseboardError invalid_option when a user's own policy cannot be made.
 */
export function createTripPolicy(
  trip: ResolvedTrip,
  report: ReportThrow,
  nowMs: number,
  previous: TripPolicy | null = null,
): TripPolicy | null {
  if (trip.policy === 'consecutive') return null;
  if (trip.policy === 'custom') {
    const goesOn = previous instanceof ContainedPolicy && previous.create === trip.create;
    return goesOn ? previous : new ContainedPolicy(trip, report);
  }
  if (previous instanceof RatePolicy && previous.hasWindowOf(trip)) {
    previous.rate = trip;
    return previous;
  }
  const window =
    trip.policy === 'count' ? new CountWindow(trip.calls) : new TimeWindow(trip.windowMs, nowMs);
  if (previous instanceof RatePolicy) window.adopt(previous.window, nowMs);
  return new RatePolicy(trip, window);
}
