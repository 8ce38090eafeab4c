/** What budgets that cover every call of a breaker do to its state, and when. */
import { describe, expect, test } from 'vitest';

import { usd, type BreakerStatus, type BudgetOptions } from '../../index.ts';
import { failTimes, QUICK } from '../board/open-boards.ts';
import { DAILY, dollars, NOON_MS, openMoney, REST_MS, type MoneyRig } from './rig.ts';

const DAY_MS = 86_400_000;
const MONTHLY: BudgetOptions = { id: 'monthly', limit: usd(1_000), period: 'month' };
const BUDGETS = [DAILY, MONTHLY];

/** Ways in which money gets spent. */
const WAYS: readonly (readonly [string, (rig: MoneyRig, amount: number) => Promise<unknown>])[] = [
  ['by a call', (rig, amount) => rig.spend(Math.min(amount, 100), { bills: amount })],
  ['by others, who report it', (rig, amount) => rig.outside(amount)],
];

/** The budget scenarios of the specification: per cent of the daily and of the monthly limit. */
const SCENARIOS: readonly (readonly [string, number, number, BreakerStatus])[] = [
  ['healthy budget', 25, 40, 'closed'],
  ['approaching daily limit', 85, 60, 'budget_limited'],
  ['exceeded budget', 105, 98, 'open'],
  ['monthly critical', 50, 96, 'budget_limited'],
];

describe.each(WAYS)('spent %s', (_way, spend) => {
  test.each(SCENARIOS)(
    'COST-14 budget manager integration: %s, %i per cent of the day, %i of the month: %s',
    async (_name, daily, monthly, state) => {
      const rig = await openMoney({ budgets: BUDGETS });
      await rig.outside(monthly * 10 - daily, { atMs: NOON_MS - 5 * DAY_MS });
      expect(rig.breaker.state).toBe(monthly * 10 - daily >= 800 ? 'budget_limited' : 'closed');
      await spend(rig, daily);
      expect(rig.breaker.state).toBe(state);
      expect((await rig.summary('daily')).percentage).toBe(daily);
      expect((await rig.summary('monthly')).percentage).toBe(monthly);
      expect(rig.breaker.snapshot().path).toBe(state === 'open' ? 'open.exhausted' : state);
    },
  );
});

describe('CRIT-21 budget-based state transitions occur at correct thresholds', () => {
  const nano = 1e-9;
  test.each<[string, Partial<BudgetOptions>, number, BreakerStatus]>([
    ['just below 80 %', {}, 80 - nano, 'closed'],
    ['at 80 %', {}, 80, 'budget_limited'],
    ['just below 90 %, warned at 0.9', { warnAt: 0.9 }, 90 - nano, 'closed'],
    ['at 90 %, warned at 0.9', { warnAt: 0.9 }, 90, 'budget_limited'],
    ['with 0.01 % left', {}, 99.99, 'budget_limited'],
    ['with less than 0.01 % left', {}, 99.99 + nano, 'open'],
    ['with all of it spent', {}, 100, 'open'],
    ['at 95 %, exhausted below 10 %', { exhaustedBelow: 0.1 }, 95, 'open'],
    ['at 90 %, exhausted below 10 %', { exhaustedBelow: 0.1 }, 90, 'budget_limited'],
    ['at 99 %, never warned', { warnAt: 1 }, 99, 'closed'],
  ])('CRIT-21 CRIT-82 %s', async (_, options, spent, state) => {
    const rig = await openMoney({ budgets: [{ ...DAILY, ...options }] });
    await rig.outside(spent);
    expect(rig.breaker.state).toBe(state);
    expect((await rig.summary()).level).toBe(
      state === 'open' ? 'exceeded' : state === 'closed' ? 'ok' : 'warned',
    );
  });
});

describe('the cost transitions of the specification', () => {
  test('COST-19 four state transitions: 90 % of a budget lead from closed to budget_limited', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, warnAt: 0.9 }] });
    await rig.spend(89);
    expect(rig.breaker.state).toBe('closed');
    await rig.spend(1);
    expect(rig.breaker.state).toBe('budget_limited');
  });

  test('COST-19 four state transitions: a spent budget leads from budget_limited to open', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(90);
    expect(rig.breaker.state).toBe('budget_limited');
    await rig.spend(10);
    expect(rig.breaker.snapshot()).toMatchObject({ state: 'open', path: 'open.exhausted' });
  });

  test('COST-19 four state transitions: a budget that recovers leads from budget_limited to closed', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(90);
    await rig.board.budget('daily').setLimit(usd(200), { reason: 'a busy day', by: 'ann' });
    expect(rig.breaker.state).toBe('closed');
  });

  test.each<[BreakerStatus, (rig: MoneyRig) => unknown]>([
    ['closed', () => {}],
    ['budget_limited', (rig) => rig.spend(90)],
    ['open', (rig) => rig.spend(100)],
    ['half_open', (rig) => tripAndWait(rig)],
  ])(
    'COST-19 four state transitions: an emergency shutdown leads from %s to open',
    async (from, bring) => {
      const rig = await openMoney({ budgets: [DAILY], breaker: QUICK });
      await bring(rig);
      expect(rig.breaker.state).toBe(from);
      rig.board.emergencyShutdown('a leaked key', { by: 'ann' });
      expect(rig.breaker.snapshot()).toMatchObject({ state: 'open', latches: ['emergency'] });
      rig.board.resume('the key is changed', { by: 'ann' });
      expect(rig.breaker.state).toBe(from);
    },
  );

  test('CRIT-28 all four states (closed, open, half-open, budget-limited) work correctly: one life through all of them', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: QUICK });
    const { breaker, factsOf } = rig;
    await rig.spend(85);
    failTimes(breaker, 1);
    await rig.clock.advanceAsync(QUICK.recoveryTimeoutMs);
    expect(await rig.spend(1)).toBe('ok');
    await rig.spend(14);
    expect(breaker.state).toBe('open');
    await rig.board.budget('daily').setLimit(usd(1_000), { reason: 'more', by: 'ann' });
    expect(await rig.spend(1)).toBe('ok');
    rig.board.flush();
    expect(factsOf('state.changed').map(({ from, to }) => `${from} to ${to}`)).toEqual([
      'closed to budget_limited',
      'budget_limited to open.cooling',
      'open.cooling to half_open',
      'half_open to budget_limited',
      'budget_limited to open.exhausted',
      'open.exhausted to closed',
    ]);
  });
});

describe('several causes at once', () => {
  test('COST-21 state transition priorities: a spent budget holds where failures have opened', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: QUICK });
    failTimes(rig.breaker, 1);
    expect(rig.breaker.snapshot().path).toBe('open.cooling');
    await rig.outside(100);
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    await rig.clock.advanceAsync(QUICK.recoveryTimeoutMs);
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    await raise(rig);
    expect(rig.breaker.state).toBe('half_open');
  });

  test('COST-21 state transition priorities: failures hold on for their time when the money is back', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: QUICK });
    failTimes(rig.breaker, 1);
    await rig.outside(100);
    await raise(rig);
    expect(rig.breaker.snapshot().path).toBe('open.cooling');
    await rig.clock.advanceAsync(QUICK.recoveryTimeoutMs);
    expect(rig.breaker.state).toBe('half_open');
  });

  test('COST-21 state transition priorities: a probe that succeeds finds the budget strained', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: QUICK });
    await tripAndWait(rig);
    await rig.outside(85);
    expect(rig.breaker.state).toBe('half_open');
    expect(await rig.spend(1)).toBe('ok');
    expect(rig.breaker.state).toBe('budget_limited');
  });

  test('COST-21 state transition priorities: an operator’s latch is stronger than a spent budget', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    rig.breaker.forceOpen('an incident', { by: 'ann' });
    expect(rig.breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['operator'] });
    await raise(rig);
    expect(rig.breaker.snapshot().path).toBe('open.latched');
    rig.breaker.reset('over', { by: 'ann' });
    expect(rig.breaker.state).toBe('closed');
  });

  test('COST-21 state transition priorities: lifting the latch does not bring money back', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    rig.breaker.forceOpen('an incident', { by: 'ann' });
    await rig.outside(100);
    rig.breaker.forceClose('over', { by: 'ann' });
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    rig.breaker.forceClose('really', { by: 'ann' });
    rig.breaker.reset('really', { by: 'ann' });
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    expect(await rig.spend(1)).toBe('budget_exceeded');
  });

  test('COST-21 state transition priorities: an emergency is stronger than everything', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    rig.breaker.forceOpen('an incident', { by: 'ann' });
    rig.board.emergencyShutdown('a leaked key', { by: 'ann' });
    expect(await rig.spend(1)).toBe('circuit_latched');
    expect(rig.breaker.snapshot().latches).toEqual(['emergency', 'operator']);
    await raise(rig);
    rig.breaker.reset('over', { by: 'ann' });
    expect(rig.breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
    rig.board.resume('over', { by: 'ann' });
    expect(rig.breaker.state).toBe('closed');
  });

  test('CRIT-29 state transition logic handles complex multi-condition scenarios: the stronger of two budgets decides', async () => {
    const rig = await openMoney({ budgets: [DAILY, { ...MONTHLY, limit: usd(200) }] });
    await rig.outside(90);
    expect(rig.breaker.state).toBe('budget_limited');
    await rig.outside(100, { atMs: NOON_MS - DAY_MS });
    expect(rig.breaker.state).toBe('budget_limited');
    await rig.outside(10);
    expect(rig.breaker.state).toBe('open');
    await raise(rig);
    expect(rig.breaker.state).toBe('open');
    await raise(rig, 'monthly');
    expect(rig.breaker.state).toBe('closed');
  });

  test('CRIT-29 money moves neither generation nor failures, and calls in flight still count', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { failureThreshold: 3 } });
    const { breaker } = rig;
    failTimes(breaker, 1);
    const permit = breaker.acquire();
    const { generation } = breaker.snapshot();
    await rig.outside(90);
    await rig.outside(10);
    permit.fail(new Error('down'));
    expect(breaker.snapshot()).toMatchObject({ generation, consecutiveFailures: 2 });
    await raise(rig);
    failTimes(breaker, 1);
    expect(breaker.snapshot().path).toBe('open.cooling');
  });
});

describe('what a budget says of itself', () => {
  test('COST-15 budget status evaluation: limit, spent, reserved, percentage, the next period’s instant', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(30);
    let answer = (): void => {};
    const held = rig.breaker.call(
      { operation: 'llm_call', model: 'unit', inputTokens: 2_000, maxOutputTokens: 0 },
      () => new Promise<void>((resolve) => (answer = resolve)),
    );
    await rig.clock.advanceAsync(REST_MS);
    const summary = await rig.summary();
    expect(summary).toEqual({
      budget: 'daily',
      value: '',
      period: 'day',
      periodKey: 'day:UTC:2026-03-10',
      limitNanoUsd: usd(100),
      spentNanoUsd: usd(30),
      forfeitedNanoUsd: usd(0),
      reservedNanoUsd: usd(20),
      overspentNanoUsd: usd(0),
      leftNanoUsd: usd(50),
      percentage: 30,
      level: 'ok',
      periodStartMs: Date.parse('2026-03-10T00:00:00Z'),
      nextPeriodAtMs: Date.parse('2026-03-11T00:00:00Z'),
      warnAt: 0.8,
    });
    answer();
    await held;
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(50), percentage: 50 });
  });

  test('CRIT-20 budget status accurately reflects real-time usage: call by call', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    for (let call = 1; call <= 10; call++) {
      await rig.spend(7);
      const { spentNanoUsd, percentage } = await rig.summary();
      expect([dollars(spentNanoUsd), percentage]).toEqual([7 * call, 7 * call]);
    }
  });

  test('COST-16 budget exceeded state transition: at the settlement that spends it, with a fact', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(99);
    expect(rig.breaker.state).toBe('budget_limited');
    await rig.spend(1);
    expect(rig.breaker.state).toBe('open');
    expect(await rig.spend(0.01)).toBe('budget_exceeded');
    rig.board.flush();
    const [warned, exceeded] = [rig.factsOf('budget.warned'), rig.factsOf('budget.exceeded')];
    expect(warned).toMatchObject([{ budget: 'daily', value: '', spentNanoUsd: usd(99) }]);
    expect(exceeded).toMatchObject([{ period: 'day:UTC:2026-03-10', limitNanoUsd: usd(100) }]);
    expect(rig.factsOf('state.changed')).toMatchObject([
      { from: 'closed', to: 'budget_limited', event: 'budget.warned' },
      { from: 'budget_limited', to: 'open.exhausted', event: 'budget.exceeded' },
    ]);
  });

  test('COST-16 budget exceeded state transition: reservations alone do not exhaust a budget', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    let answer = (): void => {};
    const held = rig.breaker.call(
      { operation: 'llm_call', model: 'unit', inputTokens: 10_000, maxOutputTokens: 0 },
      ({ cost }) => {
        cost(usd(1));
        return new Promise<void>((resolve) => (answer = resolve));
      },
    );
    await rig.clock.settle();
    expect(await rig.spend(1)).toBe('budget_exceeded');
    expect(rig.breaker.state).toBe('closed');
    answer();
    await held;
    expect(await rig.spend(1)).toBe('ok');
  });

  test('a refused reservation changes no state', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(50);
    for (let call = 0; call < 10; call++) expect(await rig.spend(60)).toBe('budget_exceeded');
    expect(rig.breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
    expect((await rig.summary()).spentNanoUsd).toBe(usd(50));
  });
});

async function tripAndWait({ breaker, clock }: MoneyRig): Promise<void> {
  failTimes(breaker, 1);
  await clock.advanceAsync(QUICK.recoveryTimeoutMs);
}

const raise = ({ board }: MoneyRig, id = 'daily'): Promise<void> =>
  board.budget(id).setLimit(usd(10_000), { reason: 'more is needed', by: 'ann' });
