/** What the demo tells about money, counted from facts. */
import { describe, expect, test } from 'vitest';

import { usd, type BudgetSummary, type Fact, type FactOf } from '../../index.ts';
import { MoneyTally } from '../../visualizations/demo/money-tally.ts';
import { runMoney } from '../../visualizations/demo/run-money.ts';

const MONEY = runMoney({
  run: 3,
  rate: 60,
  durationMs: 20_000,
  pace: 1,
  isEndless: false,
  real: ['lightrag'],
});

const found = (budget: string, spent: number, limit: number): BudgetSummary => ({
  budget,
  value: '',
  period: 'total',
  periodKey: 'total',
  limitNanoUsd: usd(limit),
  spentNanoUsd: usd(spent),
  forfeitedNanoUsd: usd(0),
  reservedNanoUsd: usd(0),
  overspentNanoUsd: usd(0),
  leftNanoUsd: usd(limit - spent),
  percentage: (spent / limit) * 100,
  level: 'ok',
  periodStartMs: null,
  nextPeriodAtMs: null,
  warnAt: 0.8,
});

const tally = (): MoneyTally =>
  new MoneyTally(MONEY, [
    found('run 3', 0.1, 1.14),
    found('run 3 o3', 0.05, 0.25),
    found('run 3 real', 0, 0.05),
  ]);

const head = { v: 1 as const, seq: 1, atMs: 0 };

const settled = (
  breaker: string,
  cost: number,
  fields: Partial<FactOf<'cost.settled'>> = {},
): Fact => ({
  ...head,
  type: 'cost.settled',
  breaker,
  operation: 'llm_call',
  costNanoUsd: usd(cost),
  expectedNanoUsd: usd(0.004),
  worstNanoUsd: usd(0.005),
  method: 'tokens',
  basis: 'usage',
  outcome: 'succeeded',
  ...fields,
});

const fired = (): Fact => ({
  ...head,
  type: 'rule.fired',
  breaker: 'chat',
  operation: 'llm_call',
  rule: 'chat-pace',
  ruleType: 'cost_rate_per_minute',
  action: 'throttle',
  factor: 0.5,
  figureNanoUsd: usd('0.25214'),
  thresholdNanoUsd: usd(0.25),
  limitNanoUsd: null,
});

describe('the money of a run', () => {
  test('is what it began with and what was settled since, by budget', () => {
    const money = tally();
    money.add(settled('openai o3', 0.003), 1);
    money.add(settled('openai gpt-4o-mini', 0.001), 2);
    money.add(settled('lightrag query', 0.002), 3);
    expect(money.view.budgets).toEqual([
      { id: 'run 3', spentNanoUsd: usd('0.106'), limitNanoUsd: usd(1.14), level: 'ok' },
      { id: 'run 3 o3', spentNanoUsd: usd('0.053'), limitNanoUsd: usd(0.25), level: 'ok' },
      { id: 'run 3 real', spentNanoUsd: usd('0.002'), limitNanoUsd: usd(0.05), level: 'ok' },
    ]);
  });

  test('is told by breaker and by provider, as it was booked since the start', () => {
    const money = tally();
    money.add(settled('openai o3', 0.003), 1);
    money.add(settled('openai gpt-4o-mini', 0.001), 2);
    money.add(settled('perplexity sonar', 0.002, { outcome: 'failed' }), 3);
    expect(money.costOf('openai o3')).toBe(usd('0.003'));
    expect(money.costOf('lightrag query')).toBe(0);
    expect(money.view.providers).toEqual([
      { provider: 'openai', costNanoUsd: usd('0.004') },
      { provider: 'perplexity', costNanoUsd: usd('0.002') },
      { provider: 'lightrag', costNanoUsd: 0 },
    ]);
  });

  test('estimates are held against calls that succeeded, and assumed costs are counted', () => {
    const money = tally();
    money.add(settled('openai gpt-4o-mini', 0.003), 1);
    money.add(settled('openai gpt-4o-mini', 0.0045), 2);
    money.add(settled('openai gpt-4o-mini', 0.005, { outcome: 'cancelled', basis: 'assumed' }), 3);
    money.add(settled('openai gpt-4o-mini', 0, { outcome: 'failed', basis: 'none' }), 4);
    expect(money.view).toMatchObject({
      expectedNanoUsd: usd('0.008'),
      actualNanoUsd: usd('0.0075'),
      assumedCount: 1,
    });
  });

  test('a rule that acts on call after call is told once, and again after a pause', () => {
    const money = tally();
    const said = [100, 200, 2_100, 5_000].map((atMs) => money.add(fired(), atMs)?.what);
    expect(said).toEqual([
      'chat-pace slows chat to 50 %: $0.2521 in a minute',
      undefined,
      undefined,
      expect.stringContaining('chat-pace slows chat'),
    ]);
    expect(money.view).toMatchObject({ throttledCount: 4, rule: 'chat-pace' });
  });

  test('levels, limits and forfeits of its own budgets are told; those of others are not', () => {
    const money = tally();
    const level = (type: 'budget.warned' | 'budget.exceeded', budget: string) =>
      money.add({ ...head, type, budget, value: '', period: 'total', ...figures }, 1_000)?.what;
    const figures = { spentNanoUsd: usd('0.2462'), limitNanoUsd: usd(0.25) };
    expect(level('budget.warned', 'run 3 o3')).toBe('run 3 o3 is strained: $0.2462 of $0.25 spent');
    expect(money.isSpent('run 3 o3')).toBe(false);
    expect(level('budget.exceeded', 'run 3 o3')).toBe('run 3 o3 is spent: $0.2462 of $0.25');
    expect(money.isSpent('run 3 o3')).toBe(true);
    expect(level('budget.exceeded', 'run 2')).toBeUndefined();
    const budget = 'run 3 o3';
    money.add({ ...head, type: 'budget.limit_changed', budget, limitNanoUsd: usd(0.5) }, 1);
    expect(money.view.budgets[1]?.limitNanoUsd).toBe(usd(0.5));
    const lost = { ...head, type: 'budget.forfeited' as const, budget, amountNanoUsd: usd(0.01) };
    expect(money.add(lost, 1)?.what).toBe('run 3 o3: $0.01 died with a process');
  });
});

test('a budget that began anew is shown as the books have it, and its level stays as told', () => {
  const each = tally();
  each.find([found('run 3', 0.02, 2), found('somebody else’s', 1, 1)]);
  expect(each.view.budgets[0]).toEqual({
    id: 'run 3',
    spentNanoUsd: usd(0.02),
    limitNanoUsd: usd(2),
    level: 'ok',
  });
  expect(each.view.budgets.map(({ id }) => id)).toEqual(['run 3', 'run 3 o3', 'run 3 real']);
});
