/** When another member takes over, when none does, and what the caller gets in the end. */
import { describe, expect, test } from 'vitest';

import { at, DOWN, OK, openPool, type Answer } from './pool-rig.ts';

const two = { a: { priority: 1 }, b: { priority: 2 } };

const PASSED_ON: readonly (readonly [words: string, answer: Answer, reason: string])[] = [
  ['a server error', DOWN, 'transient'],
  ['a rate limit', { status: 429, retryAfter: 5 }, 'rate_limited'],
  ['a spent quota', { status: 402 }, 'quota'],
  ['a bad key', { status: 401 }, 'unauthorized'],
  ['a broken connection', 'drop', 'network'],
];

describe('API-32 api failover scenarios', () => {
  test.each(PASSED_ON)(
    'API-32 api failover scenarios: %s sends the request to the next member',
    async (_, answer, reason) => {
      const rig = await openPool(two);
      at(rig, 'a').answer = () => answer;
      const response = await rig.ask();
      expect(await response.json()).toEqual({ ok: true });
      expect([at(rig, 'a').hits.length, at(rig, 'b').hits.length]).toEqual([1, 1]);
      const ids = { pool: 'pool', from: 'a', to: 'b' };
      expect(rig.failovers).toEqual([{ type: 'pool.failover', ...ids, reason, attempt: 2 }]);
    },
  );

  test('API-32 api failover scenarios: an open breaker is passed over without a request', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => DOWN;
    expect(await rig.askTimes(3)).toEqual({ a: 3, b: 3 });
    expect(rig.board.breaker('a').state).toBe('open');
    expect(await rig.askTimes(5)).toEqual({ a: 0, b: 5 });
    expect(rig.failovers).toHaveLength(3);
    at(rig, 'a').answer = () => OK;
    rig.clock.advance(60_000);
    expect(await rig.askTimes(5)).toEqual({ a: 5, b: 0 });
  });

  test('API-32 api failover scenarios: a request at fault goes to no second member', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => ({ status: 400, body: 'no' });
    const response = await rig.ask();
    expect([response.status, await response.text()]).toEqual([400, 'no']);
    expect(response.headers.get('x-should-retry')).toBeNull();
    expect(at(rig, 'b').hits).toEqual([]);
  });

  test('CRIT-57 each member is asked once, and the first failure comes back when all have failed', async () => {
    const rig = await openPool({ ...two, c: { priority: 3 } });
    at(rig, 'a').answer = () => ({ status: 500, body: 'first' });
    at(rig, 'b').answer = () => 'drop';
    at(rig, 'c').answer = () => ({ status: 401, body: 'third' });
    const response = await rig.ask();
    expect([response.status, await response.text()]).toEqual([500, 'first']);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(Object.values(rig.up).map(({ hits }) => hits.length)).toEqual([1, 1, 1]);
  });

  test('CRIT-57 a first failure that the network threw is thrown, untouched', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => 'drop';
    at(rig, 'b').answer = () => DOWN;
    await expect(rig.ask()).rejects.toThrow(new TypeError('fetch failed'));
    expect(at(rig, 'b').hits).toHaveLength(1);
  });

  test('CRIT-57 when all refuse, the refusal that ends first comes back and nothing is sent', async () => {
    const rig = await openPool({
      a: { guard: { breaker: { failureThreshold: 1, recoveryTimeoutMs: 60_000 } } },
      b: { guard: { breaker: { failureThreshold: 1, recoveryTimeoutMs: 20_000 } } },
    });
    for (const id of ['a', 'b']) at(rig, id).answer = () => DOWN;
    await rig.askTimes(1);
    const response = await rig.ask();
    expect([response.status, await response.json()]).toEqual([503, { breaker: 'b' }]);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(Object.values(rig.up).map(({ hits }) => hits.length)).toEqual([1, 1]);
    expect(rig.pool.members()).toMatchObject([{ refusalCount: 1 }, { refusalCount: 1 }]);
    expect(rig.pool.health().status).toBe('critical');
  });

  test('CRIT-57 attemptsMax caps the members that one request is sent to', async () => {
    const rig = await openPool({ a: {}, b: {}, c: {} }, { attemptsMax: 2 });
    for (const id of ['a', 'b', 'c']) at(rig, id).answer = () => DOWN;
    await rig.askTimes(1);
    const hits = Object.values(rig.up).flatMap((upstream) => upstream.hits);
    expect(hits).toHaveLength(2);
  });
});

describe('what cannot be done twice', () => {
  const streamOf = (text: string): RequestInit => {
    const init = { body: new Blob([text]).stream(), duplex: 'half' };
    return init as RequestInit;
  };

  test('a body that is a stream is sent once', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => DOWN;
    const response = await rig.ask(streamOf('once'));
    expect(response.status).toBe(503);
    expect(at(rig, 'a').hits[0]?.body).toBe('once');
    expect(at(rig, 'b').hits).toEqual([]);
    expect(rig.failovers).toEqual([]);
  });

  test('a body that is a stream reaches the next member where the first has refused', async () => {
    const rig = await openPool(two);
    rig.board.breaker('a').forceOpen('test');
    expect((await rig.ask(streamOf('once'))).status).toBe(200);
    expect(at(rig, 'b').hits[0]?.body).toBe('once');
  });

  test('the body of a Request is read once and sent to both', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => DOWN;
    const url = 'https://pool.test/v1/embeddings';
    const request = new Request(url, { method: 'POST', body: 'text', headers: { 'x-a': '1' } });
    expect((await rig.pool.fetch(request)).status).toBe(200);
    for (const id of ['a', 'b']) {
      expect(at(rig, id).hits).toMatchObject([{ path: '/v1/embeddings', body: 'text' }]);
      expect(at(rig, id).hits[0]?.headers['x-a']).toBe('1');
    }
  });

  test('a caller that gives up gets its reason at once, and nobody else is asked', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => 'hang';
    const controller = new AbortController();
    const asked = rig.ask({ signal: controller.signal });
    await at(rig, 'a').hanging;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect(rig.ask({ signal: controller.signal })).rejects.toBe(reason);
    expect([at(rig, 'a').hits.length, at(rig, 'b').hits.length]).toEqual([1, 0]);
    expect(rig.pool.members()).toMatchObject([
      { failureCount: 0, inFlightCount: 0 },
      { inFlightCount: 0 },
    ]);
  });
});
