/** The emergency override: money for critical calls when every budget is spent. */
import { describe, expect, test } from 'vitest';

import { usd, type CallOptions, type Permit } from '../../index.ts';
import { QUICK } from '../board/open-boards.ts';
import { ending } from '../breaker/rig.ts';
import { costing, DAILY, MIDNIGHT_MS, openMoney, type MoneyBoardOptions } from './rig.ts';

const CRITICAL: CallOptions = { override: { reason: 'a patient waits', by: 'ann' } };
const FUND: MoneyBoardOptions = { budgets: [DAILY], emergencyOverride: { limit: usd(10) } };

const uses = async (rig: { board: { costs: { audit(): Promise<readonly { act: string }[]> } } }) =>
  (await rig.board.costs.audit()).filter(({ act }) => act === 'override.used');

describe('where one is configured', () => {
  test('COST-18 emergency budget overrides: a call that carries a reason and an identity passes a spent budget', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    expect(await rig.spend(4)).toBe('budget_exceeded');
    expect(await rig.spend(4, CRITICAL)).toBe('ok');
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(100));
    expect((await rig.board.costs.report()).total.costNanoUsd).toBe(usd(104));
    expect((await rig.board.costs.verify()).mismatches).toEqual([]);
  });

  test('CRIT-19 emergency overrides work when configured: capped in money, and refused beyond the cap', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    expect(await rig.spend(6, CRITICAL)).toBe('ok');
    expect(await rig.spend(5, CRITICAL)).toBe('budget_exceeded');
    expect(await rig.spend(4, CRITICAL)).toBe('ok');
    expect(await rig.spend(0.01, CRITICAL)).toBe('budget_exceeded');
    const error = await rig.breaker.call(costing(1), () => 'ok', CRITICAL).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'budget_exceeded', budget: 'emergency-override' });
    await rig.clock.advanceAsync(MIDNIGHT_MS - rig.clock.nowMs());
    await rig.spend(100);
    expect(await rig.spend(10, CRITICAL)).toBe('ok');
  });

  test('CRIT-19 emergency overrides work when configured: calls at once share the cap', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    const results = await rig.pass(
      Promise.all(
        Array.from({ length: 50 }, () => rig.breaker.tryCall(costing(1), () => 'ok', CRITICAL)),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(10);
  });

  test('COST-18 emergency budget overrides: each is in the audit before its call is made, with who and why', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    let before: readonly unknown[] = [];
    const operation = costing(4);
    await rig.breaker.call(operation, async () => (before = await uses(rig)), CRITICAL);
    expect(before).toEqual([
      {
        act: 'override.used',
        subject: 'api',
        reason: 'a patient waits',
        by: 'ann',
        atMs: rig.clock.nowMs(),
        details: { operation: 'llm_call', model: 'unit', worstNanoUsd: usd(4) },
      },
    ]);
    rig.board.flush();
    expect(rig.factsOf('override.used')).toMatchObject([
      { breaker: 'api', by: 'ann', reason: 'a patient waits', worstNanoUsd: usd(4) },
    ]);
  });

  test('COST-18 emergency budget overrides: a call that needs none pays as others do, and uses none', async () => {
    const rig = await openMoney(FUND);
    expect(await rig.spend(4, CRITICAL)).toBe('ok');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(4));
    expect(await uses(rig)).toEqual([]);
  });

  test('COST-18 emergency budget overrides: what a blocking rule would stop passes at the fund’s expense, audited', async () => {
    const rig = await openMoney({
      ...FUND,
      rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(3), action: 'block' }],
    });
    expect(await rig.spend(4)).toBe('rule_blocked');
    expect(await rig.spend(4, CRITICAL)).toBe('ok');
    expect(await uses(rig)).toHaveLength(1);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(0));
    expect(await rig.spend(7, CRITICAL)).toBe('budget_exceeded');
  });

  test('COST-18 emergency budget overrides: what would be shed, or wait its turn, passes so too', async () => {
    const rig = await openMoney({ ...FUND, breaker: { limited: { priorityMin: 5 } } });
    await rig.outside(90);
    expect(rig.breaker.state).toBe('budget_limited');
    expect(await rig.spend(1, CRITICAL)).toBe('ok');
    expect(await rig.spend(1, { priority: 5 })).toBe('ok');
    const beginMs = rig.clock.monotonicMs();
    expect(await rig.spend(1, { ...CRITICAL, priority: 5 })).toBe('ok');
    expect(rig.clock.monotonicMs()).toBe(beginMs);
    expect(await uses(rig)).toHaveLength(2);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(91));
  });

  test('COST-18 emergency budget overrides: a breaker that is spent though something is left is passed as well', async () => {
    const rig = await openMoney({ ...FUND, budgets: [{ ...DAILY, exhaustedBelow: 0.1 }] });
    await rig.spend(95);
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    expect(await rig.spend(1)).toBe('budget_exceeded');
    expect(await rig.spend(1, CRITICAL)).toBe('ok');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(95));
  });

  test('COST-18 emergency budget overrides: the budget of one tenant is passed as well', async () => {
    const rig = await openMoney({ ...FUND, budgets: [{ ...DAILY, per: 'tag:tenant' }] });
    const tags = { tenant: 'a' };
    await rig.spend(100, { tags });
    expect(await rig.spend(1, { tags })).toBe('budget_exceeded');
    expect(await rig.spend(1, { ...CRITICAL, tags })).toBe('ok');
  });

  test('COST-18 emergency budget overrides: neither failures nor an operator nor an emergency shutdown is passed', async () => {
    const rig = await openMoney({ ...FUND, breaker: QUICK });
    rig.breaker.acquire().fail(new Error('down'));
    expect(await rig.spend(1, CRITICAL)).toBe('circuit_open');
    rig.breaker.forceOpen('an incident', { by: 'bob' });
    expect(await rig.spend(1, CRITICAL)).toBe('circuit_latched');
    rig.breaker.reset('over', { by: 'bob' });
    await rig.outside(100);
    rig.board.emergencyShutdown('a leaked key', { by: 'bob' });
    expect(await rig.spend(1, CRITICAL)).toBe('circuit_latched');
    expect(await uses(rig)).toEqual([]);
  });

  test('COST-18 emergency budget overrides: money that its call did not need goes back to the fund', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    expect(await rig.spend(10, { ...CRITICAL, bills: 1 })).toBe('ok');
    expect(await rig.spend(9, CRITICAL)).toBe('ok');
    expect(await rig.spend(0.01, CRITICAL)).toBe('budget_exceeded');
  });

  test('COST-18 emergency budget overrides: the fund can be looked at, and its limit changed, as a budget’s', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    await rig.spend(4, CRITICAL);
    expect(await rig.summary('emergency-override')).toMatchObject({
      limitNanoUsd: usd(10),
      spentNanoUsd: usd(4),
    });
    const ids = (await rig.board.budgets()).map(({ budget }) => budget);
    expect(ids.sort()).toEqual(['daily', 'emergency-override']);
    const fund = rig.board.budget('emergency-override');
    await fund.setLimit(usd(4), { reason: 'enough', by: 'bob' });
    expect(await rig.spend(0.01, CRITICAL)).toBe('budget_exceeded');
  });

  test('COST-18 emergency budget overrides: a permit, which cannot wait for the audit, is refused', async () => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    const acquire = (): Permit => rig.breaker.acquire(costing(1), CRITICAL);
    expect(acquire).toThrow(expect.objectContaining({ code: 'allowance_empty' }) as Error);
  });
});

describe('an override', () => {
  test('COST-18 emergency budget overrides: is nothing where none is configured', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    expect(await rig.spend(1, CRITICAL)).toBe('budget_exceeded');
    expect(await uses(rig)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['no reason', { by: 'ann' }, 'override.reason must be a string of 1 to 256 characters'],
    ['an empty reason', { reason: '', by: 'ann' }, 'override.reason must be a string'],
    ['no identity', { reason: 'why' }, 'override.by must be a string of 1 to 256 characters'],
    ['no object', 'please', "override must be an object, got 'please'"],
    ['true', true, 'override must be an object, got true'],
  ])('COST-18 emergency budget overrides: with %s is refused', async (_, override, message) => {
    const rig = await openMoney(FUND);
    await rig.spend(100);
    const call = rig.breaker.call(costing(1), () => 'ok', { override } as never);
    await expect(call).rejects.toThrow(message);
    expect(await ending(rig.breaker.call(() => 'ok', { override } as never))).toBe(
      'invalid_argument',
    );
  });

  test.each<[string, unknown, string]>([
    ['no limit', {}, 'board.emergencyOverride.limit must be an amount'],
    ['a negative limit', { limit: -1 }, 'board.emergencyOverride.limit'],
    ['an unknown period', { limit: usd(1), period: 'year' }, 'board.emergencyOverride.period'],
    ['an unknown zone', { limit: usd(1), timeZone: 'Mars' }, 'board.emergencyOverride.timeZone'],
    ['a key misspelt', { limit: usd(1), cap: 5 }, 'board.emergencyOverride.cap'],
  ])('COST-18 emergency budget overrides: configured with %s', async (_, fund, message) => {
    const opening = openMoney({ emergencyOverride: fund as never });
    await expect(opening).rejects.toThrow(message);
  });
});
