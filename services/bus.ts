/**
 * The outward end of the bus: facts go into a bounded queue and are delivered in order, in
 * batches, after the turn of the call that caused them. A subscriber that throws is contained, one
 * that takes long is reported, and when nobody listens no fact is made.
 */
import { Observable, type Observer, type Subscriber, type Subscription } from 'rxjs';

import type { Clock } from './clock.ts';
import { errorNameOf, FACT_VERSION, type Fact, type FactBody } from './facts.ts';

/** Facts that may wait for delivery; beyond them the newest are dropped and counted. */
const PENDING_MAX = 10_000;
/** A subscriber that keeps one batch longer than this is reported. */
const SLOW_SUBSCRIBER_MS = 50;
/** Batches that closing still delivers: subscribers may cause facts, and their failures do. */
const LAST_BATCHES_MAX = 10;

type Guard = <T>(next: (value: T) => void) => (value: T) => void;

/**
 * An Observable whose subscribers cannot hurt anybody: what they throw is handed to the guard.
 * `lift` is how RxJS 7 operators derive one stream from another, so piped streams are guarded too.
 */
class GuardedObservable<T> extends Observable<T> {
  #guard: Guard | undefined;

  static of<T>(
    guard: Guard,
    connect: (subscriber: Subscriber<T>) => () => void,
  ): GuardedObservable<T> {
    const stream = new GuardedObservable<T>(connect);
    stream.#guard = guard;
    return stream;
  }

  override lift<R>(operator?: Parameters<Observable<T>['lift']>[0]): Observable<R> {
    const lifted = new GuardedObservable<R>();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- operators use it
    lifted.source = this;
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
    lifted.operator = operator as never;
    lifted.#guard = this.#guard;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    const guard = this.#guard;
    if (guard === undefined || isSubscriber(observerOrNext)) {
      return super.subscribe(observerOrNext as Partial<Observer<T>>);
    }
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'object' && observerOrNext !== null
        ? observerOrNext
        : {
            ...(observerOrNext ? { next: observerOrNext } : {}),
            ...(error ? { error } : {}),
            ...(complete ? { complete } : {}),
          };
    return super.subscribe({
      next: guard((value: T) => observer.next?.(value)),
      // Operators end a stream with what their callbacks throw; unheard, RxJS would raise it.
      error: guard((problem: unknown) => {
        if (observer.error === undefined) throw problem;
        observer.error(problem);
      }),
      complete: () => guard<void>(() => observer.complete?.())(),
    });
  }
}

/** RxJS's own subscribers, which operators pass up the chain, must keep their identity. */
const isSubscriber = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'isStopped' in value && 'unsubscribe' in value;

export interface Bus {
  readonly facts$: Observable<Fact>;
  /** True while somebody listens: ask before making a fact. */
  readonly isObserved: boolean;
  /** Facts dropped so far. */
  readonly droppedCount: number;
  /** Queues a fact. Does nothing when nobody listens. */
  publish(body: FactBody): void;
  /** Delivers what is queued, now. */
  flush(): void;
  /** Delivers what is queued and completes `facts$`. */
  close(): void;
}

export function createBus(clock: Clock, onObserved: (isObserved: boolean) => void): Bus {
  const listeners = new Set<Subscriber<Fact>>();
  let queue: Fact[] = [];
  let seq = 0;
  let droppedCount = 0;
  let droppedEver = 0;
  let isScheduled = false;
  let isClosed = false;
  let isDelivering = false;
  let current: Fact | null = null;
  let busyMs = 0;
  let failure: string | undefined;

  const push = (body: FactBody): void => {
    const stamp = { v: FACT_VERSION, seq: seq++, atMs: clock.nowMs() } as const;
    // Every subscriber gets the same object, so none may change it.
    queue.push(Object.freeze(Object.assign(stamp, body)));
  };

  const schedule = (): void => {
    if (isScheduled || isDelivering || queue.length === 0) return;
    isScheduled = true;
    clock.defer(flush);
  };

  const publish = (body: FactBody): void => {
    if (listeners.size === 0 || isClosed) return;
    if (queue.length >= PENDING_MAX) {
      droppedCount++;
      droppedEver++;
      seq++;
      return;
    }
    push(body);
    schedule();
  };

  const flush = (): void => {
    isScheduled = false;
    if (isDelivering) return;
    isDelivering = true;
    try {
      // Facts published while delivering go to the next batch, so the order is everybody's.
      const batch = queue;
      queue = [];
      for (const fact of batch) {
        current = fact;
        for (const listener of [...listeners]) listener.next(fact);
      }
      current = null;
      report();
    } finally {
      isDelivering = false;
    }
    schedule();
  };

  /** What went wrong with a batch: at most three facts, which no bound holds back. */
  const report = (): void => {
    if (droppedCount > 0) push({ type: 'facts.dropped', count: droppedCount });
    if (busyMs > SLOW_SUBSCRIBER_MS) push({ type: 'subscriber.slow', busyMs });
    if (failure !== undefined) push({ type: 'subscriber.failed', errorName: failure });
    droppedCount = 0;
    busyMs = 0;
    failure = undefined;
  };

  /** A subscriber that fails at every fact must not feed itself with reports of that. */
  const isReported = (): boolean =>
    current?.type === 'subscriber.failed' || current?.type === 'subscriber.slow';

  const guard: Guard = (next) => (value) => {
    const startMs = clock.monotonicMs();
    try {
      next(value);
    } catch (error) {
      if (!isReported()) failure = errorNameOf(error);
    }
    if (!isReported()) busyMs += clock.monotonicMs() - startMs;
  };

  const facts$ = GuardedObservable.of<Fact>(guard, (listener) => {
    if (isClosed) {
      listener.complete();
      return () => {};
    }
    listeners.add(listener);
    if (listeners.size === 1) onObserved(true);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) onObserved(false);
    };
  });

  return {
    facts$,
    get isObserved() {
      return listeners.size > 0;
    },
    get droppedCount() {
      return droppedEver;
    },
    publish,
    flush,
    close() {
      // Reports on the last batches are facts too; a subscriber that keeps causing more is left.
      for (let batch = 0; queue.length > 0 && batch < LAST_BATCHES_MAX; batch++) flush();
      isClosed = true;
      for (const listener of [...listeners]) listener.complete();
    },
  };
}
