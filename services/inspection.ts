/** XState inspection for present and future actors: nothing is attached while nobody watches. */
import type { InspectionEvent, Observer, Subscription } from 'xstate';

import type { BreakerActor } from './runtime.ts';

export type InspectionObserver =
  Partial<Observer<InspectionEvent>> | ((e: InspectionEvent) => void);

export interface Inspection {
  /** Attaches every observer to an actor that has not started yet. */
  watch(actor: BreakerActor): void;
  add(observer: InspectionObserver, actors: Iterable<BreakerActor>): { unsubscribe(): void };
}

export function createInspection(onThrow: (error: unknown) => void): Inspection {
  const observers = new Map<(event: InspectionEvent) => void, Set<Subscription>>();

  const attach = (
    next: (event: InspectionEvent) => void,
    subscriptions: Set<Subscription>,
    actor: BreakerActor,
  ): void => {
    // The system announced the actor before anybody could listen: say it again.
    next({ type: '@xstate.actor', actorRef: actor, rootId: actor.sessionId });
    subscriptions.add(actor.system.inspect(next));
  };

  return {
    watch(actor) {
      for (const [next, subscriptions] of observers) attach(next, subscriptions, actor);
    },
    add(observer, actors) {
      const inner = typeof observer === 'function' ? observer : observer.next?.bind(observer);
      const next = (event: InspectionEvent): void => {
        try {
          inner?.(event);
        } catch (error) {
          onThrow(error);
        }
      };
      const subscriptions = new Set<Subscription>();
      observers.set(next, subscriptions);
      for (const actor of actors) attach(next, subscriptions, actor);
      return {
        unsubscribe() {
          observers.delete(next);
          for (const subscription of subscriptions) subscription.unsubscribe();
          subscriptions.clear();
        },
      };
    },
  };
}
