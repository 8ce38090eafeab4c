/**
 * What others attach to a breaker's actor must not hurt the breaker: XState raises what a
 * subscriber throws as an uncaught exception, and lets what an inspector throws fall out of
 * `send`, with the event half processed.
 */
import type { Actor, InspectionEvent, Observer, SnapshotFrom } from 'xstate';

import type { BreakerMachine } from '../machines/breaker.ts';

type Snapshot = SnapshotFrom<BreakerMachine>;
type Subscribe = Actor<BreakerMachine>['subscribe'];

/** From now on `onThrow` hears what observers of the actor throw. */
export function containObservers(
  actor: Actor<BreakerMachine>,
  onThrow: (callback: string, error: unknown) => void,
): void {
  const contained = <T>(callback: string, observer: Partial<Observer<T>>): Observer<T> => {
    const attempt = (run: () => void): void => {
      try {
        run();
      } catch (error) {
        onThrow(callback, error);
      }
    };
    return {
      next: (value) => attempt(() => observer.next?.(value)),
      error: (error) => attempt(() => observer.error?.(error)),
      complete: () => attempt(() => observer.complete?.()),
    };
  };

  const subscribe: Subscribe = actor.subscribe.bind(actor);
  const subscribeContained = (
    observer: Partial<Observer<Snapshot>> | ((snapshot: Snapshot) => void) | undefined,
    error?: (error: unknown) => void,
    complete?: () => void,
  ): ReturnType<Subscribe> => {
    const whole =
      typeof observer === 'object'
        ? observer
        : {
            ...(observer === undefined ? {} : { next: observer }),
            ...(error === undefined ? {} : { error }),
            ...(complete === undefined ? {} : { complete }),
          };
    return subscribe(contained('actor.subscribe', whole));
  };
  actor.subscribe = subscribeContained as Subscribe;

  const { system } = actor;
  const inspect = system.inspect;
  system.inspect = (observer) =>
    inspect(
      contained<InspectionEvent>(
        'actor.system.inspect',
        typeof observer === 'function' ? { next: observer } : observer,
      ),
    );
}
