/** Which calls a budget covers, and what it is divided by. */
import { describe, expect, test } from 'vitest';

import { usd, type BudgetOptions, type BudgetScope, type Operation } from '../../index.ts';
import { costing, DAILY, FREE, openMoney, PRICES, REST_MS, type SpendOptions } from './rig.ts';

const TEN: BudgetOptions = { id: 'ten', limit: usd(10), period: 'day', warnAt: 1 };
const MODELS = ['unit', 'other'].map((model) => ({ ...PRICES.overrides[0], model }));
const prices = { overrides: [...MODELS, PRICES.overrides[1]] };

describe('a scope', () => {
  const of = (operation: Partial<Operation>): SpendOptions => ({ operation });
  test.each<[string, BudgetScope, SpendOptions, SpendOptions]>([
    ['model', { model: 'unit' }, of({ model: 'unit' }), of({ model: 'other' })],
    ['operation', { operation: 'chat' }, of({ operation: 'chat' }), of({ operation: 'embed' })],
    ['tags', { tags: { team: 'a' } }, { tags: { team: 'a', user: 'u' } }, { tags: { team: 'b' } }],
    ['tags', { tags: { team: 'a' } }, { tags: { team: 'a' } }, {}],
    [
      'tags and model',
      { model: 'unit', tags: { team: 'a' } },
      { tags: { team: 'a' } },
      { tags: { team: 'a' }, operation: { model: 'other' } },
    ],
  ])(
    'by %s: refuses those calls, moves no breaker, and leaves others alone',
    async (_, scope, inside, outside) => {
      const rig = await openMoney({ prices, budgets: [{ ...TEN, scope }] });
      expect(await rig.spend(10, inside)).toBe('ok');
      expect(await rig.spend(0.01, inside)).toBe('budget_exceeded');
      expect(await rig.spend(50, outside)).toBe('ok');
      expect((await rig.summary('ten')).spentNanoUsd).toBe(usd(10));
      expect(rig.breaker.state).toBe('closed');
    },
  );

  test('of one breaker moves that breaker and no other', async () => {
    const rig = await openMoney({ budgets: [{ ...TEN, scope: { breaker: 'api' } }] });
    const other = rig.board.breaker('other');
    expect(await rig.spend(50, { breaker: other })).toBe('ok');
    expect(await rig.spend(10)).toBe('ok');
    expect([rig.breaker.state, other.state]).toEqual(['open', 'closed']);
  });

  test('of a provider moves every breaker of that provider', async () => {
    const rig = await openMoney({
      budgets: [{ ...TEN, scope: { provider: 'acme' } }],
      breaker: { provider: 'acme' },
    });
    const second = rig.board.breaker('second', { provider: 'acme' });
    const other = rig.board.breaker('other', { provider: 'else' });
    const none = rig.board.breaker('none');
    await rig.spend(10);
    expect([rig.breaker, second, other, none].map(({ state }) => state)).toEqual([
      'open',
      'open',
      'closed',
      'closed',
    ]);
    expect(await rig.spend(10, { breaker: none })).toBe('ok');
  });

  test('of no field is the whole board', async () => {
    const rig = await openMoney({ budgets: [TEN] });
    const other = rig.board.breaker('other');
    await rig.spend(4);
    await rig.spend(6, { breaker: other });
    expect([rig.breaker.state, other.state]).toEqual(['open', 'open']);
    expect(rig.board.breaker('made later').state).toBe('open');
  });
});

describe('divided', () => {
  test.each<[string, BudgetOptions['per'], SpendOptions, SpendOptions]>([
    ['by a tag', 'tag:tenant', { tags: { tenant: 'a' } }, { tags: { tenant: 'b' } }],
    ['by model', 'model', {}, { operation: { model: 'other' } }],
    ['by operation', 'operation', {}, { operation: { operation: 'chat' } }],
  ])('%s, each value has the whole limit for itself', async (_, per, one, other) => {
    const rig = await openMoney({ prices, budgets: [{ ...TEN, per: per as 'model' }] });
    expect(await rig.spend(10, one)).toBe('ok');
    expect(await rig.spend(0.01, one)).toBe('budget_exceeded');
    expect(await rig.spend(10, other)).toBe('ok');
    expect(await rig.spend(0.01, other)).toBe('budget_exceeded');
    expect(rig.breaker.state).toBe('closed');
  });

  test('by breaker, each breaker is moved by its own part', async () => {
    const rig = await openMoney({ budgets: [{ ...TEN, per: 'breaker' }] });
    const other = rig.board.breaker('other');
    await rig.spend(10);
    expect([rig.breaker.state, other.state]).toEqual(['open', 'closed']);
    expect(await rig.spend(10, { breaker: other })).toBe('ok');
    expect(other.state).toBe('open');
    expect(await rig.summary('ten', 'api')).toMatchObject({ value: 'api', percentage: 100 });
  });

  test('by provider, breakers of one provider share its part', async () => {
    const rig = await openMoney({
      budgets: [{ ...TEN, per: 'provider' }],
      breaker: { provider: 'acme' },
    });
    const second = rig.board.breaker('second', { provider: 'acme' });
    const other = rig.board.breaker('other', { provider: 'else' });
    await rig.spend(10);
    expect([second.state, other.state]).toEqual(['open', 'closed']);
  });

  test('calls that lack the tag share one part, and pass no budget by lacking it', async () => {
    const rig = await openMoney({ budgets: [{ ...TEN, per: 'tag:tenant' }] });
    expect(await rig.spend(6)).toBe('ok');
    expect(await rig.spend(4, { tags: { user: 'u' } })).toBe('ok');
    expect(await rig.spend(0.01)).toBe('budget_exceeded');
    expect(await rig.spend(0.01, { tags: { user: 'v' } })).toBe('budget_exceeded');
    expect(await rig.spend(10, { tags: { tenant: 'a' } })).toBe('ok');
    const summaries = await rig.board.budgets();
    expect(summaries.map(({ value }) => value).sort()).toEqual(['', 'a']);
  });

  test('the error says whose part is spent', async () => {
    const rig = await openMoney({ budgets: [{ ...TEN, per: 'tag:tenant' }] });
    await rig.spend(10, { tags: { tenant: 'acme' } });
    const call = rig.breaker.call(costing(1), () => 'ok', { tags: { tenant: 'acme' } });
    await expect(call).rejects.toMatchObject({
      code: 'budget_exceeded',
      budget: 'ten',
      retryAtMs: Date.parse('2026-03-11T00:00:00Z'),
      message:
        'breaker "api" refuses the call: it may cost $1.00, and budget "ten" of "acme" has $0.00 ' +
        'left of $10.00',
    });
  });

  test('two tenants never share a part, whatever their names look like', async () => {
    const rig = await openMoney({ budgets: [{ ...TEN, per: 'tag:tenant' }] });
    const tags = [{ tenant: 'a', user: 'u' }, { tenant: 'a user u' }, { tenant: 'A' }];
    for (const [index, one] of tags.entries()) {
      expect(await rig.spend(index + 1, { tags: one })).toBe('ok');
      expect(await rig.spend(index + 1, { tags: one })).toBe('ok');
    }
    for (const [index, { tenant }] of tags.entries()) {
      expect((await rig.summary('ten', tenant)).spentNanoUsd).toBe(usd(2 * (index + 1)));
    }
    expect(await rig.spend(1, { tags: { tenant: 'a\0user\0u' } })).toBe('invalid_argument');
  });

  test('a model that is called undefined is not the one that nobody named', async () => {
    const rig = await openMoney({ budgets: [{ ...TEN, per: 'model' }] });
    const { model: _, ...nameless } = costing(0);
    await rig.breaker.call(nameless, ({ cost }) => cost(usd(1)));
    await rig.breaker.call({ ...nameless, model: 'undefined' }, ({ cost }) => cost(usd(2)));
    expect((await rig.summary('ten', '')).spentNanoUsd).toBe(usd(1));
    expect((await rig.summary('ten', 'undefined')).spentNanoUsd).toBe(usd(2));
  });
});

describe('several budgets on one call', () => {
  const ALL: BudgetOptions[] = [
    { ...DAILY, limit: usd(50), warnAt: 1 },
    { id: 'tenant', limit: usd(20), period: 'month', per: 'tag:tenant' },
    { id: 'model', limit: usd(30), period: 'total', scope: { model: 'unit' } },
  ];

  test('all of them are charged, once', async () => {
    const rig = await openMoney({ budgets: ALL });
    await rig.spend(5, { tags: { tenant: 'a' } });
    for (const [id, value] of [['daily'], ['tenant', 'a'], ['model']] as const) {
      expect((await rig.summary(id, value)).spentNanoUsd).toBe(usd(5));
    }
    expect((await rig.board.costs.report()).total.costNanoUsd).toBe(usd(5));
  });

  test('one that has not enough refuses, and nothing is held of the others', async () => {
    const rig = await openMoney({ budgets: ALL });
    await rig.spend(15, { tags: { tenant: 'a' } });
    expect(await rig.spend(6, { tags: { tenant: 'a' } })).toBe('budget_exceeded');
    await rig.clock.advanceAsync(REST_MS);
    for (const [id, value] of [['daily'], ['tenant', 'a'], ['model']] as const) {
      const { spentNanoUsd, reservedNanoUsd } = await rig.summary(id, value);
      expect([spentNanoUsd, reservedNanoUsd]).toEqual([usd(15), usd(0)]);
    }
    expect(await rig.spend(15, { tags: { tenant: 'b' } })).toBe('ok');
    expect(await rig.spend(1, { tags: { tenant: 'c' } })).toBe('budget_exceeded');
  });

  test('many at once leave none of them overspent, and none unspent that could be spent', async () => {
    const rig = await openMoney({ budgets: ALL });
    const results = await rig.pass(
      Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          rig.breaker.tryCall(costing(1), () => 'ok', { tags: { tenant: `t${index % 4}` } }),
        ),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(30);
    expect((await rig.summary('model')).percentage).toBe(100);
    expect((await rig.summary('daily')).spentNanoUsd).toBe(usd(30));
  });
});

describe('what costs nothing', () => {
  test('a free model passes a budget that is spent, also where it keeps the breaker open', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(100);
    expect(rig.breaker.snapshot().path).toBe('open.exhausted');
    expect(await rig.breaker.call(FREE, () => 'free')).toBe('free');
    expect(await rig.breaker.tryCall(FREE, () => 'free')).toEqual({ ok: true, value: 'free' });
    expect(rig.breaker.callSync(FREE, () => 'free')).toBe('free');
    const permit = rig.breaker.acquire(FREE);
    expect(permit.succeed()).toBe('counted');
    await expect(rig.breaker.call(() => 'plain')).rejects.toMatchObject({
      code: 'budget_exceeded',
    });
  });

  test('a free model passes no breaker that is open for its failures, and no emergency', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { failureThreshold: 1 } });
    rig.breaker.acquire().fail(new Error('down'));
    await expect(rig.breaker.call(FREE, () => 'x')).rejects.toMatchObject({ code: 'circuit_open' });
    rig.board.emergencyShutdown('stop', { by: 'ann' });
    const call = rig.breaker.call(FREE, () => 'x');
    await expect(call).rejects.toMatchObject({ code: 'circuit_latched' });
  });

  test('a model that nobody knows is not free', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const operation = { operation: 'llm_call', inputTokens: 1_000_000, maxOutputTokens: 1_000_000 };
    expect(rig.board.estimate({ ...operation, model: 'nobody-knows-me' }).worstNanoUsd).toBe(
      usd(90),
    );
    await rig.breaker.call({ ...operation, model: 'nobody-knows-me' }, () => 'ok');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(90));
  });

  test('a budget of zero refuses everything but what is free', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(0) }] });
    expect(rig.breaker.state).toBe('open');
    expect(await rig.spend(0.01)).toBe('budget_exceeded');
    expect(await rig.breaker.call(FREE, () => 'free')).toBe('free');
    expect(await rig.summary()).toMatchObject({ percentage: 100, level: 'exceeded' });
  });

  test('a zero budget of one tenant refuses that tenant’s calls alone', async () => {
    const rig = await openMoney({
      budgets: [{ ...DAILY, limit: usd(0), scope: { tags: { tenant: 'barred' } } }],
    });
    expect(await rig.spend(0.01, { tags: { tenant: 'barred' } })).toBe('budget_exceeded');
    expect(await rig.spend(1)).toBe('ok');
    expect(rig.breaker.state).toBe('closed');
  });
});
