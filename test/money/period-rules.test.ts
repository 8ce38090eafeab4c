/** Rules through a board: what they look at is what the board's calls have spent and reserved. */
import { describe, expect, test } from 'vitest';

import { isFuseboardError, usd, type CallContext, type RuleOptions } from '../../index.ts';
import { costing, DAILY, FREE, NOON_MS, openMoney } from './rig.ts';

const DAY_MS = 86_400_000;
const errorOf = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

describe('what was spent in a period', () => {
  const rule: RuleOptions = { id: 'cap', type: 'daily_cost', threshold: usd(10), action: 'block' };

  test('COST-03 absolute daily cost threshold: below it calls run, from it on they are blocked', async () => {
    const rig = await openMoney({ rules: [rule] });
    expect(await rig.spend(9)).toBe('ok');
    expect(await rig.spend(1)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    expect(rig.breaker.state).toBe('closed');
  });

  test('COST-03 absolute daily cost threshold: what running calls have reserved counts', async () => {
    const rig = await openMoney({ rules: [rule] });
    let answer = (): void => {};
    const running = rig.breaker.call(costing(10), () => new Promise<void>((r) => (answer = r)));
    await rig.clock.settle();
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    answer();
    await running;
  });

  test('COST-03 absolute daily cost threshold: a new day begins with nothing', async () => {
    const rig = await openMoney({ rules: [rule] });
    await rig.spend(10);
    expect(await rig.spend(1)).toBe('rule_blocked');
    await rig.clock.advanceAsync(DAY_MS / 2);
    expect(await rig.spend(1)).toBe('ok');
  });

  test('COST-03 absolute daily cost threshold: the day begins where the rule says', async () => {
    const rig = await openMoney({ rules: [{ ...rule, timeZone: 'Asia/Tokyo' }] });
    await rig.spend(10);
    // 15:00 UTC is midnight in Tokyo.
    await rig.clock.advanceAsync(3 * 3_600_000 - 1_000);
    expect(await rig.spend(1)).toBe('rule_blocked');
    await rig.clock.advanceAsync(1_000);
    expect(await rig.spend(1)).toBe('ok');
  });

  test('COST-03 absolute daily cost threshold: calls of all breakers count, and costs from outside', async () => {
    const rig = await openMoney({ rules: [rule] });
    await rig.spend(4);
    await rig.spend(3, { breaker: rig.board.breaker('other') });
    expect(await rig.spend(1)).toBe('ok');
    await rig.outside(2);
    expect(await rig.spend(1)).toBe('rule_blocked');
  });

  test('COST-03 absolute daily cost threshold: the error names the rule, its figure and its threshold', async () => {
    const rig = await openMoney({ rules: [rule] });
    await rig.spend(10);
    const error = await errorOf(rig.breaker.call(costing(1), () => 'ok'));
    expect(isFuseboardError(error) && [error.code, error.rule, error.message]).toEqual([
      'rule_blocked',
      'cap',
      'breaker "api" refuses the call: Rule "cap" blocks: $10.00 settled and reserved this day ' +
        '(UTC), at or above $10.00.',
    ]);
  });

  test('COST-04 absolute monthly cost threshold: days of one month add up', async () => {
    const rig = await openMoney({ rules: [{ ...rule, type: 'monthly_cost' }] });
    for (let day = 0; day < 5; day++) {
      expect(await rig.spend(2)).toBe('ok');
      await rig.clock.advanceAsync(DAY_MS);
    }
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    await rig.clock.advanceAsync(DAY_MS * 16);
    expect(new Date(rig.clock.nowMs()).toISOString()).toContain('2026-03-31T12');
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    await rig.clock.advanceAsync(DAY_MS / 2);
    expect(await rig.spend(0.01)).toBe('ok');
  });

  test('COST-04 absolute monthly cost threshold: of one budget, which only some calls are charged to', async () => {
    const rig = await openMoney({
      budgets: [{ id: 'chat', limit: usd(1_000), period: 'month', scope: { operation: 'chat' } }],
      rules: [{ ...rule, type: 'monthly_cost', budget: 'chat' }],
    });
    await rig.spend(50);
    expect(await rig.spend(10, { operation: { operation: 'chat' } })).toBe('ok');
    expect(await rig.spend(1, { operation: { operation: 'chat' } })).toBe('rule_blocked');
    // The budget is no part of such a call's plan: its figure stays at nothing.
    expect(await rig.spend(1)).toBe('ok');
  });
});

describe('a share of a budget', () => {
  const rule: RuleOptions = {
    id: 'most',
    type: 'daily_percentage',
    threshold: 60,
    action: 'block',
  };

  test('COST-05 percentage based thresholds: at so many per cent of the limit', async () => {
    const rig = await openMoney({ budgets: [DAILY], rules: [rule] });
    expect(await rig.spend(59)).toBe('ok');
    expect(await rig.spend(1)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    expect(rig.breaker.state).toBe('closed');
  });

  test('COST-05 percentage based thresholds: of the limit that is in force', async () => {
    const rig = await openMoney({ budgets: [DAILY], rules: [rule] });
    await rig.spend(60);
    await rig.board.budget('daily').setLimit(usd(101), { reason: 'more', by: 'ann' });
    expect(await rig.spend(0.6)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('rule_blocked');
  });

  test('COST-05 percentage based thresholds: of a month, and of the budget that is named', async () => {
    const rig = await openMoney({
      budgets: [
        { id: 'wide', limit: usd(1_000), period: 'month' },
        { id: 'narrow', limit: usd(100), period: 'month' },
      ],
      rules: [{ ...rule, type: 'monthly_percentage', budget: 'narrow' }],
    });
    expect(await rig.spend(60)).toBe('ok');
    const error = await errorOf(rig.breaker.call(costing(1), () => 'ok'));
    expect(error).toMatchObject({ code: 'rule_blocked', rule: 'most', budget: 'narrow' });
    expect(String(error)).toContain('budget "narrow" stands at 60 % ($60.00 of $100.00)');
  });

  test('COST-05 percentage based thresholds: where it is kept for each tenant, each for himself', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, per: 'tag:tenant' }], rules: [rule] });
    const tenant = (name: string) => ({ tags: { tenant: name } });
    expect(await rig.spend(60, tenant('a'))).toBe('ok');
    expect(await rig.spend(1, tenant('a'))).toBe('rule_blocked');
    expect(await rig.spend(59, tenant('b'))).toBe('ok');
    expect(await rig.spend(1, tenant('b'))).toBe('ok');
    expect(await rig.spend(1, tenant('b'))).toBe('rule_blocked');
  });
});

describe('what one call costs', () => {
  const rule: RuleOptions = {
    id: 'dear',
    type: 'operation_cost',
    threshold: usd(0.5),
    action: 'block',
  };

  test('COST-06 operation cost thresholds: a dear call is blocked, cheap ones and free ones run', async () => {
    const rig = await openMoney({ rules: [rule] });
    expect(await rig.spend(0.49)).toBe('ok');
    expect(await rig.spend(0.5)).toBe('rule_blocked');
    expect(await rig.breaker.call(FREE, () => 'free')).toBe('free');
  });

  test('COST-06 operation cost thresholds: by the worst case where the rule says so', async () => {
    const rig = await openMoney({ rules: [{ ...rule, basis: 'worst' }] });
    const operation = { outputTokens: 10, maxOutputTokens: 20 };
    expect(await rig.spend(0.29, { operation })).toBe('ok');
    expect(await rig.spend(0.3, { operation })).toBe('rule_blocked');
  });

  test('COST-06 operation cost thresholds: degrade marks the call and lets it run', async () => {
    const rig = await openMoney({ rules: [{ ...rule, action: 'degrade' }] });
    const marks: boolean[] = [];
    const note = ({ isDegraded }: CallContext): void => void marks.push(isDegraded);
    await rig.breaker.call(costing(0.5), note);
    await rig.breaker.call(costing(0.49), note);
    rig.breaker.callSync(costing(0.51), note);
    expect(marks).toEqual([true, false, true]);
  });
});

describe('how fast money is spent', () => {
  const rule: RuleOptions = {
    id: 'fast',
    type: 'cost_rate_per_minute',
    threshold: usd(6),
    action: 'block',
  };

  test('COST-07 rate based thresholds: within the last minute', async () => {
    const rig = await openMoney({ rules: [rule] });
    expect(await rig.spend(3)).toBe('ok');
    await rig.clock.advanceAsync(30_000);
    expect(await rig.spend(3)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    await rig.clock.advanceAsync(31_000);
    expect(await rig.spend(2)).toBe('ok');
    expect(await rig.spend(1)).toBe('ok');
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    await rig.clock.advanceAsync(62_000);
    expect(await rig.spend(5)).toBe('ok');
  });

  test('COST-07 rate based thresholds: within the last hour, whatever the clock on the wall says', async () => {
    const rig = await openMoney({ rules: [{ ...rule, type: 'cost_rate_per_hour' }] });
    await rig.spend(6);
    rig.clock.jumpWall(2 * 3_600_000);
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    await rig.clock.advanceAsync(30 * 60_000);
    expect(await rig.spend(0.01)).toBe('rule_blocked');
    await rig.clock.advanceAsync(32 * 60_000);
    expect(await rig.spend(0.01)).toBe('ok');
  });

  test('COST-07 rate based thresholds: what a call was expected to cost is corrected by its bill', async () => {
    const rig = await openMoney({ rules: [rule] });
    await rig.spend(5, { bills: 1 });
    expect(await rig.spend(4.99)).toBe('ok');
    await rig.spend(0.01, { bills: 0.02 });
    expect(await rig.spend(0.01)).toBe('rule_blocked');
  });
});

describe('CRIT-82 threshold enforcement', () => {
  test('CRIT-82 threshold enforcement: 200 calls at once never pass a budget, and stop at a rule', async () => {
    const rig = await openMoney({
      budgets: [{ ...DAILY, limit: usd(10), warnAt: 1 }],
      rules: [{ id: 'half', type: 'daily_cost', threshold: usd(5), action: 'block' }],
      startMs: NOON_MS,
    });
    const results = await rig.pass(
      Promise.all(Array.from({ length: 200 }, () => rig.breaker.tryCall(costing(1), () => 'ok'))),
    );
    const okCount = results.filter(({ ok }) => ok).length;
    // Those that wait for the same draw are not blind to each other.
    expect(okCount).toBe(5);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(okCount));
  });
});
