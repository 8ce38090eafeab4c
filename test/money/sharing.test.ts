/** What the breakers of one board share: estimates, and a budget over all of them. */
import { describe, expect, test } from 'vitest';

import { usd, type Breaker, type Estimator } from '../../index.ts';
import { costing, DAILY, dollars, openMoney } from './rig.ts';

const NAMES = ['a', 'b', 'c', 'd'];

describe('estimates', () => {
  test('COST-41 shared cost estimator: what one breaker’s calls cost, every breaker’s calls are expected to', async () => {
    const rig = await openMoney({ ledger: {} });
    const { inputTokens: _, ...blind } = costing(1);
    const [first, second] = ['one', 'two'].map((name) => rig.board.breaker(name));
    expect(rig.board.estimate(blind, { breaker: 'two' }).method).toBe('default');
    for (let call = 0; call < 10; call++) await first?.call(blind, ({ cost }) => cost(usd(0.5)));
    const expected = { method: 'history', expectedNanoUsd: usd(0.5) };
    expect(rig.board.estimate(blind, { breaker: 'two' })).toMatchObject(expected);
    expect(rig.board.estimate(blind)).toMatchObject(expected);
    await second?.call(blind, ({ cost }) => cost(usd(0.5)));
    rig.board.flush();
    expect(rig.factsOf('cost.settled').at(-1)).toMatchObject({ breaker: 'two', ...expected });
  });

  test('COST-41 shared cost estimator: one of the user’s own is asked first, for every breaker', async () => {
    const asked: string[] = [];
    const own: Estimator = {
      name: 'ours',
      estimate: ({ breaker, operation }) => {
        asked.push(breaker);
        if (operation !== 'known') return null;
        const [expectedNanoUsd, worstNanoUsd] = [usd(1), usd(2)];
        const range = { lowNanoUsd: expectedNanoUsd, highNanoUsd: worstNanoUsd };
        return { expectedNanoUsd, worstNanoUsd, ...range, confidence: 0.5, method: 'ignored' };
      },
    };
    const rig = await openMoney({ estimators: [own], budgets: [DAILY] });
    await rig.board.breaker('a').call({ operation: 'known' }, () => 'ok');
    await rig.board.breaker('b').call(costing(3, { operation: 'unknown' }), () => 'ok');
    expect(asked).toEqual(['a', 'b']);
    rig.board.flush();
    expect(rig.factsOf('cost.settled')).toMatchObject([
      { method: 'ours', expectedNanoUsd: usd(1), costNanoUsd: usd(2) },
      { method: 'tokens', costNanoUsd: usd(3) },
    ]);
  });

  test('COST-41 shared cost estimator: one that throws is passed over and told of once', async () => {
    const own: Estimator = {
      name: 'ours',
      estimate: () => {
        throw new TypeError('mine');
      },
      learn: () => {
        throw new RangeError('mine too');
      },
    };
    const rig = await openMoney({ estimators: [own], budgets: [DAILY] });
    for (let call = 0; call < 3; call++) expect(await rig.spend(1)).toBe('ok');
    rig.board.flush();
    expect(rig.factsOf('callback.failed')).toMatchObject([
      { breaker: null, callback: 'estimator ours', errorName: 'TypeError' },
      { breaker: null, callback: 'estimator ours', errorName: 'RangeError' },
    ]);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(3));
  });
});

describe('a budget over all breakers', () => {
  test('COST-42 global budget enforcement: no breaker spends what another has spent', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const breakers = NAMES.map((name) => rig.board.breaker(name));
    for (const breaker of breakers) expect(await rig.spend(19, { breaker })).toBe('ok');
    expect(breakers.map(({ state }) => state)).toEqual(NAMES.map(() => 'closed'));
    expect(await rig.spend(25)).toBe('budget_exceeded');
    expect(await rig.spend(24)).toBe('ok');
    expect(breakers.map(({ state }) => state)).toEqual(NAMES.map(() => 'open'));
    expect((await rig.summary()).percentage).toBe(100);
  });

  test('COST-42 global budget enforcement: 200 calls at once over four breakers spend it to the last cent', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(10), warnAt: 1 }] });
    const breakers = NAMES.map((name) => rig.board.breaker(name));
    const results = await rig.pass(
      Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          (breakers[index % 4] as Breaker).tryCall(costing(1), () => 'ok'),
        ),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(10);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(10));
  });

  test('CRIT-30 state consistency maintained under concurrent operations: every breaker agrees with the budget, whatever ends when', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(50) }] });
    const breakers = NAMES.map((name) => rig.board.breaker(name));
    const levels = { ok: 'closed', warned: 'budget_limited', exceeded: 'open' } as const;
    const calls = Array.from({ length: 80 }, (_, index) =>
      (breakers[index % 4] as Breaker).tryCall(costing(1), async ({ cost }) => {
        for (let turn = 0; turn < (index * 7) % 5; turn++) await Promise.resolve();
        cost(usd(index % 3 === 0 ? 0.5 : 1));
        const { level } = await rig.summary();
        // Its own cost is not settled yet, nor that of others that run.
        const states = new Set(breakers.map(({ state }) => state));
        expect(states.size).toBe(1);
        return level;
      }),
    );
    const results = await rig.pass(Promise.all(calls));
    for (const result of results) if (!result.ok && !result.refused) throw result.error;
    const { level, spentNanoUsd, overspentNanoUsd } = await rig.summary();
    expect(breakers.map(({ state }) => state)).toEqual(NAMES.map(() => levels[level]));
    expect([overspentNanoUsd, spentNanoUsd <= usd(50)]).toEqual([0, true]);
    expect((await rig.board.costs.report()).total.costNanoUsd).toBe(spentNanoUsd);
  });

  test('COST-42 global budget enforcement: two boards in one process keep two books', async () => {
    const first = await openMoney({ budgets: [DAILY] });
    const second = await openMoney({ budgets: [DAILY] });
    await first.spend(100);
    expect([first.breaker.state, second.breaker.state]).toEqual(['open', 'closed']);
    expect(dollars((await second.summary()).spentNanoUsd)).toBe(0);
  });
});
