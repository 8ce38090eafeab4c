/** Settling: every cost is booked once, whatever was drawn for it. */
import { expect, it } from 'vitest';

import type { AccountState } from '../../persistence/money-store.ts';
import { budget, item, join, labels, type Fresh, type TestHolder } from './money-holder.ts';

const BUDGETS = [budget('daily', 1_000), budget('monthly', 5_000)];

const amounts = ({ settledNanoUsd, heldNanoUsd, overspentNanoUsd }: AccountState) => ({
  settledNanoUsd,
  heldNanoUsd,
  overspentNanoUsd,
});

/** A holder that has drawn 100 of the budget `daily`, with the account's number. */
async function drawn(fresh: Fresh): Promise<{ holder: TestHolder; account: number }> {
  const holder = await join(fresh.doors, BUDGETS);
  const { accounts } = await holder.door.draw([item('daily', 100)]);
  return { holder, account: (accounts[0] as AccountState).account };
}

export function describeCommits(fresh: () => Fresh): void {
  it('moves a cost from what is held to what is settled', async () => {
    const { holder, account } = await drawn(fresh());
    const answer = await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 30 }] });
    expect(answer.overspent).toEqual([]);
    expect(answer.accounts.map(amounts)).toEqual([
      { settledNanoUsd: 30, heldNanoUsd: 70, overspentNanoUsd: 0 },
    ]);
  });

  it('charges a cost to each account of its set, and names only accounts it touched', async () => {
    const { doors } = fresh();
    const holder = await join(doors, BUDGETS);
    const { accounts } = await holder.door.draw([
      item('daily', 50),
      item('monthly', 50),
      item('@calls', 0),
    ]);
    const [daily, monthly, meter] = accounts.map(({ account }) => account) as [
      number,
      number,
      number,
    ];
    await holder.commit({ rows: [{ accounts: [daily, monthly, meter], costNanoUsd: 20 }] });
    const both = await holder.commit({ rows: [{ accounts: [daily, meter], costNanoUsd: 5 }] });
    expect(both.accounts.map(({ account }) => account).toSorted()).toEqual([daily, meter]);
    const settled = (await holder.door.accounts(null)).map(({ account, settledNanoUsd }) => [
      account,
      settledNanoUsd,
    ]);
    expect(Object.fromEntries(settled)).toEqual({ [daily]: 25, [monthly]: 20, [meter]: 25 });
  });

  it('adds up eight hundred rows on three accounts', async () => {
    const { doors } = fresh();
    const holder = await join(doors, [budget('daily', 1e9), budget('monthly', 1e9)]);
    const items = [item('daily', 4e8), item('monthly', 4e8), item('@calls', 0)];
    const { accounts } = await holder.door.draw(items);
    const numbers = accounts.map(({ account }) => account);
    const rows = Array.from({ length: 800 }, (_, call) => ({
      accounts: numbers,
      costNanoUsd: call + 1,
    }));
    const answer = await holder.commit({ rows });
    expect(answer.accounts.map(({ settledNanoUsd }) => settledNanoUsd)).toEqual(
      Array(3).fill(320_400),
    );
    expect((await holder.door.verify()).mismatches).toEqual([]);
  });

  it('gives back what is not needed, for others to draw', async () => {
    const { doors } = fresh();
    const first = await join(doors, [budget('daily', 100)]);
    const second = await join(doors, [budget('daily', 100)]);
    await first.draw('daily', 100);
    const { account } = await first.account('daily');
    const answer = await first.commit({
      rows: [{ accounts: [account], costNanoUsd: 40 }],
      returns: [{ account, amountNanoUsd: 60 }],
    });
    expect(answer.accounts.map(amounts)).toEqual([
      { settledNanoUsd: 40, heldNanoUsd: 0, overspentNanoUsd: 0 },
    ]);
    expect(await second.draw('daily', 60)).toBe(60);
    expect(await second.draw('daily', 1)).toBeNull();
  });

  it('has the whole limit again when calls cost nothing and everything came back', async () => {
    const { holder, account } = await drawn(fresh());
    await holder.commit({
      rows: [{ accounts: [account], costNanoUsd: 0, basis: 'none' }],
      returns: [{ account, amountNanoUsd: 100 }],
    });
    expect(await holder.draw('daily', 1_000)).toBe(1_000);
  });

  it('gives back no more than is held', async () => {
    const { holder, account } = await drawn(fresh());
    await holder.commit({ returns: [{ account, amountNanoUsd: 101 }] }).catch(() => null);
    expect((await holder.account('daily')).heldNanoUsd).toBeOneOf([0, 100]);
    expect(await holder.draw('daily', 1_001)).toBeNull();
  });

  it('books a bill above what was drawn, and says how much no draw covered', async () => {
    const { holder, account } = await drawn(fresh());
    const answer = await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 130 }] });
    expect(answer.overspent).toEqual([{ account, amountNanoUsd: 30 }]);
    expect(answer.accounts.map(amounts)).toEqual([
      { settledNanoUsd: 130, heldNanoUsd: 0, overspentNanoUsd: 30 },
    ]);
  });

  it('adds up what several bills overspend in one batch', async () => {
    const { holder, account } = await drawn(fresh());
    const rows = [90, 20, 7].map((costNanoUsd) => ({ accounts: [account], costNanoUsd }));
    const { overspent } = await holder.commit({ rows });
    expect(overspent).toEqual([{ account, amountNanoUsd: 17 }]);
  });

  it('never touches what another holder drew', async () => {
    const { doors } = fresh();
    const first = await join(doors, [budget('daily', 100)]);
    const second = await join(doors, [budget('daily', 100)]);
    await first.draw('daily', 60);
    await second.draw('daily', 40);
    const { account } = await second.account('daily');
    const answer = await second.commit({ rows: [{ accounts: [account], costNanoUsd: 55 }] });
    expect(answer.overspent).toEqual([{ account, amountNanoUsd: 15 }]);
    expect(answer.accounts.map(amounts)).toEqual([
      { settledNanoUsd: 55, heldNanoUsd: 60, overspentNanoUsd: 15 },
    ]);
  });

  it('cannot overspend a meter', async () => {
    const holder = await join(fresh().doors);
    const { account } = await holder.account('@calls');
    const answer = await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 9 }] });
    expect(answer.overspent).toEqual([]);
    expect(answer.accounts.map(amounts)).toEqual([
      { settledNanoUsd: 9, heldNanoUsd: 0, overspentNanoUsd: 0 },
    ]);
  });

  it('applies a batch once, and answers the second time as it did', async () => {
    const fresher = fresh();
    const { holder, account } = await drawn(fresher);
    const batch = holder.batch({
      rows: [{ accounts: [account], costNanoUsd: 130 }],
      refused: [{ labels: labels(), count: 2, expectedNanoUsd: 8, atMs: 1 }],
    });
    const answer = await holder.door.commit(batch);
    expect(answer.overspent).toEqual([{ account, amountNanoUsd: 30 }]);
    expect(await holder.door.commit(batch)).toEqual(answer);
    const { total } = await holder.door.report({ by: 'none', sinceMs: null });
    expect([total.callCount, total.costNanoUsd, total.refusedCount]).toEqual([1, 130, 2]);
    expect((await holder.account('daily')).settledNanoUsd).toBe(130);
  });

  it('gives back once when a batch comes twice', async () => {
    const { holder, account } = await drawn(fresh());
    const batch = holder.batch({ returns: [{ account, amountNanoUsd: 40 }] });
    await holder.door.commit(batch);
    await holder.door.commit(batch);
    expect((await holder.account('daily')).heldNanoUsd).toBe(60);
  });

  it('books a reservation once, in whatever batch it comes again', async () => {
    const { holder, account } = await drawn(fresh());
    const row = { accounts: [account], costNanoUsd: 10 };
    await holder.commit({ rows: [{ ...row, number: 7 }] });
    await holder.commit({
      rows: [
        { ...row, number: 7 },
        { ...row, number: 3 },
        { ...row, number: 3 },
      ],
    });
    expect(amounts(await holder.account('daily'))).toEqual({
      settledNanoUsd: 20,
      heldNanoUsd: 80,
      overspentNanoUsd: 0,
    });
  });

  it('tells reservations of the same number by their holders', async () => {
    const fresher = fresh();
    const { holder: first, account } = await drawn(fresher);
    const second = await join(fresher.doors, BUDGETS);
    const row = { accounts: [account], costNanoUsd: 10, number: 1 };
    await first.commit({ rows: [row] });
    await second.commit({ rows: [row] });
    expect((await second.account('daily')).settledNanoUsd).toBe(20);
  });

  it('refuses a batch out of turn, and books nothing of it', async () => {
    const { holder, account } = await drawn(fresh());
    const row = { accounts: [account], costNanoUsd: 10 };
    const first = holder.batch({ rows: [row] });
    const second = holder.batch({ rows: [row] });
    const early = async () => holder.door.commit(second);
    await expect(early()).rejects.toMatchObject({ code: 'invalid_argument' });
    expect((await holder.account('daily')).settledNanoUsd).toBe(0);
    await holder.door.commit(first);
    await holder.door.commit(second);
    expect((await holder.account('daily')).settledNanoUsd).toBe(20);
  });

  it.each([
    ['a negative cost', { costNanoUsd: -1 }],
    ['a cost that is no number', { costNanoUsd: Number.NaN }],
    ['a cost of half a nano-dollar', { costNanoUsd: 1.5 }],
    ['a cost beyond 2^53', { costNanoUsd: 2 ** 53 }],
    ['an account that never was', { accounts: [4_711] }],
  ])('refuses a batch with %s, and books none of its rows', async (_, impossible) => {
    const { holder, account } = await drawn(fresh());
    const row = { accounts: [account], costNanoUsd: 10 };
    const commit = holder.commit({ rows: [row, { ...row, ...impossible }, row] });
    await expect(commit).rejects.toMatchObject({ code: 'invalid_argument' });
    expect((await holder.account('daily')).settledNanoUsd).toBe(0);
    const { total } = await holder.door.report({ by: 'none', sinceMs: null });
    expect(total.callCount).toBe(0);
  });

  it('charges nothing for a usage of zero, and tells it from one that nobody knows', async () => {
    const { holder, account } = await drawn(fresh());
    await holder.commit({
      rows: [
        { accounts: [account], costNanoUsd: 0, basis: 'usage', inputTokens: 0, outputTokens: 0 },
        { accounts: [account], costNanoUsd: 25, basis: 'assumed' },
      ],
    });
    const { total } = await holder.door.report({ by: 'none', sinceMs: null });
    expect(total).toMatchObject({
      callCount: 2,
      assumedCount: 1,
      costNanoUsd: 25,
      inputTokens: 0,
      outputTokens: 0,
    });
    expect((await holder.account('daily')).settledNanoUsd).toBe(25);
  });

  it('takes an empty batch', async () => {
    const { holder } = await drawn(fresh());
    expect(await holder.commit({})).toEqual({ accounts: [], overspent: [] });
  });
}
