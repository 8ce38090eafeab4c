/**
 * Keeps the breakers' states: written behind, a transaction in a turn, trips at the end of the
 * turn in which they happen, everything else within 10 ms; what a process still owes when it ends
 * is written as it goes. A store that cannot be used never breaks a call: it is reported once, and
 * what is owed is tried again.
 */
import type { BreakerRow, BreakerStates, LoadedStates } from '../persistence/store.ts';
import type { Clock } from './clock.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import { isFuseboardError } from './errors.ts';
import { errorNameOf, type FactBody } from './facts.ts';

const WRITE_BEHIND_MS = 10;
/** Rows in one transaction of a turn: a few milliseconds. */
const ROWS_PER_TURN = 500;
const RETRY_MS = 10;
const RETRY_MAX_MS = 2_000;
/** Failures in a row before they are reported: another writer alone is over sooner. */
const FAILURES_TOLD = 3;
/** How long the last write of a process may wait for another writer. */
const LAST_WRITE_WAIT_MS = 2_000;

export interface StateKeeperOptions {
  readonly states: BreakerStates;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly publish: (fact: FactBody) => void;
  /** The row of a breaker as it is now. */
  readonly rowOf: (name: string) => BreakerRow | null;
}

export class StateKeeper {
  readonly #options: StateKeeperOptions;
  readonly #owed = new Set<string>();
  #deadline: Deadline | null = null;
  #isDeferred = false;
  #isClosed = false;
  /** Failures in a row. */
  #writeFailures = 0;
  #readFailures = 0;
  /** Whether the store's trouble was told, so that its end must be told too. */
  #isTold = false;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  /** Whether that breaker's last state is not in the store yet. */
  owes(name: string): boolean {
    return this.#owed.has(name);
  }

  /** Notes that a breaker changed. `isUrgent`: write at the end of this turn. */
  keep(name: string, isUrgent: boolean): void {
    if (this.#isClosed) return;
    this.#owed.add(name);
    const { clock, deadlines } = this.#options;
    if (this.#writeFailures > 0) return;
    if (isUrgent) this.#defer();
    else this.#deadline ??= deadlines.at(clock.monotonicMs() + WRITE_BEHIND_MS, this.#writeSome);
  }

  /** Writes what is owed; false when the store did not take it. Never throws. */
  flush(waitMs = 0): boolean {
    return this.#write(waitMs, Infinity);
  }

  /** One slice, and the next one after whatever else is due: many rows never hold the loop. */
  readonly #writeSome = (): void => {
    if (this.#write(0, ROWS_PER_TURN) && this.#owed.size > 0) this.#defer();
  };

  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#options.clock.defer(() => {
      this.#isDeferred = false;
      this.#writeSome();
    });
  }

  #write(waitMs: number, rowsMax: number): boolean {
    const { clock, deadlines } = this.#options;
    this.#cancel();
    if (this.#owed.size === 0 || this.#isClosed) return true;
    try {
      this.#save(waitMs, rowsMax);
    } catch (error) {
      this.#writeFailures++;
      this.#tell(error, waitMs > 0 || this.#writeFailures >= FAILURES_TOLD);
      const delayMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#writeFailures - 1));
      this.#deadline = deadlines.at(clock.monotonicMs() + delayMs, this.#writeSome);
      return false;
    }
    this.#writeFailures = 0;
    this.#tellRecovery();
    return true;
  }

  /** What others wrote since the last time; nothing when the store cannot be read now. */
  changes(): LoadedStates | null {
    try {
      const changes = this.#options.states.changes();
      this.#readFailures = 0;
      this.#tellRecovery();
      return changes;
    } catch (error) {
      this.#readFailures++;
      this.#tell(error, this.#readFailures >= FAILURES_TOLD);
      return null;
    }
  }

  /** The last chance: waits for other writers. */
  flushAtEnd(): boolean {
    const isWritten = this.flush(LAST_WRITE_WAIT_MS);
    this.#cancel();
    return isWritten;
  }

  /** Writes for the last time; what changes afterwards is not kept. */
  close(): void {
    this.flushAtEnd();
    this.#isClosed = true;
  }

  #save(waitMs: number, rowsMax: number): void {
    const { states, clock, publish, rowOf } = this.#options;
    for (;;) {
      const names = [...this.#owed].slice(0, rowsMax);
      const rows = names.flatMap((name) => rowOf(name) ?? []);
      try {
        states.save(rows, clock.nowMs(), waitMs);
        for (const name of names) this.#owed.delete(name);
        return;
      } catch (error) {
        const breaker = impossibleRow(error);
        if (breaker === null || !this.#owed.delete(breaker)) throw error;
        // Nobody could read it back. It is left out, so that it does not keep the others waiting.
        publish({ type: 'state.set_aside', breaker, problem: problemOf(error) });
      }
    }
  }

  #tell(error: unknown, isTime: boolean): void {
    if (this.#isTold || !isTime) return;
    this.#isTold = true;
    const pendingCount = this.#owed.size;
    this.#options.publish({ type: 'store.failed', problem: problemOf(error), pendingCount });
  }

  #tellRecovery(): void {
    if (!this.#isTold || this.#writeFailures > 0 || this.#readFailures > 0) return;
    this.#isTold = false;
    this.#options.publish({ type: 'store.recovered' });
  }

  #cancel(): void {
    this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = null;
  }
}

/** The breaker whose row no store would take, if that is what the error says. */
const impossibleRow = (error: unknown): string | null =>
  isFuseboardError(error) && error.code === 'invalid_argument' ? (error.breaker ?? null) : null;

const problemOf = (error: unknown): string =>
  isFuseboardError(error) ? error.message : errorNameOf(error);
