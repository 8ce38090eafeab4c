/** The store that survives a board but not the process: the same rules, nothing on disk. */
import { FuseboardError } from '../services/errors.ts';
import { assertBoardAct, QUIET_BOARD, stateAfter } from './board-state.ts';
import { assertBreakerRow, NO_ROWS, outlasts } from './breaker-row.ts';
import type { BoardAct, BreakerRow, Store } from './store.ts';

/** Acts on the board that are remembered; beyond them the oldest are forgotten. */
const ACTS_MAX = 1_000;

export function memoryStore(): Store {
  const rows = new Map<string, BreakerRow>();
  const acts: BoardAct[] = [];
  let board = QUIET_BOARD;
  let isClosed = false;

  const assertOpen = (): void => {
    if (isClosed) throw new FuseboardError('store_unavailable', 'The store in memory is closed.');
  };

  return {
    shared: false,
    breakerStates: {
      load() {
        assertOpen();
        return { rows: [...rows.values()], setAside: [] };
      },
      save(saved, nowMs) {
        assertOpen();
        saved.forEach(assertBreakerRow);
        for (const row of saved) {
          const stored = rows.get(row.name);
          if (stored === undefined || !outlasts(stored, row, nowMs)) rows.set(row.name, copy(row));
        }
      },
      changes() {
        assertOpen();
        return NO_ROWS;
      },
    },
    boardState: {
      load() {
        assertOpen();
        return board;
      },
      apply(applied) {
        assertOpen();
        applied.forEach(assertBoardAct);
        board = stateAfter(board, applied);
        acts.push(...applied.map((act) => Object.freeze({ ...act })));
        acts.splice(0, acts.length - ACTS_MAX);
        return board;
      },
      changes() {
        assertOpen();
        return null;
      },
      after: stateAfter,
      acts: (countMax) => acts.slice(Math.max(0, acts.length - countMax)),
    },
    close() {
      isClosed = true;
    },
  };
}

const copy = (row: BreakerRow): BreakerRow =>
  Object.freeze({
    ...row,
    latches: Object.freeze(row.latches.map((latch) => Object.freeze({ ...latch }))),
  });
