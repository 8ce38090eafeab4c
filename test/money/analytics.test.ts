/** What the books say of calls: counts, costs against estimates, what refusals have saved. */
import { describe, expect, test } from 'vitest';

import { usd, type CostReportRow } from '../../index.ts';
import { costing, DAILY, dollars, FREE, MIDNIGHT_MS, NOON_MS, openMoney } from './rig.ts';

const HOUR_MS = 3_600_000;

/** Dollars for each call that succeeded. */
const perSuccess = ({ costNanoUsd, succeededCount }: CostReportRow): number =>
  dollars(costNanoUsd / succeededCount);

describe('operation statistics', () => {
  test('COST-32 operation statistics tracking: by model, operation, breaker, provider and tag', async () => {
    const rig = await openMoney({ ledger: {}, breaker: { provider: 'acme' } });
    const other = rig.board.breaker('other');
    await rig.spend(3, { tags: { tenant: 'a' } });
    await rig.spend(2, { tags: { tenant: 'b' }, operation: { operation: 'embed' } });
    await rig.spend(1, { breaker: other });
    await rig.breaker.call(FREE, () => 'free');
    const by = async (group: 'model' | 'operation' | 'breaker' | 'provider' | 'tag:tenant') => {
      const { rows } = await rig.board.costs.report({ by: group });
      return rows.map((row) => [row.group, row.callCount, dollars(row.costNanoUsd)]);
    };
    expect(await by('model')).toEqual([
      ['unit', 3, 6],
      ['free', 1, 0],
    ]);
    expect(await by('operation')).toEqual([
      ['llm_call', 3, 4],
      ['embed', 1, 2],
    ]);
    expect(await by('breaker')).toEqual([
      ['api', 3, 5],
      ['other', 1, 1],
    ]);
    expect(await by('provider')).toEqual([
      ['acme', 3, 5],
      [null, 1, 1],
    ]);
    expect(await by('tag:tenant')).toEqual([
      ['a', 1, 3],
      ['b', 1, 2],
      [null, 2, 1],
    ]);
  });

  test('COST-32 operation statistics tracking: calls, successes, tokens, and costs that were assumed', async () => {
    const rig = await openMoney({ ledger: {} });
    const { breaker } = rig;
    const operation = costing(1, { maxOutputTokens: 100 });
    await breaker.call(operation, ({ usage }) => {
      usage({ inputTokens: 60, cachedInputTokens: 40, outputTokens: 20, reasoningTokens: 5 });
    });
    await breaker.call(operation, () => 'says nothing');
    await breaker.tryCall(operation, () => Promise.reject(new Error('down')));
    const { total } = await rig.board.costs.report();
    expect(total).toMatchObject({
      callCount: 3,
      succeededCount: 2,
      assumedCount: 1,
      inputTokens: 100,
      outputTokens: 25,
    });
  });

  test('COST-32 operation statistics tracking: since an instant, to the full hour', async () => {
    const rig = await openMoney({ ledger: {}, startMs: NOON_MS });
    await rig.spend(1);
    await rig.clock.advanceAsync(HOUR_MS);
    await rig.spend(2);
    await rig.clock.advanceAsync(HOUR_MS);
    await rig.spend(4);
    const since = async (sinceMs: number): Promise<number> =>
      dollars((await rig.board.costs.report({ sinceMs })).total.costNanoUsd);
    expect(await since(NOON_MS)).toBe(7);
    expect(await since(NOON_MS + HOUR_MS)).toBe(6);
    expect(await since(NOON_MS + 2 * HOUR_MS + 1)).toBe(4);
    expect(await since(MIDNIGHT_MS)).toBe(0);
  });

  test.each<[string, object, string]>([
    ['an unknown group', { by: 'day' }, 'query.by must be one of model, operation, breaker'],
    ['a tag without a name', { by: 'tag:' }, 'query.by must be one of'],
    ['an instant that is none', { sinceMs: NaN }, 'query.sinceMs must be wall-clock milliseconds'],
  ])('COST-32 operation statistics tracking: %s is refused', async (_, query, message) => {
    const rig = await openMoney({ ledger: {} });
    await expect(rig.board.costs.report(query)).rejects.toThrow(message);
  });
});

describe('savings', () => {
  test('COST-33 cost savings calculation: refused calls are counted once, at what they were expected to cost', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(95);
    for (let call = 0; call < 3; call++) expect(await rig.spend(10)).toBe('budget_exceeded');
    const { total } = await rig.board.costs.report();
    expect(total).toMatchObject({ refusedCount: 3, refusedNanoUsd: usd(30), callCount: 1 });
    expect((await rig.board.costs.report()).total).toEqual(total);
  });

  test('COST-33 cost savings calculation: also where the spent budget keeps the breaker open', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    expect(rig.breaker.state).toBe('open');
    expect(await rig.spend(1)).toBe('budget_exceeded');
    expect(await rig.breaker.tryCall(costing(2), () => 'ok')).toMatchObject({ refused: true });
    expect(() => rig.breaker.callSync(costing(4), () => 'ok')).toThrow('daily');
    const { total } = await rig.board.costs.report();
    expect([total.refusedCount, dollars(total.refusedNanoUsd)]).toEqual([3, 7]);
  });

  test('COST-33 cost savings calculation: by rules and shedding too, and by whom', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(5), action: 'block' }],
      breaker: { limited: { priorityMin: 1 } },
    });
    await rig.spend(6, { tags: { tenant: 'a' } });
    await rig.outside(85);
    expect(await rig.spend(2, { tags: { tenant: 'b' } })).toBe('shed');
    const { rows } = await rig.board.costs.report({ by: 'tag:tenant' });
    const saved = rows.map(({ group, refusedNanoUsd }) => [group, dollars(refusedNanoUsd)]);
    expect(Object.fromEntries(saved)).toEqual({ a: 6, b: 2, null: 0 });
  });

  test('COST-33 cost savings calculation: a call that failures have refused has saved no budget', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { failureThreshold: 1 } });
    rig.breaker.acquire().fail(new Error('down'));
    expect(await rig.spend(5)).toBe('circuit_open');
    expect(() => rig.breaker.acquire(costing(5))).toThrow('is open');
    expect((await rig.board.costs.report()).total.refusedCount).toBe(0);
  });

  test('COST-33 cost savings calculation: a call that is retried after a refusal counts as often as it was refused', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(5) }], breaker: { retry: {} } });
    expect(await rig.spend(6)).toBe('budget_exceeded');
    expect((await rig.board.costs.report()).total.refusedCount).toBe(1);
  });

  test('COST-33 cost savings calculation: a call that was only watched was made, and saved nothing', async () => {
    const rig = await openMoney({
      budgets: [{ ...DAILY, limit: usd(5) }],
      breaker: { mode: 'observe' },
    });
    expect(await rig.spend(6)).toBe('ok');
    const { total } = await rig.board.costs.report();
    expect(total).toMatchObject({ refusedCount: 0, callCount: 1, costNanoUsd: usd(6) });
  });
});

describe('efficiency', () => {
  test('COST-34 cost efficiency metrics: the cost of a success, failures included', async () => {
    const rig = await openMoney({ ledger: {}, breaker: { failureThreshold: 100 } });
    for (let call = 0; call < 10; call++) {
      await rig.breaker.tryCall(costing(1), ({ cost }) => {
        cost(usd(1));
        if (call % 5 === 0) throw new Error('and then it fails');
      });
    }
    const { total } = await rig.board.costs.report();
    expect(total).toMatchObject({ callCount: 10, succeededCount: 8, costNanoUsd: usd(10) });
    expect(perSuccess(total)).toBe(1.25);
  });

  test('CRIT-108 cost optimization: models are compared by what a success of each costs', async () => {
    const prices = {
      overrides: ['dear', 'cheap'].map((model, place) => ({
        model,
        inputPerMillion: usd([20_000, 10_000][place] ?? 0),
        outputPerMillion: usd(0),
      })),
    };
    const rig = await openMoney({ prices, ledger: {}, breaker: { failureThreshold: 100 } });
    for (const [model, failsEvery] of [
      ['dear', 100],
      ['cheap', 2],
    ] as const) {
      for (let call = 1; call <= 20; call++) {
        await rig.breaker.tryCall(costing(1, { model }), ({ usage }) => {
          usage({ inputTokens: 100 });
          if (call % failsEvery === 0) throw new Error('an answer of no use');
        });
      }
    }
    const { rows } = await rig.board.costs.report({ by: 'model' });
    expect(rows.map((row) => [row.group, perSuccess(row)])).toEqual([
      ['dear', 2],
      ['cheap', 2],
    ]);
  });

  test('COST-35 actual vs estimated cost tracking: sums of both, by model, of the same calls', async () => {
    const rig = await openMoney({ ledger: {} });
    await rig.spend(10, { bills: 12 });
    await rig.spend(10, { bills: 9 });
    await rig.spend(5, { operation: { operation: 'embed' } });
    const { rows } = await rig.board.costs.report({ by: 'operation' });
    const figures = rows.map(({ group, costNanoUsd, expectedNanoUsd }) => [
      group,
      dollars(costNanoUsd),
      dollars(expectedNanoUsd),
    ]);
    expect(figures).toEqual([
      ['llm_call', 21, 20],
      ['embed', 5, 5],
    ]);
  });

  test('COST-35 actual vs estimated cost tracking: call by call, as facts', async () => {
    const rig = await openMoney({ ledger: {} });
    await rig.spend(10, { bills: 12 });
    rig.board.flush();
    expect(rig.factsOf('cost.settled')).toMatchObject([
      {
        breaker: 'api',
        operation: 'llm_call',
        model: 'unit',
        expectedNanoUsd: usd(10),
        worstNanoUsd: usd(10),
        costNanoUsd: usd(12),
        method: 'tokens',
        basis: 'reported',
        outcome: 'succeeded',
      },
    ]);
  });

  test('COST-35 actual vs estimated cost tracking: bills that leave the price table behind are told as drift', async () => {
    const rig = await openMoney({ ledger: {} });
    const bill = (times: number, factor: number): Promise<void> =>
      Array.from({ length: times }).reduce<Promise<void>>(
        (before) =>
          before.then(() =>
            rig.breaker.call(costing(1), ({ usage }) =>
              usage({ inputTokens: 100, costNanoUsd: usd(factor) }),
            ),
          ),
        Promise.resolve(),
      );
    await bill(300, 1);
    rig.board.flush();
    expect(rig.factsOf('cost.drifted')).toEqual([]);
    await bill(300, 2);
    rig.board.flush();
    expect(rig.factsOf('cost.drifted')[0]).toMatchObject({
      operation: 'llm_call',
      model: 'unit',
      isOn: true,
    });
  });
});
