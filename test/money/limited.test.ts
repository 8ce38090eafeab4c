/** Between warned and spent: calls are paced, marked, and, where options say so, shed. */
import { describe, expect, test } from 'vitest';

import { usd, type CallContext, type CallResult } from '../../index.ts';
import {
  costing,
  DAILY,
  FREE,
  MIDNIGHT_MS,
  NOON_MS,
  openMoney,
  REST_MS,
  type MoneyRig,
} from './rig.ts';

const strained = async (options: Parameters<typeof openMoney>[0] = {}): Promise<MoneyRig> => {
  const rig = await openMoney({ budgets: [DAILY], ...options });
  await rig.outside(80);
  expect(rig.breaker.state).toBe('budget_limited');
  return rig;
};

describe('by default', () => {
  test('COST-17 budget limiting state behavior: calls are marked degraded, and others are not', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    const marks: boolean[] = [];
    const note = ({ isDegraded }: CallContext): void => void marks.push(isDegraded);
    await rig.breaker.call(costing(1), note);
    await rig.outside(80);
    await rig.pass(rig.breaker.call(costing(1), note));
    await rig.breaker.call(note);
    await raise(rig);
    await rig.pass(rig.breaker.call(costing(1), note));
    expect(marks).toEqual([false, true, true, false]);
  });

  test('COST-17 budget limiting state behavior: calls are paced so that the budget lasts to the period’s end', async () => {
    // An hour is left and $20: a call of a cent may begin every 1.8 s.
    const rig = await strained({ startMs: MIDNIGHT_MS - 3_600_000 });
    const { clock, breaker } = rig;
    const begunAtMs: number[] = [];
    const calls = Array.from({ length: 6 }, () =>
      breaker.call(costing(0.01), () => void begunAtMs.push(clock.monotonicMs())),
    );
    await rig.pass(Promise.all(calls));
    const gapsMs = begunAtMs.slice(1).map((atMs, index) => atMs - (begunAtMs[index] ?? NaN));
    for (const gapMs of gapsMs) {
      expect(gapMs).toBeGreaterThan(1_800 * 0.89);
      expect(gapMs).toBeLessThan(1_800 * 1.11);
    }
  });

  test('COST-17 budget limiting state behavior: whoever is dearer waits longer, and nobody over delayMaxMs', async () => {
    const rig = await strained({ throttle: { delayMaxMs: 5_000 } });
    const { clock } = rig;
    await rig.spend(1);
    const beginMs = clock.monotonicMs();
    expect(await rig.spend(1)).toBe('ok');
    expect(clock.monotonicMs() - beginMs).toBeGreaterThan(4_000);
    expect(clock.monotonicMs() - beginMs).toBeLessThanOrEqual(5_000 + 1_000);
  });

  test('COST-17 budget limiting state behavior: a free call, and a plain one, wait for nobody', async () => {
    const rig = await strained();
    void rig.spend(1);
    void rig.spend(1);
    const beginMs = rig.clock.monotonicMs();
    expect(await rig.breaker.call(FREE, () => 'free')).toBe('free');
    expect(await rig.breaker.call(() => 'plain')).toBe('plain');
    expect(rig.clock.monotonicMs()).toBe(beginMs);
  });

  test('COST-17 budget limiting state behavior: whoever waits for his turn may give up, and holds nothing', async () => {
    const rig = await strained();
    await rig.spend(1);
    const abort = new AbortController();
    const waiting = rig.breaker.call(costing(1), () => 'ok', { signal: abort.signal });
    await rig.clock.settle();
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await rig.clock.advanceAsync(REST_MS);
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(81), reservedNanoUsd: usd(0) });
  });

  test('CRIT-38 system performance degrades gracefully under extreme load: beyond the queue calls are refused at once', async () => {
    const rig = await strained({ throttle: { queueMax: 5 } });
    const results: CallResult<unknown>[] = [];
    const calls = Array.from({ length: 100 }, () =>
      rig.breaker.tryCall(costing(0.01), () => 'ok').then((result) => results.push(result)),
    );
    await rig.clock.settle();
    const codes = results.map((result) =>
      result.ok ? 'ok' : result.refused ? result.refusal.code : 'failed',
    );
    expect(codes.filter((code) => code === 'throttled')).toHaveLength(94);
    expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
    await rig.pass(Promise.all(calls));
    expect(results.filter((result) => result.ok)).toHaveLength(6);
  });

  test('COST-20 budget limited state logic: the higher priority goes first', async () => {
    const rig = await strained({ startMs: MIDNIGHT_MS - 3_600_000 });
    const order: number[] = [];
    const calls = [0, 1, 9, 5].map((priority) =>
      rig.breaker.call(costing(0.01, { priority }), () => void order.push(priority)),
    );
    await rig.pass(Promise.all(calls));
    expect(order).toEqual([0, 9, 5, 1]);
  });
});

describe('with the option limited', () => {
  test('COST-20 budget limited state logic: what is dearer than costMax is shed, at the bound it passes', async () => {
    const rig = await strained({ breaker: { limited: { costMax: usd(0.5) } } });
    expect(await rig.spend(0.51)).toBe('shed');
    expect(await rig.spend(0.5)).toBe('ok');
    const error = await rig.breaker.call(costing(0.51), () => 'ok').catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'shed',
      message: expect.stringContaining('$0.51, more than limited.costMax, $0.50') as string,
    });
  });

  test('COST-20 budget limited state logic: what is less important than priorityMin is shed', async () => {
    const rig = await strained({ breaker: { limited: { priorityMin: 5 } } });
    expect(await rig.spend(1, { priority: 4 })).toBe('shed');
    expect(await rig.spend(1, { operation: { priority: 5 } })).toBe('ok');
    expect(await rig.pass(rig.breaker.call(FREE, () => 'free'))).toBe('free');
  });

  test('COST-20 budget limited state logic: nothing is shed before, nor after it has recovered', async () => {
    const rig = await openMoney({
      budgets: [DAILY],
      breaker: { limited: { costMax: usd(0.5), priorityMin: 5 } },
    });
    expect(await rig.spend(80)).toBe('ok');
    expect(await rig.spend(1)).toBe('shed');
    await raise(rig);
    expect(await rig.spend(1)).toBe('ok');
  });

  test('COST-20 budget limited state logic: failures still trip, and a probe leads back to budget_limited', async () => {
    const rig = await strained({ breaker: { failureThreshold: 2, recoveryTimeoutMs: 1_000 } });
    const { breaker } = rig;
    for (let call = 0; call < 2; call++) breaker.acquire().fail(new Error('down'));
    expect(breaker.snapshot().path).toBe('open.cooling');
    await rig.clock.advanceAsync(1_000);
    expect(breaker.state).toBe('half_open');
    expect(await rig.spend(1)).toBe('ok');
    expect(breaker.state).toBe('budget_limited');
  });

  test('COST-20 budget limited state logic: what is shed changes no state and costs nothing', async () => {
    const rig = await strained({ breaker: { limited: { costMax: usd(0) } } });
    const before = rig.breaker.snapshot();
    for (let call = 0; call < 20; call++) expect(await rig.spend(1)).toBe('shed');
    expect(rig.breaker.snapshot()).toEqual(before);
    expect(await rig.summary()).toMatchObject({ spentNanoUsd: usd(80), reservedNanoUsd: usd(0) });
  });
});

test('explain() and health() say that a budget is strained', async () => {
  const rig = await strained({ startMs: NOON_MS });
  expect(rig.breaker.explain()).toContain('a budget passed its warning level');
  expect(rig.board.health()).toMatchObject({
    status: 'degraded',
    reasons: [
      { code: 'breaker_limited', subject: 'api' },
      { code: 'budget_warned', subject: 'daily', words: 'Budget "daily" is strained.' },
    ],
  });
});

const raise = ({ board }: MoneyRig): Promise<void> =>
  board.budget('daily').setLimit(usd(1_000), { reason: 'more is needed', by: 'ann' });
