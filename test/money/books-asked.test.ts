/** What users can ask of the money beside its reports: periods, hours, rules, what is reserved. */
import { describe, expect, it } from 'vitest';

import { usd } from '../../index.ts';
import { costing, DAILY, dollars, MIDNIGHT_MS, NOON_MS, openMoney } from './rig.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

describe('a budget tells', () => {
  it('when its running period began, and when it warns', async () => {
    const total = { id: 'all', limit: usd(5), period: 'total', warnAt: 0.5 } as const;
    const rig = await openMoney({ budgets: [DAILY, total] });
    expect(await rig.summary('daily')).toMatchObject({
      periodStartMs: MIDNIGHT_MS - DAY_MS,
      warnAt: 0.8,
    });
    expect(await rig.summary('all')).toMatchObject({ periodStartMs: null, warnAt: 0.5 });
  });
});

describe('the hours of a running period', () => {
  it('hold what calls cost that the budget covers, and nobody else', async () => {
    const rig = await openMoney({
      budgets: [
        DAILY,
        { id: 'chat', limit: usd(50), period: 'day', scope: { breaker: 'chat' } },
        { id: 'tenants', limit: usd(9), period: 'day', per: 'tag:tenant' },
      ],
    });
    const chat = rig.board.breaker('chat');
    await rig.outside(4, { atMs: NOON_MS - DAY_MS });
    await rig.spend(1);
    await rig.spend(2, { breaker: chat, operation: { tags: { tenant: 'acme' } } });
    await rig.clock.advanceAsync(HOUR_MS);
    await rig.spend(3, { breaker: chat });
    const answers = await rig.board.costs.spendByHour([
      { budget: 'daily' },
      { budget: 'chat' },
      { budget: 'tenants', value: 'acme' },
      { budget: 'tenants' },
    ]);
    const told = answers.map((hours) =>
      hours?.map(({ hourMs, costNanoUsd }) => [(hourMs - NOON_MS) / HOUR_MS, dollars(costNanoUsd)]),
    );
    expect(told).toEqual([
      [
        [0, 3],
        [1, 3],
      ],
      [
        [0, 2],
        [1, 3],
      ],
      [[0, 2]],
      [
        [0, 1],
        [1, 3],
      ],
    ]);
  });

  it('of a fund whose calls no label tells apart are unknown', async () => {
    const rig = await openMoney({ emergencyOverride: { limit: usd(5), period: 'day' } });
    const ids = (await rig.board.budgets()).map(({ budget }) => budget);
    expect(ids).toEqual(['emergency-override']);
    expect(await rig.board.costs.spendByHour([{ budget: 'emergency-override' }])).toEqual([null]);
  });

  it('of a budget that there is none of are refused', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await expect(rig.board.costs.spendByHour([{ budget: 'dialy' }])).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe('the rules in force', () => {
  it('are told in the order in which they are asked, with whom they concern', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      rules: [
        { id: 'b', type: 'daily_percentage', threshold: 90, action: 'block' },
        {
          id: 'a',
          type: 'operation_cost',
          threshold: usd(2),
          action: 'throttle',
          priority: 5,
          cooldownMs: 1_000,
          when: {
            models: ['m1', 'm2'],
            operations: ['o1', 'o2', 'o3', 'o4', 'o5'],
            tags: { tier: 'free' },
            priorityMax: 3,
          },
        },
      ],
    });
    expect(rig.board.costs.rules()).toEqual([
      {
        id: 'a',
        type: 'operation_cost',
        action: 'throttle',
        factor: 0.5,
        priority: 5,
        threshold: usd(2),
        cooldownMs: 1_000,
        budget: null,
        when:
          'operation o1 or o2 or o3 or 2 others, model m1 or m2, tag tier free, ' +
          'priority at most 3',
      },
      {
        id: 'b',
        type: 'daily_percentage',
        action: 'block',
        factor: null,
        priority: 0,
        threshold: 90,
        cooldownMs: 0,
        budget: 'daily',
        when: '',
      },
    ]);
  });
});

describe('what is reserved', () => {
  it('for the calls of one breaker is their worst case, until they end', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const other = rig.board.breaker('other');
    const ends: (() => void)[] = [];
    const hold = (breaker: typeof other, amount: number): Promise<unknown> =>
      breaker.call(costing(amount), () => new Promise<void>((resolve) => ends.push(resolve)));
    const calls = [hold(rig.breaker, 2), hold(other, 5), hold(rig.breaker, 1)];
    await rig.clock.settle();
    expect(dollars(rig.board.costs.reserved('api'))).toBe(3);
    expect(dollars(rig.board.costs.reserved('other'))).toBe(5);
    expect(rig.board.costs.reserved('nobody')).toBe(0);
    for (const end of ends) end();
    await rig.pass(Promise.all(calls));
    expect(rig.board.costs.reserved('api')).toBe(0);
  });
});
