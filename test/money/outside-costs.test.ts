/**
 * Costs that others report: booked once, in the period of their own time, and held against bills.
 */
import { from } from 'rxjs';
import { describe, expect, test } from 'vitest';

import { usd, type CostEvent } from '../../index.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { DAILY, dollars, MIDNIGHT_MS, NOON_MS, openMoney, type MoneyRig } from './rig.ts';

const DAY_MS = 86_400_000;

const problems = ({ board, factsOf }: MoneyRig): readonly string[] => {
  board.flush();
  return factsOf('ingest.refused').map(({ problem }) => problem);
};

describe('a cost from outside', () => {
  test('moves budgets and breakers as a call of the board’s own does', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.outside(80);
    expect(rig.breaker.state).toBe('budget_limited');
    await rig.outside(20);
    expect(rig.breaker.state).toBe('open');
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(100), percentage: 100 });
    expect((await rig.board.costs.report()).total).toMatchObject({
      costNanoUsd: usd(100),
      outsideNanoUsd: usd(100),
      callCount: 0,
    });
    expect((await rig.board.costs.verify()).mismatches).toEqual([]);
  });

  test('is charged at the model’s price where it says only what was used', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const usage = { inputTokens: 100, outputTokens: 50 };
    await rig.outside(0, { model: 'unit', usage, costNanoUsd: undefined as never });
    expect((await rig.summary()).spentNanoUsd).toBe(usd(1.5));
    const { total } = await rig.board.costs.report();
    expect([total.inputTokens, total.outputTokens]).toEqual([100, 50]);
  });

  test('counts once, however often it is told, and again after a restart', async () => {
    const options = { store: `sqlite:${scratchFile()}`, budgets: [DAILY] };
    const first = await openMoney(options);
    for (let time = 0; time < 3; time++) await first.outside(5, { id: 'bill 7' });
    expect((await first.summary()).spentNanoUsd).toBe(usd(5));
    await first.board.close();
    const second = await openMoney({ ...options, clock: first.clock });
    await second.outside(5, { id: 'bill 7' });
    await second.outside(5, { id: 'bill 8' });
    expect((await second.summary()).spentNanoUsd).toBe(usd(10));
  });

  test('belongs to the period of its own time', async () => {
    const rig = await openMoney({
      budgets: [DAILY, { id: 'monthly', limit: usd(500), period: 'month' }],
    });
    await rig.outside(99, { atMs: NOON_MS - DAY_MS });
    await rig.outside(1, { atMs: MIDNIGHT_MS - DAY_MS });
    expect((await rig.summary('daily')).spentNanoUsd).toBe(usd(1));
    expect((await rig.summary('monthly')).spentNanoUsd).toBe(usd(100));
    expect(rig.breaker.state).toBe('closed');
  });

  test('of a day that is over spends nothing today, however dear it was', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.outside(500, { atMs: NOON_MS - DAY_MS });
    expect(rig.breaker.state).toBe('closed');
    expect(await rig.spend(100)).toBe('ok');
    await rig.clock.advanceAsync(1_000);
    expect(rig.board.health().reasons.map(({ code }) => code)).toEqual([
      'breakers_mostly_open',
      'breaker_open',
      'budget_exceeded',
    ]);
  });

  test('reaches the budgets of its breaker, provider, model and tags, and no others', async () => {
    const rig = await openMoney({
      budgets: [
        { id: 'api', limit: usd(10), period: 'day', scope: { breaker: 'api' } },
        { id: 'acme', limit: usd(10), period: 'day', scope: { provider: 'acme' } },
        { id: 'unit', limit: usd(10), period: 'day', scope: { model: 'unit' } },
        { id: 'tenant', limit: usd(10), period: 'day', per: 'tag:tenant' },
      ],
    });
    await rig.outside(10, { breaker: 'api', model: 'unit', tags: { tenant: 'a' } });
    const spent = async (id: string, value?: string) =>
      dollars((await rig.summary(id, value)).spentNanoUsd);
    expect(await spent('api')).toBe(10);
    expect(await spent('acme')).toBe(0);
    expect(await spent('unit')).toBe(10);
    expect([await spent('tenant', 'a'), await spent('tenant')]).toEqual([10, 0]);
    expect(rig.breaker.state).toBe('open');
  });

  test('comes in numbers: many in one turn are booked together', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(1_000) }] });
    const events = Array.from({ length: 5_000 }, (_, index): CostEvent => {
      const id = `row ${index}`;
      return { kind: 'cost', id, operation: 'llm_call', costNanoUsd: usd(0.1) };
    });
    from(events).subscribe(rig.board.ingest);
    from(events).subscribe(rig.board.ingest);
    expect((await rig.board.costs.report()).total.costNanoUsd).toBe(usd(500));
    expect((await rig.summary()).spentNanoUsd).toBe(usd(500));
    expect(problems(rig)).toEqual([]);
  });

  test('that is older than the books that are kept is refused alone', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const cost = { kind: 'cost', operation: 'llm_call', costNanoUsd: usd(1) } as const;
    rig.board.ingest.next({ ...cost, id: 'one' });
    rig.board.ingest.next({ ...cost, id: 'old', atMs: NOON_MS - 100 * DAY_MS });
    rig.board.ingest.next({ ...cost, id: 'two' });
    expect((await rig.board.costs.report()).total.costNanoUsd).toBe(usd(2));
    expect((await rig.summary()).spentNanoUsd).toBe(usd(2));
    expect(problems(rig)).toHaveLength(1);
  });
});

describe('a bill', () => {
  test('is held against what was booked, and charged to nothing', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(10);
    await rig.spend(20);
    await rig.outside(31.5, { isBill: true, breaker: 'api', model: 'unit' });
    const { rows, total } = await rig.board.costs.report({ by: 'model' });
    expect(rows).toMatchObject([
      { group: 'unit', costNanoUsd: usd(30), billedNanoUsd: usd(31.5), outsideNanoUsd: 0 },
    ]);
    expect(dollars(total.billedNanoUsd - total.costNanoUsd)).toBe(1.5);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(30));
    expect(rig.breaker.state).toBe('closed');
  });
});

describe('a bad event', () => {
  const good: CostEvent = { kind: 'cost', id: 'x', operation: 'llm_call', costNanoUsd: usd(1) };
  test.each<[string, object, string]>([
    ['no id', { id: undefined }, 'id must be a string of 1 to 256 characters'],
    ['an empty id', { id: '' }, 'id must be a string'],
    ['no operation', { operation: undefined }, 'operation must be a string'],
    ['neither cost nor usage', { costNanoUsd: undefined }, 'costNanoUsd or usage'],
    ['a negative cost', { costNanoUsd: -1 }, 'costNanoUsd must be an amount'],
    ['a cost that is no number', { costNanoUsd: NaN }, 'costNanoUsd must be an amount'],
    ['a cost above all amounts', { costNanoUsd: 2 ** 53 }, 'costNanoUsd must be an amount'],
    ['an instant that is none', { atMs: NaN }, 'atMs must be wall-clock milliseconds'],
    ['an instant as text', { atMs: '5' }, 'atMs must be wall-clock milliseconds'],
    ['a negative instant', { atMs: -1 }, 'atMs must be wall-clock milliseconds'],
    ['tags that are none', { tags: 'abc' }, "tags must be an object, got 'abc'"],
    ['a tag that is none', { tags: { tenant: 5 } }, 'tags.tenant must be a string'],
    ['a model that is none', { model: 7 }, 'model must be a string'],
    ['a bill that is maybe one', { isBill: 'yes' }, 'isBill must be true or false'],
    ['negative usage', { usage: { inputTokens: -1 } }, 'usage.inputTokens'],
    ['a field misspelt', { cost: 5 }, 'a field of a cost must be one of'],
  ])(
    'with %s is refused by its field, and the good ones beside it are booked',
    async (_, wrong, problem) => {
      const rig = await openMoney({ budgets: [DAILY] });
      rig.board.ingest.next({ ...good, id: 'before' });
      rig.board.ingest.next({ ...good, ...wrong });
      rig.board.ingest.next({ ...good, id: 'after' });
      expect((await rig.board.costs.report()).total.costNanoUsd).toBe(usd(2));
      expect(problems(rig)).toEqual([expect.stringContaining(problem)]);
    },
  );

  test('is refused where no costs are counted, and once the board is closed', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.board.close();
    rig.board.ingest.next(good);
    await rig.clock.settle();
    expect(rig.factsOf('cost.settled')).toEqual([]);
  });
});
