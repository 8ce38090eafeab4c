/**
 * One breaker at work. A call reads the gate, runs, and is counted beside the gate; the statechart
 * is told only what could move it. The fields that every call touches are kept in this one object,
 * everything else is made when it is first needed: an idle breaker is little more than its name.
 */
import type { BreakerEvent, TripCause } from '../machines/breaker-context.ts';
import type { BreakerRow } from '../persistence/store.ts';
import type {
  Breaker,
  BreakerSnapshot,
  BreakerStatus,
  CallResult,
  OperatorOptions,
} from './breaker.ts';
import { Bulkhead } from './bulkhead.ts';
import {
  PLAIN_CONTEXT,
  specOf,
  type CallContext,
  type CallOptions,
  type CallSpec,
  type Operation,
  type Protected,
} from './call.ts';
import { invalidArgument, textArgument } from './check.ts';
import { Circuit, type CircuitHost, type CircuitState } from './circuit.ts';
import type { Deadline } from './deadlines.ts';
import type { RefusalCode } from './errors.ts';
import { explain } from './explain.ts';
import { errorCodeOf, errorNameOf } from './facts.ts';
import { ADMIT, LIMITED, PROBE, REFUSE, type Gate } from './gate.ts';
import { callLayered, type LayeredHost } from './layered-call.ts';
import { openIntervalMs } from './open-interval.ts';
import { resolveOptions, type BreakerOptions, type ResolvedOptions } from './options.ts';
import { SUCCEEDED, type Verdict } from './outcome.ts';
import { OpenPermit, type Permit, type PermitOwner, type Recorded } from './permit.ts';
import { Refusal } from './refusal.ts';
import { RunningCalls } from './running-calls.ts';
import type { BreakerActor, Runtime } from './runtime.ts';
import { createTripPolicy, type TripPolicy } from './trip-policy.ts';
import { WaitingList } from './waiting-list.ts';

/** Which way a plain `call(fn)` goes. */
const LANE_GENERAL = 0;
/** Admit, count consecutive failures, nothing else. */
const LANE_PLAIN = 1;
/** Admit, measure, count in a window. */
const LANE_TIMED = 2;

/** A rate limit that ends sooner than this only paces; it does not open the breaker. */
const PACING_MS = 1_000;

/** Generation of calls that no state listens to: made in mode `off`, or let through by `observe`. */
const UNCOUNTED = -1;

const REASON_MAX = 1_024;
const IDENTITY_MAX = 256;

export class BreakerCore implements Breaker, CircuitHost, PermitOwner, LayeredHost {
  readonly name: string;
  readonly runtime: Runtime;
  /** The options it was made with; `options` are those in force. */
  readonly madeWith: BreakerOptions;
  options: ResolvedOptions;
  generation: number;
  inFlightCount = 0;
  consecutiveFailures = 0;
  #gate: Gate = ADMIT;
  #lane = LANE_GENERAL;
  #failureThreshold = 0;
  #circuit: Circuit | null = null;
  #policy: TripPolicy | null = null;
  #running: RunningCalls | null = null;
  #rest: Rest | null = null;

  constructor(name: string, options: ResolvedOptions, runtime: Runtime, restored?: CircuitState) {
    this.name = name;
    this.runtime = runtime;
    this.madeWith = options.given;
    this.options = options;
    this.generation = restored?.context.generation ?? 0;
    if (restored !== undefined) this.#circuit = new Circuit(this, restored);
    this.#applyOptions();
    if (restored !== undefined) this.#followCircuit(this.#circuit as Circuit);
  }

  // ── calls ──────────────────────────────────────────────────────────────────────────────────

  call<T>(
    first: Protected<T> | Operation,
    second?: Protected<T> | CallOptions,
    third?: CallOptions,
  ): Promise<Awaited<T>> {
    if (second === undefined && typeof first === 'function' && !this.runtime.isObserved) {
      if (this.#lane === LANE_PLAIN) return this.#callPlain(first);
      if (this.#lane === LANE_TIMED) return this.#callTimed(first);
    }
    return this.#callGeneral(first, second, third);
  }

  /** The hot path. What is not needed here is not here. */
  async #callPlain<T>(fn: Protected<T>): Promise<Awaited<T>> {
    const { generation } = this;
    this.inFlightCount++;
    let value: Awaited<T>;
    try {
      value = await fn(PLAIN_CONTEXT);
    } catch (error) {
      this.#left();
      this.#record(this.classifyError(error), error, generation, 0, 0, NaN);
      throw error;
    }
    if (--this.inFlightCount === 0 && this.runtime.onIdle !== null) this.runtime.onIdle();
    if (generation === this.generation) this.consecutiveFailures = 0;
    return value;
  }

  async #callTimed<T>(fn: Protected<T>): Promise<Awaited<T>> {
    const { generation, runtime } = this;
    const { clock } = runtime;
    const startMs = clock.monotonicMs();
    const running = this.#running;
    const slot = running === null ? -1 : this.#watchSlow(running, startMs);
    this.inFlightCount++;
    let value: Awaited<T>;
    try {
      value = await fn(PLAIN_CONTEXT);
    } catch (error) {
      this.#left();
      const place = running === null ? NaN : running.end(slot);
      const nowMs = clock.monotonicMs();
      this.#record(this.classifyError(error), error, generation, nowMs - startMs, nowMs, place);
      throw error;
    }
    if (--this.inFlightCount === 0 && runtime.onIdle !== null) runtime.onIdle();
    const place = running === null ? NaN : running.end(slot);
    const nowMs = clock.monotonicMs();
    if (generation === this.generation) this.#count(false, undefined, nowMs - startMs, nowMs, place);
    return value;
  }

  #callGeneral<T>(
    first: Protected<T> | Operation,
    second?: Protected<T> | CallOptions,
    third?: CallOptions,
  ): Promise<Awaited<T>> {
    if (this.#refusesNow()) {
      const refusal = this.#refuse(this.#refusalCode());
      if (this.runtime.isObserved) this.#reportRefusal(refusal, specFrom(first, second, third), true);
      return Promise.reject(refusal.toError());
    }
    return this.#layered(first, second, third).then((result) => {
      if (result.ok) return result.value;
      throw result.refused ? result.refusal.toError() : result.error;
    });
  }

  tryCall<T>(
    first: Protected<T> | Operation,
    second?: Protected<T> | CallOptions,
    third?: CallOptions,
  ): Promise<CallResult<Awaited<T>>> {
    if (this.#refusesNow()) {
      const refusal = this.#refuse(this.#refusalCode());
      if (this.runtime.isObserved) this.#reportRefusal(refusal, specFrom(first, second, third), true);
      return Promise.resolve({ ok: false, refused: true, refusal });
    }
    if (second === undefined && this.#lane !== LANE_GENERAL && !this.runtime.isObserved) {
      // These lanes never refuse, so what throws is the function's own.
      return this.call(first as Protected<T>).then(
        (value) => ({ ok: true, value }),
        (error: unknown) => ({ ok: false, refused: false, error }),
      );
    }
    return this.#layered(first, second, third);
  }

  async #layered<T>(
    first: Protected<T> | Operation,
    second?: Protected<T> | CallOptions,
    third?: CallOptions,
  ): Promise<CallResult<Awaited<T>>> {
    return callLayered<Awaited<T>>(
      this,
      specFrom(first, second, third),
      functionFrom(first, second) as Protected<Awaited<T>>,
    );
  }

  callSync<T>(fn: (context: CallContext) => T): T {
    const permit = this.acquire() as OpenPermit;
    let value: T;
    try {
      value = fn(this.isDegraded ? { ...PLAIN_CONTEXT, isDegraded: true } : PLAIN_CONTEXT);
    } catch (error) {
      permit.fail(error);
      throw error;
    }
    if (isThenable(value)) {
      permit.ignore();
      throw invalidArgument('the result of callSync', 'a value; call() takes promises', value);
    }
    this.settlePermit(permit, this.classifyValue(value), undefined);
    return value;
  }

  wrap<This, Args extends readonly unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    options?: CallOptions,
  ): (this: This, ...args: Args) => Promise<Awaited<R>> {
    if (typeof fn !== 'function') throw invalidArgument('wrap(fn)', 'a function', fn);
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the wrapper has a `this` of its own
    const breaker = this;
    return function (this: This, ...args: Args) {
      return breaker.call<R>(() => fn.apply(this, args as unknown as Args & unknown[]), options);
    };
  }

  acquire(options?: CallOptions): Permit {
    const spec = specOf(null, options);
    const answer = this.admit(spec);
    if (answer instanceof Refusal) throw answer.toError();
    const { bulkhead } = this;
    if (bulkhead !== null && !bulkhead.tryEnter()) {
      this.returnPermit(answer);
      const refusal = this.#refuse('bulkhead_full');
      if (this.runtime.isObserved) this.#reportRefusal(refusal, spec, true);
      throw refusal.toError();
    }
    answer.bulkhead = bulkhead;
    if (answer.deadline === null) {
      const dueMs = answer.startedMs + this.options.permitTimeoutMs;
      answer.deadline = this.runtime.deadlines.at(dueMs, () => this.#expire(answer));
    }
    return answer;
  }

  // ── admission and settlement ───────────────────────────────────────────────────────────────

  /** True while a budget is strained. */
  get isDegraded(): boolean {
    return this.#gate === LIMITED;
  }

  get bulkhead(): Bulkhead | null {
    return this.#rest?.bulkhead ?? null;
  }

  /** Why a call would be refused now; null when it would not. Brings a due probe forward. */
  peek(): RefusalCode | null {
    const { options, runtime } = this;
    if (runtime.isClosed) return 'board_closed';
    if (options.mode === 'off') return null;
    if (this.#gate === REFUSE) this.#probeIfDue();
    switch (this.#gate) {
      case ADMIT:
      case LIMITED:
        return null;
      case PROBE:
        return this.#restNow.probesOutCount < options.probesMax ? null : 'probes_busy';
      case REFUSE:
        return this.#refusalCode();
    }
  }

  /** A permit, or the refusal. Nobody waits here. */
  admit(spec: CallSpec): OpenPermit | Refusal {
    const { options, runtime } = this;
    const code = this.peek();
    if (code === null) return this.#permit();
    const refusal = this.#refuse(code);
    const isEnforced = options.mode === 'enforce' || code === 'board_closed';
    if (runtime.isObserved) this.#reportRefusal(refusal, spec, isEnforced);
    return isEnforced ? refusal : this.#permit(UNCOUNTED);
  }

  #permit(generation = this.options.mode === 'off' ? UNCOUNTED : this.generation): OpenPermit {
    const { clock, deadlines } = this.runtime;
    const startedMs = clock.monotonicMs();
    const isProbe = generation !== UNCOUNTED && this.#gate === PROBE;
    const running = isProbe || generation === UNCOUNTED ? null : this.#running;
    const slot = running === null ? -1 : this.#watchSlow(running, startedMs);
    const permit = new OpenPermit(this, generation, isProbe, startedMs, slot);
    this.inFlightCount++;
    if (isProbe) {
      this.#restNow.probesOutCount++;
      const dueMs = startedMs + this.options.probeTimeoutMs;
      permit.deadline = deadlines.at(dueMs, () => this.#expire(permit));
    }
    return permit;
  }

  settlePermit(permit: OpenPermit, verdict: Verdict, error: unknown): Recorded {
    if (permit.status !== 'open') return permit.status === 'expired' ? 'expired' : 'late';
    permit.status = 'settled';
    const nowMs = this.runtime.clock.monotonicMs();
    const place = this.#close(permit);
    permit.bulkhead?.leave();
    return this.#record(
      verdict,
      error,
      permit.generation,
      nowMs - permit.startedMs,
      nowMs,
      place,
    );
  }

  /** Gives a permit back as if it had never been given: nothing was called. */
  returnPermit(permit: OpenPermit): void {
    permit.status = 'settled';
    this.#close(permit);
  }

  /** Frees what a permit holds; where its call was counted as slow, or NaN. */
  #close(permit: OpenPermit): number {
    this.runtime.deadlines.cancel(permit.deadline);
    this.#left();
    if (permit.isProbe && permit.generation === this.generation) {
      const rest = this.#restNow;
      rest.probesOutCount--;
      rest.probeWaiters?.admitFirst();
    }
    const isWatched = permit.slot >= 0 && permit.generation === this.generation;
    return isWatched && this.#running !== null ? this.#running.end(permit.slot) : NaN;
  }

  #left(): void {
    if (--this.inFlightCount === 0 && this.runtime.onIdle !== null) this.runtime.onIdle();
  }

  #expire(permit: OpenPermit): void {
    if (permit.status !== 'open') return;
    permit.status = 'expired';
    this.#close(permit);
    permit.bulkhead?.leave();
    const { name, runtime } = this;
    if (runtime.isObserved) {
      runtime.publish({ type: 'permit.expired', breaker: name, probe: permit.isProbe });
    }
    if (permit.isProbe && permit.generation === this.generation) {
      this.#failProbe('probe_expired', null, undefined);
    }
  }

  // ── outcomes ───────────────────────────────────────────────────────────────────────────────

  classifyError(error: unknown): Verdict {
    return this.options.classify({ ok: false, error }, this.report);
  }

  classifyValue(value: unknown): Verdict {
    if (this.options.resultsSucceed) return SUCCEEDED;
    return this.options.classify({ ok: true, value }, this.report);
  }

  #record(
    verdict: Verdict,
    error: unknown,
    generation: number,
    durationMs: number,
    nowMs: number,
    place: number,
  ): Recorded {
    if (generation !== this.generation) {
      if (verdict.outcome === 'rate_limited' && generation !== UNCOUNTED) this.#extend(verdict);
      return 'late';
    }
    const isProbe = this.#gate === PROBE;
    switch (verdict.outcome) {
      case 'succeeded':
        if (isProbe) this.#sendProbeSucceeded();
        else this.#count(false, undefined, durationMs, nowMs, place);
        break;
      case 'failed':
        if (isProbe) this.#failProbe('probe_failed', verdict, error);
        else this.#count(true, verdict, durationMs, nowMs, place, error);
        break;
      case 'rate_limited':
        this.#rateLimited(verdict, error);
        break;
      case 'unauthorized':
        this.#latch('key.rejected', error);
        break;
      case 'over_quota':
        this.#latch('quota.exhausted', error);
        break;
      case 'ignored':
      case 'cancelled':
        break;
    }
    return 'counted';
  }

  /** Counts a call in the policy, and asks the chart to trip when a threshold is reached. */
  #count(
    failed: boolean,
    verdict: Verdict | undefined,
    durationMs: number,
    nowMs: number,
    place: number,
    error?: unknown,
  ): void {
    this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
    const policy = this.#policy;
    let cause: TripCause | null;
    if (policy === null) {
      const reached = failed && this.consecutiveFailures >= this.#failureThreshold;
      cause = reached ? 'consecutive_failures' : null;
    } else if (Number.isNaN(place)) {
      const { slowCallMs } = this.options;
      const slow = slowCallMs !== null && durationMs >= slowCallMs;
      cause = policy.record(failed, slow, durationMs, nowMs);
    } else cause = policy.recordEnded(place, failed, nowMs);
    if (cause !== null) this.#trip(cause, verdict?.retryAtMs, error);
  }

  #trip(cause: TripCause, retryAtMs: number | undefined, error: unknown): void {
    const { generation } = this;
    if (error !== undefined) this.#restNow.lastError = error;
    this.#send({ type: 'trip', generation, cause, ...this.#interval(cause, retryAtMs) });
    // Still the same generation (the budget is spent): the counts have done their work all the same.
    if (generation === this.generation) this.#forgetCounts();
  }

  #failProbe(cause: TripCause, verdict: Verdict | null, error: unknown): void {
    const { generation } = this;
    if (error !== undefined) this.#restNow.lastError = error;
    const interval = this.#interval(cause, verdict?.retryAtMs);
    this.#send({ type: 'probe.failed', generation, cause, ...interval });
  }

  #sendProbeSucceeded(): void {
    const { probesNeeded: needed } = this.options;
    this.#send({ type: 'probe.succeeded', generation: this.generation, needed });
  }

  #rateLimited(verdict: Verdict, error: unknown): void {
    const nowMs = this.runtime.clock.nowMs();
    const probeAtMs = verdict.retryAtMs ?? nowMs + this.options.recoveryTimeoutMs;
    if (this.#gate !== PROBE && probeAtMs - nowMs < PACING_MS) return;
    if (error !== undefined) this.#restNow.lastError = error;
    const { generation } = this;
    this.#send({ type: 'rate_limited', generation, atMs: nowMs, probeAtMs });
  }

  /** A call of an earlier generation was told when to come back: that much of it still holds. */
  #extend(verdict: Verdict): void {
    if (verdict.retryAtMs === undefined || this.#circuit?.state !== 'open.cooling') return;
    const { generation, retryAtMs: probeAtMs } = { generation: this.generation, ...verdict };
    const atMs = this.runtime.clock.nowMs();
    this.#send({ type: 'rate_limited', generation, atMs, probeAtMs: probeAtMs as number });
  }

  #latch(type: 'key.rejected' | 'quota.exhausted', error: unknown): void {
    if (error !== undefined) this.#restNow.lastError = error;
    const atMs = this.runtime.clock.nowMs();
    const reason = [errorNameOf(error), errorCodeOf(error)].filter((part) => part).join(' ');
    this.#send({ type, generation: this.generation, reason, atMs });
  }

  /** The instants of a trip that happens now: the longer of our interval and the provider's wish. */
  #interval(cause: TripCause, retryAtMs = 0): { atMs: number; probeAtMs: number } {
    const { clock, random } = this.runtime;
    const atMs = clock.nowMs();
    const tripCount = (this.#circuit?.context.tripCount ?? 0) + 1;
    const trip = { tripCount, cause, random };
    const intervalMs = openIntervalMs(this.options.interval, trip, this.report);
    return { atMs, probeAtMs: Math.max(atMs + intervalMs, retryAtMs) };
  }

  readonly report = (callback: string, error: unknown): void => {
    const { name, runtime } = this;
    const errorName = errorNameOf(error);
    runtime.publish({ type: 'callback.failed', breaker: name, callback, errorName });
  };

  /** Counts a call that somebody else made. Only a closed breaker listens, and only to its time. */
  countOutside(verdict: Verdict, durationMs: number, atMs: number | undefined): Recorded {
    const changedAtMs = this.#circuit?.changedAtMs ?? 0;
    const isCurrent =
      this.#gate !== PROBE && this.#gate !== REFUSE && (atMs === undefined || atMs >= changedAtMs);
    const generation = isCurrent ? this.generation : this.generation - 1;
    const nowMs = this.runtime.clock.monotonicMs();
    return this.#record(verdict, undefined, generation, durationMs, nowMs, NaN);
  }

  // ── slow calls that still run ──────────────────────────────────────────────────────────────

  #watchSlow(running: RunningCalls, startMs: number): number {
    const slot = running.start(startMs);
    const rest = this.#restNow;
    rest.slowDeadline ??= this.#armSlow(startMs);
    return slot;
  }

  #armSlow(oldestMs: number): Deadline {
    const dueMs = oldestMs + (this.options.slowCallMs ?? Infinity);
    return this.runtime.deadlines.at(dueMs, this.#countSlow);
  }

  readonly #countSlow = (): void => {
    const rest = this.#restNow;
    rest.slowDeadline = null;
    const { slowCallMs } = this.options;
    const { generation } = this;
    const nowMs = this.runtime.clock.monotonicMs();
    while (this.#running !== null && slowCallMs !== null && this.#policy !== null) {
      const oldestMs = this.#running.oldestQuickMs;
      if (oldestMs + slowCallMs > nowMs) {
        if (oldestMs !== Infinity) rest.slowDeadline ??= this.#armSlow(oldestMs);
        return;
      }
      const cause = this.#policy.recordRunning(nowMs);
      this.#running.markSlow(this.#policy.place);
      if (cause !== null) this.#trip(cause, undefined, undefined);
      if (generation !== this.generation) return;
    }
  };

  // ── the statechart ─────────────────────────────────────────────────────────────────────────

  get circuit(): Circuit {
    return (this.#circuit ??= new Circuit(this));
  }

  /** The circuit as it is, without making one. */
  get circuitState(): CircuitState | null {
    return this.#circuit;
  }

  get isQuarantined(): boolean {
    return this.#circuit?.isQuarantined ?? false;
  }

  get isHydrated(): boolean {
    return this.#circuit?.isHydrated ?? false;
  }

  #send(event: BreakerEvent): void {
    this.circuit.send(event);
  }

  circuitChanged(before: CircuitState, event: BreakerEvent['type'] | 'external'): void {
    const circuit = this.circuit;
    const { context, state } = circuit;
    const isNewGeneration = before.context.generation !== context.generation;
    if (isNewGeneration) this.#forgetCounts();
    this.#followCircuit(circuit);
    this.runtime.keep(this.name);
    if (!this.runtime.isObserved || (before.state === state && !isNewGeneration)) return;
    this.runtime.publish({
      type: 'state.changed',
      breaker: this.name,
      from: before.state,
      to: state,
      generation: context.generation,
      event,
      cause: context.cause,
      latches: context.latches.map((latch) => latch.name),
      probeAtMs: context.probeAtMs,
    });
  }

  /** Another process changed this breaker's row. */
  hearPeer(row: BreakerRow): void {
    const { name: _, state: __, ...peer } = row;
    // The chart decides; but a row that says nothing must not wake a breaker that is asleep.
    const saysNothing = row.latches.length === 0 && row.probeAtMs === null;
    const ownEpoch = this.#circuit?.context.operatorEpoch ?? 0;
    if (saysNothing && row.operatorEpoch <= ownEpoch) return;
    this.#send({ ...peer, type: 'peer.changed', atMs: this.runtime.clock.nowMs() });
  }

  /** Gate, generation and deadline from the circuit: the one place where they are set. */
  #followCircuit(circuit: Circuit): void {
    const { clock, deadlines } = this.runtime;
    const { context, state } = circuit;
    const isNewGeneration = this.generation !== context.generation;
    this.generation = context.generation;
    this.#gate = circuit.gate;
    this.#chooseLane();
    const rest = this.#restNow;
    if (isNewGeneration) {
      rest.probesOutCount = 0;
      if (this.#running !== null) this.#running = new RunningCalls();
      deadlines.cancel(rest.slowDeadline);
      rest.slowDeadline = null;
    }
    deadlines.cancel(rest.probeDeadline);
    rest.probeDeadline = null;
    if (state === 'open.cooling' && context.probeAtMs !== null) {
      const aheadMs = context.probeAtMs - clock.nowMs();
      // After a backward jump of the wall clock: at most the interval that was meant.
      const spanMs = context.probeAtMs - (context.trippedAtMs ?? -Infinity);
      const dueMs = clock.monotonicMs() + Math.max(0, Math.min(aheadMs, spanMs));
      rest.probeDeadline = deadlines.at(dueMs, this.#probe);
    }
    if (this.#gate === ADMIT || this.#gate === LIMITED) rest.lastError = undefined;
    if (this.#gate !== PROBE) rest.probeWaiters?.admitAll();
  }

  readonly #probe = (): void => {
    const { probeAtMs } = this.circuit.context;
    if (probeAtMs !== null) this.#send({ type: 'probe.due', atMs: probeAtMs });
  };

  /** A late timer never delays recovery: whoever comes first after the instant begins it. */
  #probeIfDue(): void {
    const deadline = this.#rest?.probeDeadline ?? null;
    if (deadline !== null && this.runtime.clock.monotonicMs() >= deadline.dueMs) this.#probe();
  }

  circuitQuarantined(): void {
    const { name, runtime } = this;
    const gate = this.options.onQuarantine;
    this.#gate = gate === 'admit' ? ADMIT : REFUSE;
    this.#chooseLane();
    this.#rest?.probeWaiters?.admitAll();
    runtime.publish({ type: 'breaker.quarantined', breaker: name, gate, errorName: 'ActorCrash' });
  }

  #forgetCounts(): void {
    this.consecutiveFailures = 0;
    this.#policy?.reset();
  }

  // ── refusals ───────────────────────────────────────────────────────────────────────────────

  /** The quick answer for a breaker that plainly refuses. */
  #refusesNow(): boolean {
    if (this.#gate !== REFUSE || this.options.mode !== 'enforce') return false;
    this.#probeIfDue();
    return this.#gate === REFUSE;
  }

  #refusalCode(): RefusalCode {
    if (this.runtime.isClosed) return 'board_closed';
    if (this.isQuarantined) return 'quarantined';
    switch (this.#circuit?.state) {
      case 'open.latched':
        return 'circuit_latched';
      case 'open.exhausted':
        return 'budget_exceeded';
      default:
        return 'circuit_open';
    }
  }

  #refuse(code: RefusalCode): Refusal {
    const retryAtMs = code === 'circuit_open' ? (this.#circuit?.context.probeAtMs ?? null) : null;
    return new Refusal(code, this.name, retryAtMs, this.#rest?.lastError);
  }

  /** The error or refusal of a call that could not wait any longer, or found no room to wait. */
  refuse(code: RefusalCode, spec: CallSpec): Refusal {
    const refusal = this.#refuse(code);
    if (this.runtime.isObserved) this.#reportRefusal(refusal, spec, true);
    return refusal;
  }

  #reportRefusal(refusal: Refusal, spec: CallSpec, enforced: boolean): void {
    this.runtime.publish({
      type: 'call.refused',
      breaker: this.name,
      code: refusal.code,
      retryAtMs: refusal.retryAtMs,
      enforced,
      ...spec.labels,
    });
  }

  /** Where callers wait for the verdict of a probe. */
  get probeWaiters(): WaitingList {
    const { clock, deadlines } = this.runtime;
    return (this.#restNow.probeWaiters ??= new WaitingList(clock, deadlines));
  }

  // ── operators ──────────────────────────────────────────────────────────────────────────────

  forceOpen(reason: string, options?: OperatorOptions): void {
    this.#act('force_open', reason, options);
  }

  forceClose(reason: string, options?: OperatorOptions): void {
    this.#act('force_close', reason, options);
  }

  reset(reason: string, options?: OperatorOptions): void {
    this.#circuit?.release();
    this.#act('reset', reason, options);
  }

  #act(act: 'force_open' | 'force_close' | 'reset', why: string, options?: OperatorOptions): void {
    const reason = textArgument(`the reason of ${act}`, why, REASON_MAX);
    const by = identityOf(options);
    const { runtime, name } = this;
    runtime.publish({ type: 'operator.acted', breaker: name, act, reason, by });
    this.#send({ type: `operator.${act}`, reason, by, atMs: runtime.clock.nowMs() });
  }

  rotateKey(options?: OperatorOptions): void {
    const by = identityOf(options);
    const { runtime, name } = this;
    const reason = 'the key was rotated';
    runtime.publish({ type: 'operator.acted', breaker: name, act: 'rotate_key', reason, by });
    this.#send({ type: 'key.rotated', atMs: runtime.clock.nowMs() });
  }

  configure(options: BreakerOptions): void {
    const given = { ...this.options.given } as Record<string, unknown>;
    if (options.trip !== undefined) delete given['failureThreshold'];
    if (options.failureThreshold !== undefined) delete given['trip'];
    this.options = resolveOptions({ ...given, ...options });
    this.#applyOptions();
    const { name: breaker, runtime } = this;
    runtime.publish({ type: 'breaker.configured', breaker, options: Object.keys(options) });
  }

  /** Policy, bulkhead and lane from the options; what is being counted is kept. */
  #applyOptions(): void {
    const { options, runtime } = this;
    const { trip, bulkhead } = options;
    const nowMs = trip.policy === 'consecutive' ? 0 : runtime.clock.monotonicMs();
    this.#policy = createTripPolicy(trip, this.report, nowMs, this.#policy);
    this.#failureThreshold = trip.policy === 'consecutive' ? trip.failures : Infinity;
    this.#running?.forgetPlaces();
    if (options.slowCallMs === null) this.#running = null;
    else this.#running ??= new RunningCalls();
    if (bulkhead !== null) {
      const { clock, deadlines } = runtime;
      const rest = this.#restNow;
      rest.bulkhead ??= new Bulkhead(bulkhead, new WaitingList(clock, deadlines));
      rest.bulkhead.configure(bulkhead);
    } else if (this.#rest !== null) this.#rest.bulkhead = null;
    this.#chooseLane();
  }

  #chooseLane(): void {
    const { mode, timeoutMs, bulkhead, retry, resultsSucceed, trip } = this.options;
    const isBare =
      this.#gate === ADMIT &&
      mode === 'enforce' &&
      !this.runtime.isClosed &&
      timeoutMs === null &&
      bulkhead === null &&
      retry === null &&
      resultsSucceed;
    if (!isBare) this.#lane = LANE_GENERAL;
    else this.#lane = trip.policy === 'consecutive' ? LANE_PLAIN : LANE_TIMED;
  }

  // ── views ──────────────────────────────────────────────────────────────────────────────────

  get state(): BreakerStatus {
    return statusOf(this.#circuit?.state ?? 'closed');
  }

  get actor(): BreakerActor {
    return this.circuit.actor;
  }

  snapshot(): BreakerSnapshot {
    const circuit = this.#circuit;
    const context = circuit?.context;
    const path = circuit?.state ?? 'closed';
    const rest = this.#rest;
    return Object.freeze({
      name: this.name,
      state: statusOf(path),
      path,
      mode: this.options.mode,
      generation: this.generation,
      changedAtMs: circuit?.changedAtMs ?? 0,
      probeAtMs: context?.probeAtMs ?? null,
      cause: context?.cause ?? null,
      latches: Object.freeze((context?.latches ?? []).map((latch) => latch.name)),
      tripCount: context?.tripCount ?? 0,
      consecutiveFailures: this.consecutiveFailures,
      window:
        this.#policy === null
          ? null
          : Object.freeze(this.#policy.counts(this.runtime.clock.monotonicMs())),
      inFlightCount: this.inFlightCount,
      probesOutCount: rest?.probesOutCount ?? 0,
      probesSucceededCount: context?.probesSucceeded ?? 0,
      waitingCount: (rest?.bulkhead?.waitingCount ?? 0) + (rest?.probeWaiters?.size ?? 0),
      isQuarantined: this.isQuarantined,
    });
  }

  explain(): string {
    const { clock } = this.runtime;
    return explain({
      snapshot: this.snapshot(),
      options: this.options,
      latches: this.#circuit?.context.latches ?? [],
      budget: this.#circuit?.context.budget ?? 'ok',
      policyText: this.#policy?.describe(clock.monotonicMs()) ?? null,
      lastError: this.#rest?.lastError,
      nowMs: clock.nowMs(),
    });
  }

  /** Nothing is known of it that a new one would not know too. */
  get isPristine(): boolean {
    if (this.inFlightCount > 0 || this.consecutiveFailures > 0 || this.isQuarantined) return false;
    const counts = this.#policy?.counts(this.runtime.clock.monotonicMs());
    if (counts !== undefined && (counts.failures > 0 || counts.slow > 0)) return false;
    const circuit = this.#circuit;
    if (circuit === null) return true;
    return (
      circuit.state === 'closed' &&
      circuit.context.budget === 'ok' &&
      circuit.context.operatorEpoch === 0
    );
  }

  /** The board is closing: refuse from now on, and send away who waits. */
  shut(): void {
    this.#chooseLane();
    const rest = this.#rest;
    const refusal = (): unknown => this.#refuse('board_closed');
    rest?.probeWaiters?.rejectAll(refusal);
    rest?.bulkhead?.rejectAll(refusal);
  }

  /** Stops the actor and drops every deadline. */
  dispose(): void {
    const { deadlines } = this.runtime;
    const rest = this.#rest;
    deadlines.cancel(rest?.probeDeadline ?? null);
    deadlines.cancel(rest?.slowDeadline ?? null);
    this.#circuit?.stop();
  }

  get #restNow(): Rest {
    return (this.#rest ??= {
      bulkhead: null,
      probeWaiters: null,
      probesOutCount: 0,
      probeDeadline: null,
      slowDeadline: null,
      lastError: undefined,
    });
  }
}

/** What an idle breaker has no need of. */
interface Rest {
  bulkhead: Bulkhead | null;
  probeWaiters: WaitingList | null;
  probesOutCount: number;
  probeDeadline: Deadline | null;
  slowDeadline: Deadline | null;
  /** The error that tripped it last. */
  lastError: unknown;
}

const statusOf = (path: string): BreakerStatus => path.split('.')[0] as BreakerStatus;

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { then?: unknown }).then === 'function';

function identityOf(options: OperatorOptions | undefined): string {
  return textArgument('options.by', options?.by ?? 'unknown', IDENTITY_MAX);
}

function specFrom(first: unknown, second: unknown, third: CallOptions | undefined): CallSpec {
  if (typeof first === 'function') return specOf(null, second as CallOptions | undefined);
  if (typeof first !== 'object' || first === null) {
    throw invalidArgument('call(fn) or call(operation, fn)', 'given a function', first);
  }
  return specOf(first as Operation, third);
}

function functionFrom<T>(first: unknown, second: unknown): Protected<T> {
  const fn = typeof first === 'function' ? first : second;
  if (typeof fn !== 'function') throw invalidArgument('call(operation, fn)', 'given a function', fn);
  return fn as Protected<T>;
}
