/** The store that survives a board but not the process: the same rules, nothing on disk. */
import { FuseboardError } from '../services/errors.ts';
import { assertBreakerRow, NO_ROWS, outlasts } from './breaker-row.ts';
import type { BreakerRow, Store } from './store.ts';

export function memoryStore(): Store {
  const rows = new Map<string, BreakerRow>();
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
