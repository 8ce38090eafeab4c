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
import type { Board } from './board.ts';
import type { BoardCosts, EstimateFrom } from './board-costs.ts';
import { LiveBoardGate, type Emergency } from './board-gate.ts';
import { BoardHealth, type Health } from './board-health.ts';
import { BreakerCore } from './breaker-core.ts';
import type { Breaker } from './breaker.ts';
import { createBus, type Bus } from './bus.ts';
import type { Operation } from './call.ts';
import { invalidArgument, invalidOption, textArgument } from './check.ts';
import type { Budget, BudgetSummary } from './cost/budgets/budget.ts';
import type { CostOptions } from './cost/cost-keys.ts';
import type { Costs } from './cost/costs.ts';
import type { Estimate } from './cost/estimates/estimate.ts';
import { Deadlines } from './deadlines.ts';
import { EmergencyControl, type ResumeOptions, type ShutdownOptions } from './emergency.ts';
import { FuseboardError } from './errors.ts';
import { onProcessExit } from './exit-hook.ts';
import { errorNameOf, type Fact, type FactBody } from './facts.ts';
import { guardLogic, type GuardedInput } from './guard.ts';
import { createIngest, type IngestEvent, type OutcomeEvent } from './ingest.ts';
import { createInspection, type Inspection, type InspectionObserver } from './inspection.ts';
import type { InspectOptions, Inspector } from './inspector.ts';
import { Inspectors } from './inspectors.ts';
import type { BreakerOptions } from './options.ts';
import type { Verdict } from './outcome.ts';
import type { FetchOptions } from './providers/fetch-options.ts';
import type { Pool, PoolMember, PoolOptions } from './providers/pool/pool.ts';
import type { Profile } from './providers/profile.ts';
import type { ProtectedFetch } from './providers/protected-fetch.ts';
import { Providers, type KnownProvider } from './providers/providers.ts';
import { checkSameOptions, Registry } from './registry.ts';
import { mergeOptions } from './resolve-options.ts';
import type { BreakerActor, Runtime } from './runtime.ts';
import { SharedOptions } from './shared-options.ts';
import { StoredStates } from './stored-states.ts';

const NAME_MAX = 256;

/**
 * Opens a board.
 * @throws FuseboardError invalid_option, store_unavailable, store_corrupt, store_incompatible,
 *   sqlite_incompatible
 */
export async function openBoard(options: BoardOptions = {}): Promise<Board> {
  const config = resolveBoardOptions(options);
  const costs = config.costs === null ? null : await loadCosts(config.costs);
  const store = openStore(config.store, { clock: config.clock });
  let board: LiveBoard;
  try {
    board = new LiveBoard(config, store);
  } catch (error) {
    store.close();
    throw error;
  }
  try {
    if (costs !== null) await board.openCosts(costs);
    return board;
  } catch (error) {
    await board.close();
    throw error;
  }
}

/** Code for money is loaded by boards that count it, and its options checked first of all. */
async function loadCosts(options: CostOptions) {
  const [{ resolveCostOptions }, { openBoardCosts }, { openMoney }] = await Promise.all([
    import('./cost/cost-options.ts'),
    import('./board-costs.ts'),
    import('../persistence/open-money.ts'),
  ]);
  return { config: resolveCostOptions(options), openBoardCosts, openMoney };
}

class LiveBoard implements Board {
  readonly ingest: Observer<IngestEvent>;
  readonly #config: ResolvedBoardOptions;
  readonly #defaults: BreakerOptions;
  readonly #bus: Bus;
  readonly #registry: Registry;
  readonly #runtime: Runtime;
  readonly #states: StoredStates;
  readonly #inspection: Inspection;
  readonly #inspectors: Inspectors;
  readonly #gate: LiveBoardGate;
  readonly #emergency: EmergencyControl;
  readonly #health: BoardHealth;
  readonly #options = new SharedOptions();
  readonly #dropExitHook: () => void;
  readonly #providers: Providers;
  #closing: Promise<void> | null = null;
  #costs: BoardCosts | null = null;

  constructor(config: ResolvedBoardOptions, store: Store) {
    this.#config = config;
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
      onEvicted: (breaker) => {
        this.#states.shelve(breaker);
        publish({ type: 'breaker.evicted', breaker: breaker.name });
      },
    });
    const living = (): IterableIterator<BreakerCore> => this.#registry.living();
    this.#gate = new LiveBoardGate({ clock, deadlines, living });
    this.#inspection = createInspection({
      actors: () => this.#actors(),
      onThrow: (error) => {
        const errorName = errorNameOf(error);
        publish({ type: 'callback.failed', breaker: null, callback: 'inspectActors', errorName });
      },
    });
    this.#inspectors = new Inspectors(async (options, onClosed) => {
      const { startInspector } = await import('../visualizations/inspector/start-inspector.ts');
      return startInspector(this, options, {
        clock,
        runtime: this.#runtime,
        registry: this.#registry,
        tapFacts: (hear) => this.#bus.tapFacts(hear),
        onClosed,
      });
    });
    this.#runtime = {
      clock,
      random,
      deadlines,
      boardGate: this.#gate,
      treasury: null,
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
      pollBoard: () => this.#emergency.poll(),
    });
    const { boardState: states } = store;
    this.#emergency = new EmergencyControl({ states, gate: this.#gate, runtime: this.#runtime });
    this.#health = new BoardHealth({
      runtime: this.#runtime,
      living,
      isStoreFailing: () => this.#states.isFailing || this.#emergency.isFailing,
      hasBudgets: () => this.#gate.hasLevels,
      droppedFactCount: () => this.#bus.droppedCount,
    });
    this.ingest = createIngest({
      publish,
      count: (event, verdict) => this.#count(event, verdict),
      book: (event) => this.#costsNow.book(event),
    });
    this.#providers = new Providers(
      {
        find: (name) => this.#registry.get(name),
        breaker: (name, options) => this.#breaker(name, options),
        book: (event) => this.#costs?.book(event),
      },
      this.#runtime,
    );
    this.#dropExitHook = onProcessExit(() => {
      this.#costs?.leaveNow();
      this.#emergency.flushAtEnd();
      this.#states.flushAtEnd();
      this.#bus.flush();
    });
  }

  /** Before anybody has the board: from now on its calls have a price. */
  async openCosts(loaded: Awaited<ReturnType<typeof loadCosts>>): Promise<void> {
    const { config, openBoardCosts, openMoney } = loaded;
    const { clock } = this.#runtime;
    const money = await openMoney(this.#config.store, clock);
    this.#costs = await openBoardCosts({
      ...money,
      config,
      runtime: this.#runtime,
      pollMs: this.#config.pollMs,
      onMoved: () => this.#gate.changed(),
    });
    this.#runtime.treasury = this.#costs.treasury;
    // Also where no budget moves breakers: one that an earlier budget stopped goes on.
    const { levelOf } = this.#costs;
    this.#gate.levelsFrom(({ name, options }) => levelOf(name, options.provider));
    this.#health.healthFrom(this.#costs.healthReasons);
  }

  get #costsNow(): BoardCosts {
    if (this.#costs !== null) return this.#costs;
    throw new FuseboardError('invalid_argument', 'this board counts no costs', {
      hint: 'Open it with budgets, rules or prices, or with ledger: {}.',
    });
  }

  budget(id: string): Budget {
    return this.#costsNow.budget(id);
  }

  budgets(): Promise<readonly BudgetSummary[]> {
    return this.#costsNow.budgets();
  }

  get costs(): Costs {
    return this.#costsNow.costs;
  }

  estimate(operation: Operation, from: EstimateFrom = {}): Estimate {
    return this.#costsNow.estimate(operation, from);
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
    if (this.#gate.isQuiet) breaker.catchUp();
    else this.#gate.catchUpSoon();
    return breaker;
  }

  fetch(provider: KnownProvider | Profile, options?: FetchOptions): ProtectedFetch {
    return this.#providers.fetch(provider, options);
  }

  pool(members: readonly PoolMember[], options: PoolOptions): Pool {
    return this.#providers.pool(members, options);
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

  inspect(options: InspectOptions = {}): Promise<Inspector> {
    return this.#inspectors.open(options);
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

  emergencyShutdown(reason: string, options?: ShutdownOptions): void {
    this.#emergency.shutdown(reason, options);
  }

  resume(reason: string, options: ResumeOptions): void {
    this.#emergency.resume(reason, options);
  }

  get emergency(): Emergency | null {
    return this.#emergency.emergency;
  }

  health(): Health {
    return this.#health.report();
  }

  flush(): void {
    this.#bus.flush();
    this.#emergency.flush();
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
    this.#inspectors.shut();
    for (const breaker of this.#registry.living()) breaker.shut();
    await this.#drained(drainTimeoutMs);
    await this.#inspectors.close();
    for (const breaker of this.#registry.living()) breaker.end();
    await this.#costs?.close();
    this.#gate.end();
    this.#emergency.flushAtEnd();
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
