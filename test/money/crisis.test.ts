/** When money runs out: at once, in a rush, for long, and how it comes back. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../index.ts';
import { holderIdentity } from '../../persistence/money/process-life.ts';
import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { systemClock } from '../../services/clock.ts';
import { ending } from '../breaker/rig.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { costing, DAILY, FREE, MIDNIGHT_MS, openMoney, type MoneyRig } from './rig.ts';

/** What a process leaves behind that drew all of today's budget and was killed. */
function dieWith(path: string, amount: number): void {
  const file = openSqlite(path);
  const money = sqliteMoney(file, systemClock);
  // No process has such a number.
  const gone = { ...holderIdentity(), pid: 2 ** 31 - 2, processStart: '1' };
  money.join(gone, [{ id: DAILY.id, limitNanoUsd: DAILY.limit }]);
  const [startMs, endMs] = [MIDNIGHT_MS - 86_400_000, MIDNIGHT_MS];
  const key = { budget: DAILY.id, value: '', period: 'day:UTC:2026-03-10', startMs, endMs };
  money.draw([{ key, needNanoUsd: amount, wantNanoUsd: amount }]);
  file.close();
}

const raise = ({ board }: MoneyRig, dollars: number): Promise<void> =>
  board.budget('daily').setLimit(usd(dollars), { reason: 'more is needed', by: 'ann' });

describe('a budget that is spent', () => {
  test('COST-47 budget exhaustion scenario: it is spent to the last cent, and not a cent beyond', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(10), warnAt: 1 }] });
    let paid = 0;
    for (const amount of [4, 3.5, 2, 1, 0.3, 0.25, 0.2, 0.05, 0.02, 0.01, 0.01, 0.01]) {
      if ((await rig.spend(amount)) === 'ok') paid += Math.round(amount * 100);
    }
    expect(paid).toBe(1_000);
    expect(await rig.summary()).toMatchObject({
      spentNanoUsd: usd(10),
      leftNanoUsd: 0,
      overspentNanoUsd: 0,
      percentage: 100,
      level: 'exceeded',
    });
  });

  test('COST-47 budget exhaustion scenario: refusals say which budget, when it comes back, and what to do', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(99);
    const refusal = (dollars: number): Promise<unknown> =>
      rig.pass(rig.breaker.call(costing(dollars), () => 'ok').catch((error: unknown) => error));
    expect(await refusal(2)).toMatchObject({
      code: 'budget_exceeded',
      breaker: 'api',
      budget: 'daily',
      retryAtMs: MIDNIGHT_MS,
      message: expect.stringContaining('has $1.00 left of $100.00') as string,
      hint: expect.stringContaining('make a cheaper call') as string,
    });
    await rig.spend(1);
    expect(rig.breaker.state).toBe('open');
    expect(await refusal(1)).toMatchObject({
      code: 'budget_exceeded',
      budget: 'daily',
      retryAtMs: MIDNIGHT_MS,
      message: 'breaker "api" is open because budget "daily" is spent: $100.00 of $100.00',
    });
  });

  test('COST-47 budget exhaustion scenario: nothing but calls that cost stops, and health says so', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const paidElsewhere = rig.board.breaker('free things');
    await rig.spend(100);
    expect(await paidElsewhere.call(FREE, () => 'free')).toBe('free');
    expect(rig.breaker.explain()).toContain('A budget is spent');
    expect(rig.board.health().reasons).toContainEqual(
      expect.objectContaining({ code: 'budget_exceeded', subject: 'daily' }) as object,
    );
  });

  test('COST-47 budget exhaustion scenario: calls in flight end as they would, and are booked', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    let answer = (): void => {};
    const running = rig.breaker.call(costing(50), ({ cost }) => {
      cost(usd(50));
      return new Promise<string>((resolve) => (answer = () => resolve('answered')));
    });
    await rig.clock.settle();
    await rig.outside(50);
    expect(rig.breaker.state).toBe('closed');
    await rig.outside(50);
    expect(rig.breaker.state).toBe('open');
    answer();
    expect(await running).toBe('answered');
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(150), percentage: 150 });
    expect((await rig.board.costs.verify()).mismatches).toEqual([]);
  });
});

describe('a rush', () => {
  test('COST-48 budget spike handling: a thousand calls at once commit no more than there is', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, warnAt: 1 }] });
    let running = 0;
    let most = 0;
    const results = await rig.pass(
      Promise.all(
        Array.from({ length: 1_000 }, () =>
          rig.breaker.tryCall(costing(3), async ({ cost }) => {
            most = Math.max(most, ++running);
            await Promise.resolve();
            running--;
            cost(usd(3));
          }),
        ),
      ),
    );
    expect(most).toBeLessThanOrEqual(33);
    expect(results.filter(({ ok }) => ok)).toHaveLength(33);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(99));
  });

  test('COST-48 budget spike handling: one call far dearer than all others trips nothing until it is billed', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    for (let call = 0; call < 20; call++) await rig.spend(0.5);
    expect(await rig.spend(95)).toBe('budget_exceeded');
    expect(rig.breaker.state).toBe('closed');
    expect(await rig.spend(1, { bills: 89 })).toBe('ok');
    expect(rig.breaker.state).toBe('budget_limited');
    expect(await rig.summary()).toMatchObject({ percentage: 99, level: 'warned' });
  });

  test('COST-48 budget spike handling: a rule on the rate slows a rush down while the budget is full', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      rules: [{ id: 'rush', type: 'cost_rate_per_minute', threshold: usd(5), action: 'throttle' }],
    });
    const begunAtMs: number[] = [];
    const calls = Array.from({ length: 20 }, () =>
      rig.breaker.call(costing(1), ({ cost }) => {
        cost(usd(1));
        begunAtMs.push(rig.clock.monotonicMs());
      }),
    );
    await rig.pass(Promise.all(calls));
    expect(begunAtMs.filter((atMs) => atMs === 0).length).toBeLessThan(10);
    expect(Math.max(...begunAtMs)).toBeGreaterThan(5_000);
    rig.board.flush();
    expect(rig.factsOf('rule.fired')[0]).toMatchObject({ rule: 'rush', action: 'throttle' });
  });
});

describe('recovery', () => {
  test('COST-50 budget recovery scenarios: a limit that is raised is in force in the same turn', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    expect(rig.breaker.state).toBe('open');
    const raising = raise(rig, 200);
    expect(rig.breaker.state).toBe('closed');
    await raising;
    expect(await rig.spend(50)).toBe('ok');
    expect(await rig.spend(30)).toBe('ok');
    expect(rig.breaker.state).toBe('budget_limited');
  });

  test('CRIT-23 budget recovery scenarios handled gracefully: raised a little, a breaker is limited', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    await raise(rig, 110);
    expect(rig.breaker.state).toBe('budget_limited');
    expect(await rig.spend(11)).toBe('budget_exceeded');
    expect(await rig.spend(10)).toBe('ok');
  });

  test('COST-50 budget recovery scenarios: a new period', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    await rig.clock.advanceAsync(MIDNIGHT_MS - rig.clock.nowMs());
    expect(rig.breaker.state).toBe('closed');
    expect(await rig.spend(79)).toBe('ok');
    expect(rig.breaker.state).toBe('closed');
  });

  test('COST-50 budget recovery scenarios: a limit that is lowered below what is spent, and raised again', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(50);
    await raise(rig, 40);
    expect(rig.breaker.state).toBe('open');
    expect(await rig.summary()).toMatchObject({ percentage: 125, leftNanoUsd: 0 });
    expect(await rig.spend(1)).toBe('budget_exceeded');
    await raise(rig, 100);
    expect(rig.breaker.state).toBe('closed');
    expect(await rig.spend(50)).toBe('ok');
  });

  test('COST-50 budget recovery scenarios: a limit that is lowered while calls run keeps what they hold', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    let answer = (): void => {};
    const running = rig.breaker.call(costing(60), ({ cost }) => {
      cost(usd(60));
      return new Promise<void>((resolve) => (answer = resolve));
    });
    await rig.clock.settle();
    await raise(rig, 30);
    expect(await rig.spend(1)).toBe('budget_exceeded');
    expect(rig.breaker.state).toBe('closed');
    answer();
    await running;
    expect(rig.breaker.state).toBe('open');
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(60), overspentNanoUsd: 0 });
  });

  test('COST-50 budget recovery scenarios: money that a dead process took is corrected by an operator', async () => {
    const path = scratchFile();
    dieWith(path, usd(100));
    const after = await openMoney({ store: `sqlite:${path}`, budgets: [DAILY] });
    expect(await after.summary()).toMatchObject({ forfeitedNanoUsd: usd(100), percentage: 100 });
    expect(after.breaker.state).toBe('open');
    const budget = after.board.budget('daily');
    const act = { reason: 'the provider billed nothing', by: 'ann' };
    await expect(budget.correctForfeit(usd(101), act)).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await budget.correctForfeit(usd(30), act);
    expect(after.breaker.state).toBe('closed');
    expect(await after.summary()).toMatchObject({ forfeitedNanoUsd: usd(70), percentage: 70 });
    await budget.correctForfeit(usd(70), act);
    expect(await after.spend(100)).toBe('ok');
  });

  test('COST-50 budget recovery scenarios: of two budgets that are spent, both must recover', async () => {
    const rig = await openMoney({ budgets: [DAILY, { ...DAILY, id: 'other' }] });
    await rig.spend(100);
    await raise(rig, 1_000);
    expect(rig.breaker.state).toBe('open');
    const act = { reason: 'more', by: 'ann' };
    await rig.board.budget('other').setLimit(usd(1_000), act);
    expect(rig.breaker.state).toBe('closed');
  });

  test('COST-50 budget recovery scenarios: whoever waits for his turn in a strained budget goes on at once', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(85);
    await rig.spend(1);
    const waiting = ending(rig.breaker.call(costing(1), () => 'ok'));
    await rig.clock.advanceAsync(1_000);
    await raise(rig, 1_000);
    const beginMs = rig.clock.monotonicMs();
    expect(await rig.spend(1)).toBe('ok');
    expect(rig.clock.monotonicMs()).toBe(beginMs);
    await rig.clock.advanceAsync(10_000);
    expect(await waiting).toBe('ok');
  });

  test('a part whose account was forgotten hears of a limit that is raised', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, per: 'tag:tenant', valuesMax: 2 }] });
    const tenant = (name: string) => ({ tags: { tenant: name } });
    await rig.spend(100, tenant('a'));
    for (let round = 0; round < 5; round++) {
      await rig.clock.advanceAsync(15_000);
      for (const name of ['b', 'c', 'd']) await rig.spend(1, tenant(name));
    }
    await raise(rig, 200);
    expect(await rig.spend(100, tenant('a'))).toBe('ok');
    await raise(rig, 1_000);
    await rig.clock.advanceAsync(1_000);
    expect(rig.board.health().reasons.filter(({ subject }) => subject === 'daily')).toEqual([]);
  });
});
