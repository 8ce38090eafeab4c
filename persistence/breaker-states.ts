/**
 * The breakers' states in SQLite. Every save takes the next number of the counter `revision` while
 * it holds the write lock, so numbers become visible in order and "what others changed" is every
 * row of a higher number than the last one seen. SQLite's `data_version` says for next to nothing
 * that there is none.
 */
import { systemClock, type Clock } from '../services/clock.ts';
import { COLUMNS, decodeRows, encodeRow, type DecodedRows } from './breaker-row-codec.ts';
import type { StoredRow } from './breaker-row-codec.ts';
import { assertBreakerRow, NO_ROWS } from './breaker-row.ts';
import { setAsideRows } from './set-aside.ts';
import type { SqliteFile } from './sqlite.ts';
import type { BreakerStates, SetAside } from './store.ts';

/** How long `load` waits for another writer when it moves a damaged row. */
const MOVE_WAIT_MS = 1_000;

const SELECT = `SELECT ${COLUMNS.join(', ')} FROM breaker_states`;

/** The same rule as `outlasts`; the last parameter is now. */
const UPSERT = `
  INSERT INTO breaker_states (${COLUMNS.join(', ')})
  VALUES (${COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (name) DO UPDATE
  SET ${COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}
  WHERE excluded.operator_epoch > operator_epoch
     OR (excluded.operator_epoch = operator_epoch
         AND (end_at_ms <= excluded.end_at_ms OR end_at_ms <= ?))`;

/**
 * The states in an open file. `clock` dates what is set aside.
 * @throws FuseboardError store_corrupt when the file lacks their tables.
 */
export function sqliteBreakerStates(
  file: SqliteFile,
  clock: Pick<Clock, 'nowMs'> = systemClock,
): BreakerStates {
  const dataVersion = file.prepare('PRAGMA data_version').pluck();
  const counter = file.prepare('SELECT value FROM counters WHERE name = ?').pluck();
  const count = file
    .prepare(
      `INSERT INTO counters VALUES (?, 1)
       ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`,
    )
    .pluck();
  const selectAll = file.prepare(SELECT).raw();
  const selectChanged = file.prepare(`${SELECT} WHERE revision > ? AND writer <> ?`).raw();
  const upsert = file.prepare(UPSERT);
  const setAside = setAsideRows(file, clock);

  /** This connection's number; 0 until its first save. */
  let writer = 0;
  let seenRevision = -1;
  let seenDataVersion = -1;

  const currentDataVersion = (): number => file.once(() => dataVersion.get() as number);

  /** What is committed after `version` was read will be looked for again: nothing is missed. */
  const readRows = (version: number, select: () => unknown[]): DecodedRows => {
    const { revision, stored } = file.read(() => ({
      revision: (counter.get('breaker_states.revision') ?? 0) as number,
      stored: select() as StoredRow[],
    }));
    seenRevision = revision;
    seenDataVersion = version;
    return decodeRows(stored);
  };

  return {
    load() {
      const { rows, damages } = readRows(currentDataVersion(), () => selectAll.all());
      setAside(damages, MOVE_WAIT_MS);
      return { rows, setAside: damages.map(reported) };
    },

    save(rows, nowMs, waitMs = 0) {
      if (rows.length === 0) return;
      for (const row of rows) assertBreakerRow(row);
      writer = file.write(waitMs, () => {
        const number = writer || (count.get('breaker_states.writer') as number);
        const revision = count.get('breaker_states.revision') as number;
        for (const row of rows) upsert.run(...encodeRow(row, number, revision), nowMs);
        return number;
      });
    },

    changes() {
      const version = currentDataVersion();
      if (version === seenDataVersion) return NO_ROWS;
      const { rows, damages } = readRows(version, () => selectChanged.all(seenRevision, writer));
      if (rows.length === 0 && damages.length === 0) return NO_ROWS;
      setAside(
        damages.filter((damage) => !damage.isLater),
        0,
      );
      return { rows, setAside: damages.map(reported) };
    },
  };
}

const reported = ({ name, problem }: SetAside): SetAside => ({ name, problem });
