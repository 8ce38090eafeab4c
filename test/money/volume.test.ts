/** Many calls, many values, for long: nothing is miscounted, and what is kept has a bound. */
import { describe, expect, test } from 'vitest';

import { usd, type RuleOptions } from '../../index.ts';
import { BudgetBook } from '../../services/cost/budgets/budget-book.ts';
import { resolveBudgets } from '../../services/cost/budgets/budget-options.ts';
import { PlanCache } from '../../services/cost/cost-plan.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import { RuleSet } from '../../services/cost/rules/rules.ts';
import { costing, DAILY, NOON_MS, openMoney, PRICES, REST_MS } from './rig.ts';

describe('in numbers', () => {
  test.each([true, false])(
    'COST-55 high volume cost evaluation: 20,000 calls add up to the cent (observed: %s)',
    async (observed) => {
      const rules = Array.from({ length: 10 }, (_, index): RuleOptions => {
        const threshold = usd(1_000_000 + index);
        return { id: `rule ${index}`, type: 'daily_cost', threshold, action: 'block' };
      });
      const rig = await openMoney({
        observed,
        rules,
        budgets: [
          { ...DAILY, limit: usd(1_000_000) },
          { id: 'tenants', limit: usd(1_000_000), period: 'month', per: 'tag:tenant' },
          { id: 'models', limit: usd(1_000_000), period: 'total', per: 'model' },
        ],
      });
      let cents = 0;
      const tenants = [0, 0, 0, 0, 0, 0, 0];
      for (let round = 0; round < 100; round++) {
        const calls = Array.from({ length: 200 }, (_, index) => {
          const number = round * 200 + index;
          const billed = (number % 13) + 1;
          const tenant = number % tenants.length;
          cents += billed;
          tenants[tenant] = (tenants[tenant] as number) + billed;
          const operation = costing(0.1, { tags: { tenant: `t${tenant}` } });
          return rig.breaker.call(operation, ({ cost }) => cost(usd(billed / 100)));
        });
        await Promise.all(calls);
        await rig.clock.advanceAsync(20);
      }
      const { total } = await rig.board.costs.report();
      expect([total.callCount, total.succeededCount]).toEqual([20_000, 20_000]);
      expect(total.costNanoUsd).toBe(cents * usd(0.01));
      expect((await rig.summary('daily')).spentNanoUsd).toBe(cents * usd(0.01));
      expect((await rig.summary('models', 'unit')).spentNanoUsd).toBe(cents * usd(0.01));
      for (const [index, spent] of tenants.entries()) {
        expect((await rig.summary('tenants', `t${index}`)).spentNanoUsd).toBe(spent * usd(0.01));
      }
      expect(await rig.board.costs.verify()).toMatchObject({ rowCount: 20_000, mismatches: [] });
      await rig.clock.advanceAsync(REST_MS);
      expect((await rig.summary('daily')).reservedNanoUsd).toBe(0);
    },
  );

  test('CRIT-38 system performance degrades gracefully under extreme load: a store that falls behind makes calls wait, and loses none', async () => {
    const budgets = [{ ...DAILY, limit: usd(1_000_000) }];
    const rig = await openMoney({ budgets, observed: false });
    // More calls in one turn than may be unsettled at once.
    const results = await rig.pass(
      Promise.all(
        Array.from({ length: 15_000 }, () => rig.breaker.tryCall(costing(0.01), () => 'ok')),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(15_000);
    expect((await rig.board.costs.report()).total.callCount).toBe(15_000);
    expect(rig.board.health().status).toBe('healthy');
  });
});

describe('what is kept', () => {
  test('COST-57 memory usage under load: 10,000 tenants leave no more accounts than valuesMax', async () => {
    const budgets = resolveBudgets([{ ...DAILY, per: 'tag:tenant', valuesMax: 100 }], 'UTC');
    const book = new BudgetBook(budgets, []);
    const [line] = book.lines;
    for (let index = 0; index < 10_000; index++) {
      const tags = { tenant: `t${index}` };
      const shape = {
        breaker: 'api',
        provider: undefined,
        operation: 'llm_call',
        model: 'unit',
        tags,
      };
      const [account] = book.accountsOf(shape, NOON_MS);
      account?.hear({ ...NOTHING, account: index }, false);
      if (account !== undefined) book.heard(account);
      // A call that came to nothing.
      account?.reserve(5);
      account?.settle(5, 0);
    }
    expect(line?.accountCount).toBeLessThanOrEqual(100 + 16);
  });

  test('COST-57 memory usage under load: plans of shapes that nobody repeats are forgotten', () => {
    const plans = new PlanCache({
      book: new BudgetBook([], []),
      prices: createPriceBook(PRICES, null),
      rules: new RuleSet([]),
      rateGauge: () => ({ valueNanoUsd: () => 0, limitNanoUsd: () => null }),
    });
    for (let index = 0; index < 50_000; index++) {
      plans.of('api', undefined, 'llm_call', 'unit', { request: `r${index}` }, NOON_MS);
    }
    expect(plans.size).toBeLessThanOrEqual(20_000);
  });

  test('COST-57 memory usage under load: labels that were told long ago are told again', async () => {
    const rig = await openMoney({ ledger: {}, observed: false });
    const call = (request: string): Promise<void> =>
      rig.breaker.call(costing(0.01, { tags: { request } }), ({ cost }) => cost(usd(0.01)));
    await call('first');
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => call(`r${round} ${index}`)));
      await rig.clock.advanceAsync(20);
    }
    await call('first');
    const { rows, total } = await rig.board.costs.report({ by: 'tag:request' });
    expect(total.callCount).toBe(40_002);
    expect(rows[0]).toMatchObject({ group: 'first', callCount: 2, costNanoUsd: usd(0.02) });
  });

  test('COST-57 memory usage under load: after a day of calls, as many timers wait as after one', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      rules: [{ id: 'day', type: 'daily_cost', threshold: usd(50), action: 'alert' }],
    });
    await rig.spend(0.01);
    await rig.clock.advanceAsync(REST_MS);
    const { pendingCount } = rig.clock;
    for (let call = 0; call < 500; call++) {
      await rig.spend(0.01, { tags: { request: `r${call}` } });
      await rig.clock.advanceAsync(100);
    }
    await rig.clock.advanceAsync(REST_MS);
    expect(rig.clock.pendingCount).toBe(pendingCount);
    expect(rig.clock.heldCount).toBe(0);
  });

  test('a rule without a budget leaves an idle board without timers of less than a second', async () => {
    const rig = await openMoney({
      rules: [{ id: 'day', type: 'daily_cost', threshold: usd(50), action: 'alert' }],
    });
    await rig.spend(1);
    await rig.clock.advanceAsync(REST_MS);
    expect(rig.clock.nextTimerMs).toBeGreaterThan(1_000);
  });

  test('CRIT-37 memory usage remains bounded under continuous operation: whoever gives up leaves nothing behind', async () => {
    const rig = await openMoney({ budgets: [DAILY], throttle: { queueMax: 50 } });
    await rig.outside(90);
    await rig.spend(0.01);
    for (let round = 0; round < 20; round++) {
      const abort = new AbortController();
      const calls = Array.from({ length: 100 }, () =>
        rig.breaker.tryCall(costing(0.01), () => 'ok', { signal: abort.signal }),
      );
      await rig.clock.settle();
      abort.abort();
      await Promise.all(calls);
    }
    await rig.clock.advanceAsync(REST_MS);
    expect(rig.breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
    expect(await rig.summary()).toMatchObject({ reservedNanoUsd: 0 });
    expect(await rig.spend(1)).toBe('ok');
  });
});

test('CRIT-36 cost evaluation: is done in the caller’s own turn, and looks at each rule and budget once', async () => {
  const rules = Array.from({ length: 10 }, (_, index): RuleOptions => {
    const threshold = usd(1_000 + index);
    return { id: `rule ${index}`, type: 'daily_cost', threshold, action: 'block' };
  });
  const budgets = Array.from({ length: 3 }, (_, index) => ({ ...DAILY, id: `budget ${index}` }));
  let asked = 0;
  const rig = await openMoney({
    rules,
    budgets,
    observed: false,
    estimators: [
      {
        name: 'ours',
        estimate: () => {
          asked++;
          return null;
        },
      },
    ],
  });
  await rig.spend(0.1);
  // An allowance is there: the decision and the function's start need no other turn.
  asked = 0;
  let isBegun = false;
  const call = rig.breaker.call(costing(0.1), ({ cost }) => {
    isBegun = true;
    cost(usd(0.1));
  });
  expect(isBegun).toBe(true);
  await call;
  expect(asked).toBe(1);
  expect(rig.breaker.callSync(costing(0.1), () => 'at once')).toBe('at once');
});

const NOTHING = {
  limitNanoUsd: usd(100),
  settledNanoUsd: 0,
  forfeitedNanoUsd: 0,
  heldNanoUsd: 0,
  overspentNanoUsd: 0,
};
