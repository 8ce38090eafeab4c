/** What a call is charged once it has ended, and what it holds while it runs. */
import { describe, expect, test } from 'vitest';

import { usd, type CallContext, type Operation } from '../../index.ts';
import { ending, pending } from '../breaker/rig.ts';
import { costing, DAILY, dollars, openMoney, REST_MS, type MoneyRig } from './rig.ts';

/** Expected at $3, and at $10 at worst. */
const CALL: Operation = {
  operation: 'llm_call',
  model: 'unit',
  inputTokens: 100,
  outputTokens: 200,
  maxOutputTokens: 900,
};
const MINUTES_MS = 60_000;

/** Spent, and held by calls that run. */
const spentOf = async (rig: MoneyRig): Promise<readonly [number, number]> => {
  await rig.clock.advanceAsync(REST_MS);
  const { spentNanoUsd, reservedNanoUsd } = await rig.summary();
  return [dollars(spentNanoUsd), dollars(reservedNanoUsd)];
};

const basesOf = ({ board, factsOf }: MoneyRig): readonly string[] => {
  board.flush();
  return factsOf('cost.settled').map(({ basis }) => basis);
};

describe('a call that ended', () => {
  const failWith = (properties: object) => (): never => {
    throw Object.assign(new Error('no'), properties);
  };
  test.each<[string, (context: CallContext) => unknown, number, string]>([
    [
      'well, with its usage',
      ({ usage }) => usage({ inputTokens: 100, outputTokens: 50 }),
      1.5,
      'usage',
    ],
    ['well, with its cost', ({ cost }) => cost(usd(2.25)), 2.25, 'reported'],
    ['well, and says nothing', () => 'ok', 10, 'assumed'],
    ['well, with a usage of nothing', ({ usage }) => usage({}), 0, 'usage'],
    ['well, with a cost of nothing', ({ cost }) => cost(usd(0)), 0, 'reported'],
    [
      'well, with usage that names its own cost',
      ({ usage }) => usage({ inputTokens: 100, outputTokens: 50, costNanoUsd: usd(1.25) }),
      1.25,
      'reported',
    ],
    [
      'well, with usage and a cost, which wins',
      ({ usage, cost }) => {
        cost(usd(4));
        usage({ inputTokens: 100, outputTokens: 50 });
      },
      4,
      'reported',
    ],
    [
      'well, with usage told twice, which adds up',
      ({ usage }) => {
        usage({ inputTokens: 100, outputTokens: 50 });
        usage({ inputTokens: 20, reasoningTokens: 30 });
      },
      2,
      'usage',
    ],
    [
      'well, with a cost told twice, which adds up',
      ({ cost }) => {
        cost(usd(1));
        cost(usd(2));
      },
      3,
      'reported',
    ],
    ['in an error', failWith({}), 0, 'none'],
    ['in a rate limit', failWith({ status: 429 }), 0, 'none'],
    ['in a rejected key', failWith({ status: 401 }), 0, 'none'],
    ['in a spent quota', failWith({ status: 429, code: 'insufficient_quota' }), 0, 'none'],
    [
      'in an error, with usage',
      ({ usage }) => {
        usage({ inputTokens: 100 });
        throw new Error('no');
      },
      1,
      'usage',
    ],
  ])('%s', async (_, fn, amount, basis) => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.breaker.tryCall(CALL, fn);
    expect(basesOf(rig)).toEqual([basis]);
    expect(await spentOf(rig)).toEqual([amount, 0]);
  });

  test('holds its worst case while it runs, and what it did not need comes back at once', async () => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(12) }] });
    const { promise, resolve } = pending();
    const call = rig.breaker.call(CALL, ({ cost }) => {
      cost(usd(1));
      return promise;
    });
    expect(await spentOf(rig)).toEqual([0, 10]);
    expect(await rig.spend(3)).toBe('budget_exceeded');
    resolve('ok');
    await call;
    expect(await rig.spend(3)).toBe('ok');
  });

  test('and billed more than its maximum is booked whole, told, and counted', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.spend(98, { bills: 105 });
    expect(await rig.summary()).toMatchObject({
      spentNanoUsd: usd(105),
      overspentNanoUsd: usd(7),
      leftNanoUsd: 0,
      percentage: 105,
    });
    await rig.clock.settle();
    expect(rig.factsOf('budget.overspent')).toMatchObject([
      { budget: 'daily', period: 'day:UTC:2026-03-10', amountNanoUsd: usd(7) },
    ]);
    expect((await rig.board.costs.verify()).mismatches).toEqual([]);
  });

  test.each<[string, (context: CallContext) => void, string]>([
    ['a negative cost', ({ cost }) => cost(-1 as never), 'cost(costNanoUsd)'],
    ['a cost that is no number', ({ cost }) => cost(NaN as never), 'cost(costNanoUsd)'],
    ['a fraction of a nano-dollar', ({ cost }) => cost(0.5 as never), 'cost(costNanoUsd)'],
    ['an unknown part', ({ usage }) => usage({ tokens: 5 } as never), 'usage.tokens'],
    ['negative tokens', ({ usage }) => usage({ inputTokens: -5 }), 'usage.inputTokens'],
    ['no usage at all', ({ usage }) => usage(null as never), 'usage'],
  ])('is told at once that it reports %s', async (_, report, field) => {
    const rig = await openMoney({ budgets: [DAILY] });
    const call = rig.breaker.call(CALL, (context) => {
      try {
        report(context);
      } catch (error) {
        return String(error);
      }
      return 'nothing was said';
    });
    expect(await call).toContain(field);
    // What it cost is not known, so the worst case is assumed.
    expect((await rig.summary()).spentNanoUsd).toBe(usd(10));
  });
});

describe('a call that was given up', () => {
  test('by our timeout holds its worst case until its function ends, and costs what that says', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { timeoutMs: 1_000 } });
    const { promise, resolve } = pending();
    const call = ending(
      rig.breaker.call(CALL, async ({ usage }) => {
        await promise;
        usage({ inputTokens: 100, outputTokens: 100 });
      }),
    );
    await rig.clock.advanceAsync(1_000);
    expect(await call).toBe('timeout');
    await rig.clock.advanceAsync(5 * MINUTES_MS);
    expect(await spentOf(rig)).toEqual([0, 10]);
    resolve('late');
    expect(await spentOf(rig)).toEqual([2, 0]);
    expect(basesOf(rig)).toEqual(['usage']);
  });

  test('by its caller, too', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const { promise, reject } = pending();
    const abort = new AbortController();
    const call = rig.breaker.call(CALL, () => promise, { signal: abort.signal });
    await rig.clock.settle();
    abort.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(await spentOf(rig)).toEqual([0, 10]);
    // It was cut off in the middle of its work, and says nothing of what it did.
    reject(new Error('aborted'));
    expect(await spentOf(rig)).toEqual([10, 0]);
    expect(basesOf(rig)).toEqual(['assumed']);
  });

  test('and whose function never ends is booked at its worst case after ten minutes', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { timeoutMs: 1_000 } });
    const call = ending(rig.breaker.call(CALL, () => new Promise(() => {})));
    await rig.clock.advanceAsync(1_000);
    expect(await call).toBe('timeout');
    await rig.clock.advanceAsync(10 * MINUTES_MS - REST_MS - 1);
    expect(await spentOf(rig)).toEqual([0, 10]);
    await rig.clock.advanceAsync(1);
    expect(await spentOf(rig)).toEqual([10, 0]);
  });

  test('and is told of afterwards is charged once', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { timeoutMs: 1_000 } });
    const { promise, resolve } = pending();
    const call = ending(rig.breaker.call(CALL, ({ cost }) => promise.then(() => cost(usd(5)))));
    await rig.clock.advanceAsync(12 * MINUTES_MS);
    expect(await call).toBe('timeout');
    resolve('very late');
    expect(await spentOf(rig)).toEqual([10, 0]);
    expect(basesOf(rig)).toEqual(['assumed']);
  });

  test('before it was made costs nothing', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      breaker: { bulkhead: { callsMax: 1, queueMax: 9 } },
    });
    const { promise, resolve } = pending();
    const first = rig.breaker.call(costing(1), () => promise);
    const abort = new AbortController();
    const second = rig.breaker.call(CALL, () => 'ok', { signal: abort.signal });
    await rig.clock.settle();
    abort.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    resolve('ok');
    await first;
    expect((await rig.summary()).spentNanoUsd).toBe(usd(1));
    const aborted = rig.breaker.call(CALL, () => 'ok', {
      signal: AbortSignal.abort(new Error('at once')),
    });
    await expect(aborted).rejects.toThrow('at once');
    expect((await rig.summary()).spentNanoUsd).toBe(usd(1));
  });

  test('by closing the board is booked at its worst case', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    void ending(rig.breaker.call(CALL, () => new Promise(() => {})));
    await rig.clock.settle();
    const closing = rig.board.close({ drainTimeoutMs: 0 });
    await rig.clock.advanceAsync(0);
    await closing;
    expect(rig.factsOf('cost.settled')).toMatchObject([
      { basis: 'assumed', outcome: 'cancelled', costNanoUsd: usd(10) },
    ]);
  });
});

describe('a permit', () => {
  test.each<[string, (rig: MoneyRig) => unknown, number]>([
    ['that succeeds without a word', ({ breaker }) => breaker.acquire(CALL).succeed(), 10],
    ['that fails', ({ breaker }) => breaker.acquire(CALL).fail(new Error('no')), 0],
    ['that is ignored', ({ breaker }) => breaker.acquire(CALL).ignore(), 0],
    ['that is cancelled', ({ breaker }) => breaker.acquire(CALL).cancel(), 10],
    [
      'that says what it used',
      ({ breaker }) => {
        const permit = breaker.acquire(CALL);
        permit.usage({ inputTokens: 100 });
        permit.succeed();
      },
      1,
    ],
    [
      'that says what it cost',
      ({ breaker }) => {
        const permit = breaker.acquire(CALL);
        permit.cost(usd(3));
        permit.fail(new Error('after the fact'));
      },
      3,
    ],
    [
      'that nobody settles, and that expires',
      async ({ breaker, clock }) => {
        breaker.acquire(CALL);
        await clock.advanceAsync(10 * MINUTES_MS);
      },
      10,
    ],
  ])('%s', async (_, settle, amount) => {
    const rig = await openMoney({ budgets: [{ ...DAILY, limit: usd(10_000) }] });
    // Draws an allowance, as a permit cannot wait for one.
    await rig.spend(1);
    await settle(rig);
    expect(await spentOf(rig)).toEqual([1 + amount, 0]);
  });
});

describe('what names no cost', () => {
  test('a plain call reserves nothing and is charged nothing', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    expect(
      await rig.breaker.call(({ usage, cost }) => {
        usage({ inputTokens: 5_000 });
        cost(usd(5));
        return 'ok';
      }),
    ).toBe('ok');
    expect(await spentOf(rig)).toEqual([0, 0]);
    expect((await rig.board.costs.report()).total.callCount).toBe(0);
  });

  test('a breaker with requireCost refuses it, each way of calling', async () => {
    const rig = await openMoney({ budgets: [DAILY], breaker: { requireCost: true } });
    const { breaker } = rig;
    const code = { code: 'cost_required' };
    await expect(breaker.call(() => 'ok')).rejects.toMatchObject(code);
    expect(await breaker.tryCall(() => 'ok')).toMatchObject({ refused: true, refusal: code });
    await expect(breaker.wrap(() => 'ok')()).rejects.toMatchObject(code);
    expect(() => breaker.callSync(() => 'ok')).toThrow('refuses calls that name no operation');
    expect(() => breaker.acquire()).toThrow('refuses calls that name no operation');
    expect(await breaker.call(costing(1), () => 'ok')).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  test('a breaker with requireCost says so and lets it run where it only observes', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      breaker: { requireCost: true, mode: 'observe' },
    });
    expect(await rig.breaker.call(() => 'ok')).toBe('ok');
    rig.board.flush();
    expect(rig.factsOf('call.refused')).toMatchObject([{ code: 'cost_required', enforced: false }]);
  });
});
