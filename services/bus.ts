/**
 * The outward end of the bus: facts go into a bounded queue and are delivered in order, in
 * batches, after the turn of the call that caused them. A subscriber that throws is contained, one
 * that takes long is reported, and when nobody listens no fact is made.
 *
 * A tap hears each fact in the turn that caused it, before it is stamped and queued. A batch costs
 * the process a turn of its event loop, which is more than all the facts in it; where only taps
 * listen there is no batch and no queue. A tap must be quick, and neither keep nor change what it
 * hears.
 */
import { Observable, type Observer, type Subscriber, type Subscription } from 'rxjs';

import type { Clock } from './clock.ts';
import { errorNameOf, FACT_VERSION, type Fact, type FactBody } from './facts.ts';

/** Facts that may wait for delivery; beyond them the newest are dropped and counted. */
const PENDING_MAX = 10_000;
/** Subscribers that keep one batch longer than this are reported. */
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

/** A subscriber that fails at every fact, or is slow, must not feed itself with reports of that. */
const isReport = ({ type }: Fact): boolean =>
  type === 'subscriber.failed' || type === 'subscriber.slow';

/** RxJS's own subscribers, which operators pass up the chain, must keep their identity. */
const isSubscriber = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'isStopped' in value && 'unsubscribe' in value;

export interface Bus {
  readonly facts$: Observable<Fact>;
  /** Facts dropped so far. */
  readonly droppedCount: number;
  /**
   * Queues a fact, into which it makes the object that it is given. Does nothing when nobody
   * listens.
   */
  publish(body: FactBody): void;
  /** Hears facts as they are published, until the function that it returns is called. */
  tapFacts(hear: (fact: FactBody) => void): () => void;
  /** Delivers what is queued, now. */
  flush(): void;
  /** Delivers what is queued and completes `facts$`. */
  close(): void;
}

export function createBus(clock: Clock, onObserved: (isObserved: boolean) => void): Bus {
  // Copied when they change, not for every fact: who comes or goes during a batch changes nothing
  // about the fact that is being delivered.
  let subscribers: readonly Subscriber<Fact>[] = [];
  let taps: readonly ((fact: FactBody) => void)[] = [];
  let queue: Fact[] = [];
  let seq = 0;
  let droppedCount = 0;
  let droppedEver = 0;
  let isScheduled = false;
  let isClosed = false;
  let isDelivering = false;
  let isReporting = false;
  let failure: string | undefined;

  const isObserved = (): boolean => subscribers.length > 0 || taps.length > 0;

  const push = (body: FactBody): void => {
    const fact = body as FactBody & { v: typeof FACT_VERSION; seq: number; atMs: number };
    fact.v = FACT_VERSION;
    fact.seq = seq++;
    fact.atMs = clock.nowMs();
    // Everybody gets the same object, so none may change it.
    Object.freeze(fact);
    queue.push(fact);
  };

  const schedule = (): void => {
    if (isScheduled || isDelivering || queue.length === 0) return;
    isScheduled = true;
    clock.defer(flush);
  };

  const publish = (body: FactBody): void => {
    if (!isObserved() || isClosed) return;
    for (const tap of taps) tap(body);
    if (subscribers.length === 0) return;
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
      let startMs = clock.monotonicMs();
      for (const fact of batch) {
        isReporting = isReport(fact);
        const beforeMs = isReporting ? clock.monotonicMs() : 0;
        for (const subscriber of subscribers) subscriber.next(fact);
        if (isReporting) startMs += clock.monotonicMs() - beforeMs;
      }
      isReporting = false;
      report(clock.monotonicMs() - startMs);
    } finally {
      isDelivering = false;
    }
    schedule();
  };

  /** What went wrong with a batch: at most three facts, which no bound holds back. */
  const report = (busyMs: number): void => {
    const add = (body: FactBody): void => {
      for (const tap of taps) tap(body);
      push(body);
    };
    if (droppedCount > 0) add({ type: 'facts.dropped', count: droppedCount });
    if (busyMs > SLOW_SUBSCRIBER_MS) add({ type: 'subscriber.slow', busyMs });
    if (failure !== undefined) add({ type: 'subscriber.failed', errorName: failure });
    droppedCount = 0;
    failure = undefined;
  };

  const guard: Guard = (next) => (value) => {
    try {
      next(value);
    } catch (error) {
      if (!isReporting) failure = errorNameOf(error);
    }
  };

  /** Somebody comes or goes. */
  const listening = (change: () => void): void => {
    const wasObserved = isObserved();
    change();
    // What is queued is for nobody.
    if (subscribers.length === 0) queue = [];
    if (isObserved() !== wasObserved) onObserved(!wasObserved);
  };

  const facts$ = GuardedObservable.of<Fact>(guard, (subscriber) => {
    if (isClosed) {
      subscriber.complete();
      return () => {};
    }
    listening(() => (subscribers = [...subscribers, subscriber]));
    return () =>
      listening(() => (subscribers = subscribers.filter((other) => other !== subscriber)));
  });

  return {
    facts$,
    get droppedCount() {
      return droppedEver;
    },
    publish,
    tapFacts(hear) {
      if (isClosed) return () => {};
      const tap = guard(hear);
      listening(() => (taps = [...taps, tap]));
      return () => listening(() => (taps = taps.filter((other) => other !== tap)));
    },
    flush,
    close() {
      // Reports on the last batches are facts too; a subscriber that keeps causing more is left.
      for (let batch = 0; queue.length > 0 && batch < LAST_BATCHES_MAX; batch++) flush();
      isClosed = true;
      for (const subscriber of subscribers) subscriber.complete();
    },
  };
}
