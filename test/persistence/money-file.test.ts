/**
 * The money of a file as it lies on the disk: what verifies it, what shortens it, what breaks it.
 */
import { describe, expect, it } from 'vitest';

import { MIGRATIONS, migrate } from '../../persistence/migrations.ts';
import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { storeError } from '../../persistence/sqlite-errors.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { ALIVE, batchMaker, budget, entry, HOUR_MS, item, keyOf } from './money-holder.ts';
import { labels, outside } from './money-holder.ts';
import { openRaw, rowsOf, tamper } from './raw-file.ts';
import { atEnd, scratchFile } from './scratch.ts';

const DAY_MS = 24 * HOUR_MS;

function openMoney(path = scratchFile(), startMs = 10 * DAY_MS) {
  const file = openSqlite(path);
  atEnd(() => file.close());
  const clock = new VirtualClock({ startMs });
  return { path, file, clock, engine: sqliteMoney(file, clock) };
}

const dayKey = (day: number) =>
  keyOf('daily', { period: `day ${day}`, startMs: day * DAY_MS, endMs: (day + 1) * DAY_MS });

/** Two days of calls, one an hour, charged to a day, to everything and to a meter. */
function twoDays() {
  const open = openMoney();
  const { engine, clock } = open;
  const { holder } = engine.join(ALIVE, [budget('daily', 1_000), budget('ever', 10_000)]);
  const batch = batchMaker(holder, () => clock.nowMs());
  for (const day of [10, 11]) {
    const items = [item(dayKey(day), 500), item('ever', 500), item('@calls', 0)];
    const accounts = engine.draw(items).accounts.map(({ account }) => account);
    for (let hour = 0; hour < 24; hour++) {
      const rows = [{ accounts, costNanoUsd: hour }];
      engine.commit(batch({ rows }));
      clock.advance(HOUR_MS);
      engine.renew();
    }
  }
  engine.bookOutside([
    { ...outside('a', 40, [keyOf('ever')]), atMs: 10 * DAY_MS },
    { ...outside('b', 60, [keyOf('ever')]), atMs: 11 * DAY_MS, kind: 'billed' },
  ]);
  return { ...open, batch };
}

const mismatchesOf = (path: string) => openMoney(path).engine.verify().mismatches;

describe('verify', () => {
  it('bears out what was booked', () => {
    const { engine } = twoDays();
    expect(engine.verify()).toEqual({ rowCount: 49, accountCount: 4, mismatches: [] });
  });

  it.each([
    ['a row', 'UPDATE ledger SET cost_nano_usd = 2 WHERE number = 2', 4, 'settled'],
    ['a missing row', 'DELETE FROM ledger WHERE number = 5', 4, 'settled'],
    ['what a row is charged to', 'UPDATE ledger SET charges = 99 WHERE number = 5', 3, 'settled'],
    ['the hour of a row', 'UPDATE ledger SET reserved_at_ms = 0 WHERE number = 5', 2, 'hour'],
    ['an account', 'UPDATE accounts SET settled_nano_usd = 7 WHERE id = 2', 1, 'settled'],
    ['what is held', 'UPDATE accounts SET held_nano_usd = 0 WHERE id = 2', 1, 'held'],
    ['an allowance', 'UPDATE allowances SET held_nano_usd = 1 WHERE account = 2', 1, 'held'],
    ['a forfeit', 'UPDATE accounts SET forfeited_nano_usd = 5 WHERE id = 2', 1, 'forfeited'],
    ['an overspend', 'UPDATE accounts SET overspent_nano_usd = 5 WHERE id = 2', 1, 'overspent'],
    ['the sum of an hour', 'UPDATE rollups SET cost_nano_usd = 99 WHERE hour = 245', 1, 'hour'],
    ['a missing hour', 'DELETE FROM rollups WHERE hour = 245', 1, 'hour'],
    ['a cost from outside', 'UPDATE outside_costs SET cost_nano_usd = 41', 2, 'settled'],
    ['a checkpoint', 'UPDATE accounts SET checkpoint_nano_usd = 1 WHERE id = 3', 1, 'settled'],
  ])('finds %s that was tampered with', (_, sql, count, what) => {
    const { path } = twoDays();
    tamper(path, sql);
    const mismatches = mismatchesOf(path);
    expect(mismatches).toHaveLength(count);
    expect(mismatches.map((one) => one.what).join()).toContain(what);
  });

  it('tells what is stored and what the rows say', () => {
    const { path } = twoDays();
    tamper(path, 'UPDATE accounts SET settled_nano_usd = settled_nano_usd - 1 WHERE id = 1');
    expect(mismatchesOf(path)).toEqual([
      { what: "settled on 'daily' in 'day 10'", storedNanoUsd: 275, recomputedNanoUsd: 276 },
    ]);
  });
});

describe('compaction', () => {
  it('removes rows and periods, and keeps every total that is left', () => {
    const { engine, path } = twoDays();
    const before = engine.accounts(null);
    const report = engine.report({ by: 'model', sinceMs: null });
    expect(engine.compact(10 * DAY_MS + 6 * HOUR_MS)).toEqual({ rowCount: 7 });
    expect(engine.accounts(null)).toEqual(before);
    expect(engine.verify()).toMatchObject({ rowCount: 42, mismatches: [] });
    // Drawn and never settled: money is in somebody's hands, and the period stays.
    expect(engine.compact(11 * DAY_MS)).toEqual({ rowCount: 18 });
    expect(engine.accounts(null)).toEqual(before);
    engine.leave();
    expect(engine.compact(11 * DAY_MS)).toEqual({ rowCount: 0 });
    expect(engine.accounts(null).map(({ key }) => key.period)).toEqual([
      'total',
      'total',
      'day 11',
    ]);
    expect(engine.verify()).toMatchObject({ rowCount: 24, accountCount: 3, mismatches: [] });
    expect(engine.report({ by: 'model', sinceMs: null })).toEqual(report);
    tamper(path, 'UPDATE accounts SET checkpoint_nano_usd = 0 WHERE id = 2');
    expect(engine.verify().mismatches).toMatchObject([{ recomputedNanoUsd: 276 }]);
  });

  it('opens no period again whose books it has closed', () => {
    const { engine } = twoDays();
    engine.leave();
    engine.compact(11 * DAY_MS);
    engine.join(ALIVE, []);
    const closed = expect.objectContaining({ code: 'invalid_argument' });
    expect(() => engine.draw([item(dayKey(10), 1)])).toThrow(closed);
    const late = { ...outside('a', 40, [keyOf('ever')]), atMs: 10 * DAY_MS };
    expect(() => engine.bookOutside([late])).toThrow(closed);
    expect(engine.draw([item(dayKey(11), 1)]).drawnNanoUsd).toEqual([1]);
    expect(engine.verify().mismatches).toEqual([]);
  });

  it('still books a call that settles after its period was removed', () => {
    const { engine, batch, path } = twoDays();
    engine.draw([item('ever', 100)]);
    const [day, ever] = engine.accounts(null).map(({ account }) => account);
    tamper(
      path,
      'UPDATE accounts SET held_nano_usd = 0 WHERE id = 1; DELETE FROM allowances WHERE account = 1',
    );
    engine.compact(11 * DAY_MS);
    const rows = [{ accounts: [day, ever] as number[], costNanoUsd: 5, reservedAtMs: 10 * DAY_MS }];
    expect(engine.commit(batch({ rows })).accounts).toMatchObject([{ account: ever }]);
    expect(engine.verify().mismatches).toEqual([]);
    engine.compact(11 * DAY_MS);
    expect(engine.verify()).toMatchObject({ rowCount: 24, mismatches: [] });
  });

  it('forgets in time what nobody names any more', () => {
    const { engine, path } = twoDays();
    engine.leave();
    const count = (table: string) =>
      (rowsOf(path, `SELECT count(*) AS count FROM ${table}`)[0] as { count: number }).count;
    engine.compact(13 * DAY_MS);
    expect(['ledger', 'charge_sets', 'holders', 'label_places'].map(count)).toEqual([0, 1, 0, 0]);
    expect(count('rollups')).toBe(48);
    engine.compact(1_000 * DAY_MS);
    expect(['rollups', 'labels'].map(count)).toEqual([0, 0]);
    expect(engine.accounts(null)).toMatchObject([
      { key: { budget: 'ever' }, settledNanoUsd: 592 },
      { key: { budget: '@calls' }, settledNanoUsd: 552 },
    ]);
    expect(engine.verify()).toEqual({ rowCount: 0, accountCount: 2, mismatches: [] });
  });
});

describe('a file', () => {
  it('of the first version gets its tables, and keeps what it has', () => {
    const path = scratchFile();
    const handle = openRaw(path);
    migrate(path, handle, MIGRATIONS.slice(0, 1));
    handle.exec(`INSERT INTO counters VALUES ('breaker_states.revision', 4)`);
    const { engine } = openMoney(path);
    engine.join(ALIVE, [budget('daily', 5)]);
    expect(engine.draw([item('daily', 5)]).drawnNanoUsd).toEqual([5]);
    expect(rowsOf(path, 'SELECT value FROM counters ORDER BY name')[0]).toEqual({ value: 4 });
  });

  it('has drawn money on its disk before the answer, and settlements behind', () => {
    const { file, clock } = openMoney();
    const levels: unknown[] = [];
    const level = () => file.prepare('PRAGMA synchronous').pluck().get();
    const engine = sqliteMoney(
      {
        ...file,
        write: (waitMs, work) =>
          file.write(waitMs, () => {
            levels.push(level());
            return work();
          }),
      },
      clock,
    );
    const levelsOf = (work: () => void) => {
      levels.length = 0;
      work();
      return levels;
    };
    const [NORMAL, FULL] = [1, 2];
    const { holder } = engine.join(ALIVE, [budget('daily', 100)]);
    expect(levelsOf(() => engine.draw([item('daily', 5)]))).toEqual([FULL]);
    const { account = 0 } = engine.accounts(null)[0] ?? {};
    const batch = batchMaker(holder, () => 0)({ rows: [{ accounts: [account], costNanoUsd: 1 }] });
    expect(levelsOf(() => engine.commit(batch))).toEqual([NORMAL]);
    expect(levelsOf(() => engine.setLimit('daily', 50, entry()))).toEqual([FULL]);
    expect(levelsOf(() => engine.audit([entry()]))).toEqual([FULL]);
    expect(levelsOf(() => engine.bookOutside([outside('a', 1, [])]))).toEqual([FULL]);
    expect(level()).toBe(NORMAL);
  });

  it('that is full takes a batch whole or not at all, and once there is room', () => {
    const { engine, file, clock } = openMoney();
    const { holder } = engine.join(ALIVE, [budget('daily', 1_000_000)]);
    const { accounts } = engine.draw([item('daily', 1_000_000)]);
    const before = engine.accounts(null);
    const account = accounts[0]?.account ?? 0;
    const batch = batchMaker(holder, () => clock.nowMs())({
      rows: Array.from({ length: 5_000 }, (_, number) => ({
        accounts: [account],
        costNanoUsd: 3,
        number,
        labels: labels({ breaker: `b${number % 7}` }),
      })),
      returns: [{ account, amountNanoUsd: 10 }],
    });
    const pages = file.prepare('PRAGMA page_count').pluck().get() as number;
    file.prepare(`PRAGMA max_page_count = ${pages + 10}`).get();
    expect(() => engine.commit(batch)).toThrow(
      expect.objectContaining({
        code: 'store_unavailable',
        message: expect.stringContaining('full'),
      }),
    );
    expect(engine.accounts(null)).toEqual(before);
    expect(engine.verify()).toMatchObject({ rowCount: 0, mismatches: [] });
    file.prepare('PRAGMA max_page_count = 100000').get();
    expect(engine.commit(batch).accounts).toMatchObject([
      { settledNanoUsd: 15_000, heldNanoUsd: 984_990 },
    ]);
    expect(engine.verify()).toMatchObject({ rowCount: 5_000, mismatches: [] });
    expect(engine.report({ by: 'breaker', sinceMs: null }).rows).toHaveLength(7);
  });

  it('remembers nothing of a batch that it refused', () => {
    const { engine, clock } = openMoney();
    const { holder } = engine.join(ALIVE, [budget('daily', 10)]);
    const { account = 0 } = engine.draw([item('daily', 10)]).accounts[0] ?? {};
    const told = batchMaker(holder, () => clock.nowMs())({
      rows: [
        { accounts: [account], costNanoUsd: 1 },
        { accounts: [account], costNanoUsd: -1 },
      ],
    });
    const refused = expect.objectContaining({ code: 'invalid_argument' });
    expect(() => engine.commit(told)).toThrow(refused);
    const untold = { ...told, labels: [], charges: [], rowCount: 1 };
    expect(() => engine.commit(untold)).toThrow(refused);
    expect(engine.commit({ ...told, rowCount: 1 }).accounts).toMatchObject([{ settledNanoUsd: 1 }]);
    expect(engine.verify()).toMatchObject({ rowCount: 1, mismatches: [] });
  });

  it('that another process puts in order is read once more, with patience', () => {
    const { file, clock, path } = openMoney();
    const busy = Object.assign(new Error('locked'), { code: 'SQLITE_BUSY_RECOVERY' });
    const waits: unknown[] = [];
    let refusals = 0;
    const engine = sqliteMoney(
      {
        ...file,
        once(work) {
          waits.push(file.prepare('PRAGMA busy_timeout').pluck().get());
          if (refusals-- > 0) throw storeError(path, busy);
          return file.once(work);
        },
      },
      clock,
      { waitMs: 700 },
    );
    engine.join(ALIVE, [budget('daily', 10)]);
    engine.audit([entry()]);
    waits.length = 0;
    refusals = 1;
    expect(engine.auditLog(1)).toEqual([entry()]);
    expect(engine.auditLog(1)).toEqual([entry()]);
    expect(waits).toEqual([0, 700, 0]);
    refusals = 2;
    expect(() => engine.auditLog(1)).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
  });

  it('that another process writes to makes a request wait, and then fail', () => {
    const { file, clock, path } = openMoney();
    const engine = sqliteMoney(file, clock, { waitMs: 50 });
    engine.join(ALIVE, [budget('daily', 10)]);
    const other = openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => engine.draw([item('daily', 1)])).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
    other.exec('ROLLBACK');
    expect(engine.draw([item('daily', 1)]).drawnNanoUsd).toEqual([1]);
  });
});
