/**
 * The actor of one breaker: brought to life when something can move it, supervised, and heard by
 * exactly one listener before anybody else. A crashed actor is rebuilt from the last state it was
 * in; one that keeps crashing is quarantined.
 */
import { createActor, type Actor, type SnapshotFrom, type Subscription } from 'xstate';

import { breakerMachine, type BreakerMachine } from '../machines/breaker.ts';
import {
  pristineContext,
  type BreakerContext,
  type BreakerEvent,
  type BreakerStateName,
} from '../machines/breaker-context.ts';
import { containObservers } from './contained-actor.ts';
import { errorNameOf } from './facts.ts';
import { gateOf, gateOfState, REFUSE, snapshotAt, stateNameOf, type Gate } from './gate.ts';
import type { BreakerActor, Runtime } from './runtime.ts';

/** Crashes within {@link CRASH_SPAN_MS} after which an actor is not rebuilt any more. */
const CRASHES_MAX = 5;
const CRASH_SPAN_MS = 60_000;

/** A state of the statechart, as everybody but XState handles it. */
export interface CircuitState {
  readonly state: BreakerStateName;
  readonly context: Readonly<BreakerContext>;
  /** Wall-clock milliseconds at which the state was entered. */
  readonly changedAtMs: number;
}

export interface CircuitHost {
  readonly name: string;
  readonly runtime: Runtime;
  /** The chart moved from `before`; `event` is what moved it, `external` where others sent it. */
  circuitChanged(before: CircuitState, event: BreakerEvent['type'] | 'external'): void;
  circuitQuarantined(): void;
  /** A callback of the user's threw. */
  report(callback: string, error: unknown): void;
}

export class Circuit implements CircuitState {
  state: BreakerStateName;
  context: Readonly<BreakerContext>;
  changedAtMs: number;
  isQuarantined = false;
  readonly #host: CircuitHost;
  #gate: Gate;
  #actor: Actor<BreakerMachine> | null = null;
  #subscription: Subscription | null = null;
  #snapshot: SnapshotFrom<BreakerMachine> | null = null;
  #sending: BreakerEvent['type'] | 'external' = 'external';
  #crashesMs: number[] = [];
  #isEnded = false;

  constructor(host: CircuitHost, initial?: CircuitState) {
    this.#host = host;
    this.state = initial?.state ?? 'closed';
    this.context = initial?.context ?? pristineContext;
    this.changedAtMs = initial?.changedAtMs ?? 0;
    this.#gate = gateOfState(this.state);
  }

  get gate(): Gate {
    return this.#gate;
  }

  /** The living actor. After a crash it is another one; in quarantine it is the crashed one. */
  get actor(): BreakerActor {
    return this.#actor ?? this.#hydrate();
  }

  get isHydrated(): boolean {
    return this.#actor !== null;
  }

  /** Sends an event. A quarantined breaker is moved by nothing, nor is one that has ended. */
  send(event: BreakerEvent): void {
    if (this.isQuarantined || this.#isEnded) return;
    const actor = this.actor;
    this.#sending = event.type;
    actor.send(event);
    this.#sending = 'external';
  }

  /** Ends the quarantine: the next event finds a fresh actor in the last good state. */
  release(): void {
    if (!this.isQuarantined) return;
    this.isQuarantined = false;
    this.#crashesMs = [];
    this.#forgetActor();
    this.#gate = gateOfState(this.state);
  }

  /** Stops the actor for good. */
  end(): void {
    this.#subscription?.unsubscribe();
    this.#actor?.stop();
    this.#isEnded = true;
  }

  #hydrate(): BreakerActor {
    const actor = createActor(breakerMachine, {
      id: this.#host.name,
      snapshot: snapshotAt(this.state, this.context),
      // XState would report errors to the console as well; the supervisor below reports them.
      logger: () => {},
    });
    this.#actor = actor;
    this.#subscription = actor.subscribe({
      next: (snapshot) => this.#follow(snapshot),
      error: (error) => this.#crashed(errorNameOf(error)),
      complete: () => this.#crashed('ActorStopped'),
    });
    containObservers(actor, (callback, error) => this.#host.report(callback, error));
    this.#host.runtime.watch(actor);
    actor.start();
    return actor;
  }

  #follow(snapshot: SnapshotFrom<BreakerMachine>): void {
    if (this.#snapshot === snapshot) return;
    const isFirst = this.#snapshot === null;
    this.#snapshot = snapshot;
    if (isFirst || snapshot.status !== 'active') return;
    const before: CircuitState = {
      state: this.state,
      context: this.context,
      changedAtMs: this.changedAtMs,
    };
    this.state = stateNameOf(snapshot.value);
    this.context = snapshot.context;
    this.#gate = gateOf(snapshot);
    if (before.state !== this.state || before.context.generation !== this.context.generation) {
      this.changedAtMs = this.#host.runtime.clock.nowMs();
    }
    // An observer of the actor may send events of its own before this one's sender goes on.
    const event = this.#sending;
    this.#sending = 'external';
    this.#host.circuitChanged(before, event);
  }

  /** The actor died, or somebody who holds it stopped it. */
  #crashed(errorName: string): void {
    const { runtime, name } = this.#host;
    const nowMs = runtime.clock.monotonicMs();
    this.#crashesMs = [...this.#crashesMs, nowMs].filter((ms) => ms > nowMs - CRASH_SPAN_MS);
    const crashCount = this.#crashesMs.length;
    if (crashCount > CRASHES_MAX) {
      this.isQuarantined = true;
      this.#gate = REFUSE;
      this.#host.circuitQuarantined();
      return;
    }
    // The next reader of `.actor` and the next event find a new one in the last good state.
    this.#forgetActor();
    runtime.publish({ type: 'actor.rebuilt', breaker: name, crashCount, errorName });
  }

  #forgetActor(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    this.#actor = null;
    this.#snapshot = null;
  }
}
