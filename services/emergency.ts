/**
 * The emergency of a whole board: shut down in one turn, durable in one row, learnt by other
 * processes when they next look, ended only by an operator who says why and who he is. It is in
 * force in memory whatever becomes of the row, which is tried until the store takes it.
 */
import type { BoardAct, BoardState, BoardStates, BoardWord } from '../persistence/store.ts';
import { isSameWord, type Emergency, type LiveBoardGate } from './board-gate.ts';
import { invalidArgument, isObject, textArgument } from './check.ts';
import type { Deadline } from './deadlines.ts';
import { FuseboardError, isFuseboardError } from './errors.ts';
import { errorNameOf } from './facts.ts';
import type { Runtime } from './runtime.ts';

/** Who shuts the board down. */
export interface ShutdownOptions {
  /** The operator's identity, 1 to 256 characters. @default 'unknown' */
  readonly by?: string;
}

/** Who takes it up again. */
export interface ResumeOptions {
  /** The operator's identity, 1 to 256 characters. */
  readonly by: string;
}

/** How long the calling thread waits for another writer of the store. */
const ACT_WAIT_MS = 100;
/** How long the last write of a process may wait for another writer. */
const LAST_WRITE_WAIT_MS = 2_000;
const RETRY_MS = 10;
const RETRY_MAX_MS = 2_000;
/** Acts that may wait for the store; beyond them each replaces the one before it. */
const OWED_MAX = 1_000;
const REASON_MAX = 1_024;
const IDENTITY_MAX = 256;

export interface EmergencyControlOptions {
  readonly states: BoardStates;
  readonly gate: LiveBoardGate;
  readonly runtime: Runtime;
}

export class EmergencyControl {
  readonly #options: EmergencyControlOptions;
  /** The last state of the store that this process has seen. */
  #stored: BoardState;
  /** Acts of this process that the store has not taken yet. */
  #owed: BoardAct[] = [];
  /** The last act of this process: what comes of it is no news. */
  #own: BoardAct | null = null;
  #retry: Deadline | null = null;
  /** Failures in a row. */
  #writeFailures = 0;
  #readFails = false;

  /** @throws FuseboardError store_unavailable, store_corrupt */
  constructor(options: EmergencyControlOptions) {
    this.#options = options;
    const { states, gate, runtime } = options;
    this.#stored = states.load();
    const { emergency, resumed } = this.#stored;
    if (emergency !== null || resumed !== null) gate.setEmergency(emergency, resumed);
    if (emergency === null) return;
    // Nobody can listen before the board is there: said as soon as the first one may.
    runtime.clock.defer(() => this.#say('emergency.shutdown', emergency, 'store'));
  }

  /** In force now; null while there is none. */
  get emergency(): Emergency | null {
    return this.#options.gate.emergency;
  }

  /** Whether the store cannot be read, or has not taken an act. */
  get isFailing(): boolean {
    return this.#readFails || this.#writeFailures > 0;
  }

  /** @throws FuseboardError invalid_argument, board_closed */
  shutdown(why: string, options?: ShutdownOptions): void {
    const reason = textArgument('the reason of emergencyShutdown', why, REASON_MAX);
    const by = identityOf('emergencyShutdown', options, 'unknown');
    this.#act('emergency.shutdown', reason, by);
    // In force before anybody waits for a disk.
    this.#adopt();
    this.#write(ACT_WAIT_MS);
  }

  /** @throws FuseboardError invalid_argument, board_closed */
  resume(why: string, options: ResumeOptions): void {
    const reason = textArgument('the reason of resume', why, REASON_MAX);
    const by = identityOf('resume', options, undefined);
    this.#act('emergency.resumed', reason, by);
    // First the store, which may know of a shutdown that this operator does not.
    this.#write(ACT_WAIT_MS);
    this.#adopt();
  }

  /** Looks for what other processes did. */
  poll(): void {
    try {
      const changed = this.#options.states.changes();
      this.#readFails = false;
      if (changed === null) return;
      this.#stored = changed;
    } catch {
      // The breakers' states are in the same store, and their keeper tells of its trouble.
      this.#readFails = true;
      return;
    }
    this.#adopt();
  }

  /** Writes what is owed. Never throws. */
  flush(): void {
    this.#write(0);
  }

  /** The last chance: waits for other writers. */
  flushAtEnd(): void {
    this.#write(LAST_WRITE_WAIT_MS);
    this.#cancelRetry();
  }

  #act(act: BoardAct['act'], reason: string, by: string): void {
    const { clock, isClosed } = this.#options.runtime;
    if (isClosed) throw new FuseboardError('board_closed', 'the board is closed');
    const begunAtMs = act === 'emergency.resumed' ? (this.emergency?.atMs ?? 0) : 0;
    // A wall clock that jumped back must not date a resumption before what it ends.
    const atMs = Math.max(clock.nowMs(), begunAtMs);
    this.#own = { act, reason, by, atMs, knownEpoch: this.#stored.epoch };
    if (this.#owed.length < OWED_MAX) this.#owed.push(this.#own);
    else this.#owed[OWED_MAX - 1] = this.#own;
    this.#say(act, this.#own, 'here');
  }

  /** Puts in force what the store and the acts it still lacks amount to. */
  #adopt(): void {
    const { states, gate } = this.#options;
    const { emergency, resumed } = states.after(this.#stored, this.#owed);
    const before = gate.emergency;
    if (isSame(emergency, before) && isSame(resumed, gate.resumed)) return;
    gate.setEmergency(emergency, resumed);
    if (emergency !== null) {
      if (!isSame(emergency, before)) this.#sayNews('emergency.shutdown', emergency);
    } else if (before !== null && resumed !== null) this.#sayNews('emergency.resumed', resumed);
  }

  #write(waitMs: number): void {
    const { states } = this.#options;
    this.#cancelRetry();
    if (this.#owed.length === 0) return;
    try {
      this.#stored = states.apply(this.#owed, waitMs);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#owed = [];
    const hadFailed = this.#writeFailures > 0;
    this.#writeFailures = 0;
    if (hadFailed) this.#options.runtime.publish({ type: 'store.recovered' });
    this.#adopt();
  }

  /** Told at once: an emergency that no other process learns of is news at its first failure. */
  #failed(error: unknown): void {
    const { runtime } = this.#options;
    const { clock, deadlines } = runtime;
    const pendingCount = this.#owed.length;
    const problem = isFuseboardError(error) ? error.message : errorNameOf(error);
    if (this.#writeFailures++ === 0) {
      runtime.publish({ type: 'store.failed', problem, pendingCount });
    }
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#writeFailures - 1));
    this.#retry = deadlines.at(clock.monotonicMs() + delayMs, () => this.#write(0));
  }

  #cancelRetry(): void {
    this.#options.runtime.deadlines.cancel(this.#retry);
    this.#retry = null;
  }

  #sayNews(type: BoardAct['act'], word: BoardWord): void {
    if (this.#own?.act === type && isSameWord(this.#own, word)) return;
    this.#say(type, word, 'elsewhere');
  }

  #say(
    type: BoardAct['act'],
    { reason, by, atMs: sinceMs }: BoardWord,
    origin: 'here' | 'elsewhere' | 'store',
  ): void {
    this.#options.runtime.publish({ type, reason, by, sinceMs, origin });
  }
}

const isSame = (one: BoardWord | null, other: BoardWord | null): boolean =>
  one === other || (one !== null && other !== null && isSameWord(one, other));

/** @throws FuseboardError invalid_argument, saying what is missing. */
function identityOf(act: string, options: unknown, fallback: string | undefined): string {
  if (options === undefined && fallback !== undefined) return fallback;
  if (!isObject(options)) {
    throw invalidArgument(`the options of ${act}`, `an object such as { by: 'ann' }`, options);
  }
  const { by = fallback } = options as { readonly by?: unknown };
  return textArgument(`by, the operator's identity, of ${act}`, by, IDENTITY_MAX);
}
