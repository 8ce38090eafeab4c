/** `pool.call`: members that speak different APIs, behind one function. */
import { APIError } from 'openai';
import { describe, expect, test } from 'vitest';

import { FuseboardError } from '../../index.ts';
import type { ChosenMember, PoolContext } from '../../services/providers/pool/pool.ts';
import { at, DOWN, openPool } from './pool-rig.ts';

const two = { a: { priority: 1 }, b: { priority: 2 } };

/** Asks a member through its own fetch, and throws what is no success. */
async function ask({ fetch, baseUrl }: ChosenMember, { signal }: PoolContext): Promise<string> {
  const init = signal === undefined ? {} : { signal };
  const response = await fetch(`${baseUrl}/own`, init);
  if (response.ok) return response.text();
  throw APIError.generate(response.status, undefined, undefined, response.headers);
}

/** Fails as told for member `a`, answers for the others. */
const failing =
  (error: unknown, asked: string[] = []) =>
  (member: ChosenMember): string => {
    asked.push(member.id);
    if (member.id === 'a') throw error;
    return member.id;
  };

describe('API-32 api failover scenarios', () => {
  test('API-32 api failover scenarios: a function is called for the next member when it throws', async () => {
    const rig = await openPool(two);
    at(rig, 'a').answer = () => DOWN;
    const seen: PoolContext[] = [];
    const answer = await rig.pool.call((member, context) => {
      seen.push(context);
      return ask(member, context);
    });
    expect(answer).toBe('{"ok":true}');
    expect(seen).toMatchObject([
      { attempt: 1, isEmergency: false },
      { attempt: 2, isEmergency: false },
    ]);
    expect(rig.failovers).toMatchObject([{ from: 'a', to: 'b', reason: 'error' }]);
  });

  test('API-32 api failover scenarios: a member whose breakers are all open is passed over', async () => {
    const rig = await openPool(two);
    await rig.askTimes(1);
    rig.board.breaker('a').forceOpen('test');
    const asked: string[] = [];
    await rig.pool.call(({ id }) => asked.push(id));
    expect(asked).toEqual(['b']);
  });

  test('a refusal, thrown or as an SDK words it, costs no credit', async () => {
    const retryBudget = { ratio: 0, minPerSecond: 0 };
    const rig = await openPool(two, { retryBudget });
    const refusal = new FuseboardError('rule_blocked', 'no');
    expect(await rig.pool.call(failing(refusal))).toBe('b');
    const headers = new Headers({ 'x-fuseboard-refusal': 'bulkhead_full' });
    const worded = APIError.generate(503, undefined, undefined, headers);
    expect(await rig.pool.call(failing(worded))).toBe('b');
    const down = new Error('down');
    await expect(rig.pool.call(failing(down))).rejects.toBe(down);
  });

  test.each([
    [400, ['a']],
    [404, ['a']],
    [422, ['a']],
    [401, ['a', 'b']],
    [403, ['a', 'b']],
    [408, ['a', 'b']],
    [429, ['a', 'b']],
    [500, ['a', 'b']],
  ])('an error of status %d asks %j', async (status, expected) => {
    const rig = await openPool(two);
    const asked: string[] = [];
    const error = APIError.generate(status, undefined, undefined, new Headers());
    await rig.pool.call(failing(error, asked)).catch(() => {});
    expect(asked).toEqual(expected);
  });

  test.each(['invalid', 'cancelled', 'cut'])(
    'a fault that is %s goes no further',
    async (fault) => {
      const rig = await openPool(two);
      const error = Object.assign(new Error('x'), { fault });
      await expect(rig.pool.call(failing(error))).rejects.toBe(error);
    },
  );

  test('failOverIf decides first, and one that throws leaves it to the pool', async () => {
    const rig = await openPool(two);
    const error = Object.assign(new Error('x'), { status: 400 });
    const run = (failOverIf: (error: unknown) => boolean | undefined) =>
      rig.pool.call(failing(error), { failOverIf });
    expect(await run((thrown) => thrown === error)).toBe('b');
    for (const other of [() => false, () => undefined]) {
      await expect(run(other)).rejects.toBe(error);
    }
    const down = new Error('down');
    const stopped = rig.pool.call(failing(down), { failOverIf: () => false });
    await expect(stopped).rejects.toBe(down);
    const broken = run(() => {
      throw new Error('mine');
    });
    await expect(broken).rejects.toBe(error);
  });

  test('when all fail the first error comes out, whatever it is', async () => {
    const rig = await openPool(two);
    const hostile: unknown = new Proxy(
      {},
      {
        get() {
          throw new Error('do not look');
        },
      },
    );
    for (const first of [null, undefined, 'text', new Error('first'), hostile]) {
      const asked: string[] = [];
      const call = rig.pool.call(({ id }) => {
        asked.push(id);
        throw id === 'a' ? first : new Error('second');
      });
      await expect(call.catch((error: unknown) => error === first)).resolves.toBe(true);
      expect(asked).toEqual(['a', 'b']);
      rig.clock.advance(10_000);
    }
  });

  test('a caller that gives up hears of it at once, though the function goes on', async () => {
    const rig = await openPool(two);
    const controller = new AbortController();
    const { signal } = controller;
    const call = rig.pool.call(() => new Promise(() => {}), { signal });
    await rig.clock.settle();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    const asked: string[] = [];
    await expect(rig.pool.call(({ id }) => asked.push(id), { signal })).rejects.toBe(reason);
    expect(asked).toEqual([]);
    expect(rig.pool.members()).toMatchObject([{ inFlightCount: 0 }, { requestCount: 0 }]);
  });

  test('arguments that are none are refused', async () => {
    const rig = await openPool(two);
    const code = 'invalid_argument';
    await expect(rig.pool.call('x' as never)).rejects.toMatchObject({ code });
    for (const options of [null, { signal: {} }, { failOverIf: true }]) {
      await expect(rig.pool.call(() => 1, options as never)).rejects.toMatchObject({ code });
    }
  });
});
