/** An outage of one member reaches the others as a part of the load, never as a multiple of it. */
import { describe, expect, test } from 'vitest';

import { at, DOWN, openPool, type PoolRig } from './pool-rig.ts';

const REQUESTS = 1_000;
const two = { a: { priority: 1 }, b: { priority: 2 } };
const NEVER_OPENS = { guard: { breaker: { failureThreshold: 1_000_000 } } };

/** All at once, so that no breaker has learnt anything when they are sent. */
async function storm(rig: PoolRig, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let sent = 0; sent < count; sent += 100) {
    const burst = Array.from({ length: 100 }, async () => {
      const response = await rig.ask();
      await response.body?.cancel();
      return response.status;
    });
    statuses.push(...(await Promise.all(burst)));
  }
  return statuses;
}

const hitsOf = (rig: PoolRig): number[] => Object.values(rig.up).map(({ hits }) => hits.length);
const sumOf = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0);

describe('API-34 cascading failure prevention', () => {
  test('API-34 cascading failure prevention: in an outage that no breaker ends, a fifth of the requests goes on to the next member', async () => {
    const rig = await openPool({
      a: { ...two.a, ...NEVER_OPENS },
      b: { ...two.b, ...NEVER_OPENS },
    });
    at(rig, 'a').answer = () => DOWN;
    const statuses = await storm(rig, REQUESTS);
    const [toA = 0, toB = 0] = hitsOf(rig);
    expect(toA).toBe(REQUESTS);
    // Credits at the start: what comes in ten seconds; then a fifth of one for each request.
    expect(toB).toBe(10 + 0.2 * REQUESTS);
    expect(statuses.filter((status) => status === 200)).toHaveLength(toB);
    const { heldBackCount, failoverCount, retryCredits } = rig.pool.health();
    expect([failoverCount, heldBackCount]).toEqual([toB, REQUESTS - toB]);
    expect(retryCredits).toBeLessThan(1);
  });

  test('API-34 cascading failure prevention: when every member fails, upstreams get at most a fifth more than what was asked', async () => {
    const members = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((id, priority) => [id, { priority, ...NEVER_OPENS }]),
    );
    const rig = await openPool(members);
    for (const id of Object.keys(rig.up)) at(rig, id).answer = () => DOWN;
    await storm(rig, REQUESTS);
    const sent = sumOf(hitsOf(rig));
    expect(sent).toBeGreaterThan(REQUESTS);
    expect(sent).toBeLessThanOrEqual(1.2 * REQUESTS + 10);
  });

  test('CRIT-40 an open breaker ends the outage for its callers: all are served by the next member, once each', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => DOWN;
    expect(await rig.askTimes(200)).toEqual({ a: 3, b: 200 });
    expect(rig.pool.health()).toMatchObject({ status: 'degraded', heldBackCount: 0 });
  });

  test('CRIT-40 an empty retry budget gives the first error back, marked as not to be tried again', async () => {
    const retryBudget = { ratio: 0, minPerSecond: 0 };
    const rig = await openPool(two, { retryBudget });
    at(rig, 'a').answer = () => ({ status: 500, body: 'first' });
    const response = await rig.ask();
    expect([response.status, await response.text()]).toEqual([500, 'first']);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(at(rig, 'b').hits).toEqual([]);
  });

  test('CRIT-40 time brings credits back', async () => {
    const rig = await openPool(
      { a: { ...two.a, ...NEVER_OPENS }, b: two.b },
      { retryBudget: { ratio: 0, minPerSecond: 1 } },
    );
    at(rig, 'a').answer = () => DOWN;
    expect(await rig.askTimes(15)).toEqual({ a: 15, b: 10 });
    rig.clock.advance(2_000);
    expect(await rig.askTimes(5)).toEqual({ a: 5, b: 2 });
  });

  test('CRIT-40 a credit comes back when the member that it was for refuses', async () => {
    const rig = await openPool(
      {
        a: { priority: 1 },
        b: { priority: 2, guard: { breaker: { bulkhead: { callsMax: 1 } } } },
        c: { priority: 3 },
      },
      { retryBudget: { ratio: 0, minPerSecond: 1, creditsMax: 1 } },
    );
    at(rig, 'b').answer = () => 'hang';
    const held = at(rig, 'b')
      .fetch(at(rig, 'b').url)
      .catch(() => {});
    await at(rig, 'b').hanging;
    at(rig, 'a').answer = () => DOWN;
    expect(await rig.askTimes(2)).toEqual({ a: 2, b: 0, c: 1 });
    expect(rig.failovers.slice(0, 2)).toMatchObject([
      { from: 'a', to: 'b', reason: 'transient', attempt: 2 },
      { from: 'b', to: 'c', reason: 'bulkhead_full', attempt: 3 },
    ]);
    expect(rig.pool.members()).toMatchObject([
      { inFlightCount: 0 },
      { inFlightCount: 0, requestCount: 0, refusalCount: 1 },
      { inFlightCount: 0 },
    ]);
    at(rig, 'b').release();
    await held;
  });

  test('CRIT-40 going past a member that refuses costs no credit: nothing was sent there', async () => {
    const rig = await openPool(two, { retryBudget: { ratio: 0, minPerSecond: 0 } });
    rig.board.breaker('a').forceOpen('test');
    expect(await rig.askTimes(3)).toEqual({ a: 0, b: 3 });
  });
});
