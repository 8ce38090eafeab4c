/**
 * The breakers' states in the store: restored to whoever asks for a breaker, kept as they change,
 * and followed as other processes change them.
 */
import { pristineContext } from '../machines/breaker-context.ts';
import type { BreakerRow, SetAside, Store } from '../persistence/store.ts';
import type { BreakerCore } from './breaker-core.ts';
import { statusOf } from './breaker-view.ts';
import type { CircuitState } from './circuit.ts';
import type { Deadline } from './deadlines.ts';
import type { Runtime } from './runtime.ts';
import { StateKeeper } from './state-keeper.ts';

export interface StoredStatesOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  /** How often other processes' changes are looked for. Milliseconds. */
  readonly pollMs: number;
  /** The breaker of that name, if the board has it. */
  readonly find: (name: string) => BreakerCore | undefined;
  /** Looks for what others did to the whole board, before what they did to breakers. */
  readonly pollBoard: () => void;
}

export class StoredStates {
  readonly #options: StoredStatesOptions;
  readonly #keeper: StateKeeper;
  /** Stored states of breakers that nobody has asked for yet. */
  readonly #dormant = new Map<string, BreakerRow>();
  #nextPoll: Deadline | null = null;
  #isFailing = false;

  /** @throws FuseboardError store_corrupt */
  constructor(options: StoredStatesOptions) {
    this.#options = options;
    const { store, runtime } = options;
    const { clock, deadlines } = runtime;
    this.#keeper = new StateKeeper({
      states: store.breakerStates,
      clock,
      deadlines,
      publish: (fact) => {
        if (fact.type === 'store.failed') this.#isFailing = true;
        else if (fact.type === 'store.recovered') this.#isFailing = false;
        runtime.publish(fact);
      },
      rowOf: (name) => this.#rowOf(name),
    });
    const { rows, setAside } = store.breakerStates.load();
    for (const row of rows) this.#dormant.set(row.name, row);
    // Nobody can listen before the board is there: said as soon as the first one may.
    clock.defer(() => this.#reportSetAside(setAside));
    if (store.shared) this.#pollLater();
  }

  /** The state in which a breaker of that name begins; undefined where none is stored. */
  restore(name: string): CircuitState | undefined {
    const row = this.#dormant.get(name);
    return row === undefined ? undefined : circuitStateOf(row);
  }

  /** A breaker of that name is on the board now, and knows its state itself. */
  forget(name: string): void {
    this.#dormant.delete(name);
  }

  /** Keeps for later what a breaker that makes room for others knows, if operators acted on it. */
  shelve({ name }: BreakerCore): void {
    const row = this.#rowOf(name);
    if (row !== null && row.operatorEpoch > 0) this.#dormant.set(name, row);
  }

  /** Whether the store has been unusable for a while, as facts told. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Whether the last state of that breaker is not in the store yet. */
  owes(name: string): boolean {
    return this.#keeper.owes(name);
  }

  keep(breaker: BreakerCore): void {
    this.#keeper.keep(breaker.name, statusOf(breaker.circuit?.state ?? 'closed') === 'open');
  }

  flush(): void {
    this.#keeper.flush();
  }

  /** The process ends: waits for other writers. */
  flushAtEnd(): void {
    this.#keeper.flushAtEnd();
  }

  close(): void {
    this.#options.runtime.deadlines.cancel(this.#nextPoll);
    this.#keeper.close();
    this.#options.store.close();
  }

  #rowOf(name: string): BreakerRow | null {
    const circuit = this.#options.find(name)?.circuit;
    if (circuit === undefined || circuit === null) return null;
    const { state, changedAtMs, context } = circuit;
    const { probesSucceeded: _, ...kept } = context;
    return { name, state, changedAtMs, ...kept };
  }

  #pollLater(): void {
    const { pollMs, runtime } = this.#options;
    this.#nextPoll = runtime.deadlines.at(runtime.clock.monotonicMs() + pollMs, () => {
      this.#poll();
      this.#pollLater();
    });
  }

  #poll(): void {
    this.#options.pollBoard();
    const changes = this.#keeper.changes();
    if (changes === null) return;
    this.#reportSetAside(changes.setAside);
    for (const row of changes.rows) {
      const breaker = this.#options.find(row.name);
      if (breaker === undefined) this.#dormant.set(row.name, row);
      else breaker.hearPeer(row);
    }
  }

  #reportSetAside(setAside: readonly SetAside[]): void {
    for (const { name: breaker, problem } of setAside) {
      this.#options.runtime.publish({ type: 'state.set_aside', breaker, problem });
    }
  }
}

/** Probe counts belong to a process: a restored breaker begins its probes anew. */
function circuitStateOf(row: BreakerRow): CircuitState {
  const { state, changedAtMs, name: _, ...kept } = row;
  return { state, changedAtMs, context: { ...pristineContext, ...kept } };
}
