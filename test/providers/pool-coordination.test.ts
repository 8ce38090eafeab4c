/** Breakers and budgets of several APIs under one pool: what one learns, and what all share. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../index.ts';
import { costing, DAILY, dollars, FREE, openMoney } from '../money/rig.ts';
import { at, DOWN, GUARD, OK, openPool } from './pool-rig.ts';

const two = { a: { priority: 1 }, b: { priority: 2 } };

describe('API-31 multiple api circuit breaker coordination', () => {
  test('API-31 multiple api circuit breaker coordination: one opens and closes without moving the others', async () => {
    const rig = await openPool({ ...two, c: { priority: 3 } });
    const states = () => rig.pool.members().map(({ state }) => state);
    at(rig, 'a').answer = () => DOWN;
    await rig.askTimes(3);
    expect(states()).toEqual(['open', 'closed', 'closed']);
    at(rig, 'b').answer = () => DOWN;
    await rig.askTimes(3);
    expect(states()).toEqual(['open', 'open', 'closed']);
    rig.clock.advance(60_000);
    expect(states()).toEqual(['half_open', 'half_open', 'closed']);
    at(rig, 'a').answer = () => OK;
    expect(await rig.askTimes(2)).toEqual({ a: 2, b: 0, c: 0 });
    expect(states()).toEqual(['closed', 'half_open', 'closed']);
    rig.board.flush();
  });

  test('CRIT-56 the view says of each member what its breaker does and how it has fared', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => DOWN;
    await rig.askTimes(5);
    const { status, members, requestCount, failoverCount } = rig.pool.health();
    expect({ status, requestCount, failoverCount }).toEqual({
      status: 'degraded',
      requestCount: 5,
      failoverCount: 3,
    });
    const breakers = [{ name: 'a', state: 'open' }];
    const counts = { requestCount: 3, failureCount: 3, refusalCount: 2, failoverCount: 3 };
    expect(members).toMatchObject([
      { id: 'a', state: 'open', breakers, isEmergency: false, latencyMs: 0, ...counts },
      { id: 'b', state: 'closed', requestCount: 5, failureCount: 0, failoverCount: 0 },
    ]);
  });

  test('CRIT-56 a member with several breakers is as well as the best of them', async () => {
    let key = 'one';
    const rig = await openPool({ a: { guard: { breakerKey: () => key } } });
    await rig.askTimes(1);
    key = 'two';
    await rig.askTimes(1);
    rig.board.breaker('one').forceOpen('test');
    expect(rig.pool.members()).toMatchObject([{ state: 'closed' }]);
    rig.board.breaker('two').forceOpen('test');
    expect(rig.pool.members()).toMatchObject([{ state: 'open' }]);
    expect(rig.pool.members()[0]?.breakers.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  test('CRIT-56 an emergency of the board refuses at every member, emergency members too', async () => {
    const rig = await openPool({ ...two, last: { isEmergency: true } });
    rig.board.emergencyShutdown('test');
    const response = await rig.ask();
    expect(response.status).toBe(503);
    expect(response.headers.get('x-fuseboard-refusal')).toBe('circuit_latched');
    expect(await rig.askTimes(3)).toEqual({ a: 0, b: 0, last: 0 });
  });
});

describe('API-33 shared budget enforcement across apis', () => {
  const guard = { ...GUARD, operation: costing(1) };

  test('API-33 shared budget enforcement across apis: calls through several APIs spend one budget, and none beyond it', async () => {
    const on = await openMoney({ budgets: [DAILY] });
    const rig = await openPool({ a: { guard }, b: { guard } }, { strategy: 'weighted', on });
    const statuses: number[] = [];
    for (let call = 0; call < 110; call += 1) statuses.push((await on.pass(rig.ask())).status);
    const [toA = 0, toB = 0] = Object.values(rig.up).map(({ hits }) => hits.length);
    expect(toA + toB).toBe(100);
    expect(Math.min(toA, toB)).toBeGreaterThan(30);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.slice(100)).toEqual(Array.from({ length: 10 }, () => 503));
    expect(dollars((await on.summary()).spentNanoUsd)).toBe(100);
  });

  test('CRIT-59 a member whose own budget is spent is passed over, and a free one still answers', async () => {
    const budget = { id: 'of a', limit: usd(2), period: 'day', scope: { breaker: 'a' } } as const;
    const on = await openMoney({ budgets: [budget, DAILY] });
    const rig = await openPool(
      { a: { priority: 1, guard }, free: { priority: 2, guard: { operation: FREE } } },
      { on },
    );
    for (let call = 0; call < 6; call += 1) {
      expect((await on.pass(rig.ask())).status).toBe(200);
    }
    expect(Object.values(rig.up).map(({ hits }) => hits.length)).toEqual([2, 4]);
    expect(rig.failovers).toEqual([]);
  });

  test('CRIT-59 a member whose budget is strained comes after the others, and before emergency members', async () => {
    const budget = { id: 'of a', limit: usd(10), period: 'day', scope: { breaker: 'a' } } as const;
    const on = await openMoney({ budgets: [budget] });
    const rig = await openPool(
      { a: { priority: 1, guard }, b: { priority: 2 }, last: { isEmergency: true } },
      { on },
    );
    for (let call = 0; call < 9; call += 1) await on.pass(rig.ask());
    expect(rig.board.breaker('a').state).toBe('budget_limited');
    const hits = () => Object.values(rig.up).map((upstream) => upstream.hits.length);
    expect(hits()).toEqual([8, 1, 0]);
    rig.board.breaker('b').forceOpen('test');
    expect((await on.pass(rig.ask())).status).toBe(200);
    expect(hits()).toEqual([9, 1, 0]);
  });
});
