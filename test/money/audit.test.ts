/** Who did what to the money, and why: kept, complete, in order. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../index.ts';
import { openVirtualBoard } from '../board/open-boards.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { costing, DAILY, dollars, openMoney } from './rig.ts';

describe.each([
  ['in memory', () => 'memory:'],
  ['in a file', () => `sqlite:${scratchFile()}`],
])('CRIT-109 audit trail, %s', (_where, makeStore) => {
  test('CRIT-109 complete audit trail for all cost-related decisions: limits, overrides, who and why, in order', async () => {
    const rig = await openMoney({
      store: makeStore(),
      budgets: [{ ...DAILY, limit: usd(10) }],
      emergencyOverride: { limit: usd(5) },
    });
    const budget = rig.board.budget('daily');
    await budget.setLimit(usd(20), { reason: 'a busy day', by: 'ann' });
    await rig.clock.advanceAsync(1_000);
    await rig.spend(20);
    await rig.spend(2, { override: { reason: 'urgent', by: 'bob' } });
    await budget.setLimit(usd(5), { reason: 'enough', by: 'ann' });
    const log = await rig.board.costs.audit();
    expect(log).toEqual([
      {
        act: 'budget.limit_set',
        subject: 'daily',
        reason: 'a busy day',
        by: 'ann',
        atMs: expect.any(Number) as number,
        details: { limitNanoUsd: usd(20) },
      },
      expect.objectContaining({
        act: 'override.used',
        subject: 'api',
        reason: 'urgent',
        by: 'bob',
      }),
      expect.objectContaining({ act: 'budget.limit_set', reason: 'enough', by: 'ann' }),
    ]);
    expect(await rig.board.costs.audit(1)).toEqual(log.slice(-1));
  });

  test('CRIT-109 complete audit trail: every settled call is a row, and every refusal is in the report', async () => {
    const rig = await openMoney({
      store: makeStore(),
      budgets: [{ ...DAILY, limit: usd(10), warnAt: 1 }],
      rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(5), action: 'block' }],
    });
    const codes: string[] = [];
    for (const amount of [4, 6, 4, 4, 1, 1, 1]) codes.push(await rig.spend(amount));
    await rig.pass(rig.breaker.tryCall(costing(0.5), () => Promise.reject(new Error('down'))));
    expect(codes).toEqual([
      'ok',
      'rule_blocked',
      'ok',
      'budget_exceeded',
      'ok',
      'ok',
      'budget_exceeded',
    ]);
    const { total } = await rig.board.costs.report();
    expect(total).toMatchObject({ callCount: 4, succeededCount: 4, refusedCount: 4 });
    expect(dollars(total.refusedNanoUsd)).toBe(6 + 4 + 1 + 0.5);
    expect(await rig.board.costs.verify()).toMatchObject({ rowCount: 4, mismatches: [] });
  });

  test('CRIT-109 complete audit trail: an emergency and its end are told with who and why', async () => {
    const rig = await openMoney({ store: makeStore(), budgets: [DAILY] });
    rig.board.emergencyShutdown('a leaked key', { by: 'ann' });
    rig.board.resume('the key is changed', { by: 'bob' });
    rig.board.flush();
    expect(rig.factsOf('emergency.shutdown')).toMatchObject([
      { reason: 'a leaked key', by: 'ann' },
    ]);
    expect(rig.factsOf('emergency.resumed')).toMatchObject([
      { reason: 'the key is changed', by: 'bob' },
    ]);
  });
});

describe('what is asked of an act', () => {
  const act = { reason: 'why', by: 'ann' };
  test.each<[string, unknown, unknown, string]>([
    ['a negative limit', -1, act, 'limit must be an amount such as usd(10), at least 0, got -1'],
    ['no number', NaN, act, 'limit must be an amount'],
    ['a fraction', 0.5, act, 'limit must be an amount'],
    ['an unsafe amount', 2 ** 53, act, 'limit must be an amount'],
    ['text', '10', act, "limit must be an amount such as usd(10), at least 0, got '10'"],
    ['nobody and no reason', usd(1), undefined, "act must be { reason: 'why', by: 'who' }"],
    ['no reason', usd(1), { by: 'ann' }, 'reason must be a string'],
    ['an empty reason', usd(1), { reason: '', by: 'ann' }, 'reason must be a string'],
    ['nobody', usd(1), { reason: 'why' }, 'by must be a string'],
  ])('setLimit with %s is refused, and nothing changes', async (_, limit, given, message) => {
    const rig = await openMoney({ budgets: [DAILY] });
    const setting = rig.board.budget('daily').setLimit(limit as never, given as never);
    await expect(setting).rejects.toThrow(message);
    expect((await rig.summary()).limitNanoUsd).toBe(usd(100));
    expect(await rig.board.costs.audit()).toEqual([]);
  });

  test('a budget that nobody has named is an error that names those there are', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    expect(() => rig.board.budget('dayly')).toThrow(
      "budget(id) must be the id of a budget (daily), got 'dayly'",
    );
    await expect(rig.board.costs.audit(0)).rejects.toThrow(
      'limit must be an integer of at least 1',
    );
    await expect(rig.summary('daily', 5 as never)).rejects.toThrow('value must be a string, got 5');
  });

  test('a board that counts no costs says so', async () => {
    const { board } = await openVirtualBoard();
    const message = 'this board counts no costs';
    expect(() => board.budget('daily')).toThrow(message);
    expect(() => board.costs).toThrow(message);
    expect(() => board.estimate(costing(1))).toThrow(message);
    expect(() => board.budgets()).toThrow(message);
  });
});
