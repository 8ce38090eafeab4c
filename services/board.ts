/**
 * The board: the runtime that breakers live on. The composition root, and the only file that knows
 * everybody: registry, clock, deadlines, bus, store, inspection.
 */
import type { Observable, Observer } from 'rxjs';
import type { PromiseActorLogic } from 'xstate';

import { pristineContext } from '../machines/breaker-context.ts';
import { openStore } from '../persistence/open-store.ts';
import type { BreakerRow, Store } from '../persistence/store.ts';
import { BreakerCore } from './breaker-core.ts';
import type { Breaker } from './breaker.ts';
import { createBus, type Bus } from './bus.ts';
import {
  clockOption,
  functionOption,
  invalidArgument,
  invalidOption,
  knownKeys,
  numberOption,
  textArgument,
} from './check.ts';
import type { CircuitState } from './circuit.ts';
import { systemClock, type Clock } from './clock.ts';
import { Deadlines, type Deadline } from './deadlines.ts';
import { FuseboardError } from './errors.ts';
import { onProcessExit } from './exit-hook.ts';
import { errorNameOf, type Fact, type FactBody } from './facts.ts';
import { guardLogic, type GuardedInput } from './guard.ts';
import { createIngest, type IngestEvent, type OutcomeEvent } from './ingest.ts';
import { createInspection, type Inspection, type InspectionObserver } from './inspection.ts';
import type { BreakerOptions } from './options.ts';
import { mergeOptions, resolveOptions } from './resolve-options.ts';
import type { Verdict } from './outcome.ts';
import { systemRandom, type Random } from './random.ts';
import { checkSameOptions, Registry } from './registry.ts';
import type { BreakerActor, Runtime } from './runtime.ts';
import { SharedOptions } from './shared-options.ts';
import { StateKeeper } from './state-keeper.ts';

export interface BoardOptions {
  /**
   * Where state survives: `memory:` (it does not), or `sqlite:PATH`. Several processes may share
   * one file.
   * @default 'memory:'
   */
  readonly store?: string;
  /** Options that breakers get where they have none of their own. */
  readonly defaults?: BreakerOptions;
  /** Breakers held at once; beyond them pristine ones are evicted. @default 10000, at least 1 */
  readonly breakersMax?: number;
  /** How often other processes' changes are looked for. Milliseconds. @default 250, at least 10 */
  readonly pollMs?: number;
  /** @default the machine's clocks */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

export interface CloseOptions {
  /** How long calls in flight may take to end. Milliseconds. @default 10000, at least 0 */
  readonly drainTimeoutMs?: number;
}

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
const BOARD_KEYS = ['store', 'defaults', 'breakersMax', 'pollMs', 'clock', 'random'] as const;

/**
 * Opens a board.
 * @throws FuseboardError invalid_option, store_unavailable, store_corrupt, store_incompatible,
 *   sqlite_incompatible
 */
// eslint-disable-next-line @typescript-eslint/require-await -- bad options reject
export async function openBoard(options: BoardOptions = {}): Promise<Board> {
  knownKeys('board', options, BOARD_KEYS);
  const target = options.store ?? 'memory:';
  if (typeof target !== 'string') throw invalidOption('board.store', 'a string', target);
  clockOption('board.clock', options.clock);
  functionOption('board.random', options.random);
  const config = {
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    defaults: options.defaults ?? {},
    breakersMax: numberOption(
      'board.breakersMax',
      options.breakersMax,
      { min: 1, integer: true },
      10_000,
    ),
    pollMs: numberOption('board.pollMs', options.pollMs, { min: 10 }, 250),
  };
  resolveOptions(config.defaults, 'board.defaults');
  const store = openStore(target, { clock: config.clock });
  try {
    return new LiveBoard(config, store);
  } catch (error) {
    store.close();
    throw error;
  }
}

interface BoardConfig {
  readonly clock: Clock;
  readonly random: Random;
  readonly defaults: BreakerOptions;
  readonly breakersMax: number;
  readonly pollMs: number;
}

class LiveBoard implements Board {
  readonly ingest: Observer<IngestEvent>;
  readonly #config: BoardConfig;
  readonly #store: Store;
  readonly #bus: Bus;
  readonly #registry: Registry;
  readonly #runtime: Runtime;
  readonly #keeper: StateKeeper;
  readonly #inspection: Inspection;
  readonly #options = new SharedOptions();
  /** Stored states of breakers that nobody has asked for yet. */
  readonly #dormant = new Map<string, BreakerRow>();
  readonly #dropExitHook: () => void;
  #nextPoll: Deadline | null = null;
  #closing: Promise<void> | null = null;

  constructor(config: BoardConfig, store: Store) {
    this.#config = config;
    this.#store = store;
    const { clock, random } = config;
    const deadlines = new Deadlines(clock);
    this.#bus = createBus(clock, (isObserved) => {
      this.#runtime.isObserved = isObserved;
    });
    const publish = (fact: FactBody): void => this.#bus.publish(fact);
    this.#registry = new Registry({
      breakersMax: config.breakersMax,
      mayEvict: (breaker) => breaker.isPristine && !this.#keeper.owes(breaker.name),
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
    this.#keeper = new StateKeeper({
      states: store.breakerStates,
      clock,
      deadlines,
      publish,
      rowOf: (name) => this.#rowOf(name),
    });
    this.ingest = createIngest({
      publish,
      count: (event, verdict) => this.#count(event, verdict),
    });
    this.#load();
    this.#dropExitHook = onProcessExit(() => {
      this.#keeper.flushAtEnd();
      this.#bus.flush();
    });
    if (store.shared) this.#pollLater();
  }

  breaker(name: string, options?: BreakerOptions): Breaker {
    return this.#breaker(name, options);
  }

  #breaker(name: string, options?: BreakerOptions): BreakerCore {
    if (options !== undefined) assertObject('breaker', options);
    const known = this.#registry.get(name);
    if (known !== undefined) {
      if (options !== undefined) {
        const wanted = mergeOptions(this.#config.defaults, options);
        checkSameOptions(name, known.madeWith, wanted);
      }
      return known;
    }
    textArgument('the name of a breaker', name, NAME_MAX);
    if (this.#runtime.isClosed) {
      throw new FuseboardError('board_closed', 'the board is closed', { breaker: name });
    }
    const resolved = this.#options.resolve(mergeOptions(this.#config.defaults, options));
    this.#registry.makeRoom(name);
    const row = this.#dormant.get(name);
    const breaker = new BreakerCore(name, resolved, this.#runtime, row && circuitStateOf(row));
    this.#registry.add(breaker);
    this.#dormant.delete(name);
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
    this.#keeper.flush();
    this.#bus.flush();
  }

  close(options: CloseOptions = {}): Promise<void> {
    const drainTimeoutMs = numberOption(
      'close.drainTimeoutMs',
      options.drainTimeoutMs,
      { min: 0 },
      10_000,
    );
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
    runtime.deadlines.cancel(this.#nextPoll);
    this.#keeper.close();
    this.#dropExitHook();
    this.#bus.close();
    this.#store.close();
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

  // ── what survives ──────────────────────────────────────────────────────────────────────────

  #load(): void {
    const { rows, setAside } = this.#store.breakerStates.load();
    for (const row of rows) this.#dormant.set(row.name, row);
    // Nobody can listen before the board is there: said as soon as the first one may.
    this.#runtime.clock.defer(() => this.#reportSetAside(setAside));
  }

  #reportSetAside(setAside: readonly { name: string; problem: string }[]): void {
    for (const { name: breaker, problem } of setAside) {
      this.#bus.publish({ type: 'state.set_aside', breaker, problem });
    }
  }

  #keep(name: string): void {
    const breaker = this.#registry.get(name);
    if (breaker === undefined) return;
    this.#registry.readmit(breaker);
    this.#keeper.keep(name, breaker.state === 'open');
  }

  #rowOf(name: string): BreakerRow | null {
    const circuit = this.#registry.get(name)?.circuit;
    if (circuit === undefined || circuit === null) return null;
    const { state, changedAtMs, context } = circuit;
    const { probesSucceeded: _, ...kept } = context;
    return { name, state, changedAtMs, ...kept };
  }

  #pollLater(): void {
    const { clock, deadlines } = this.#runtime;
    this.#nextPoll = deadlines.at(clock.monotonicMs() + this.#config.pollMs, () => {
      this.#poll();
      this.#pollLater();
    });
  }

  #poll(): void {
    const changes = this.#keeper.changes();
    if (changes === null) return;
    this.#reportSetAside(changes.setAside);
    for (const row of changes.rows) {
      const breaker = this.#registry.get(row.name);
      if (breaker === undefined) this.#dormant.set(row.name, row);
      else breaker.hearPeer(row);
    }
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

/** Probe counts belong to a process: a restored breaker begins its probes anew. */
function circuitStateOf(row: BreakerRow): CircuitState {
  const { state, changedAtMs, name: _, ...kept } = row;
  return { state, changedAtMs, context: { ...pristineContext, ...kept } };
}
