/** Holders that leave, die, wake and are corrected: what they drew is never lost and never free. */
import { describe, expect, it } from 'vitest';

import { budget, entry, item, join, keyOf } from './money-holder.ts';
import type { Fresh, TestHolder } from './money-holder.ts';

const BUDGETS = [budget('daily', 1_000)];
const DAILY = keyOf('daily');
const LEASE_MS = 30_000;

interface Pair extends Fresh {
  readonly here: TestHolder;
  readonly there: TestHolder;
  /** The account of the budget `daily`. */
  readonly account: number;
}

/** Two holders, of which the one that is elsewhere has drawn 100. */
async function pair(fresh: Fresh): Promise<Pair> {
  const here = await join(fresh.doors, BUDGETS);
  const there = await join(fresh.doors, BUDGETS);
  const { account } = await here.account(DAILY);
  await there.draw(DAILY, 100);
  await here.door.changes();
  return { ...fresh, here, there, account };
}

/** As a pair, after the one elsewhere fell silent and what it held was forfeited. */
async function bereaved(fresh: Fresh): Promise<Pair> {
  const both = await pair(fresh);
  both.clock.advance(LEASE_MS + 1);
  await both.here.door.renew();
  return both;
}

const amounts = async (holder: TestHolder) => {
  const { settledNanoUsd, forfeitedNanoUsd, heldNanoUsd, overspentNanoUsd } =
    await holder.account(DAILY);
  return {
    settled: settledNanoUsd,
    forfeited: forfeitedNanoUsd,
    held: heldNanoUsd,
    overspent: overspentNanoUsd,
  };
};
const NONE = { settled: 0, forfeited: 0, held: 0, overspent: 0 };

export function describeLeases(fresh: () => Fresh): void {
  it('gives every holder a number of its own, also when another has left', async () => {
    const { doors } = fresh();
    const first = await join(doors);
    const second = await join(doors);
    await second.door.leave();
    const third = await join(doors);
    expect(new Set([first.number, second.number, third.number]).size).toBe(3);
  });

  it('keeps what a silent holder drew for thirty seconds, and not longer', async () => {
    const { clock, here } = await pair(fresh());
    clock.advance(LEASE_MS - 1);
    await here.door.renew();
    expect(await amounts(here)).toEqual({ ...NONE, held: 100 });
    clock.advance(2);
    await here.door.renew();
    expect(await amounts(here)).toEqual({ ...NONE, forfeited: 100 });
  });

  it('keeps what a holder drew as long as it renews', async () => {
    const { clock, here, there } = await pair(fresh());
    for (let renewals = 0; renewals < 10; renewals++) {
      clock.advance(10_000);
      await there.door.renew();
      await here.door.renew();
    }
    expect(await amounts(here)).toEqual({ ...NONE, held: 100 });
  });

  it('keeps what a holder drew that renews too late, when nobody else has noticed', async () => {
    const { clock, here, there } = await pair(fresh());
    await here.door.leave();
    clock.advance(2 * LEASE_MS);
    expect((await there.door.changes()).forfeits).toEqual([]);
    await there.door.renew();
    expect(await amounts(there)).toEqual({ ...NONE, held: 100 });
  });

  it('tells who is left what was forfeited, once', async () => {
    const { clock, here, there, account } = await pair(fresh());
    clock.advance(LEASE_MS + 1);
    const changes = await here.door.changes();
    expect(changes.forfeits).toMatchObject([{ account, budget: 'daily', amountNanoUsd: 100 }]);
    expect(changes.accounts).toMatchObject([{ account, forfeitedNanoUsd: 100, heldNanoUsd: 0 }]);
    await there.draw(DAILY, 1);
    expect((await here.door.changes()).forfeits).toEqual([]);
  });

  it('tells also of what was forfeited at a renewal', async () => {
    const { here } = await bereaved(fresh());
    expect((await here.door.changes()).forfeits).toMatchObject([{ amountNanoUsd: 100 }]);
    expect((await here.door.changes()).forfeits).toEqual([]);
  });

  it('tells a holder that joins what it found forfeited', async () => {
    const { clock, doors, account } = await pair(fresh());
    clock.advance(LEASE_MS + 1);
    const heir = await join(doors, BUDGETS);
    expect(heir.joined.forfeits).toMatchObject([{ account, budget: 'daily', amountNanoUsd: 100 }]);
    expect((await heir.door.changes()).forfeits).toEqual([]);
  });

  it('counts what is forfeited as spent', async () => {
    const { here } = await bereaved(fresh());
    expect(await here.draw(DAILY, 901)).toBeNull();
    expect(await here.draw(DAILY, 900)).toBe(900);
  });

  it('forfeits only what was neither settled nor given back', async () => {
    const { clock, here, there, account } = await pair(fresh());
    await there.commit({
      rows: [{ accounts: [account], costNanoUsd: 25 }],
      returns: [{ account, amountNanoUsd: 35 }],
    });
    clock.advance(LEASE_MS + 1);
    await here.door.renew();
    expect(await amounts(here)).toEqual({ ...NONE, settled: 25, forfeited: 40 });
  });

  it('forfeits nothing of a meter', async () => {
    const { clock, doors } = fresh();
    const here = await join(doors);
    const there = await join(doors);
    await there.door.draw([item('@calls', 5, 1_000)]);
    clock.advance(LEASE_MS + 1);
    expect((await here.door.changes()).forfeits).toEqual([]);
    expect((await here.account('@calls')).forfeitedNanoUsd).toBe(0);
  });

  it('returns what is held when its holder leaves', async () => {
    const { here, there } = await pair(fresh());
    await there.door.leave();
    expect(await amounts(here)).toEqual(NONE);
    expect(await here.draw(DAILY, 1_000)).toBe(1_000);
  });

  it('tells who watches that a holder has left something', async () => {
    const { here, there, account } = await pair(fresh());
    await there.door.leave();
    expect((await here.door.changes()).accounts).toMatchObject([{ account, heldNanoUsd: 0 }]);
  });

  it('forfeits nothing of a holder that has left', async () => {
    const { clock, here, there } = await pair(fresh());
    await there.door.leave();
    clock.advance(10 * LEASE_MS);
    expect((await here.door.changes()).forfeits).toEqual([]);
    expect(await amounts(here)).toEqual(NONE);
  });

  it('leaves before it joins, and twice, without a word', async () => {
    const { doors } = fresh();
    await doors.engine().leave();
    const holder = await join(doors);
    await holder.door.leave();
    await holder.door.leave();
  });

  it('answers nobody who has left', async () => {
    const { there, account } = await pair(fresh());
    const batch = there.batch({ rows: [{ accounts: [account], costNanoUsd: 1 }] });
    await there.door.leave();
    const draw = async () => there.door.draw([item('daily', 1)]);
    await expect(draw()).rejects.toMatchObject({ code: 'store_unavailable' });
    const commit = async () => there.door.commit(batch);
    await expect(commit()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  describe('of a holder that wakes after its lease was forfeited', () => {
    it('settles calls in flight out of what it forfeited', async () => {
      const { here, there, account } = await bereaved(fresh());
      const answer = await there.commit({ rows: [{ accounts: [account], costNanoUsd: 30 }] });
      expect(answer.overspent).toEqual([]);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 30, forfeited: 70 });
    });

    it('never settles more than its draw without overspending', async () => {
      const { here, there, account } = await bereaved(fresh());
      const row = { accounts: [account], costNanoUsd: 60 };
      const answer = await there.commit({ rows: [row, row] });
      expect(answer.overspent).toEqual([{ account, amountNanoUsd: 20 }]);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 120, overspent: 20 });
    });

    it('settles nothing out of what others forfeited', async () => {
      const both = await bereaved(fresh());
      const { here, account } = both;
      const answer = await here.commit({ rows: [{ accounts: [account], costNanoUsd: 10 }] });
      expect(answer.overspent).toEqual([{ account, amountNanoUsd: 10 }]);
      expect(await amounts(here)).toEqual({
        ...NONE,
        settled: 10,
        forfeited: 100,
        overspent: 10,
      });
    });

    it('draws anew with a lease of its own, and settles out of that first', async () => {
      const { clock, here, there, account } = await bereaved(fresh());
      expect(await there.draw(DAILY, 50)).toBe(50);
      clock.advance(LEASE_MS - 1);
      await here.door.renew();
      expect(await amounts(here)).toEqual({ ...NONE, forfeited: 100, held: 50 });
      await there.commit({ rows: [{ accounts: [account], costNanoUsd: 60 }] });
      expect(await amounts(here)).toEqual({ ...NONE, settled: 60, forfeited: 90 });
    });

    it('forfeits again when it falls silent again, and may settle all of it', async () => {
      const { clock, here, there, account } = await bereaved(fresh());
      await there.draw(DAILY, 50);
      clock.advance(LEASE_MS + 1);
      await here.door.renew();
      expect(await amounts(here)).toEqual({ ...NONE, forfeited: 150 });
      const answer = await there.commit({ rows: [{ accounts: [account], costNanoUsd: 150 }] });
      expect(answer.overspent).toEqual([]);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 150 });
    });

    it('leaves what it forfeited as it is when it leaves', async () => {
      const { here, there } = await bereaved(fresh());
      await there.draw(DAILY, 50);
      await there.door.leave();
      expect(await amounts(here)).toEqual({ ...NONE, forfeited: 100 });
    });

    it('goes on with the batch that follows its last', async () => {
      const { clock, here, there, account } = await pair(fresh());
      const row = { accounts: [account], costNanoUsd: 10 };
      await there.commit({ rows: [row] });
      const late = there.batch({ rows: [row] });
      clock.advance(LEASE_MS + 1);
      await here.door.renew();
      await there.door.commit(late);
      await there.door.commit(late);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 20, forfeited: 80 });
    });
  });

  describe('of what an operator corrects', () => {
    it('makes it free again, and keeps an entry of who did it', async () => {
      const { here } = await bereaved(fresh());
      const why = entry({ act: 'forfeit.corrected', reason: 'the bill says 40', by: 'kim' });
      const after = await here.door.correctForfeit(DAILY, 60, why);
      expect(after).toMatchObject({ forfeitedNanoUsd: 40, heldNanoUsd: 0, settledNanoUsd: 0 });
      expect(await here.door.auditLog(10)).toEqual([why]);
      expect(await here.draw(DAILY, 960)).toBe(960);
    });

    it.each([60, 100])('overspends what is settled later, %d of 100 corrected', async (amount) => {
      const { here, there, account } = await bereaved(fresh());
      await here.door.correctForfeit(DAILY, amount, entry());
      const answer = await there.commit({ rows: [{ accounts: [account], costNanoUsd: 30 }] });
      expect(answer.overspent).toEqual([{ account, amountNanoUsd: 30 }]);
      expect(await amounts(here)).toEqual({
        settled: 30,
        forfeited: 100 - amount,
        held: 0,
        overspent: 30,
      });
    });

    it('fences no lease but those it came from', async () => {
      const { clock, doors, here, there, account } = await pair(fresh());
      const third = await join(doors, BUDGETS);
      await third.draw(DAILY, 50);
      clock.advance(LEASE_MS + 1);
      await here.door.renew();
      await here.door.correctForfeit(DAILY, 100, entry());
      const row = { accounts: [account], costNanoUsd: 50 };
      expect((await third.commit({ rows: [row] })).overspent).toEqual([]);
      expect((await there.commit({ rows: [row] })).overspent).toHaveLength(1);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 100, overspent: 50 });
    });

    it('takes first what a correction left over, which nobody can claim', async () => {
      const { clock, doors, here, account } = await pair(fresh());
      const third = await join(doors, BUDGETS);
      await third.draw(DAILY, 50);
      clock.advance(LEASE_MS + 1);
      await here.door.renew();
      await here.door.correctForfeit(DAILY, 60, entry());
      await here.door.correctForfeit(DAILY, 40, entry());
      const row = { accounts: [account], costNanoUsd: 50 };
      expect((await third.commit({ rows: [row] })).overspent).toEqual([]);
    });

    it('takes first what a holder lost that has left, and cannot claim it', async () => {
      const { clock, doors, here, there, account } = await pair(fresh());
      const third = await join(doors, BUDGETS);
      await third.draw(DAILY, 50);
      clock.advance(LEASE_MS + 1);
      await here.door.renew();
      await third.door.leave();
      await here.door.correctForfeit(DAILY, 50, entry());
      const row = { accounts: [account], costNanoUsd: 100 };
      expect((await there.commit({ rows: [row] })).overspent).toEqual([]);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 100 });
    });

    it('does not stand in the way of what its holder draws anew', async () => {
      const { here, there, account } = await bereaved(fresh());
      await here.door.correctForfeit(DAILY, 100, entry());
      await there.draw(DAILY, 40);
      const answer = await there.commit({ rows: [{ accounts: [account], costNanoUsd: 40 }] });
      expect(answer.overspent).toEqual([]);
      expect(await amounts(here)).toEqual({ ...NONE, settled: 40 });
    });

    it.each([
      ['more than is forfeited', DAILY, 101],
      ['of an account that nobody has opened', keyOf('daily', { value: 'x' }), 1],
      ['half a nano-dollar', DAILY, 0.5],
      ['less than nothing', DAILY, -1],
    ])('refuses to correct %s, and keeps no entry of it', async (_, key, amount) => {
      const { here } = await bereaved(fresh());
      const correct = async () => here.door.correctForfeit(key, amount, entry());
      await expect(correct()).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(await amounts(here)).toEqual({ ...NONE, forfeited: 100 });
      expect(await here.door.auditLog(10)).toEqual([]);
    });
  });
}
