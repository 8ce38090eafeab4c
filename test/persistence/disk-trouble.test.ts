/** A full, read-only or locked disk: a clear error, nothing half written, and no waiting. */
import { describe, expect, it } from 'vitest';

import { sqliteBreakerStates } from '../../persistence/breaker-states.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { openStore } from '../../persistence/open-store.ts';
import { startChild } from './child.ts';
import { coolingRow, names, row } from './rows.ts';
import { atEnd, openSqliteStore, scratchFile } from './scratch.ts';

function openFile(path = scratchFile()) {
  const file = openSqlite(path);
  atEnd(() => file.close());
  return { path, file, states: sqliteBreakerStates(file) };
}

const trouble = (sqliteCode: string, message: string): unknown =>
  expect.objectContaining({
    code: 'store_unavailable',
    message: expect.stringContaining(message),
    hint: expect.any(String),
    cause: expect.objectContaining({ code: expect.stringContaining(sqliteCode) }),
  });

const manyRows = Array.from({ length: 5_000 }, (_, index) => row(`many ${index}`));

describe('a full disk', () => {
  it('refuses what does not fit, all of it, and takes what fits', () => {
    const { file, states, path } = openFile();
    states.save([row('first')], 0);
    file.prepare('PRAGMA max_page_count = 20').get();
    expect(() => states.save([row('before'), ...manyRows, row('after')], 0)).toThrow(
      trouble('SQLITE_FULL', 'the disk is full'),
    );
    states.save([row('second')], 0);
    expect(names(openSqliteStore(path).breakerStates.load().rows)).toEqual(['first', 'second']);
  });

  it('is written again once there is room', () => {
    const { file, states } = openFile();
    file.prepare('PRAGMA max_page_count = 20').get();
    expect(() => states.save(manyRows, 0)).toThrow(trouble('SQLITE_FULL', 'full'));
    file.prepare('PRAGMA max_page_count = 100000').get();
    states.save(manyRows, 0);
    expect(states.load().rows).toHaveLength(manyRows.length);
  });

  it('does not confuse who wrote what when a first save fails', () => {
    const path = scratchFile();
    const [here, there] = [openFile(path), openFile(path)];
    here.file.prepare('PRAGMA max_page_count = 20').get();
    expect(() => here.states.save(manyRows, 0)).toThrow(trouble('SQLITE_FULL', 'full'));
    there.states.save([row('there')], 0);
    here.states.save([row('here')], 0);
    expect(names(here.states.changes().rows)).toEqual(['there']);
    expect(names(there.states.changes().rows)).toEqual(['here']);
  });
});

describe('a disk that cannot be written', () => {
  it('is still read, and says so when written', () => {
    const { file, states } = openFile();
    states.save([row('first')], 0);
    file.prepare('PRAGMA query_only = ON').run();
    expect(() => states.save([row('second')], 0)).toThrow(
      trouble('SQLITE_READONLY', 'cannot be written'),
    );
    expect(names(states.load().rows)).toEqual(['first']);
    file.prepare('PRAGMA query_only = OFF').run();
    states.save([row('second')], 0);
    expect(names(states.load().rows)).toEqual(['first', 'second']);
  });
});

describe('a file locked by another process', () => {
  const IN_WAL = 'BEGIN EXCLUSIVE';
  const ALONE = 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE';

  it('refuses a save without waiting, goes on reading, and saves when it is free', async () => {
    const { states, path } = openFile();
    states.save([row('first')], 0);
    const holder = startChild('hold-lock.ts', path, IN_WAL);
    expect(await holder.line()).toBe('held');

    const startMs = performance.now();
    expect(() => states.save([row('second')], 0)).toThrow(trouble('SQLITE_BUSY', 'is locked'));
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(names(states.load().rows)).toEqual(['first']);
    expect(states.changes().rows).toEqual([]);

    holder.tell('let go');
    states.save([row('second')], 0, 10_000);
    expect(names(states.load().rows)).toEqual(['first', 'second']);
  });

  it('waits as long as it is told, and never again after that', async () => {
    const { states, path } = openFile();
    const holder = startChild('hold-lock.ts', path, IN_WAL);
    expect(await holder.line()).toBe('held');
    const waitedMs = (waitMs: number): number => {
      const startMs = performance.now();
      expect(() => states.save([row('b')], 0, waitMs)).toThrow(trouble('SQLITE_BUSY', 'locked'));
      return performance.now() - startMs;
    };
    expect(waitedMs(400)).toBeGreaterThan(300);
    for (const never of [0, -5, Number.NaN]) expect(waitedMs(never)).toBeLessThan(300);
  });

  it('is opened and read while another process writes', async () => {
    const path = scratchFile();
    const before = openSqliteStore(path);
    before.breakerStates.save([row('first')], 0);
    const holder = startChild('hold-lock.ts', path, IN_WAL);
    expect(await holder.line()).toBe('held');
    const { breakerStates } = openSqliteStore(path, { openWaitMs: 0 });
    expect(names(breakerStates.load().rows)).toEqual(['first']);
    expect(() => breakerStates.save([row('second')], 0)).toThrow(trouble('SQLITE_BUSY', 'locked'));
  });

  it('says so when it cannot be opened in time', async () => {
    const path = scratchFile();
    openSqliteStore(path).close();
    const holder = startChild('hold-lock.ts', path, ALONE);
    expect(await holder.line()).toBe('held');
    expect(() => openStore(`sqlite:${path}`, { openWaitMs: 20 })).toThrow(
      trouble('SQLITE_BUSY', `${path} is locked by another connection`),
    );
    holder.tell('let go');
    const store = openSqliteStore(path, { openWaitMs: 10_000 });
    store.breakerStates.save([coolingRow('b', 9)], 0);
    expect(names(store.breakerStates.load().rows)).toEqual(['b']);
  });
});
