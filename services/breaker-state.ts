/**
 * What one breaker knows. The fields that every call touches are kept in this one object;
 * everything else is made when it is first needed, so an idle breaker is little more than its name.
 */
import { pristineContext, type BreakerEvent } from '../machines/breaker-context.ts';
import { newsFor, UNSEEN, type Gated } from './board-gate.ts';
import { Bulkhead } from './bulkhead.ts';
import { Circuit, type CircuitHost, type CircuitState } from './circuit.ts';
import type { Deadline } from './deadlines.ts';
import { errorNameOf } from './facts.ts';
import { ADMIT, type Gate } from './gate.ts';
import type { BreakerOptions, ResolvedOptions } from './options.ts';
import { RunningCalls } from './running-calls.ts';
import type { Runtime } from './runtime.ts';
import { createTripPolicy, type TripPolicy } from './trip-policy.ts';
import { WaitingList } from './waiting-list.ts';

/** Which way a plain `call(fn)` goes. */
export const LANE_GENERAL = 0;
/** Admit, count consecutive failures, nothing else. */
export const LANE_PLAIN = 1;
/** Admit, measure, count in a window. */
export const LANE_TIMED = 2;
/** The first call: it is noted that there was one, and the lane becomes one of the two above. */
export const LANE_FIRST = 3;

/** What an idle breaker has no need of. */
export interface Rest {
  bulkhead: Bulkhead | null;
  /** Callers that wait for the verdict of a probe. */
  probeWaiters: WaitingList | null;
  /** Calls between two attempts. */
  pauses: WaitingList | null;
  probesOutCount: number;
  /** When the next probe is due. */
  probeDeadline: Deadline | null;
  /** When the oldest running call becomes a slow one. */
  slowDeadline: Deadline | null;
  /** The error that tripped it last. */
  lastError: unknown;
}

export abstract class BreakerState implements CircuitHost, Gated {
  readonly name: string;
  readonly runtime: Runtime;
  /** The options it was made with; `options` are those in force. */
  readonly madeWith: BreakerOptions;
  options: ResolvedOptions;
  generation: number;
  inFlightCount = 0;
  consecutiveFailures = 0;
  gate: Gate = ADMIT;
  lane = LANE_GENERAL;
  /** Whether anybody has called through it since it was made. */
  isUsed = false;
  /** The version of the board's gate that its chart agrees with. */
  seenVersion: number;
  /** Null for consecutive failures, which are counted here. */
  policy: TripPolicy | null = null;
  /** Null unless slow calls are to be noticed. */
  running: RunningCalls | null = null;
  /** Null while nothing has happened that the statechart would need to know. */
  circuit: Circuit | null = null;
  rest: Rest | null = null;

  constructor(name: string, options: ResolvedOptions, runtime: Runtime, restored?: CircuitState) {
    this.name = name;
    this.runtime = runtime;
    this.madeWith = options.given;
    this.options = options;
    this.generation = restored?.context.generation ?? 0;
    const { isQuiet, version } = runtime.boardGate;
    this.seenVersion = isQuiet && restored === undefined ? version : UNSEEN;
    if (restored !== undefined) this.circuit = new Circuit(this, restored);
    this.applyOptions(options);
  }

  abstract circuitChanged(before: CircuitState, event: BreakerEvent['type'] | 'external'): void;
  abstract circuitQuarantined(): void;
  abstract sendAway(): void;

  get restNow(): Rest {
    return (this.rest ??= {
      bulkhead: null,
      probeWaiters: null,
      pauses: null,
      probesOutCount: 0,
      probeDeadline: null,
      slowDeadline: null,
      lastError: undefined,
    });
  }

  /** The circuit, brought to life if need be. */
  get circuitNow(): Circuit {
    return (this.circuit ??= new Circuit(this));
  }

  /** Where callers wait for the verdict of a probe. */
  get probeWaiters(): WaitingList {
    const { clock, deadlines } = this.runtime;
    return (this.restNow.probeWaiters ??= new WaitingList(clock, deadlines));
  }

  /** Where calls wait between two attempts. */
  get pauses(): WaitingList {
    const { clock, deadlines } = this.runtime;
    return (this.restNow.pauses ??= new WaitingList(clock, deadlines));
  }

  /** Null where calls need no place: without the option, and in mode `off`. */
  get bulkhead(): Bulkhead | null {
    return this.options.mode === 'off' ? null : (this.rest?.bulkhead ?? null);
  }

  get isQuarantined(): boolean {
    return this.circuit?.isQuarantined ?? false;
  }

  get isHydrated(): boolean {
    return this.circuit?.isHydrated ?? false;
  }

  send(event: BreakerEvent): void {
    this.circuitNow.send(event);
  }

  /** True when the board's gate has changed and its chart has not heard of it. */
  get isBehind(): boolean {
    return this.seenVersion !== this.runtime.boardGate.version;
  }

  /** Tells the chart what the board has come to; one that sleeps sleeps on if that is nothing. */
  catchUp(): void {
    const { boardGate, clock, isClosed } = this.runtime;
    // In quarantine nothing moves it: it catches up when that ends.
    if (!this.isBehind || isClosed || this.isQuarantined) return;
    this.seenVersion = boardGate.version;
    const context = this.circuit?.context ?? pristineContext;
    for (const event of newsFor(boardGate, this, context, clock.nowMs())) this.send(event);
    this.chooseLane();
  }

  catchUpAwake(): void {
    if (this.circuit !== null) this.catchUp();
  }

  unsee(): void {
    this.seenVersion = UNSEEN;
    this.chooseLane();
  }

  /** Notes that there was a call, so that the next ones take their lane at once. */
  use(): void {
    if (this.isUsed) return;
    this.isUsed = true;
    if (this.lane === LANE_FIRST) this.chooseLane();
  }

  /** A callback of the user's threw: said, and decided without it. */
  readonly report = (callback: string, error: unknown): void => {
    const { name, runtime } = this;
    const errorName = errorNameOf(error);
    runtime.publish({ type: 'callback.failed', breaker: name, callback, errorName });
  };

  /** A call has ended, however. */
  left(): void {
    if (--this.inFlightCount === 0 && this.runtime.onIdle !== null) this.runtime.onIdle();
  }

  forgetCounts(): void {
    this.consecutiveFailures = 0;
    this.policy?.reset();
    // Where a running call was counted as slow, there is nothing any more.
    this.running?.forgetPlaces();
  }

  /** Policy, bulkhead and lane from the options; what is being counted is kept. */
  applyOptions(options: ResolvedOptions): void {
    const { policy, runtime } = this;
    const { trip, bulkhead } = options;
    const nowMs = trip.policy === 'consecutive' ? 0 : runtime.clock.monotonicMs();
    // First, because a policy of the user's own may not come to be: then nothing has changed.
    this.policy = createTripPolicy(trip, this.report, nowMs, policy);
    this.options = options;
    if (this.policy !== policy) this.running?.forgetPlaces();
    if (options.slowCallMs === null) this.running = null;
    else this.running ??= new RunningCalls();
    if (bulkhead !== null) {
      const { clock, deadlines } = runtime;
      const rest = this.restNow;
      rest.bulkhead ??= new Bulkhead(bulkhead, new WaitingList(clock, deadlines));
      rest.bulkhead.configure(bulkhead);
    } else if (this.rest !== null) this.rest.bulkhead = null;
    this.chooseLane();
  }

  chooseLane(): void {
    const { isBare, trip } = this.options;
    const { boardGate, isClosed } = this.runtime;
    const mayRefuse = this.gate !== ADMIT || isClosed || boardGate.emergency !== null;
    if (mayRefuse || !isBare || this.isBehind) this.lane = LANE_GENERAL;
    else if (!this.isUsed) this.lane = LANE_FIRST;
    else this.lane = trip.policy === 'consecutive' ? LANE_PLAIN : LANE_TIMED;
  }
}
