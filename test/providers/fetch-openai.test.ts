/** The official client over a protected fetch: what it gets, and what the board learns of it. */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import { usd } from '../../index.ts';
import { PLENTY, QUESTION, rigOf } from './fetch-rig.ts';

const chat = { model: 'gpt-4o-mini', messages: [...QUESTION], max_tokens: 100 };

describe('API-01 openai circuit breaker protection', () => {
  test('an answer comes through as it was sent, and its usage is booked', async () => {
    await using rig = await rigOf();
    const { board, client, fetch } = rig;
    const answer = await client.chat.completions.create(chat);
    expect(answer.choices[0]?.message.content).not.toBe('');
    const [row] = await board.budgets();
    const { prompt_tokens: input = 0, completion_tokens: output = 0 } = answer.usage ?? {};
    // gpt-4o-mini: $0.15 and $0.60 for a million tokens.
    expect(row?.spentNanoUsd).toBe(input * 150 + output * 600);
    expect(fetch.breakers().map(({ state }) => state)).toEqual(['closed']);
    expect(fetch.breakers()[0]?.name).toMatch(/^openai:[0-9a-f]{12}:gpt-4o-mini$/);
  });

  test('failures trip it; then the client gets its own error without a request', async () => {
    await using rig = await rigOf(PLENTY, { breaker: { failureThreshold: 3 } });
    const { client, upstream, fetch } = rig;
    const wild = new OpenAI({ apiKey: 'sk-one', baseURL: upstream.baseUrl, fetch, maxRetries: 0 });
    upstream.script({ phases: [{ behaviour: { type: 'server_error' } }] });
    for (let call = 0; call < 3; call++) {
      await expect(wild.chat.completions.create(chat)).rejects.toBeInstanceOf(
        OpenAI.InternalServerError,
      );
    }
    expect(fetch.breakers()[0]?.state).toBe('open');
    expect(upstream.requestCount).toBe(3);
    // With the client's own retries on: a refusal is not tried again.
    const refused = client.chat.completions.create(chat);
    await expect(refused).rejects.toMatchObject({ status: 503, code: 'circuit_open' });
    expect(upstream.requestCount).toBe(3);
  });
});

describe('API-09 openai streaming cost protection', () => {
  test('usage is asked for upstream and kept from a client that did not ask', async () => {
    await using rig = await rigOf();
    const { board, client, upstream } = rig;
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
      chunks.push(chunk);
    }
    expect(chunks.every(({ choices }) => choices.length === 1)).toBe(true);
    expect(upstream.requests[0]?.body).toMatchObject({ stream_options: { include_usage: true } });
    await upstream.idle();
    const [row] = await board.budgets();
    expect(row?.spentNanoUsd).toBeGreaterThan(0);
    expect(rig.fetch.breakers()[0]?.snapshot().inFlightCount).toBe(0);
  });

  test('a budget that is spent stops the next call with a typed error and no request', async () => {
    const budgets = [{ id: 'tiny', limit: usd('0.000001'), period: 'day' }] as const;
    await using rig = await rigOf({ budgets, tokenizer: false });
    const { client, upstream } = rig;
    await expect(client.chat.completions.create(chat)).rejects.toMatchObject({
      status: 429,
      code: 'budget_exceeded',
      type: 'insufficient_quota',
    });
    expect(upstream.requestCount).toBe(0);
  });
});
