/** The driver: transactions that happen wholly or not at all, and errors that keep their nature. */
import { describe, expect, it } from 'vitest';

import { openSqlite } from '../../persistence/sqlite.ts';
import { rowsOf } from './raw-file.ts';
import { atEnd, scratchFile } from './scratch.ts';

const COUNTERS = 'SELECT name FROM counters ORDER BY name';

function openFile() {
  const file = openSqlite(scratchFile());
  atEnd(() => file.close());
  return { file, insert: file.prepare('INSERT INTO counters VALUES (?, 0)') };
}

describe('the SQLite driver', () => {
  it('undoes a write whose work throws, hands on the very error, and goes on', () => {
    const { file, insert } = openFile();
    const error = new Error('A mistake of the caller.');
    const failing = () =>
      file.write(0, () => {
        insert.run('first');
        throw error;
      });
    expect(failing).toThrow(error);
    expect(failing).toThrow(error);
    file.write(0, () => insert.run('second'));
    expect(rowsOf(file.path, COUNTERS)).toEqual([{ name: 'second' }]);
  });

  it('undoes a write of which SQLite refuses one statement', () => {
    const { file, insert } = openFile();
    file.write(0, () => insert.run('taken'));
    const failing = () =>
      file.write(0, () => {
        insert.run('first');
        insert.run('taken');
      });
    expect(failing).toThrow(
      expect.objectContaining({
        code: 'store_unavailable',
        cause: expect.objectContaining({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }),
      }),
    );
    expect(rowsOf(file.path, COUNTERS)).toEqual([{ name: 'taken' }]);
  });

  it('shows a reader one instant, whatever is written meanwhile', () => {
    const here = openFile();
    const there = openSqlite(here.file.path);
    atEnd(() => there.close());
    const count = there.prepare('SELECT count(*) FROM counters').pluck();
    const seen = there.read(() => {
      const before = count.get();
      here.file.write(0, () => here.insert.run('new'));
      return [before, count.get()];
    });
    expect(seen).toEqual([0, 0]);
    expect(there.read(() => count.get())).toBe(1);
  });

  it('hands on what the work returns', () => {
    const { file } = openFile();
    expect([file.once(() => 1), file.read(() => 2), file.write(5, () => 3)]).toEqual([1, 2, 3]);
  });

  it('syncs as WAL needs it and enforces foreign keys', () => {
    const { file } = openFile();
    const pragma = (name: string) => file.prepare(`PRAGMA ${name}`).pluck().get();
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(1);
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('busy_timeout')).toBe(0);
  });
});
