/** Who is asked first: by priority, weight, price or speed, and what breakers change in it. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../index.ts';
import { costing, openMoney } from '../money/rig.ts';
import { at, DOWN, OK, openPool, type PoolRig } from './pool-rig.ts';

/** An answer after so long, in virtual time. */
const after = (rig: PoolRig, ms: number) => () => {
  rig.clock.advance(ms);
  return OK;
};

/** Within four standard deviations of what a fair draw gives. */
function expectShare(count: number, of: number, share: number): void {
  const deviation = Math.sqrt(of * share * (1 - share));
  expect(Math.abs(count - of * share)).toBeLessThanOrEqual(4 * deviation);
}

describe('API-35 api priority based circuit breaking', () => {
  test('API-35 api priority based circuit breaking: the lowest number goes first, and the next when its breaker is open', async () => {
    const rig = await openPool({ b: { priority: 2 }, a: { priority: 1 }, c: { priority: 3 } });
    expect(await rig.askTimes(10)).toEqual({ a: 10, b: 0, c: 0 });
    rig.board.breaker('a').forceOpen('test');
    expect(await rig.askTimes(10)).toEqual({ a: 0, b: 10, c: 0 });
    rig.board.breaker('b').forceOpen('test');
    expect(await rig.askTimes(10)).toEqual({ a: 0, b: 0, c: 10 });
    rig.board.breaker('a').reset('test');
    expect(await rig.askTimes(10)).toEqual({ a: 10, b: 0, c: 0 });
  });

  test('API-35 api priority based circuit breaking: equals share by weight', async () => {
    const rig = await openPool({ a: { weight: 3 }, b: {}, c: { priority: 1 } });
    const count = await rig.askTimes(400);
    expect(count['c']).toBe(0);
    expectShare(count['a'] ?? 0, 400, 0.75);
  });

  test('API-35 api priority based circuit breaking: one probe goes to a member that may be back, the others pass it over', async () => {
    const rig = await openPool({ a: { priority: 1 }, b: { priority: 2 } });
    at(rig, 'a').answer = () => DOWN;
    await rig.askTimes(3);
    rig.clock.advance(60_000);
    at(rig, 'a').answer = () => 'hang';
    const probe = rig.ask();
    await at(rig, 'a').hanging;
    expect(await rig.askTimes(5)).toEqual({ a: 0, b: 5 });
    rig.clock.advance(60_000);
    expect(rig.board.breaker('a').state).toBe('open');
    at(rig, 'a').answer = () => DOWN;
    at(rig, 'a').release();
    expect((await probe).status).toBe(200);
  });
});

describe('API-36 load distribution with circuit breakers', () => {
  test('API-36 load distribution with circuit breakers: requests are shared by weight', async () => {
    const rig = await openPool(
      { a: { weight: 5 }, b: { weight: 3 }, c: { weight: 2 } },
      { strategy: 'weighted' },
    );
    const count = await rig.askTimes(400);
    for (const [id, share] of [
      ['a', 0.5],
      ['b', 0.3],
      ['c', 0.2],
    ] as const) {
      expectShare(count[id] ?? 0, 400, share);
    }
  });

  test('CRIT-58 the share of a member that refuses goes to the others in their proportions', async () => {
    const rig = await openPool(
      { a: { weight: 5 }, b: { weight: 3 }, c: { weight: 2 } },
      { strategy: 'weighted' },
    );
    rig.board.breaker('a').forceOpen('test');
    const count = await rig.askTimes(400);
    expect(count['a']).toBe(0);
    expectShare(count['b'] ?? 0, 400, 0.6);
  });

  test('API-36 load distribution with circuit breakers: the fast one gets nearly all, the slow one a look now and then', async () => {
    const rig = await openPool({ slow: {}, fast: {} }, { strategy: 'fastest' });
    at(rig, 'slow').answer = after(rig, 2_000);
    at(rig, 'fast').answer = after(rig, 100);
    const count = await rig.askTimes(400);
    expect(count['slow']).toBeGreaterThan(1);
    expect(count['slow']).toBeLessThanOrEqual(400 / 20);
    expect(rig.pool.members()).toMatchObject([{ latencyMs: 2_000 }, { latencyMs: 100 }]);
  });

  test('API-36 load distribution with circuit breakers: rare requests are not spent on looking', async () => {
    const rig = await openPool({ slow: {}, fast: {} }, { strategy: 'fastest' });
    at(rig, 'slow').answer = after(rig, 2_000);
    at(rig, 'fast').answer = after(rig, 100);
    for (let minute = 0; minute < 60; minute += 1) {
      await rig.askTimes(1);
      rig.clock.advance(60_000);
    }
    expect(at(rig, 'slow').hits.length).toBeLessThanOrEqual(1 + 60 / 20);
  });

  test('API-36 load distribution with circuit breakers: a member that has recovered is found again', async () => {
    const rig = await openPool({ slow: {}, fast: {} }, { strategy: 'fastest' });
    at(rig, 'slow').answer = after(rig, 2_000);
    at(rig, 'fast').answer = after(rig, 100);
    await rig.askTimes(100);
    at(rig, 'slow').answer = after(rig, 20);
    await rig.askTimes(120);
    const count = await rig.askTimes(100);
    expect(count['slow']).toBeGreaterThanOrEqual(95);
  });

  test('API-36 load distribution with circuit breakers: one that fails at once is not taken for a fast one', async () => {
    const never = { guard: { breaker: { failureThreshold: 1_000_000 } } };
    const rig = await openPool({ broken: never, sound: never }, { strategy: 'fastest' });
    at(rig, 'broken').answer = () => DOWN;
    at(rig, 'sound').answer = after(rig, 300);
    const count = await rig.askTimes(500);
    expect(count['sound']).toBe(500);
    expect(count['broken']).toBeLessThan(40);
  });

  test('CRIT-58 of several the slowest is avoided', async () => {
    const rig = await openPool({ a: {}, b: {}, c: {} }, { strategy: 'fastest' });
    const speeds = { a: 50, b: 100, c: 900 };
    for (const [id, ms] of Object.entries(speeds)) at(rig, id).answer = after(rig, ms);
    const { a = 0, b = 0, c = 0 } = await rig.askTimes(600);
    expect(a).toBeGreaterThan(b);
    expect(b).toBeGreaterThan(5 * c);
  });

  test('CRIT-58 callers who wait for a first byte count: equally fast members share a burst', async () => {
    const rig = await openPool({ a: {}, b: {} }, { strategy: 'fastest' });
    for (const id of ['a', 'b']) at(rig, id).answer = after(rig, 100);
    await rig.askTimes(2);
    for (const id of ['a', 'b']) at(rig, id).answer = () => 'hang';
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = Array.from({ length: 20 }, () => rig.ask({ signal }).catch(() => null));
    await Promise.all([at(rig, 'a').hanging, at(rig, 'b').hanging]);
    const inFlight = (): number[] => rig.pool.members().map((member) => member.inFlightCount);
    expect(inFlight()).toEqual([10, 10]);
    controller.abort();
    await Promise.all(waiting);
    expect(inFlight()).toEqual([0, 0]);
  });

  test('CRIT-58 what is free goes first, and the cheapest of the others next', async () => {
    const on = await openMoney();
    const guard = (dollars: number) => ({ guard: { operation: costing(dollars) } });
    const rig = await openPool(
      { dear: guard(3), cheap: guard(1), free: {} },
      { strategy: 'cheapest', on },
    );
    expect(on.board.estimate(costing(1)).expectedNanoUsd).toBe(usd(1));
    expect(await rig.askTimes(3)).toEqual({ cheap: 0, dear: 0, free: 3 });
    on.board.breaker('free').forceOpen('test');
    expect(await rig.askTimes(3)).toEqual({ cheap: 3, dear: 0, free: 0 });
    on.board.breaker('cheap').forceOpen('test');
    expect(await rig.askTimes(3)).toEqual({ cheap: 0, dear: 3, free: 0 });
  });

  test('CRIT-58 where nobody counts costs, the first that is listed goes first', async () => {
    const guard = (dollars: number) => ({ guard: { operation: costing(dollars) } });
    const rig = await openPool({ dear: guard(3), cheap: guard(1) }, { strategy: 'cheapest' });
    expect(await rig.askTimes(3)).toEqual({ cheap: 0, dear: 3 });
  });
});
