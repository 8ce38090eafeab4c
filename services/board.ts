/**
 * The board: the runtime that breakers live on. The composition root, and the only file that knows
 * everybody: registry, clock, deadlines, bus, store, inspection.
 */
import type { Observable, Observer } from 'rxjs';
import type { PromiseActorLogic } from 'xstate';

import { openStore } from '../persistence/open-store.ts';
import type { Store } from '../persistence/store.ts';
import {
  drainTimeoutOf,
  resolveBoardOptions,
  type BoardOptions,
  type CloseOptions,
  type ResolvedBoardOptions,
} from './board-options.ts';
import { BreakerCore } from './breaker-core.ts';
import type { Breaker } from './breaker.ts';
import { createBus, type Bus } from './bus.ts';
import { invalidArgument, invalidOption, textArgument } from './check.ts';
import { Deadlines } from './deadlines.ts';
import { FuseboardError } from './errors.ts';
import { onProcessExit } from './exit-hook.ts';
import { errorNameOf, type Fact, type FactBody } from './facts.ts';
import { guardLogic, type GuardedInput } from './guard.ts';
import { createIngest, type IngestEvent, type OutcomeEvent } from './ingest.ts';
import { createInspection, type Inspection, type InspectionObserver } from './inspection.ts';
import type { BreakerOptions } from './options.ts';
import type { Verdict } from './outcome.ts';
import { checkSameOptions, Registry } from './registry.ts';
import { mergeOptions } from './resolve-options.ts';
import type { BreakerActor, Runtime } from './runtime.ts';
import { SharedOptions } from './shared-options.ts';
import { StoredStates } from './stored-states.ts';

export interface Board extends AsyncDisposable {
  /**
   * The breaker of that name, made if there is none. Options are those of its making: others for
   * an existing name are refused.
   * @throws FuseboardError invalid_option, options_conflict, registry_full, board_closed
   */
  breaker(name: string, options?: BreakerOptions): Breaker;
  /** Every breaker the board holds now. */
  breakers(): Breaker[];
  /** What happens, as it happens: typed, ordered, in batches after the turn that caused it. */
  readonly facts$: Observable<Fact>;
  /** Takes outcomes of calls made elsewhere: `source$.subscribe(board.ingest)`. */
  readonly ingest: Observer<IngestEvent>;
  /** Attaches an XState inspection observer to the actors of all breakers, present and future. */
  inspectActors(observer: InspectionObserver): { unsubscribe(): void };
  /** Actor logic for `invoke` and `spawn` in a machine of yours, under the breaker of that name. */
  guard<Output, Input = unknown>(
    name: string,
    create: (input: GuardedInput<Input>) => PromiseLike<Output>,
  ): PromiseActorLogic<Output, Input>;
  /** Delivers every pending fact and writes every state that is owed. */
  flush(): void;
  /** Refuses new calls, waits for those in flight, writes what is owed, stops every actor. */
  close(options?: CloseOptions): Promise<void>;
}

const NAME_MAX = 256;

/**
 * Opens a board.
 * @throws FuseboardError invalid_option, store_unavailable, store_corrupt, store_incompatible,
 *   sqlite_incompatible
 */
// eslint-disable-next-line @typescript-eslint/require-await -- bad options reject
export async function openBoard(options: BoardOptions = {}): Promise<Board> {
  const config = resolveBoardOptions(options);
  const store = openStore(config.store, { clock: config.clock });
  try {
    return new LiveBoard(config, store);
  } catch (error) {
    store.close();
    throw error;
  }
}

class LiveBoard implements Board {
  readonly ingest: Observer<IngestEvent>;
  readonly #defaults: BreakerOptions;
  readonly #bus: Bus;
  readonly #registry: Registry;
  readonly #runtime: Runtime;
  readonly #states: StoredStates;
  readonly #inspection: Inspection;
  readonly #options = new SharedOptions();
  readonly #dropExitHook: () => void;
  #closing: Promise<void> | null = null;

  constructor(config: ResolvedBoardOptions, store: Store) {
    const { clock, random, pollMs } = config;
    this.#defaults = config.defaults;
    const deadlines = new Deadlines(clock);
    this.#bus = createBus(clock, (isObserved) => {
      this.#runtime.isObserved = isObserved;
    });
    const publish = (fact: FactBody): void => this.#bus.publish(fact);
    this.#registry = new Registry({
      breakersMax: config.breakersMax,
      mayEvict: (breaker) => breaker.isPristine && !this.#states.owes(breaker.name),
      onEvicted: ({ name }) => publish({ type: 'breaker.evicted', breaker: name }),
    });
    this.#inspection = createInspection({
      actors: () => this.#actors(),
      onThrow: (error) => {
        const errorName = errorNameOf(error);
        publish({ type: 'callback.failed', breaker: null, callback: 'inspectActors', errorName });
      },
    });
    this.#runtime = {
      clock,
      random,
      deadlines,
      isObserved: false,
      isClosed: false,
      onIdle: null,
      publish,
      keep: (name) => this.#keep(name),
      watch: (actor) => this.#inspection.watch(actor),
    };
    this.#states = new StoredStates({
      store,
      runtime: this.#runtime,
      pollMs,
      find: (name) => this.#registry.get(name),
    });
    this.ingest = createIngest({
      publish,
      count: (event, verdict) => this.#count(event, verdict),
    });
    this.#dropExitHook = onProcessExit(() => {
      this.#states.flushAtEnd();
      this.#bus.flush();
    });
  }

  breaker(name: string, options?: BreakerOptions): Breaker {
    return this.#breaker(name, options);
  }

  #breaker(name: string, options?: BreakerOptions): BreakerCore {
    if (options !== undefined) assertObject('breaker', options);
    const known = this.#registry.get(name);
    if (known !== undefined) {
      if (options !== undefined) {
        const wanted = mergeOptions(this.#defaults, options);
        checkSameOptions(name, known.madeWith, wanted);
      }
      return known;
    }
    textArgument('the name of a breaker', name, NAME_MAX);
    if (this.#runtime.isClosed) {
      throw new FuseboardError('board_closed', 'the board is closed', { breaker: name });
    }
    const resolved = this.#options.resolve(mergeOptions(this.#defaults, options));
    this.#registry.makeRoom(name);
    const stored = this.#states.restore(name);
    const breaker = new BreakerCore(name, resolved, this.#runtime, stored);
    this.#registry.add(breaker);
    this.#states.forget(name);
    return breaker;
  }

  breakers(): Breaker[] {
    return [...this.#registry.values()];
  }

  get facts$(): Observable<Fact> {
    return this.#bus.facts$;
  }

  inspectActors(observer: InspectionObserver): { unsubscribe(): void } {
    return this.#inspection.add(observer);
  }

  #actors(): BreakerActor[] {
    return [...this.#registry.living()].filter((b) => b.isHydrated).map((b) => b.actor);
  }

  guard<Output, Input = unknown>(
    name: string,
    create: (input: GuardedInput<Input>) => PromiseLike<Output>,
  ): PromiseActorLogic<Output, Input> {
    textArgument('the name of a breaker', name, NAME_MAX);
    if (typeof create !== 'function')
      throw invalidArgument('guard(name, fn)', 'a function', create);
    return guardLogic(() => this.#breaker(name), create);
  }

  flush(): void {
    this.#bus.flush();
    this.#states.flush();
    this.#bus.flush();
  }

  close(options: CloseOptions = {}): Promise<void> {
    const drainTimeoutMs = drainTimeoutOf(options);
    return (this.#closing ??= this.#close(drainTimeoutMs));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainTimeoutMs: number): Promise<void> {
    const runtime = this.#runtime;
    runtime.isClosed = true;
    for (const breaker of this.#registry.living()) breaker.shut();
    await this.#drained(drainTimeoutMs);
    for (const breaker of this.#registry.living()) breaker.end();
    this.#states.close();
    this.#dropExitHook();
    this.#bus.close();
  }

  /** Resolves when no call is in flight, or the time is over. */
  #drained(timeoutMs: number): Promise<void> {
    const { clock, deadlines } = this.#runtime;
    const isIdle = (): boolean => {
      for (const breaker of this.#registry.living()) if (breaker.inFlightCount > 0) return false;
      return true;
    };
    if (isIdle()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#runtime.onIdle = null;
        deadlines.cancel(deadline);
        resolve();
      };
      const deadline = deadlines.at(clock.monotonicMs() + timeoutMs, done, true);
      this.#runtime.onIdle = () => {
        if (isIdle()) done();
      };
    });
  }

  #keep(name: string): void {
    const breaker = this.#registry.get(name);
    if (breaker === undefined) return;
    this.#registry.readmit(breaker);
    this.#states.keep(breaker);
  }

  #count(event: OutcomeEvent, verdict: Verdict): void {
    const { breaker, durationMs = 0, atMs } = event;
    if (this.#runtime.isClosed) {
      throw new FuseboardError('board_closed', 'the board is closed', { breaker });
    }
    const recorded = this.#breaker(breaker).recordOutside(verdict, durationMs, atMs);
    const { outcome } = verdict;
    const type = 'call.finished';
    this.#bus.publish({ type, breaker, outcome, durationMs, attempt: 1, recorded });
  }
}

/** Options are merged before they are checked, and anything can be merged. */
function assertObject(path: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw invalidOption(path, 'an object', value);
}
