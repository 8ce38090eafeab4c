/** XState inspection for present and future actors: nothing is attached while nobody watches. */
import type { InspectionEvent, Observer, Subscription } from 'xstate';

import { invalidArgument } from './check.ts';
import type { BreakerActor } from './runtime.ts';

export type InspectionObserver =
  Partial<Observer<InspectionEvent>> | ((e: InspectionEvent) => void);

export interface Inspection {
  /** Attaches every observer to an actor that has not started yet. */
  watch(actor: BreakerActor): void;
  /** @throws FuseboardError invalid_argument */
  add(observer: InspectionObserver): { unsubscribe(): void };
}

export interface InspectionOptions {
  /** The actors that live now. Nothing here holds them: an unused one can be forgotten. */
  readonly actors: () => Iterable<BreakerActor>;
  readonly onThrow: (error: unknown) => void;
}

/** One observer, and what it is attached to. */
interface Watcher {
  readonly next: (event: InspectionEvent) => void;
  readonly subscriptions: WeakMap<BreakerActor, Subscription>;
}

export function createInspection({ actors, onThrow }: InspectionOptions): Inspection {
  const watchers = new Set<Watcher>();

  const attach = ({ next, subscriptions }: Watcher, actor: BreakerActor): void => {
    // The system announced the actor before anybody could listen: say it again.
    next({ type: '@xstate.actor', actorRef: actor, rootId: actor.sessionId });
    subscriptions.set(actor, actor.system.inspect(next));
  };

  return {
    watch(actor) {
      for (const watcher of watchers) attach(watcher, actor);
    },
    add(observer) {
      const contained = containedNext(observer, onThrow);
      const watcher: Watcher = {
        next: (event) => {
          if (watchers.has(watcher)) contained(event);
        },
        subscriptions: new WeakMap(),
      };
      watchers.add(watcher);
      for (const actor of actors()) attach(watcher, actor);
      return {
        unsubscribe() {
          if (!watchers.delete(watcher)) return;
          for (const actor of actors()) watcher.subscriptions.get(actor)?.unsubscribe();
        },
      };
    },
  };
}

function containedNext(
  observer: InspectionObserver,
  onThrow: (error: unknown) => void,
): (event: InspectionEvent) => void {
  const isObject = typeof observer === 'object' && observer !== null;
  if (!isObject && typeof observer !== 'function') {
    throw invalidArgument('inspectActors(observer)', 'a function or an observer', observer);
  }
  return (event) => {
    try {
      if (typeof observer === 'function') observer(event);
      else observer.next?.(event);
    } catch (error) {
      onThrow(error);
    }
  };
}
