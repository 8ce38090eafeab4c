/** What survives a restart, from the file of the board before. */
import { describe, expect, test } from 'vitest';

import { usd, type BudgetOptions } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';
import {
  costing,
  DAILY,
  MIDNIGHT_MS,
  NOON_MS,
  openMoney,
  type MoneyBoardOptions,
  type MoneyRig,
} from './rig.ts';

/** The next board on the same file, once the one before is closed. */
async function reopened(rig: MoneyRig, options: MoneyBoardOptions): Promise<MoneyRig> {
  await rig.board.close();
  return openMoney(options);
}

const fileOptions = (more: MoneyBoardOptions = {}): MoneyBoardOptions => ({
  store: `sqlite:${scratchFile()}`,
  clock: new VirtualClock({ startMs: NOON_MS }),
  budgets: [DAILY],
  ...more,
});

describe('COST-22 state persistence across restarts', () => {
  test('COST-22 state persistence across restarts: what was spent is spent, in the middle of a period', async () => {
    const options = fileOptions();
    const before = await openMoney(options);
    await before.spend(30);
    const after = await reopened(before, options);
    expect(await after.summary()).toMatchObject({ spentNanoUsd: usd(30), forfeitedNanoUsd: 0 });
    expect(after.breaker.state).toBe('closed');
    expect(await after.spend(71)).toBe('budget_exceeded');
    expect(await after.spend(70)).toBe('ok');
    expect(after.breaker.state).toBe('open');
  });

  test.each<[number, 'budget_limited' | 'open', BudgetOptions['per'] | undefined]>([
    [85, 'budget_limited', undefined],
    [100, 'open', undefined],
    [85, 'budget_limited', 'breaker'],
    [100, 'open', 'breaker'],
  ])(
    'CRIT-31 state information is properly persisted and recoverable: spent to %i %% a breaker begins %s (per %s)',
    async (spent, state, per) => {
      const budget = per === undefined ? DAILY : { ...DAILY, per };
      const options = fileOptions({ budgets: [budget] });
      const before = await openMoney(options);
      await before.spend(spent);
      expect(before.breaker.state).toBe(state);
      const after = await reopened(before, options);
      expect(after.breaker.state).toBe(state);
      expect(after.factsOf('state.changed')).toEqual([]);
      expect((await after.board.costs.verify()).mismatches).toEqual([]);
    },
  );

  test('COST-22 state persistence across restarts: exceeded yesterday, restarted today: recovered', async () => {
    const options = fileOptions();
    const before = await openMoney(options);
    await before.spend(100);
    expect(before.breaker.snapshot().path).toBe('open.exhausted');
    await before.board.close();
    const clock = new VirtualClock({ startMs: MIDNIGHT_MS + 1_000 });
    const after = await openMoney({ ...options, clock });
    expect(after.breaker.state).toBe('closed');
    expect(await after.summary()).toMatchObject({ spentNanoUsd: 0, level: 'ok' });
    expect(await after.spend(100)).toBe('ok');
  });

  test('COST-22 state persistence across restarts: a trip and a spent budget are both remembered', async () => {
    const breaker = { failureThreshold: 1, recoveryTimeoutMs: 600_000 };
    const options = fileOptions({ breaker });
    const before = await openMoney(options);
    before.breaker.acquire().fail(new Error('down'));
    await before.outside(100);
    expect(before.breaker.snapshot().path).toBe('open.exhausted');
    const after = await reopened(before, options);
    expect(after.breaker.snapshot().path).toBe('open.exhausted');
    await after.board.budget('daily').setLimit(usd(1_000), { reason: 'more', by: 'ann' });
    expect(after.breaker.snapshot().path).toBe('open.cooling');
  });

  test('COST-22 state persistence across restarts: a limit that was set stays, until the code names another', async () => {
    const options = fileOptions();
    const before = await openMoney(options);
    await before.board.budget('daily').setLimit(usd(40), { reason: 'save', by: 'ann' });
    const second = await reopened(before, options);
    expect((await second.summary()).limitNanoUsd).toBe(usd(40));
    expect(await second.spend(41)).toBe('budget_exceeded');
    const third = await reopened(second, { ...options, budgets: [{ ...DAILY, limit: usd(60) }] });
    expect((await third.summary()).limitNanoUsd).toBe(usd(60));
    expect(await third.spend(41)).toBe('ok');
  });

  test('COST-22 state persistence across restarts: a limit lowered by the code below what is spent', async () => {
    const options = fileOptions();
    const before = await openMoney(options);
    await before.spend(50);
    const after = await reopened(before, { ...options, budgets: [{ ...DAILY, limit: usd(20) }] });
    expect(after.breaker.state).toBe('open');
    expect(await after.summary()).toMatchObject({ percentage: 250, leftNanoUsd: 0 });
  });

  test('COST-22 state persistence across restarts: estimates go on from what was learnt', async () => {
    const options = fileOptions();
    const { inputTokens: _, ...blind } = costing(1);
    const before = await openMoney(options);
    for (let call = 0; call < 20; call++) {
      await before.breaker.call(blind, ({ cost }) => cost(usd(0.25)));
    }
    expect(before.board.estimate(blind)).toMatchObject({ method: 'history' });
    const after = await reopened(before, options);
    expect(after.board.estimate(blind)).toMatchObject({
      method: 'history',
      expectedNanoUsd: usd(0.25),
    });
  });

  test('COST-22 state persistence across restarts: audit, reports and ids of outside costs', async () => {
    const options = fileOptions({ emergencyOverride: { limit: usd(5) } });
    const before = await openMoney(options);
    await before.spend(100);
    await before.spend(2, { override: { reason: 'urgent', by: 'ann' } });
    await before.outside(7, { id: 'bill 1' });
    const [report, audit] = [await before.board.costs.report(), await before.board.costs.audit()];
    const after = await reopened(before, options);
    await after.outside(7, { id: 'bill 1' });
    expect(await after.board.costs.report()).toEqual(report);
    expect(await after.board.costs.audit()).toEqual(audit);
    expect((await after.summary('emergency-override')).spentNanoUsd).toBe(usd(2));
    expect((await after.summary()).spentNanoUsd).toBe(usd(107));
  });

  test('COST-22 state persistence across restarts: a budget that the code no longer names bothers nobody', async () => {
    const options = fileOptions();
    const before = await openMoney(options);
    await before.spend(100);
    const after = await reopened(before, { ...options, budgets: [{ ...DAILY, id: 'other' }] });
    expect(after.breaker.state).toBe('closed');
    expect(await after.spend(100)).toBe('ok');
    expect((await after.board.budgets()).map(({ budget }) => budget)).toEqual(['other']);
  });

  test('COST-22 state persistence across restarts: without budgets, a breaker that was exhausted recovers', async () => {
    const options = fileOptions();
    const before = await openMoney(options);
    await before.spend(100);
    expect(before.breaker.state).toBe('open');
    const { budgets: _, ...rest } = options;
    const after = await reopened(before, { ...rest, ledger: {} });
    expect(after.breaker.state).toBe('closed');
  });
});

test('a board on a file that is closed leaves no timer that would keep its process alive', async () => {
  const rig = await openMoney(fileOptions());
  await rig.spend(1);
  await rig.board.close();
  expect([rig.clock.pendingCount, rig.clock.heldCount]).toEqual([0, 0]);
});
