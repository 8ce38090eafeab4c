/**
 * Removes what is old, slice by slice, so that nobody waits long for the write lock. What a removed
 * row cost is added to the checkpoints of its accounts and of its hour in the same transaction:
 * every total stays as it is, and `verify` still bears it out.
 */
import { assertInstant } from '../memory-money-checks.ts';
import type { Books } from './books.ts';
import { HOUR_MS, hourOf } from './rollups.ts';

/** Rows that one transaction looks at. */
const SLICE_ROWS = 4_000;
/** Sets of accounts outlive their periods, for calls that settle late. */
const SETS_KEPT_MS = 86_400_000;
/** Sums by hour outlive the rows: a year, and a month to compare it with. */
const ROLLUPS_KEPT_MS = 400 * 86_400_000;

/** One slice after another; yields how many rows each one removed. */
export type Compact = (beforeMs: number) => Iterable<number>;

const MAX = Number.MAX_SAFE_INTEGER;

export function compaction(books: Books): Compact {
  const { file } = books;
  const begin = file.prepare(
    'INSERT INTO compactions (before_ms, at_ms, row_count) VALUES (?, ?, 0)',
  );
  const done = file.prepare(
    `UPDATE compactions SET row_count = row_count + ?
     WHERE id = (SELECT max(id) FROM compactions)`,
  );
  const nextHolder = file.prepare('SELECT min(holder) FROM ledger WHERE holder > ?').pluck();
  const sliceEnd = file
    .prepare(
      `SELECT max(number), total(reserved_at_ms < ?) FROM
         (SELECT number, reserved_at_ms FROM ledger
          WHERE holder = ? AND number > ? ORDER BY number LIMIT ${SLICE_ROWS})`,
    )
    .raw();
  const OLD = 'holder = ? AND number > ? AND number <= ? AND reserved_at_ms < ?';
  const rowSums = file
    .prepare(
      `SELECT charges, labels, CAST(reserved_at_ms / ${HOUR_MS} AS INTEGER) AS hour,
              total(cost_nano_usd)
       FROM ledger WHERE ${OLD} GROUP BY charges, labels, hour`,
    )
    .raw();
  const deleteRows = file.prepare(`DELETE FROM ledger WHERE ${OLD}`);

  const outsideSlice = file
    .prepare(
      `SELECT id, charges, labels, at_ms, cost_nano_usd FROM outside_costs
       WHERE at_ms < ? AND id > ? ORDER BY id LIMIT ${SLICE_ROWS}`,
    )
    .raw();
  const deleteOutside = file.prepare('DELETE FROM outside_costs WHERE id = ?');

  const accountsOf = file.prepare('SELECT accounts FROM charge_sets WHERE id = ?').pluck();
  const checkpoint = (table: string, which: string) =>
    file.prepare(
      `UPDATE ${table} SET checkpoint_nano_usd = min(checkpoint_nano_usd + ?, ${MAX})
       WHERE ${which}`,
    );
  const accountCheckpoint = checkpoint('accounts', 'id = ?');
  const hourCheckpoint = checkpoint('rollups', 'hour = ? AND labels = ?');

  const leaveCheckpoints = (charges: number, labels: number, hour: number, cost: number): void => {
    const accounts = JSON.parse((accountsOf.get(charges) ?? '[]') as string) as number[];
    for (const account of accounts) accountCheckpoint.run(cost, account);
    hourCheckpoint.run(cost, hour, labels);
  };

  /** Reservations are numbered in time: the first slice without an old row ends the search. */
  function* rows(holder: number, beforeMs: number): Iterable<number> {
    let from = -1;
    for (;;) {
      const [to, oldCount] = books.ask(() => sliceEnd.get(beforeMs, holder, from)) as [
        number | null,
        number,
      ];
      if (to === null || oldCount === 0) return;
      const start = from;
      yield books.write(() => {
        const sums = rowSums.all(holder, start, to, beforeMs) as [number, number, number, number][];
        for (const [charges, labels, hour, cost] of sums) {
          leaveCheckpoints(charges, labels, hour, cost);
        }
        const { changes } = deleteRows.run(holder, start, to, beforeMs);
        done.run(changes);
        return changes;
      });
      from = to;
    }
  }

  function* outside(beforeMs: number): Iterable<number> {
    let from = '';
    for (;;) {
      const slice = books.ask(() => outsideSlice.all(beforeMs, from)) as [
        string,
        number | null,
        number,
        number,
        number,
      ][];
      if (slice.length === 0) return;
      yield books.write(() => {
        let rowCount = 0;
        for (const [id, charges, labels, atMs, cost] of slice) {
          if (deleteOutside.run(id).changes === 0 || charges === null) continue;
          leaveCheckpoints(charges, labels, hourOf(atMs), cost);
          rowCount += 1;
        }
        done.run(rowCount);
        return rowCount;
      });
      from = slice.at(-1)?.[0] ?? from;
    }
  }

  const forgetPeriods = endedPeriods(books);

  return function* (beforeMs) {
    assertInstant('beforeMs', beforeMs);
    books.write(() => begin.run(beforeMs, books.nowMs()));
    let holder = -1;
    for (;;) {
      const next = books.ask(() => nextHolder.get(holder)) as number | null;
      if (next === null) break;
      yield* rows(next, beforeMs);
      holder = next;
    }
    yield* outside(beforeMs);
    forgetPeriods(beforeMs);
  };
}

/** Removes accounts of periods that ended and hold nothing, and what nobody names any more. */
function endedPeriods(books: Books): (beforeMs: number) => void {
  const { file } = books;
  const ENDED = 'SELECT id FROM accounts WHERE end_ms <= ? AND held_nano_usd = 0';
  const forgotten = ['allowances', 'overspends', 'forfeits'].map((table) =>
    file.prepare(`DELETE FROM ${table} WHERE account IN (${ENDED})`),
  );
  const accounts = file.prepare(`DELETE FROM accounts WHERE id IN (${ENDED})`);
  const sets = file.prepare('DELETE FROM charge_sets WHERE end_ms <= ?');
  const chargePlaces = file.prepare(
    'DELETE FROM charge_places WHERE charges NOT IN (SELECT id FROM charge_sets)',
  );
  const holders = file.prepare(
    `DELETE FROM holders
     WHERE state <> 'active' AND expires_at_ms < ?
       AND id NOT IN (SELECT holder FROM allowances)`,
  );
  const places = ['label_places', 'charge_places'].map((table) =>
    file.prepare(`DELETE FROM ${table} WHERE holder NOT IN (SELECT id FROM holders)`),
  );
  const rollups = file.prepare('DELETE FROM rollups WHERE hour < ?');
  const labels = file.prepare(
    `DELETE FROM labels
     WHERE id NOT IN (SELECT labels FROM rollups)
       AND id NOT IN (SELECT labels FROM label_places)`,
  );

  return (beforeMs) => {
    books.write(() => {
      for (const statement of forgotten) statement.run(beforeMs);
      accounts.run(beforeMs);
    });
    books.write(() => {
      sets.run(beforeMs - SETS_KEPT_MS);
      chargePlaces.run();
    });
    books.write(() => {
      holders.run(beforeMs);
      for (const statement of places) statement.run();
      rollups.run(hourOf(beforeMs - ROLLUPS_KEPT_MS));
      labels.run();
    });
  };
}
