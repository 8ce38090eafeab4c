/**
 * The world in which a model's steps are taken: actions do nothing in it but leave their timers,
 * and the transitions taken are noted.
 */
import {
  createActor,
  createEmptyActor,
  fromTransition,
  type AnyStateMachine,
  type EventObject,
} from 'xstate';

import { stateNodes, transitionId } from '../../machines/transitions.ts';

/** What XState wants to know of the actor that takes a step. */
export type StepScope = Parameters<AnyStateMachine['transition']>[2];

/** A delayed event on its way. */
export interface PendingTimer {
  readonly id: string;
  readonly event: EventObject;
  /** Milliseconds until it arrives. */
  readonly inMs: number;
}

/** What one step left behind. */
export interface Notes {
  readonly transitions: string[];
  readonly events: EventObject[];
  readonly timers: PendingTimer[];
  /** Events that the machine sent to itself. */
  readonly mail: EventObject[];
}

/**
 * Makes worlds in which actions do nothing but leave their timers, and transitions are noted.
 * Machines without actors share one; actors may have system ids, of which a world has each once.
 */
export function scopes(machine: AnyStateMachine): (notes: Notes) => StepScope {
  const hasActors =
    Object.keys(machine.implementations.actors).length > 0 ||
    stateNodes(machine.root).some((node) => node.invoke.length > 0);
  let world: World | undefined;
  return (notes) => {
    if (world === undefined || hasActors) world = createWorld();
    world.notes = notes;
    return world.scope;
  };
}

interface DelayedParams {
  readonly event: EventObject;
  readonly id?: string;
  readonly delay?: number;
  readonly to?: unknown;
  readonly sendId?: string;
}

interface World {
  notes: Notes;
  readonly scope: StepScope;
}

function createWorld(): World {
  const self = createActor(
    fromTransition(() => undefined, undefined),
    { parent: createEmptyActor() },
  );
  self.system.inspect((inspected) => {
    if (inspected.type !== '@xstate.microstep' || inspected.actorRef !== self) return;
    world.notes.events.push(inspected.event);
    world.notes.transitions.push(...inspected._transitions.map(transitionId));
  });
  const world: World = {
    notes: { transitions: [], events: [], timers: [], mail: [] },
    scope: {
      self: self as unknown as StepScope['self'],
      id: 'model',
      sessionId: 'model',
      system: self.system,
      logger: () => {},
      defer: () => {},
      emit: () => {},
      stopChild: () => {},
      actionExecutor: ({ type, params }) => {
        noteAction(world.notes, type, (params ?? {}) as DelayedParams, self);
      },
    },
  };
  return world;
}

function noteAction(notes: Notes, type: string, params: DelayedParams, self: unknown): void {
  const { timers } = notes;
  if (type === 'xstate.cancel') {
    const index = timers.findLastIndex((timer) => timer.id === params.sendId);
    if (index >= 0) timers.splice(index, 1);
  } else if (type === 'xstate.raise' || (type === 'xstate.sendTo' && params.to === self)) {
    const { event, delay, id = 'unnamed' } = params;
    if (delay !== undefined) timers.push({ id, event, inMs: delay > 0 ? delay : 0 });
    else if (type === 'xstate.sendTo') notes.mail.push(event);
  }
}
