/** Rows that nobody can understand are moved out of the way and reported; nothing ever throws. */
import { describe, expect, it } from 'vitest';

import { COLUMNS, type StoredRow } from '../../persistence/breaker-row-codec.ts';
import { sqliteBreakerStates } from '../../persistence/breaker-states.ts';
import { SET_ASIDE_MAX, setAsideRows } from '../../persistence/set-aside.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { openRaw, rowsOf, tamper } from './raw-file.ts';
import { coolingRow, latchedRow, names, row, stored } from './rows.ts';
import { atEnd, openSqliteStore, scratchFile } from './scratch.ts';

const SET_ASIDE = 'SELECT name, problem, set_aside_at_ms FROM breaker_states_set_aside ORDER BY id';

/** A file with the rows `good` and `bad`; `bad` is cooling. */
function fileOfTwo(): string {
  const path = scratchFile();
  const store = openSqliteStore(path);
  store.breakerStates.save([row('good'), coolingRow('bad', 9_000)], 0);
  store.close();
  return path;
}

/** The table as a version without STRICT would have made it: any column takes any type. */
const LOOSEN = `
  ALTER TABLE breaker_states RENAME TO strict_states;
  CREATE TABLE breaker_states (
    name PRIMARY KEY, version, state, generation, probe_at_ms, tripped_at_ms, trip_count, cause,
    budget, latches, operator_epoch, changed_at_ms, end_at_ms, writer, revision);
  INSERT INTO breaker_states SELECT * FROM strict_states;
  DROP TABLE strict_states;`;

const LATCH = '{"name":"operator","reason":"r","by":"b","atMs":1}';

describe('setting rows aside', () => {
  it.each([
    ['a later version', `version = 2`, 'version must be 1, got 2'],
    ['no version', `version = 0`, 'version must be 1, got 0'],
    ['an unknown state', `state = 'melted'`, 'state must be one of closed, open.cooling'],
    ['a negative generation', `generation = -1`, 'generation must be an integer of at least 0'],
    ['a generation past 2^53', `generation = 9007199254740993`, 'generation must be an integer'],
    ['a negative instant', `probe_at_ms = -1`, 'probeAtMs must be null or milliseconds'],
    ['an infinite instant', `tripped_at_ms = 9e999`, 'trippedAtMs must be null or milliseconds'],
    ['a negative number of trips', `trip_count = -3`, 'tripCount must be an integer'],
    ['an unknown cause', `cause = 'moon'`, 'cause must be null or one of consecutive_failures'],
    ['an unknown budget level', `budget = ''`, 'budget must be one of ok, warned, exceeded'],
    ['latches that are no JSON', `latches = '[{'`, 'latches must be an array, got "[{"'],
    ['latches that are no array', `latches = '{}'`, 'latches must be an array'],
    ['a latch that is nothing', `latches = '[null]'`, 'latches must be an array'],
    ['an unknown latch', `latches = '[{"name":"x"}]'`, 'latches.name must be one of emergency'],
    ['a latch without a reason', `latches = '[{"name":"quota"}]'`, 'latches.reason must be'],
    ['a latch without an instant', `latches = '[{"name":"quota","reason":"","by":""}]'`, 'atMs'],
    ['a latch where none may be', `latches = '[${LATCH}]'`, 'only state open.latched has latches'],
    ['open.latched without a latch', `state = 'open.latched'`, 'open.latched needs a latch'],
    ['open.cooling without an end', `probe_at_ms = NULL`, 'open.cooling needs probeAtMs'],
    ['a negative epoch', `operator_epoch = -1`, 'operatorEpoch must be an integer'],
    ['an end that is not its own', `end_at_ms = 1e300`, 'end_at_ms must be 9000, got 1e+300'],
    ['text for a number', `generation = 'four'`, 'generation must be an integer'],
    ['a number for text', `state = 4`, 'state must be one of'],
    ['nothing for a number', `changed_at_ms = NULL`, 'changedAtMs must be milliseconds'],
    ['bytes for text', `latches = x'00ff'`, 'latches must be an array'],
  ])('sets aside a row with %s, and reads the others', (_, damage, problem) => {
    const path = fileOfTwo();
    tamper(path, `${LOOSEN} UPDATE breaker_states SET ${damage} WHERE name = 'bad'`);
    const { breakerStates } = openSqliteStore(path, { clock: { nowMs: () => 77 } });

    const loaded = breakerStates.load();
    expect(names(loaded.rows)).toEqual(['good']);
    expect(loaded.setAside).toEqual([{ name: 'bad', problem: expect.stringContaining(problem) }]);
    expect(rowsOf(path, SET_ASIDE)).toEqual([
      { name: 'bad', problem: loaded.setAside[0]?.problem, set_aside_at_ms: 77 },
    ]);
    expect(breakerStates.load().setAside).toEqual([]);

    breakerStates.save([row('bad', { generation: 3 })], 0);
    expect(stored(breakerStates, 'bad')).toEqual(row('bad', { generation: 3 }));
  });

  it('keeps every column of what it sets aside', () => {
    const path = fileOfTwo();
    tamper(path, `UPDATE breaker_states SET state = 'melted' WHERE name = 'bad'`);
    openSqliteStore(path).breakerStates.load();
    const [kept] = rowsOf(path, 'SELECT row FROM breaker_states_set_aside') as [{ row: string }];
    expect(JSON.parse(kept.row)).toMatchObject({
      name: 'bad',
      state: 'melted',
      probe_at_ms: 9_000,
      cause: 'consecutive_failures',
    });
  });

  it.each([
    ['trip_count = -1', 'tripCount must be an integer of at least 0, got -1'],
    ['version = 0', 'version must be 1, got 0'],
  ])('reports %s that turns up while this connection runs, and moves the row', (harm, problem) => {
    const path = fileOfTwo();
    const { breakerStates } = openSqliteStore(path);
    breakerStates.load();
    openRaw(path).exec(
      `UPDATE breaker_states SET ${harm}, writer = 99, revision = 50 WHERE name = 'bad'`,
    );
    expect(breakerStates.changes()).toEqual({ rows: [], setAside: [{ name: 'bad', problem }] });
    expect(breakerStates.changes().setAside).toEqual([]);
    expect(breakerStates.load()).toEqual({ rows: [row('good')], setAside: [] });
  });

  it('leaves a living process its rows of a later version, but reports them', () => {
    const path = fileOfTwo();
    const { breakerStates } = openSqliteStore(path);
    breakerStates.load();
    openRaw(path).exec(
      `UPDATE breaker_states SET version = 2, writer = 99, revision = 50 WHERE name = 'bad'`,
    );
    expect(breakerStates.changes().setAside).toEqual([
      { name: 'bad', problem: 'version must be 1, got 2' },
    ]);
    expect(breakerStates.changes().setAside).toEqual([]);
    expect(rowsOf(path, 'SELECT version FROM breaker_states ORDER BY name')).toEqual([
      { version: 2 },
      { version: 1 },
    ]);
  });

  it('reports a damaged row that it cannot move, and moves it when it can', () => {
    const path = fileOfTwo();
    tamper(path, `UPDATE breaker_states SET trip_count = -1 WHERE name = 'bad'`);
    const file = openSqlite(path);
    atEnd(() => file.close());
    const states = sqliteBreakerStates(file);
    file.prepare('PRAGMA query_only = ON').run();
    expect(states.load().setAside).toHaveLength(1);
    expect(states.load().setAside).toHaveLength(1);
    file.prepare('PRAGMA query_only = OFF').run();
    expect(states.load().setAside).toHaveLength(1);
    expect(states.load().setAside).toHaveLength(0);
  });

  it('does not move a row that was replaced by a good one after it was read', () => {
    const path = fileOfTwo();
    const file = openSqlite(path);
    atEnd(() => file.close());
    const select = `SELECT ${COLUMNS.join(', ')} FROM breaker_states WHERE name = 'bad'`;
    const asRead = file.prepare(select).raw().get() as StoredRow;
    const { breakerStates } = openSqliteStore(path);
    breakerStates.save([latchedRow('bad')], 0);
    const damage = { name: 'bad', problem: 'as read', stored: asRead, isLater: false };
    setAsideRows(file, { nowMs: () => 0 })([damage], 0);
    expect(stored(breakerStates, 'bad')).toEqual(latchedRow('bad'));
    expect(rowsOf(path, SET_ASIDE)).toEqual([]);
  });

  it(`keeps the last ${SET_ASIDE_MAX} rows it set aside`, () => {
    const path = scratchFile();
    const { breakerStates } = openSqliteStore(path);
    for (const round of [0, 1]) {
      breakerStates.save(
        Array.from({ length: SET_ASIDE_MAX }, (_, index) => row(`${round} ${index}`)),
        0,
      );
      openRaw(path).exec('UPDATE breaker_states SET trip_count = -1');
      expect(breakerStates.load().setAside).toHaveLength(SET_ASIDE_MAX);
    }
    const kept = rowsOf(
      path,
      'SELECT DISTINCT substr(name, 1, 1) AS round, count(*) AS count FROM breaker_states_set_aside',
    );
    expect(kept).toEqual([{ round: '1', count: SET_ASIDE_MAX }]);
  });
});
