/**
 * A machine as a living XState actor on a virtual clock: the system under test of paths that were
 * generated from a machine, run with its real actions. Actors that it invokes or spawns stand
 * still, so that the test says how they end; ask for the real ones with `actors: 'real'`.
 */
import {
  createActor,
  createMachine,
  fromCallback,
  type Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
  type EventFromLogic,
  type EventObject,
  type InputFrom,
} from 'xstate';

import { bounded, checkMachine } from './check-machine.ts';
import { nameOf, transitionId } from '../../machines/transitions.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { TransitionCoverage } from './transition-coverage.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface ActorUnderTestOptions<TMachine extends AnyStateMachine = AnyStateMachine> {
  readonly input?: InputFrom<TMachine> | undefined;
  /** @default a new one */
  readonly clock?: VirtualClock;
  /** Told which transitions the actor takes. */
  readonly coverage?: TransitionCoverage;
  /**
   * Actors that the machine invokes or spawns by name: standing still, or the real ones. @default
   * 'inert'
   */
  readonly actors?: 'inert' | 'real';
}

export interface ActorUnderTest<
  TMachine extends AnyStateMachine = AnyStateMachine,
> extends SystemUnderTest {
  readonly actor: Actor<TMachine>;
  readonly clock: VirtualClock;
  /** Sends an event and answers with the name of the state that follows. */
  send(event: EventFromLogic<TMachine> | EventObject): Promise<string>;
  /** Lets milliseconds pass and answers with the name of the state that follows. */
  wait(ms: number): Promise<string>;
  /** Name of the state: `open.cooling`. @throws what the actor died of */
  state(): string;
  taken(): readonly string[];
  dispose(): void;
}

/** Starts a machine as an actor. @throws FuseboardError invalid_machine */
export function actorUnderTest<TMachine extends AnyStateMachine>(
  machine: TMachine,
  options: ActorUnderTestOptions<TMachine> = {},
): ActorUnderTest<TMachine> {
  checkMachine(machine);
  const { clock = new VirtualClock(), coverage, input } = options;
  const logic = bounded(options.actors === 'real' ? machine : withInertActors(machine));
  let taken: string[] = [];

  const parent = createActor(parentOf(logic), {
    clock,
    input,
    inspect: (inspected) => {
      if (inspected.type !== '@xstate.microstep') return;
      if ((inspected.actorRef as AnyActorRef).id !== ACTOR_ID) return;
      const ids = inspected._transitions.map(transitionId);
      taken.push(...ids);
      coverage?.record(ids);
    },
  });
  const actor = parent.getSnapshot().context.child as Actor<AnyStateMachine>;
  // With an observer an error is ours to report, in `state()`.
  actor.subscribe({ error: () => {} });
  parent.start();

  const state = (): string => {
    const snapshot = actor.getSnapshot();
    if (snapshot.status === 'error') throw snapshot.error;
    return nameOf(snapshot);
  };
  const send = async (event: EventObject): Promise<string> => {
    actor.send(event);
    await clock.settle();
    return state();
  };
  return {
    actor: actor as unknown as Actor<TMachine>,
    clock,
    events: { '*': (event) => send(event) },
    state,
    send,
    async wait(ms) {
      await clock.advanceAsync(ms);
      return state();
    },
    taken() {
      const ids = taken;
      taken = [];
      return ids;
    },
    dispose: () => void parent.stop(),
  };
}

const ACTOR_ID = 'under-test';

/** A parent, so that a machine meant as a child has one to send to. It survives the child. */
const parentOf = (logic: AnyActorLogic) =>
  createMachine({
    types: {} as { context: { child: AnyActorRef }; input: unknown },
    context: ({ spawn, input }) => ({ child: spawn(logic, { id: ACTOR_ID, input }) }),
    on: { '*': {} },
  });

const inert: AnyActorLogic = fromCallback(() => {});

/** The same machine with every actor it names, or has inline, standing still. */
function withInertActors(machine: AnyStateMachine): AnyStateMachine {
  const named = new Map(Object.keys(machine.implementations.actors).map((name) => [name, inert]));
  const config = silenceInvokes(machine.config as StateConfig, named);
  if (named.size === 0) return machine;
  const { actions, guards, delays } = machine.implementations;
  const silent = createMachine(config as never) as unknown as AnyStateMachine;
  return silent.provide({ actions, guards, delays, actors: Object.fromEntries(named) });
}

interface StateConfig {
  readonly invoke?: unknown;
  readonly states?: Readonly<Record<string, StateConfig>> | undefined;
}

/** Gives inline actors a name, because only a named one can be replaced. */
function silenceInvokes(config: StateConfig, named: Map<string, AnyActorLogic>): StateConfig {
  const { invoke = [], states = {} } = config;
  const invokes = (Array.isArray(invoke) ? invoke : [invoke]) as readonly { src: unknown }[];
  const silent = invokes.map((one) => {
    const name = typeof one.src === 'string' ? one.src : `inline actor ${named.size}`;
    named.set(name, inert);
    return { ...one, src: name };
  });
  const inner = Object.entries(states).map(
    ([key, state]) => [key, silenceInvokes(state, named)] as const,
  );
  return {
    ...config,
    ...(silent.length > 0 ? { invoke: silent } : {}),
    ...(inner.length > 0 ? { states: Object.fromEntries(inner) } : {}),
  };
}
