/**
 * The small interface through which services reach what survives a restart. Everything that a
 * call could wait for is kept off it: rows are read once when the board opens and written behind.
 */
import type {
  BreakerStateName,
  BudgetLevel,
  Latch,
  TripCause,
} from '../machines/breaker-context.ts';

export { BREAKER_STATES, type BreakerStateName } from '../machines/breaker-context.ts';

/** The version of {@link BreakerRow} that this code writes. */
export const BREAKER_ROW_VERSION = 1;

/** One breaker's state as it is stored: a domain row, not a snapshot of the statechart library. */
export interface BreakerRow {
  readonly name: string;
  readonly state: BreakerStateName;
  readonly generation: number;
  /** Wall-clock milliseconds; null unless a trip is unresolved. */
  readonly probeAtMs: number | null;
  readonly trippedAtMs: number | null;
  readonly tripCount: number;
  readonly cause: TripCause | null;
  readonly budget: BudgetLevel;
  readonly latches: readonly Latch[];
  readonly operatorEpoch: number;
  /** Wall-clock milliseconds at which the state was entered. */
  readonly changedAtMs: number;
}

/** A stored row that could not be understood and was moved out of the way. */
export interface SetAside {
  readonly name: string;
  readonly problem: string;
}

export interface LoadedStates {
  readonly rows: readonly BreakerRow[];
  readonly setAside: readonly SetAside[];
}

/** The breakers' states of one store. */
export interface BreakerStates {
  /**
   * Reads every row. Damaged rows and rows of an unknown version are set aside and reported.
   * @throws FuseboardError store_unavailable, store_corrupt.
   */
  load(): LoadedStates;
  /**
   * Writes rows in one transaction. A row loses to a stored one of a higher operator epoch, and
   * at equal epochs to a stored one whose end is later and still ahead of `nowMs`.
   * `waitMs` is how long to wait for another writer (default 0: never wait).
   * @throws FuseboardError store_unavailable, store_corrupt; invalid_argument, with the breaker's
   * name, for a row that could not be read back. Nothing was written.
   */
  save(rows: readonly BreakerRow[], nowMs: number, waitMs?: number): void;
  /**
   * Rows that other connections wrote since the last call (or since `load`). Cheap when none did.
   * Rows of a later version are reported as set aside but left to the process that wrote them.
   * @throws FuseboardError store_unavailable, store_corrupt; the next call tells of the same rows.
   */
  changes(): LoadedStates;
}

/** What an operator said of the whole board. */
export interface BoardWord {
  /** Why, in the operator's words. */
  readonly reason: string;
  /** The operator's identity. */
  readonly by: string;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

/** What holds for every breaker of a board. */
export interface BoardState {
  /** Rises with every act on the board. */
  readonly epoch: number;
  /** The emergency in force, as it began; null while there is none. */
  readonly emergency: BoardWord | null;
  /** The last resumption; null before the first. */
  readonly resumed: BoardWord | null;
}

export interface BoardAct extends BoardWord {
  readonly act: 'emergency.shutdown' | 'emergency.resumed';
  /** Epoch of the last stored state that its author's process had seen. */
  readonly knownEpoch: number;
}

/** The state of a whole board, and the acts that made it so. */
export interface BoardStates {
  /** @throws FuseboardError store_unavailable, store_corrupt */
  load(): BoardState;
  /**
   * Applies acts to the stored state and keeps them, durably, in one transaction; answers the new
   * state. An act that is kept already is not kept twice. `waitMs` is how long to wait for another
   * writer (default 0: never wait).
   * @throws FuseboardError store_unavailable, store_corrupt, invalid_argument. Nothing was written.
   */
  apply(acts: readonly BoardAct[], waitMs?: number): BoardState;
  /**
   * The state, if others may have written since the last call (or since `load`); else null.
   * @throws FuseboardError store_unavailable, store_corrupt
   */
  changes(): BoardState | null;
  /** What acts would make of a state: the rule that `apply` follows. Reads and writes nothing. */
  after(before: BoardState, acts: readonly BoardAct[]): BoardState;
  /** The newest acts, at most `countMax`, oldest first. */
  acts(countMax: number): readonly BoardAct[];
}

/** What survives a restart. */
export interface Store {
  readonly breakerStates: BreakerStates;
  readonly boardState: BoardStates;
  /** True when other processes may write the same data, so that `changes` must be polled. */
  readonly shared: boolean;
  close(): void;
}
