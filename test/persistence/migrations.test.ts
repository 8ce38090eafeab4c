/** From an empty file to the latest schema: once, wholly or not at all, whoever else is at it. */
import { describe, expect, it } from 'vitest';

import { APPLICATION_ID, migrate, MIGRATIONS } from '../../persistence/migrations.ts';
import { startChild } from './child.ts';
import { openRaw, rowsOf } from './raw-file.ts';
import { names, row } from './rows.ts';
import { openSqliteStore, scratchFile } from './scratch.ts';

const TABLES = `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`;

describe('migrations', () => {
  it('mark the file and number its schema', () => {
    const path = scratchFile();
    openSqliteStore(path);
    expect(rowsOf(path, 'PRAGMA application_id')).toEqual([{ application_id: APPLICATION_ID }]);
    expect(rowsOf(path, 'PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length }]);
    expect(rowsOf(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  });

  it('make strict tables only', () => {
    const path = scratchFile();
    openSqliteStore(path);
    const loose = `SELECT name FROM pragma_table_list
                   WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`;
    expect(rowsOf(path, loose)).toEqual([]);
  });

  it('take only the steps that a file still lacks', () => {
    const path = scratchFile();
    const handle = openRaw(path);
    const steps = ['CREATE TABLE one (id INTEGER) STRICT', 'CREATE TABLE two (id INTEGER) STRICT'];
    migrate(path, handle, steps.slice(0, 1));
    handle.exec('INSERT INTO one VALUES (1)');
    migrate(path, handle, steps);
    migrate(path, handle, steps);
    expect(rowsOf(path, TABLES)).toEqual([{ name: 'one' }, { name: 'two' }]);
    expect(rowsOf(path, 'SELECT id FROM one')).toEqual([{ id: 1 }]);
    expect(rowsOf(path, 'PRAGMA user_version')).toEqual([{ user_version: 2 }]);
  });

  it('leave nothing behind when a step fails', () => {
    const path = scratchFile();
    const handle = openRaw(path);
    const steps = ['CREATE TABLE one (id INTEGER) STRICT', 'CREATE TABLE one (id INTEGER) STRICT'];
    expect(() => migrate(path, handle, steps)).toThrow('already exists');
    expect(rowsOf(path, TABLES)).toEqual([]);
    expect(rowsOf(path, 'PRAGMA user_version')).toEqual([{ user_version: 0 }]);
    migrate(path, handle, steps.slice(0, 1));
    expect(rowsOf(path, TABLES)).toEqual([{ name: 'one' }]);
  });

  it('are run once when several processes open a new file at the same time', async () => {
    const workers = ['a', 'b', 'c', 'd'].map((name) => startChild('open-each.ts', name));
    await Promise.all(workers.map((worker) => worker.line()));
    for (let round = 0; round < 15; round++) {
      const path = scratchFile();
      for (const worker of workers) worker.tell(path);
      const said = await Promise.all(workers.map((worker) => worker.line()));
      expect(said).toEqual(['saved', 'saved', 'saved', 'saved']);
      const { breakerStates } = openSqliteStore(path);
      expect(names(breakerStates.load().rows)).toEqual(['a', 'b', 'c', 'd']);
      expect(breakerStates.load().rows[0]).toEqual(row('a'));
    }
  }, 60_000);
});
