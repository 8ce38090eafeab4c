/**
 * Moves damaged rows out of the way, into a table of their own, where somebody can look at them.
 * Best effort: on a disk that cannot be written the row stays, and is reported again next time.
 */
import type { Clock } from '../services/clock.ts';
import { isFuseboardError } from '../services/errors.ts';
import { columnOf, rowAsJson, type Damage } from './breaker-row-codec.ts';
import type { SqliteFile } from './sqlite.ts';

/** Rows that are kept of those set aside; beyond, the oldest are deleted. */
export const SET_ASIDE_MAX = 1_000;

/** Moves rows, waiting up to `waitMs` for another writer. */
export type SetAsideRows = (damages: readonly Damage[], waitMs: number) => void;

export function setAsideRows(file: SqliteFile, clock: Pick<Clock, 'nowMs'>): SetAsideRows {
  const remove = file.prepare('DELETE FROM breaker_states WHERE name = ? AND revision = ?');
  const insert = file.prepare(
    'INSERT INTO breaker_states_set_aside (name, problem, set_aside_at_ms, row) VALUES (?, ?, ?, ?)',
  );
  const forget = file.prepare(
    `DELETE FROM breaker_states_set_aside
     WHERE id <= (SELECT max(id) FROM breaker_states_set_aside) - ${SET_ASIDE_MAX}`,
  );

  return (damages, waitMs) => {
    if (damages.length === 0) return;
    try {
      file.write(waitMs, () => {
        for (const { name, problem, stored } of damages) {
          const revision = columnOf(stored, 'revision') as number;
          if (remove.run(name, revision).changes === 0) continue;
          insert.run(name, problem, clock.nowMs(), rowAsJson(stored));
        }
        forget.run();
      });
    } catch (error) {
      if (!isFuseboardError(error)) throw error;
    }
  };
}
