/**
 * Keeps the breakers' states: written behind in one transaction per turn, trips at the end of the
 * turn in which they happen, everything else within 10 ms; what a process still owes when it ends
 * is written as it goes. A store that cannot be written never breaks a call: it is reported once,
 * and what is owed is tried again.
 */
import type { BreakerRow, BreakerStates, LoadedStates } from '../persistence/store.ts';
import type { Clock } from './clock.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import { isFuseboardError } from './errors.ts';
import { errorNameOf, type FactBody } from './facts.ts';

const WRITE_BEHIND_MS = 10;
const RETRY_MS = 50;
const RETRY_MAX_MS = 2_000;
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
  #failures = 0;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  /** Breakers whose last state is not in the store yet. */
  get owedCount(): number {
    return this.#owed.size;
  }

  /** Notes that a breaker changed. `isUrgent`: write at the end of this turn. */
  keep(name: string, isUrgent: boolean): void {
    this.#owed.add(name);
    const { clock, deadlines } = this.#options;
    if (this.#failures > 0) return;
    if (isUrgent) {
      if (this.#isDeferred) return;
      this.#isDeferred = true;
      clock.defer(() => {
        this.#isDeferred = false;
        this.flush();
      });
    } else {
      this.#deadline ??= deadlines.at(clock.monotonicMs() + WRITE_BEHIND_MS, this.#write);
    }
  }

  /** Writes what is owed; false when the store did not take it. Never throws. */
  flush(waitMs = 0): boolean {
    const { states, clock, deadlines, publish, rowOf } = this.#options;
    deadlines.cancel(this.#deadline);
    this.#deadline = null;
    if (this.#owed.size === 0) return true;
    const rows = [...this.#owed].flatMap((name) => rowOf(name) ?? []);
    try {
      states.save(rows, clock.nowMs(), waitMs);
    } catch (error) {
      this.#failures++;
      if (this.#failures === 1) {
        const problem = isFuseboardError(error) ? error.message : errorNameOf(error);
        publish({ type: 'store.failed', problem, pendingCount: this.#owed.size });
      }
      const delayMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#failures - 1));
      this.#deadline = deadlines.at(clock.monotonicMs() + delayMs, this.#write);
      return false;
    }
    this.#owed.clear();
    if (this.#failures > 0) publish({ type: 'store.recovered' });
    this.#failures = 0;
    return true;
  }

  /** What others wrote since the last time; nothing when the store cannot be read now. */
  changes(): LoadedStates | null {
    try {
      return this.#options.states.changes();
    } catch {
      return null;
    }
  }

  /** The last chance: waits for other writers. */
  flushAtEnd(): boolean {
    const isWritten = this.flush(LAST_WRITE_WAIT_MS);
    this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = null;
    return isWritten;
  }

  readonly #write = (): void => {
    this.#deadline = null;
    this.flush();
  };
}
