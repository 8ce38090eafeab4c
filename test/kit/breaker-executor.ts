/**
 * Does to a real breaker what the events of its model stand for. Calls really fail, probes really
 * succeed, permits of earlier generations are really settled late, and timers really wake it;
 * only what comes from other parts of a board (budgets, emergencies, other processes), or cannot
 * happen while a breaker refuses calls, is sent to its actor.
 */
import type { BreakerEvent } from '../../machines/breaker-context.ts';
import type { Breaker } from '../../services/breaker.ts';
import type { BreakerOptions } from '../../services/options.ts';
import type { Permit, Recorded } from '../../services/permit.ts';
import { createBreakerGraph } from './breaker-graph.ts';
import { HeldPermits } from './held-permits.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Calls that may fail before a trip policy must have tripped. */
const FAILURES_MAX = 10_000;
/** Permits held beyond those that a trip takes. */
const SPARE_PERMITS = 3;
/** A pause that a provider asks for, beyond the one the breaker makes by itself. */
const PAUSE_MS = 60_000;

const OPERATOR = { by: 'operator' } as const;

export class BreakerExecutor {
  readonly held: HeldPermits;
  readonly #breaker: Breaker;
  readonly #clock: VirtualClock;
  readonly #graph: ReturnType<typeof createBreakerGraph>;
  /** Failures in a row that trip; null where the policy is another. */
  readonly #threshold: number | null;
  /** Whether plain errors of plain calls count as they are. */
  readonly #canCall: boolean;

  constructor(breaker: Breaker, clock: VirtualClock, options: BreakerOptions) {
    const { probesNeeded = 1 } = options;
    this.#breaker = breaker;
    this.#clock = clock;
    this.#graph = createBreakerGraph({ probesNeeded, nowMs: () => clock.nowMs() });
    this.#threshold = thresholdOf(options);
    this.#canCall = isPlain(options);
    this.held = new HeldPermits(breaker, Math.min(this.#threshold ?? 0, 100) + SPARE_PERMITS);
  }

  /** Milliseconds until the next probe; 0 or less when one is due, or nothing tripped. */
  get dueInMs(): number {
    const nowMs = this.#clock.nowMs();
    return (this.#breaker.snapshot().probeAtMs ?? nowMs) - nowMs;
  }

  /** Makes it happen. `what` is an event's words in `breakerGraph`. */
  async execute(what: string): Promise<void> {
    const [, type, variant] = /^(\S+)(?: \((.+)\))?$/.exec(what) ?? [];
    const breaker = this.#breaker;
    const isStale = variant === 'stale';
    const { path } = breaker.snapshot();
    const isProbing = path === 'half_open';
    switch (type as BreakerEvent['type']) {
      case 'trip':
        return isStale ? this.#settle(what, true, (permit) => permit.fail()) : this.#trip(what);
      case 'rate_limited': {
        const limited = { outcome: 'rate_limited', retryAtMs: this.#retryAtMs(variant) } as const;
        // A pause that a call of an earlier generation was asked for still holds while cooling.
        const isLate = isStale || path === 'open.cooling';
        return this.#settle(what, isLate, (permit) => permit.record(limited));
      }
      case 'probe.due':
        if (variant === undefined && path === 'open.cooling') {
          return this.#clock.advanceAsync(Math.max(0, Math.ceil(this.dueInMs)));
        }
        await this.#moveClock(variant);
        return this.#tell(what);
      case 'probe.succeeded':
        if (!isStale && !isProbing) return this.#tell(what);
        return this.#settle(what, isStale, (permit) => permit.succeed());
      case 'probe.failed':
        if (!isStale && !isProbing) return this.#tell(what);
        return this.#settle(what, isStale, (permit) => permit.fail());
      case 'key.rejected':
        return this.#settle(what, isStale, (permit) => permit.record('unauthorized'));
      case 'quota.exhausted':
        return this.#settle(what, isStale, (permit) => permit.record('over_quota'));
      case 'key.rotated':
        await this.#moveClock(variant);
        return breaker.rotateKey(OPERATOR);
      case 'operator.force_open':
        return breaker.forceOpen('maintenance', OPERATOR);
      case 'operator.force_close':
        return breaker.forceClose('maintenance', OPERATOR);
      case 'operator.reset':
        return breaker.reset('maintenance', OPERATOR);
      case 'budget.warned':
      case 'budget.exceeded':
      case 'budget.recovered':
      case 'emergency.shutdown':
      case 'emergency.resumed':
      case 'peer.changed':
        await this.#moveClock(variant);
        return this.#tell(what);
      default:
        throw new Error(`A breaker knows no '${what}'.`);
    }
  }

  /** Tells the actor itself, with what fits its real context. */
  #tell(what: string): void {
    const { actor } = this.#breaker;
    const events = this.#graph.events(actor.getSnapshot());
    const event = events.find((one) => this.#graph.serializeEvent(one) === what);
    if (event === undefined) {
      throw new Error(`In ${this.#breaker.snapshot().path} there is no '${what}'.`);
    }
    actor.send(event);
  }

  /** Ends a call that is in flight; where there is none, the actor is told. */
  #settle(what: string, isStale: boolean, end: (permit: Permit) => Recorded): void {
    const permit = isStale ? this.held.takeStale() : this.held.takeCurrent();
    const recorded = permit === undefined ? 'expired' : end(permit);
    if (recorded === 'expired') this.#tell(what);
    else if ((recorded === 'late') !== isStale) {
      throw new Error(`The outcome of a ${isStale ? 'stale' : 'current'} call was ${recorded}.`);
    }
  }

  /** Fails once less than the threshold, which must move nothing, and then once more. */
  async #trip(what: string): Promise<void> {
    const { generation, path } = this.#breaker.snapshot();
    if (path === 'open.exhausted' && this.#threshold !== null) {
      // Calls that were in flight when the money ran out.
      if (this.held.currentCount < this.#threshold) return this.#tell(what);
      for (let failures = 0; failures < this.#threshold; failures += 1) {
        this.held.takeCurrent()?.fail();
      }
      return;
    }
    if (path !== 'closed' && path !== 'budget_limited') return this.#tell(what);
    await this.#callOnce(true);
    for (let failures = 1; failures <= FAILURES_MAX; failures += 1) {
      await this.#callOnce(false);
      const hasTripped = this.#breaker.snapshot().generation !== generation;
      if (hasTripped && failures < (this.#threshold ?? 1)) {
        throw new Error(`The breaker tripped after ${failures} failures in a row.`);
      }
      if (hasTripped || failures === this.#threshold) return;
    }
    throw new Error(`The breaker did not trip after ${FAILURES_MAX} failures in a row.`);
  }

  async #callOnce(succeeds: boolean): Promise<void> {
    if (!this.#canCall) {
      const permit = this.held.takeCurrent() ?? this.#breaker.acquire();
      if (succeeds) permit.succeed();
      else permit.fail();
      return;
    }
    const failure = new Error('planned failure');
    try {
      await this.#breaker.call(() => (succeeds ? undefined : Promise.reject(failure)));
    } catch (error) {
      if (error !== failure) throw error;
    }
  }

  /** Where the instant matters: just before the next probe is due, or when it is. */
  async #moveClock(variant: string | undefined): Promise<void> {
    const isBefore = variant === 'early' || variant === 'before the probe is due';
    // While it cools the breaker would not miss the instant: only its actor can be told of it.
    const isDue =
      variant === 'when the probe is due' && this.#breaker.snapshot().path !== 'open.cooling';
    const ms = isBefore ? Math.floor(this.dueInMs - 1) : isDue ? Math.ceil(this.dueInMs) : 0;
    if (ms > 0) await this.#clock.advanceAsync(ms);
  }

  /** When the provider wants calls again: later than the breaker thinks, or sooner. */
  #retryAtMs(variant: string | undefined): number {
    const dueInMs = Math.max(0, this.dueInMs);
    const pauseMs = variant === undefined ? dueInMs + PAUSE_MS : Math.floor(dueInMs / 2);
    return this.#clock.nowMs() + pauseMs;
  }
}

function thresholdOf({ trip, failureThreshold }: BreakerOptions): number | null {
  if (trip === undefined) return failureThreshold ?? 5;
  return trip.policy === 'consecutive' ? (trip.failures ?? 5) : null;
}

const isPlain = (options: BreakerOptions): boolean =>
  (
    ['failOn', 'ignore', 'failOnResult', 'classify', 'retry', 'bulkhead', 'timeoutMs'] as const
  ).every((option) => options[option] === undefined);
