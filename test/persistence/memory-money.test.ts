/** What is special to books in memory: their bounds, and that proof notices a wrong total. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { memoryAccounts } from '../../persistence/memory-money-accounts.ts';
import { bookedNumbers } from '../../persistence/memory-money-numbers.ts';
import { memoryRollups } from '../../persistence/memory-money-rollups.ts';
import { memoryRows } from '../../persistence/memory-money-rows.ts';
import { memoryBooks } from '../../persistence/memory-money.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { budget, HOUR_MS, join, keyOf, labels } from './money-holder.ts';

const DAY_MS = 24 * HOUR_MS;
const fresh = () => memoryBooks(new VirtualClock());

describe('rows', () => {
  it('are kept up to a bound, behind checkpoints with which every total is still borne out', async () => {
    const holder = await join(fresh(), [budget('daily', 1e9)]);
    await holder.draw('daily', 1e9);
    const { account } = await holder.account('daily');
    const rows = Array.from({ length: 5_000 }, () => ({ accounts: [account], costNanoUsd: 3 }));
    for (let batch = 0; batch < 30; batch++) await holder.commit({ rows });
    const { rowCount, mismatches } = holder.door.verify();
    expect(mismatches).toEqual([]);
    expect(rowCount).toBeGreaterThanOrEqual(100_000);
    expect(rowCount).toBeLessThanOrEqual(101_024);
    expect((await holder.account('daily')).settledNanoUsd).toBe(450_000);
    expect(holder.door.report({ by: 'none', sinceMs: null }).total.callCount).toBe(150_000);
  });

  it('do not bear out a total that somebody changed', () => {
    const accounts = memoryAccounts();
    const rollups = memoryRollups();
    const rows = memoryRows();
    const account = accounts.open(keyOf('daily', { value: 'x' }), 0);
    const rollup = rollups.at(rollups.group(labels()), 0);
    rows.append(0, 40, [account], rollup);
    account.settledNanoUsd = 41;
    account.heldNanoUsd = 5;
    rollup.costNanoUsd = 39;
    expect(rows.verify(accounts, rollups)).toEqual({
      rowCount: 1,
      accountCount: 1,
      mismatches: [
        {
          what: 'settled of "daily", value "x", period "total"',
          storedNanoUsd: 41,
          recomputedNanoUsd: 40,
        },
        {
          what: 'held of "daily", value "x", period "total"',
          storedNanoUsd: 5,
          recomputedNanoUsd: 0,
        },
        {
          what: 'cost of the hour 1970-01-01T00:00:00.000Z',
          storedNanoUsd: 39,
          recomputedNanoUsd: 40,
        },
      ],
    });
  });
});

describe('rollups', () => {
  it('forget the oldest hour when there are too many, and still bear out their rows', () => {
    const rollups = memoryRollups(2);
    const rows = memoryRows();
    const group = rollups.group(labels());
    for (const hour of [5, 6, 7, 5]) {
      const rollup = rollups.at(group, hour * HOUR_MS);
      rollup.costNanoUsd += 10 ** hour;
      rows.append(hour * HOUR_MS, 10 ** hour, [], rollup);
    }
    const { total } = rollups.report({ by: 'none', sinceMs: null });
    expect(total.costNanoUsd).toBe(10 ** 7 + 10 ** 5);
    expect(rows.verify(memoryAccounts(), rollups).mismatches).toEqual([]);
  });

  it('of equal labels are one, whoever told them', () => {
    const rollups = memoryRollups();
    const first = rollups.at(rollups.group(labels()), 0);
    expect(rollups.at(rollups.group(labels({ method: 'historical' })), 1)).toBe(first);
    expect(rollups.at(rollups.group(labels({ model: 'o3' })), 1)).not.toBe(first);
  });
});

describe('accounts', () => {
  const ended = (period: string, endMs: number) => keyOf('daily', { period, startMs: 0, endMs });

  it('of periods that ended a day ago make room when there are too many', () => {
    const accounts = memoryAccounts(2);
    accounts.open(ended('old', HOUR_MS), 0);
    accounts.open(ended('recent', DAY_MS), 0);
    accounts.open(ended('new', 3 * DAY_MS), HOUR_MS + DAY_MS);
    const periods = [...accounts.numbered.values()].map(({ key }) => key.period);
    expect(periods).toEqual(['recent', 'new']);
  });

  it('stay while somebody holds money of them', () => {
    const accounts = memoryAccounts(1);
    accounts.open(ended('held', HOUR_MS), 0).heldNanoUsd = 1;
    accounts.open(ended('new', 9 * DAY_MS), 5 * DAY_MS);
    expect(accounts.numbered.size).toBe(2);
  });

  it('are never numbered twice', () => {
    const accounts = memoryAccounts();
    const first = accounts.open(ended('old', 1), 0).number;
    accounts.forgetEnded(1);
    expect(accounts.open(ended('new', 2), 0).number).toBe(first + 1);
  });
});

describe('numbers of reservations', () => {
  it('are new once, in any order', () => {
    const anyNumber = fc.oneof(fc.nat({ max: 70 }), fc.nat({ max: 200_000 }));
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 100 }), (numbers) => {
        const booked = bookedNumbers();
        const seen = new Set<number>();
        for (const number of numbers) {
          expect(booked.take(number)).toBe(!seen.has(number));
          seen.add(number);
        }
      }),
    );
  });

  it('count as new again when they are far behind', () => {
    const booked = bookedNumbers(2);
    booked.take(1);
    booked.take(65_536);
    expect(booked.take(1)).toBe(false);
    booked.take(3 * 65_536);
    expect(booked.take(65_536)).toBe(false);
    expect(booked.take(1)).toBe(true);
  });
});

describe('a holder in memory', () => {
  it('is not given the answers of batches long ago, which still change nothing', async () => {
    const holder = await join(fresh(), [budget('daily', 100)]);
    const { account } = await holder.account('daily');
    const first = holder.batch({ rows: [{ accounts: [account], costNanoUsd: 9 }] });
    holder.door.commit(first);
    for (let batch = 0; batch < 20; batch++) await holder.commit({});
    expect(holder.door.commit(first)).toEqual({ accounts: [], overspent: [] });
    expect((await holder.account('daily')).settledNanoUsd).toBe(9);
  });

  it('may tell more than 131,072 sets of accounts, of which the oldest are forgotten', async () => {
    const holder = await join(fresh(), [budget('daily', 100)]);
    const { account } = await holder.account('daily');
    const row = { accounts: [account], costNanoUsd: 9 };
    const early = holder.batch({ rows: [row] });
    holder.door.commit(early);
    const charges = Array.from({ length: 131_072 }, (_, count) => ({
      place: count + 1,
      accounts: [account],
    }));
    holder.door.commit({ ...holder.batch({}), charges });
    const again = holder.batch({ rows: [row] });
    expect(() => holder.door.commit(again)).toThrow('charges must be a place told, got 0');
    const told = [{ place: 0, accounts: [account] }];
    expect(() => holder.door.commit({ ...again, charges: told })).not.toThrow();
  });

  it("books no batch of another's", async () => {
    const books = fresh();
    const first = await join(books, [budget('daily', 100)]);
    const second = await join(books);
    expect(() => second.door.commit(first.batch({}))).toThrow('batch.holder must be 2, got 1');
  });

  it('joins once', async () => {
    const { door } = await join(fresh());
    expect(() => door.join({ pid: 1, processStart: '', bootId: '' }, [])).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });
});
