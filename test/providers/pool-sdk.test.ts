/** The official client on a pool of protected fetches, with simulated providers behind it. */
import OpenAI, { InternalServerError, RateLimitError } from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import { openBoard } from '../../index.ts';
import { createPool } from '../../services/providers/pool/create-pool.ts';
import type { Pool, PoolOptions } from '../../services/providers/pool/pool.ts';
import type { Behaviour } from '../kit/providers/behaviours.ts';
import { simulateOpenAI } from '../kit/providers/openai/simulate-openai.ts';
import type { SimulatedProvider } from '../kit/providers/simulation.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { PLENTY, QUESTION } from './fetch-rig.ts';

interface Opened {
  readonly pool: Pool;
  readonly client: OpenAI;
  readonly upstreams: readonly [SimulatedProvider, SimulatedProvider];
}

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Two providers, each with a key and a name for the model of its own; the client knows neither. */
async function open(options: PoolOptions = {}): Promise<Opened> {
  const board = await openBoard(PLENTY);
  ends.push(() => board.close({ drainTimeoutMs: 0 }));
  const start = async (seed: number): Promise<SimulatedProvider> => {
    const upstream = await simulateOpenAI({ seed, keys: [`sk-${seed}`] });
    ends.push(() => upstream.close());
    return upstream;
  };
  const upstreams = [await start(1), await start(2)] as const;
  const members = upstreams.map(({ baseUrl }, index) => ({
    id: `provider ${index + 1}`,
    fetch: board.fetch('openai', { provider: `provider ${index + 1}` }),
    baseUrl,
    priority: index,
    headers: { authorization: `Bearer sk-${index + 1}` },
    model: index === 0 ? 'gpt-4o-mini' : { cheap: 'gpt-4o' },
  }));
  const surroundings = { clock: new VirtualClock(), random: seededRandom(1) };
  const baseUrl = 'https://models.internal/v1';
  const pool = createPool(members, { baseUrl, ...options }, surroundings);
  const client = new OpenAI({ apiKey: 'sk-client', baseURL: baseUrl, fetch: pool.fetch });
  return { pool, client, upstreams };
}

const ask = (client: OpenAI) =>
  client.chat.completions.create({ model: 'cheap', messages: [...QUESTION] });

const counts = ({ upstreams }: Opened): number[] =>
  upstreams.map(({ requestCount }) => requestCount);

const DOWN: Behaviour = { type: 'server_error', status: 503 };
const always = (behaviour: Behaviour) => ({ phases: [{ behaviour }] });

describe('API-32 api failover scenarios', () => {
  test('API-32 api failover scenarios: the official client is served by the first, or by the second under its own key and model', async () => {
    const opened = await open();
    const [first, second] = opened.upstreams;
    expect((await ask(opened.client)).model).toContain('gpt-4o-mini');
    first.script([DOWN]);
    expect((await ask(opened.client)).model).not.toContain('mini');
    expect(counts(opened)).toEqual([2, 1]);
    for (const request of [...first.requests, ...second.requests]) {
      expect(JSON.stringify(request)).not.toContain('sk-client');
    }
  });

  test('API-32 api failover scenarios: a stream fails over before its first byte, and never after it', async () => {
    const opened = await open();
    const [first] = opened.upstreams;
    const read = async (): Promise<string> => {
      const stream = await opened.client.chat.completions.create({
        model: 'cheap',
        messages: [...QUESTION],
        stream: true,
      });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      return text;
    };
    first.script([DOWN]);
    expect(await read()).not.toBe('');
    expect(counts(opened)).toEqual([1, 1]);
    first.script([{ type: 'cut', afterChunks: 2 }]);
    await expect(read()).rejects.toThrow();
    expect(counts(opened)).toEqual([2, 1]);
  });

  test('CRIT-57 when all fail the client throws its own error, and asks nobody a second time', async () => {
    const opened = await open();
    const [first, second] = opened.upstreams;
    first.script(always({ type: 'rate_limited', retryAfterSeconds: 300 }));
    second.script(always(DOWN));
    await expect(ask(opened.client)).rejects.toBeInstanceOf(RateLimitError);
    expect(counts(opened)).toEqual([1, 1]);
  });

  test('CRIT-57 when all refuse the client throws a typed error, and nothing is sent', async () => {
    const opened = await open();
    const [first, second] = opened.upstreams;
    first.script(always({ type: 'rate_limited', retryAfterSeconds: 300 }));
    second.script(always({ type: 'rate_limited', retryAfterSeconds: 60 }));
    await ask(opened.client).catch(() => {});
    const error: unknown = await ask(opened.client).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InternalServerError);
    const { headers, status } = error as InternalServerError;
    expect([status, headers.get('x-fuseboard-refusal')]).toEqual([503, 'circuit_open']);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(counts(opened)).toEqual([1, 1]);
  });

  test('CRIT-57 one key that is revoked latches its own breaker, and the other provider serves', async () => {
    const opened = await open();
    opened.upstreams[0].acceptKeys([]);
    for (let call = 0; call < 3; call += 1) await ask(opened.client);
    expect(counts(opened)).toEqual([1, 3]);
    expect(opened.pool.members()).toMatchObject([{ state: 'open' }, { state: 'closed' }]);
  });
});
