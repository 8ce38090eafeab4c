/** Many requests at once, of every profile, each with a fault of its own. */
import { expect, test } from 'vitest';

import { openBoard, usd, type FactOf, type NanoUsd } from '../../../index.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { seededRandom } from '../../kit/seeded-random.ts';
import { PRICES, PROFILES } from './profiles.ts';
import { StreamClient } from './stream-client.ts';
import type { Form } from './calls.ts';

const CALLS = 300;
const PRICE = { model: 'rest', inputPerMillion: usd(1), outputPerMillion: usd('0.001') };

/** What a client does with its answer. */
const CLIENTS = ['reads', 'reads', 'aborts', 'cancels'] as const;

const FAULTS: readonly Behaviour['type'][] = [
  'answer',
  'answer',
  'cut',
  'unfinished',
  'error_frame',
  'bad_json',
  'empty',
  'reset',
  'server_error',
  'bad_request',
  'stall',
];

function behaviourOf(type: Behaviour['type'], chunks: number): Behaviour {
  switch (type) {
    case 'cut':
    case 'unfinished':
    case 'bad_json':
    case 'stall':
      return { type, afterChunks: chunks };
    case 'error_frame':
      return { type, afterChunks: chunks, code: 'server_error', message: 'Something broke.' };
    default:
      return { type } as Behaviour;
  }
}

/** Waits for what happens on loopback. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise<void>((resolve) => setImmediate(resolve));
}

test.each([1, 2, 3])(
  'CRIT-51 concurrent requests with faults of every kind end with exact books: seed %i',
  async (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    await using board = await openBoard({
      budgets: [{ id: 'all', limit: usd(500), period: 'total' }],
      prices: { overrides: [...(PRICES.overrides ?? []), PRICE] },
    });
    const settled: FactOf<'cost.settled'>[] = [];
    const finished: FactOf<'call.finished'>[] = [];
    board.facts$.subscribe((fact) => {
      if (fact.type === 'cost.settled') settled.push(fact);
      if (fact.type === 'call.finished') finished.push(fact);
    });
    const plans = PROFILES.map(() =>
      Array.from({ length: CALLS }, () => behaviourOf(pick(FAULTS), Math.floor(random() * 9))),
    );
    const upstreams = await Promise.all(
      PROFILES.map(({ simulate }, index) =>
        simulate({ seed, plan: plans[index] as Behaviour[], answer: { outputTokens: 6 } }),
      ),
    );
    const fetches = PROFILES.map(({ provider, title }) =>
      board.fetch(provider, {
        breakerKey: () => title,
        breaker: { failureThreshold: 1_000_000, bulkhead: { callsMax: 500 } },
      }),
    );

    const one = async (): Promise<void> => {
      const index = Math.floor(random() * PROFILES.length);
      const profile = PROFILES[index] as (typeof PROFILES)[number];
      const client = pick(CLIENTS);
      const form: Form = random() < 0.7 ? 'stream' : 'whole';
      const frames = Math.floor(random() * 9);
      const controller = new AbortController();
      const upstream = upstreams[index];
      const fetch = fetches[index];
      if (upstream === undefined || fetch === undefined) return;
      const response = fetch(`${upstream.url}${profile.path[form]}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-one' },
        body: JSON.stringify(profile.body[form]),
        signal: controller.signal,
      });
      // Whoever would wait in vain gives up when all the others have come so far.
      void crowded.then(() => controller.abort(new Error('enough')));
      try {
        const answer = await response;
        if (answer.body === null) return;
        const reader = new StreamClient(answer, profile.frameEnd);
        if (client === 'reads') return await reader.rest();
        await reader.take(frames);
        if (client === 'aborts') controller.abort(new Error('enough'));
        else await reader.cancel();
      } catch {
        // What the network or its own signal threw: the client has heard of it.
      }
    };
    let release = (): void => {};
    const crowded = new Promise<void>((resolve) => (release = resolve));
    const calls = Array.from({ length: CALLS }, one);
    const requests = () => upstreams.flatMap(({ requests: some }) => some);
    const onlyStallsAreLeft = () =>
      requests().length === CALLS &&
      requests().every(({ ended, behaviour }) => ended !== 'not yet' || behaviour.type === 'stall');
    await until(onlyStallsAreLeft);
    release();
    await Promise.all(calls);
    await Promise.all(upstreams.map((upstream) => upstream.idle()));
    await until(() => {
      board.flush();
      return finished.length >= CALLS && settled.length >= CALLS;
    });
    expect(finished).toHaveLength(CALLS);
    expect(settled).toHaveLength(CALLS);
    for (const { name } of board.breakers()) {
      const { inFlightCount, waitingCount } = board.breaker(name).snapshot();
      expect({ name, inFlightCount, waitingCount }).toEqual({
        name,
        inFlightCount: 0,
        waitingCount: 0,
      });
    }
    const bookedNanoUsd = settled.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    const { spentNanoUsd, limitNanoUsd } = await board.budget('all').summary();
    expect(spentNanoUsd).toBe(bookedNanoUsd);
    expect((await board.costs.verify()).mismatches).toEqual([]);
    const left = limitNanoUsd - spentNanoUsd;
    const all = { operation: 'rest', model: 'rest', inputTokens: Math.floor(left / 1_000) };
    const whole = await board
      .breaker('rest')
      .tryCall({ ...all, maxOutputTokens: left % 1_000 }, ({ cost }) => cost(0 as NanoUsd));
    expect(whole.ok).toBe(true);
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  },
);
