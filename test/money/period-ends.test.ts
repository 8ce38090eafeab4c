/** The end of a period: what was spent stays behind, and whoever was short begins anew. */
import { describe, expect, test } from 'vitest';

import { usd, type BudgetOptions } from '../../index.ts';
import { costing, DAILY, MIDNIGHT_MS, NOON_MS, openMoney, type MoneyRig } from './rig.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Advances to an instant of the wall clock. */
const until = async ({ clock }: MoneyRig, atMs: number): Promise<void> =>
  clock.advanceAsync(atMs - clock.nowMs());

describe('COST-49 end of period budget management', () => {
  test('COST-49 end of period budget management: a day ends, and the breaker closes at its instant', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    await until(rig, MIDNIGHT_MS - 1);
    expect(rig.breaker.state).toBe('open');
    expect(await rig.spend(1)).toBe('budget_exceeded');
    await until(rig, MIDNIGHT_MS);
    expect(rig.breaker.state).toBe('closed');
    expect(await rig.spend(100)).toBe('ok');
    expect(rig.breaker.state).toBe('open');
    rig.board.flush();
    expect(rig.factsOf('budget.recovered')).toMatchObject([
      { budget: 'daily', period: 'day:UTC:2026-03-10', atMs: MIDNIGHT_MS },
    ]);
  });

  test('COST-49 end of period budget management: nobody need look for it: waiting callers are let in', async () => {
    const rig = await openMoney({ budgets: [DAILY], startMs: MIDNIGHT_MS - 5_000 });
    await rig.spend(99);
    expect(rig.breaker.state).toBe('budget_limited');
    await rig.clock.advanceAsync(5_000);
    const [state] = rig.factsOf('state.changed').slice(-1);
    expect(state).toMatchObject({ from: 'budget_limited', to: 'closed', atMs: MIDNIGHT_MS });
  });

  test.each<[string, string, string, string]>([
    ['a month of 31 days', '2026-01-31T23:00:00Z', 'UTC', '2026-02-01T00:00:00Z'],
    ['February', '2026-02-28T23:00:00Z', 'UTC', '2026-03-01T00:00:00Z'],
    ['February of a leap year', '2028-02-29T23:00:00Z', 'UTC', '2028-03-01T00:00:00Z'],
    ['the 28th of a leap year', '2028-02-28T23:00:00Z', 'UTC', '2028-03-01T00:00:00Z'],
    ['February of 2100, no leap year', '2100-02-28T23:00:00Z', 'UTC', '2100-03-01T00:00:00Z'],
    ['a year', '2026-12-31T23:00:00Z', 'UTC', '2027-01-01T00:00:00Z'],
    ['March in Berlin', '2026-03-31T20:00:00Z', 'Europe/Berlin', '2026-03-31T22:00:00Z'],
    ['February in Kiritimati', '2026-02-28T09:00:00Z', 'Pacific/Kiritimati', '2026-02-28T10:00Z'],
  ])(
    'COST-49 end of period budget management: %s ends when its month does',
    async (_, start, timeZone, end) => {
      const rig = await openMoney({
        budgets: [{ id: 'monthly', limit: usd(10), period: 'month', timeZone }],
        startMs: Date.parse(start),
      });
      await rig.spend(10);
      expect((await rig.summary('monthly')).nextPeriodAtMs).toBe(Date.parse(end));
      await until(rig, Date.parse(end) - 1);
      expect(rig.breaker.state).toBe('open');
      await until(rig, Date.parse(end));
      expect(rig.breaker.state).toBe('closed');
      expect(await rig.summary('monthly')).toMatchObject({ spentNanoUsd: 0, level: 'ok' });
    },
  );

  test.each([
    ['23 hours', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['25 hours', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
  ])(
    'COST-49 end of period budget management: a day of %s, as clocks change, ends when the next begins',
    async (_, start, end) => {
      const rig = await openMoney({
        budgets: [{ ...DAILY, timeZone: 'Europe/Berlin' }],
        startMs: Date.parse(start),
      });
      await rig.spend(100);
      await until(rig, Date.parse(end) - 1);
      expect(await rig.spend(1)).toBe('budget_exceeded');
      expect(rig.breaker.state).toBe('open');
      await until(rig, Date.parse(end));
      expect(await rig.spend(1)).toBe('ok');
    },
  );

  test.each<[BudgetOptions['period'], number]>([
    ['hour', Date.parse('2026-03-10T13:00:00Z')],
    ['week', Date.parse('2026-03-16T00:00:00Z')],
  ])('COST-49 end of period budget management: a budget of a %s', async (period, endMs) => {
    const rig = await openMoney({ budgets: [{ id: 'b', limit: usd(1), period }] });
    await rig.spend(1);
    await until(rig, endMs - 1);
    expect(rig.breaker.state).toBe('open');
    await until(rig, endMs);
    expect(rig.breaker.state).toBe('closed');
  });

  test('COST-49 end of period budget management: a total never ends', async () => {
    const rig = await openMoney({ budgets: [{ id: 'all', limit: usd(1), period: 'total' }] });
    await rig.spend(1);
    expect((await rig.summary('all')).nextPeriodAtMs).toBeNull();
    rig.clock.jumpWall(40 * 365 * DAY_MS);
    await rig.clock.advanceAsync(DAY_MS);
    expect(rig.breaker.state).toBe('open');
  });

  test('COST-49 end of period budget management: of a day and a month only the day is over', async () => {
    const rig = await openMoney({
      budgets: [DAILY, { id: 'monthly', limit: usd(150), period: 'month' }],
    });
    await rig.spend(100);
    await until(rig, MIDNIGHT_MS);
    expect(rig.breaker.state).toBe('closed');
    await rig.spend(50);
    expect(rig.breaker.state).toBe('open');
    await until(rig, MIDNIGHT_MS + DAY_MS);
    expect(rig.breaker.state).toBe('open');
    await until(rig, Date.parse('2026-04-01T00:00:00Z'));
    expect(rig.breaker.state).toBe('closed');
  });
});

describe('a call across midnight', () => {
  const held = (rig: MoneyRig, dollars: number): { call: Promise<unknown>; answer: () => void } => {
    let answer = (): void => {};
    const call = rig.breaker.call(costing(dollars), ({ cost }) => {
      cost(usd(dollars));
      return new Promise<void>((resolve) => (answer = resolve));
    });
    return { call, answer: () => answer() };
  };

  test('COST-49 end of period budget management: belongs to the day of its reservation, in memory and in the books', async () => {
    const rig = await openMoney({ budgets: [DAILY], startMs: MIDNIGHT_MS - 1_000 });
    const { call, answer } = held(rig, 60);
    await until(rig, MIDNIGHT_MS + 1_000);
    expect(await rig.spend(30)).toBe('ok');
    answer();
    await call;
    expect((await rig.summary()).spentNanoUsd).toBe(usd(30));
    expect(rig.breaker.state).toBe('closed');
    expect(await rig.spend(70)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('budget_exceeded');
    expect((await rig.board.costs.verify()).mismatches).toEqual([]);
    expect(await rig.summary()).toMatchObject({ percentage: 100, overspentNanoUsd: 0 });
    rig.board.flush();
    expect(rig.factsOf('budget.overspent')).toEqual([]);
  });

  test('COST-49 end of period budget management: one that spends the old day leaves the new one alone', async () => {
    const rig = await openMoney({ budgets: [DAILY], startMs: MIDNIGHT_MS - 1_000 });
    const { call, answer } = held(rig, 100);
    await until(rig, MIDNIGHT_MS + 1_000);
    answer();
    await call;
    await rig.clock.advanceAsync(1_000);
    expect(rig.breaker.state).toBe('closed');
    expect(rig.board.health()).toMatchObject({ status: 'healthy', reasons: [] });
    expect(await rig.spend(100)).toBe('ok');
  });

  test('COST-49 end of period budget management: one that waits over midnight is paid for by the new day', async () => {
    const monthly: BudgetOptions = { id: 'monthly', limit: usd(1_000), period: 'month' };
    const rig = await openMoney({ budgets: [DAILY, monthly], startMs: MIDNIGHT_MS - 5_000 });
    await rig.outside(850, { atMs: NOON_MS - DAY_MS });
    await rig.breaker.call(costing(1), ({ cost }) => cost(usd(1)));
    // The month is strained, so that calls are ten seconds apart.
    const waiting = rig.breaker.call(costing(2), ({ cost }) => cost(usd(2)));
    await rig.pass(waiting);
    expect(rig.clock.nowMs()).toBeGreaterThan(MIDNIGHT_MS);
    expect(await rig.summary()).toMatchObject({
      periodKey: 'day:UTC:2026-03-11',
      spentNanoUsd: usd(2),
    });
  });
});

describe('a clock on the wall that jumps', () => {
  test('COST-49 end of period budget management: back by hours, it un-spends nothing', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    for (const jumpMs of [HOUR_MS, -2 * HOUR_MS, HOUR_MS]) {
      rig.clock.jumpWall(jumpMs);
      expect(await rig.spend(1)).toBe('budget_exceeded');
      expect(rig.breaker.state).toBe('open');
    }
  });

  test('COST-49 end of period budget management: forward into the next day and back, the old day is as spent as it was', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    rig.clock.jumpWall(DAY_MS);
    await rig.clock.advanceAsync(60_000);
    expect(await rig.spend(40)).toBe('ok');
    rig.clock.jumpWall(-DAY_MS);
    expect(await rig.spend(1)).toBe('budget_exceeded');
    expect((await rig.summary()).percentage).toBe(100);
    rig.clock.jumpWall(DAY_MS);
    expect((await rig.summary()).percentage).toBe(40);
    expect(await rig.spend(60)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('budget_exceeded');
  });

  test('COST-49 end of period budget management: forward, it delays the recovery by a minute at most', async () => {
    const rig = await openMoney({ budgets: [DAILY], startMs: NOON_MS });
    await rig.spend(100);
    rig.clock.jumpWall(DAY_MS);
    await rig.clock.advanceAsync(60_000);
    expect(rig.breaker.state).toBe('closed');
  });
});
