/**
 * Money beside everything else that a call can have around it: modes, retry, bulkheads, permits.
 */
import { describe, expect, test } from 'vitest';

import { usd, type Permit } from '../../index.ts';
import { ending, pending } from '../breaker/rig.ts';
import { costing, DAILY, dollars, openMoney, REST_MS } from './rig.ts';

/** So much that the first draw serves more than one call. */
const PLENTY = { ...DAILY, limit: usd(10_000) };
const TEN = { ...DAILY, limit: usd(10), warnAt: 1 };

describe('a breaker that only observes', () => {
  test('says which calls it would refuse, makes them, and books what they cost', async () => {
    const rig = await openMoney({ budgets: [TEN], breaker: { mode: 'observe' } });
    expect(await rig.spend(8)).toBe('ok');
    expect(await rig.spend(5)).toBe('ok');
    expect(await rig.spend(1)).toBe('ok');
    rig.board.flush();
    expect(rig.breaker.state).toBe('open');
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(14), percentage: 140 });
    expect(rig.factsOf('call.refused')).toMatchObject([
      { code: 'budget_exceeded', budget: 'daily', enforced: false },
      { code: 'budget_exceeded', budget: 'daily', enforced: false },
    ]);
  });

  test('pays out of the budget where only a rule speaks against a call', async () => {
    const rig = await openMoney({
      budgets: [{ ...TEN, per: 'tag:tenant' }],
      rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(1), action: 'block' }],
      breaker: { mode: 'observe' },
    });
    expect(await rig.spend(2, { tags: { tenant: 'a' } })).toBe('ok');
    expect(await rig.summary('daily', 'a')).toMatchObject({
      spentNanoUsd: usd(2),
      overspentNanoUsd: 0,
    });
    rig.board.flush();
    expect(rig.factsOf('call.refused')).toMatchObject([{ code: 'rule_blocked', rule: 'dear' }]);
    expect(rig.factsOf('budget.overspent')).toEqual([]);
  });

  test('delays nobody while a budget is strained', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { mode: 'observe' } });
    await rig.outside(90);
    for (let call = 0; call < 5; call++) expect(await rig.spend(0.1)).toBe('ok');
    expect(rig.clock.monotonicMs()).toBe(0);
  });
});

test('a breaker that is off refuses nothing and says nothing, and its costs are booked', async () => {
  const rig = await openMoney({
    budgets: [TEN],
    rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(1), action: 'block' }],
    breaker: { mode: 'off', requireCost: true },
  });
  for (const amount of [8, 5, 1]) expect(await rig.spend(amount)).toBe('ok');
  expect(await rig.breaker.call(() => 'plain')).toBe('plain');
  rig.board.flush();
  expect(rig.factsOf('call.refused')).toEqual([]);
  expect((await rig.summary()).spentNanoUsd).toBe(usd(14));
});

describe('retry', () => {
  const retry = { attemptsMax: 4, delayMs: 100, retryIf: () => true };

  test('gives each attempt a reservation of its own, and pays for each', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { retry, failureThreshold: 100 } });
    let attempts = 0;
    const call = rig.breaker.call(costing(3), ({ cost }) => {
      cost(usd(++attempts));
      if (attempts < 3) throw new Error('again');
      return 'ok';
    });
    expect(await rig.pass(call)).toBe('ok');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(1 + 2 + 3));
    expect((await rig.board.costs.report()).total).toMatchObject({
      callCount: 3,
      succeededCount: 1,
    });
  });

  test('ends at the first attempt that there is no money for, with what happened before', async () => {
    const rig = await openMoney({ budgets: [TEN], breaker: { retry, failureThreshold: 100 } });
    let attempts = 0;
    const call = rig.breaker.call(costing(4), ({ cost }) => {
      attempts++;
      cost(usd(4));
      throw new Error('down');
    });
    expect(await rig.pass(ending(call))).toBe('down');
    expect(attempts).toBe(2);
    expect((await rig.summary()).spentNanoUsd).toBe(usd(8));
  });

  test('holds nothing between two attempts', async () => {
    const rig = await openMoney({
      budgets: [TEN],
      breaker: { retry: { ...retry, delayMs: 60_000, totalMs: 600_000 }, failureThreshold: 100 },
    });
    let attempts = 0;
    const call = rig.breaker.call(costing(10), () => {
      if (++attempts === 1) throw new Error('again');
      return 'ok';
    });
    await rig.clock.settle();
    expect(attempts).toBe(1);
    expect(await rig.spend(1, { breaker: rig.board.breaker('other') })).toBe('ok');
    expect(await rig.pass(ending(call))).toBe('again');
  });
});

describe('a bulkhead', () => {
  test('is waited for before any money is held', async () => {
    const rig = await openMoney({
      budgets: [TEN],
      breaker: { bulkhead: { callsMax: 1, queueMax: 10 } },
    });
    const { promise, resolve } = pending();
    const first = rig.breaker.call(costing(4), ({ cost }) => {
      cost(usd(4));
      return promise;
    });
    const others = [6, 6].map((amount) => ending(rig.breaker.call(costing(amount), () => 'ok')));
    await rig.clock.advanceAsync(REST_MS);
    expect((await rig.summary()).reservedNanoUsd).toBe(usd(4));
    resolve('ok');
    await first;
    expect(await Promise.all(others)).toEqual(['ok', 'budget_exceeded']);
  });

  test('that is full keeps no money', async () => {
    const rig = await openMoney({ budgets: [TEN], breaker: { bulkhead: { callsMax: 1 } } });
    const { promise, resolve } = pending();
    const first = rig.breaker.call(costing(1), () => promise);
    await rig.clock.settle();
    expect(await rig.spend(9)).toBe('bulkhead_full');
    expect(await rig.spend(9, { breaker: rig.board.breaker('other') })).toBe('ok');
    resolve('ok');
    await first;
  });

  test('gives its place to the next when money refuses one', async () => {
    const rig = await openMoney({
      budgets: [TEN],
      breaker: { bulkhead: { callsMax: 1, queueMax: 10 } },
    });
    const amounts = [20, 20, 5, 20, 5, 5];
    const ended = await Promise.all(
      amounts.map((amount) => ending(rig.breaker.call(costing(amount), () => 'ok'))),
    );
    expect(ended).toEqual([
      'budget_exceeded',
      'budget_exceeded',
      'ok',
      'budget_exceeded',
      'ok',
      'budget_exceeded',
    ]);
    expect(rig.breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
  });
});

describe('what cannot wait', () => {
  test('is refused while no allowance is drawn, and finds one when it tries again', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const { breaker, clock } = rig;
    const sync = (): string => breaker.callSync(costing(1), () => 'ok');
    expect(sync).toThrow(expect.objectContaining({ code: 'allowance_empty' }) as Error);
    await clock.settle();
    expect(sync()).toBe('ok');
    await clock.advanceAsync(60_000);
    const acquire = (): Permit => breaker.acquire(costing(50));
    expect(acquire).toThrow(expect.objectContaining({ code: 'allowance_empty' }) as Error);
    await clock.settle();
    expect(acquire().succeed()).toBe('counted');
    await clock.advanceAsync(REST_MS);
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(51), reservedNanoUsd: 0 });
  });

  test('is refused for a budget that is spent as any other call is', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(95);
    const sync = (): string => rig.breaker.callSync(costing(6), () => 'ok');
    expect(sync).toThrow(
      expect.objectContaining({ code: 'budget_exceeded', budget: 'daily' }) as Error,
    );
  });

  test('is refused for an open breaker before money is asked for', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { failureThreshold: 1 } });
    rig.breaker.acquire().fail(new Error('down'));
    const sync = (): string => rig.breaker.callSync(costing(1), () => 'ok');
    expect(sync).toThrow(expect.objectContaining({ code: 'circuit_open' }) as Error);
    await rig.clock.advanceAsync(1_000);
    expect((await rig.summary()).reservedNanoUsd).toBe(0);
  });

  test('is throttled where others wait their turn', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.outside(90);
    await rig.spend(0.01);
    const sync = (): string => rig.breaker.callSync(costing(0.01), () => 'ok');
    expect(sync).toThrow(expect.objectContaining({ code: 'throttled' }) as Error);
  });

  test('and returns a promise is booked at its worst case, as nobody hears what it uses', async () => {
    const rig = await openMoney({ budgets: [PLENTY] });
    await rig.spend(1);
    await rig.clock.settle();
    const sync = (): unknown => rig.breaker.callSync(costing(1), () => Promise.resolve('later'));
    expect(sync).toThrow('a value; call() takes promises');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(2));
  });

  test('is told what it may say of its cost', async () => {
    const rig = await openMoney({ budgets: [PLENTY] });
    await rig.spend(1);
    expect(
      rig.breaker.callSync(costing(1), ({ cost, isDegraded }) => {
        cost(usd(0.25));
        return isDegraded;
      }),
    ).toBe(false);
    expect(dollars((await rig.summary()).spentNanoUsd)).toBe(1.25);
  });
});

describe('a board that nobody observes', () => {
  test('publishes nothing, and decides as if it were observed', async () => {
    const rig = await openMoney({
      observed: false,
      budgets: [TEN],
      rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(6), action: 'block' }],
    });
    expect(await rig.spend(6)).toBe('rule_blocked');
    expect(await rig.spend(5)).toBe('ok');
    expect(await rig.pass(rig.breaker.call(costing(4), ({ cost }) => cost(usd(4.5))))).toBe(
      undefined,
    );
    expect(await rig.spend(1)).toBe('budget_exceeded');
    expect(await rig.pass(rig.breaker.call(costing(0.5), () => 'assumed'))).toBe('assumed');
    expect(rig.breaker.state).toBe('open');
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(10), percentage: 100 });
    rig.board.flush();
    await rig.clock.settle();
    expect(rig.facts).toEqual([]);
    expect((await rig.board.costs.verify()).mismatches).toEqual([]);
  });

  test('pays for what fails and for what waits as an observed one does', async () => {
    const rig = await openMoney({
      observed: false,
      budgets: [TEN],
      breaker: { failureThreshold: 3 },
    });
    const { breaker } = rig;
    const fail = (): Promise<string> =>
      ending(breaker.call(costing(1), () => Promise.reject(new Error('down'))));
    expect([await fail(), await fail(), await fail()]).toEqual(['down', 'down', 'down']);
    expect(breaker.snapshot().path).toBe('open.cooling');
    expect(await ending(breaker.call(costing(1), () => 'ok'))).toBe('circuit_open');
    await rig.clock.advanceAsync(REST_MS);
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0 });
  });

  test('stops at the turn in which its budget is spent', async () => {
    const rig = await openMoney({ observed: false, budgets: [TEN] });
    const calls = Array.from({ length: 50 }, () =>
      ending(rig.breaker.call(costing(1), ({ cost }) => cost(usd(1)))),
    );
    const ended = await Promise.all(calls);
    expect(ended.filter((word) => word === 'undefined')).toHaveLength(10);
    expect(ended.filter((word) => word === 'budget_exceeded')).toHaveLength(40);
    expect(rig.breaker.state).toBe('open');
  });
});
