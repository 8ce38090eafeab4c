/** Limits of providers: those they tell, and those the user states. */
import { describe, expect, test } from 'vitest';

import { openBoard, type Board } from '../../index.ts';
import { simulatePerplexity } from '../kit/providers/perplexity/simulate-perplexity.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { PLENTY, QUESTION, rigOf } from './fetch-rig.ts';

const search = (key = 'pk-one', steps = 1): RequestInit => ({
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'perplexity/sonar',
    input: 'What is new about capacitors?',
    max_output_tokens: 40,
    max_steps: steps,
    tools: [{ type: 'web_search' }],
  }),
});

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { type: string } }).error.type;

describe('API-17 perplexity search quota management', () => {
  test('searches beyond the quota are refused with the instant at which there is room', async () => {
    const clock = new VirtualClock();
    await using upstream = await simulatePerplexity({ seed: 5, clock });
    const board: Board = await openBoard({ ...PLENTY, clock });
    const limits = [{ what: 'requests', max: 3, perMs: 3_600_000 }] as const;
    const fetch = board.fetch('perplexity', { limits });
    const url = `${upstream.url}/v1/responses`;
    for (let call = 0; call < 3; call++) expect((await fetch(url, search())).status).toBe(200);
    const refused = await fetch(url, search());
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1200');
    expect(await codeOf(refused)).not.toBe('');
    expect(upstream.requestCount).toBe(3);
    // Another key has a quota of its own, and this one's fills up again.
    expect((await fetch(url, search('pk-two'))).status).toBe(200);
    clock.advance(1_200_000);
    expect((await fetch(url, search())).status).toBe(200);
    await board.close();
  });

  test('searches that were set aside and not made go back to the quota', async () => {
    const clock = new VirtualClock();
    await using upstream = await simulatePerplexity({ seed: 5, clock });
    const board: Board = await openBoard({ ...PLENTY, clock });
    const limits = [{ what: 'searches', max: 6, perMs: 86_400_000 }] as const;
    const fetch = board.fetch('perplexity', { limits });
    const url = `${upstream.url}/v1/responses`;
    const statuses: number[] = [];
    // Each may make several searches, and the simulated one makes one.
    for (let call = 0; call < 8; call++) statuses.push((await fetch(url, search())).status);
    expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect(statuses.at(-1)).toBe(429);
    await board.close();
  });
});

test('who gives up while waiting for a limit gives its turn back', async () => {
  const clock = new VirtualClock();
  await using upstream = await simulatePerplexity({ seed: 5, clock });
  const board: Board = await openBoard({ ...PLENTY, clock });
  const limits = [{ what: 'requests', max: 1, perMs: 3_600_000 }] as const;
  const fetch = board.fetch('perplexity', { limits, limitWaitMaxMs: 7_200_000 });
  const url = `${upstream.url}/v1/responses`;
  expect((await fetch(url, search())).status).toBe(200);
  const controller = new AbortController();
  const waiting = fetch(url, { ...search(), signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  clock.advance(3_600_000);
  // It finds the hour's one request there, and need not wait for another hour.
  expect((await fetch(url, search())).status).toBe(200);
  expect(upstream.requestCount).toBe(2);
  await board.close();
});

describe('CRIT-41 rate limits are respected and open no breaker', () => {
  test('requests wait for the limit that the provider tells, and none of them gets a 429', async () => {
    const clock = new VirtualClock();
    const limits = { requestsPerMinute: 60 };
    await using rig = await rigOf({ ...PLENTY, clock }, {}, { clock, limits });
    const { client, fetch, upstream } = rig;
    const chat = { model: 'gpt-4o-mini', messages: [...QUESTION], max_tokens: 10 };
    const ended: string[] = [];
    const calls = Array.from({ length: 90 }, async () => {
      await client.chat.completions.create(chat);
      ended.push('answered');
    });
    for (let second = 0; second < 120 && ended.length < 90; second++) {
      await upstream.idle();
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    expect(ended).toHaveLength(90);
    expect(fetch.breakers().map(({ state }) => state)).toEqual(['closed']);
  });
});
