/**
 * A machine as a pure model with time: a state is a snapshot and the timers that run in it, and
 * time passes by asking for it. So two delays in one state are never taken in an order that no
 * clock allows, and a timer that outlives its cause is seen. Nothing is executed: no action,
 * no invoked actor; `assign`, `raise` and `always` are applied.
 */
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import { bounded } from './check-machine.ts';
import { scopes, type Notes, type PendingTimer, type StepScope } from './model-world.ts';

/** Where a model stands, and how it came there. */
export interface ModelState {
  readonly snapshot: AnyMachineSnapshot;
  /** In the order in which they were started. */
  readonly timers: readonly PendingTimer[];
  /** Ids of the configured transitions taken to get here from the state before. */
  readonly transitions: readonly string[];
  /** The events that got it here, raised and delayed ones included. */
  readonly events: readonly EventObject[];
}

export interface MachineModel {
  initial(): ModelState;
  send(state: ModelState, event: EventObject): ModelState;
  /** Lets time pass: every timer due within `ms` fires, at its own instant. */
  elapse(state: ModelState, ms: number): ModelState;
}

/** Timers of no length that start each other may do so this often before it counts as endless. */
const FIRINGS_MAX = 10_000;

export function createMachineModel(original: AnyStateMachine, input: unknown): MachineModel {
  const machine = bounded(original);
  const scopeFor = scopes(machine);
  const send = (state: ModelState, event: EventObject): ModelState =>
    pureStep(state.timers, [event], (next, scope) =>
      next === undefined ? state.snapshot : machine.transition(state.snapshot, next, scope),
    );

  return {
    initial: () => pureStep([], [], (_, scope) => machine.getInitialSnapshot(scope, input)),
    send,
    elapse(state, ms) {
      let now: ModelState = { ...state, transitions: [], events: [] };
      let leftMs = ms;
      for (let firings = 0; ; firings += 1) {
        const next = nextTimer(now);
        if (next === undefined || next.inMs > leftMs) return pass(now, leftMs);
        if (firings === FIRINGS_MAX) throw endless(machine, ms);
        leftMs -= next.inMs;
        const waited = pass(now, next.inMs);
        const timers = waited.timers.toSpliced(now.timers.indexOf(next), 1);
        const fired = send({ ...waited, timers }, next.event);
        now = {
          ...fired,
          transitions: [...now.transitions, ...fired.transitions],
          events: [...now.events, ...fired.events],
        };
      }
    },
  };

  /** One macrostep, and one more for each event the machine sends to itself in it. */
  function pureStep(
    timers: readonly PendingTimer[],
    mail: readonly EventObject[],
    step: (event: EventObject | undefined, scope: StepScope) => AnyMachineSnapshot,
  ): ModelState {
    const notes: Notes = { transitions: [], events: [], timers: [...timers], mail: [...mail] };
    const scope = scopeFor(notes);
    let snapshot = step(notes.mail.shift(), scope);
    for (let event = notes.mail.shift(); event !== undefined; event = notes.mail.shift()) {
      if (snapshot.status !== 'active') break;
      snapshot = machine.transition(snapshot, event, scope);
    }
    const { transitions, events } = notes;
    return { snapshot, transitions, events, timers: isActive(snapshot) ? notes.timers : [] };
  }
}

const isActive = (snapshot: AnyMachineSnapshot): boolean => snapshot.status === 'active';

/** The timer that fires next: the earliest, of equals the one started first. */
export function nextTimer(state: ModelState): PendingTimer | undefined {
  return state.timers.reduce<PendingTimer | undefined>(
    (first, timer) => (first === undefined || timer.inMs < first.inMs ? timer : first),
    undefined,
  );
}

const pass = (state: ModelState, ms: number): ModelState =>
  ms === 0
    ? state
    : { ...state, timers: state.timers.map((timer) => ({ ...timer, inMs: timer.inMs - ms })) };

const endless = (machine: AnyStateMachine, ms: number): FuseboardError =>
  new FuseboardError(
    'invalid_machine',
    `The machine '${machine.id}' fires ${FIRINGS_MAX} delayed events within ${ms} ms.`,
    { hint: 'Delays of 0 that start each other never end; give one of them a length.' },
  );
