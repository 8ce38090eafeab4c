/** Emergency members: the last to be asked, and always worth a try then. */
import { describe, expect, test } from 'vitest';

import { at, DOWN, openPool } from './pool-rig.ts';

describe('API-37 emergency api selection', () => {
  test('API-37 emergency api selection: it answers when every other member refuses', async () => {
    const rig = await openPool({ last: { isEmergency: true, priority: -9 }, a: {}, b: {} });
    await rig.askTimes(20);
    expect(at(rig, 'last').hits).toEqual([]);
    rig.board.breaker('a').forceOpen('test');
    await rig.askTimes(20);
    expect(at(rig, 'last').hits).toEqual([]);
    rig.board.breaker('b').forceOpen('test');
    expect(await rig.askTimes(5)).toEqual({ last: 5, a: 0, b: 0 });
    rig.board.breaker('a').reset('test');
    expect(await rig.askTimes(5)).toEqual({ last: 0, a: 5, b: 0 });
  });

  test.each(['priority', 'weighted', 'cheapest', 'fastest'] as const)(
    'API-37 emergency api selection: it is the last one under the strategy %s, and needs no credit',
    async (strategy) => {
      const retryBudget = { ratio: 0, minPerSecond: 0 };
      const rig = await openPool({ last: {}, a: {} }, { strategy, emergency: 'last', retryBudget });
      at(rig, 'a').answer = () => DOWN;
      expect(await rig.askTimes(5)).toEqual({ a: 3, last: 5 });
    },
  );

  test('API-37 emergency api selection: it is not asked while a member is left that nobody may pay for', async () => {
    const retryBudget = { ratio: 0, minPerSecond: 0 };
    const rig = await openPool(
      { a: {}, b: { priority: 1 }, last: {} },
      {
        emergency: ['last'],
        retryBudget,
      },
    );
    at(rig, 'a').answer = () => DOWN;
    expect((await rig.ask()).status).toBe(503);
    expect([at(rig, 'b').hits.length, at(rig, 'last').hits.length]).toEqual([0, 0]);
  });

  test('API-37 emergency api selection: when it fails too, the first failure comes back', async () => {
    const guard = { breaker: { failureThreshold: 100 } };
    const rig = await openPool({ a: { guard }, last: { guard, isEmergency: true } });
    at(rig, 'a').answer = () => ({ status: 500, body: 'first' });
    at(rig, 'last').answer = () => ({ status: 500, body: 'last' });
    const response = await rig.ask();
    expect(await response.text()).toBe('first');
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(rig.failovers).toMatchObject([{ from: 'a', to: 'last', attempt: 2 }]);
  });
});
