/** Money over protected fetches: estimates, rules by model, batches, budgets, emergencies. */
import { describe, expect, test } from 'vitest';

import { openBoard, usd, type Board } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { simulateOpenAI } from '../kit/providers/openai/simulate-openai.ts';
import { simulatePerplexity } from '../kit/providers/perplexity/simulate-perplexity.ts';
import { simulateLightRag } from '../kit/providers/lightrag/simulate-lightrag.ts';
import { PLENTY, QUESTION, rigOf } from './fetch-rig.ts';

const chat = (model: string, maxTokens = 50) => ({
  model,
  messages: [...QUESTION],
  max_tokens: maxTokens,
});

const spentOf = async (board: Board): Promise<number> => (await board.budgets())[0]!.spentNanoUsd;

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer pk', 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

describe('API-06 openai cost estimation integration', () => {
  test('what a request will cost is known before it is made, and learnt from those made', async () => {
    await using rig = await rigOf({ ...PLENTY, tokenizer: true });
    const { board, client, fetch, upstream } = rig;
    upstream.script({ phases: [{ behaviour: { type: 'answer', outputTokens: 30 } }] });
    const url = `${upstream.baseUrl}/chat/completions`;
    const request = { method: 'POST', body: JSON.stringify(chat('gpt-4o-mini')) };
    const before = fetch.outlook(url, request);
    expect(before.refusalCode).toBe(null);
    expect(before.expectedNanoUsd).toBeGreaterThan(0);
    expect(upstream.requestCount).toBe(0);
    for (let call = 0; call < 20; call++) await client.chat.completions.create(chat('gpt-4o-mini'));
    const each = (await spentOf(board)) / 20;
    const learnt = fetch.outlook(url, request).expectedNanoUsd as number;
    expect(Math.abs(learnt / each - 1)).toBeLessThan(0.2);
  });
});

describe('CRIT-52 cost estimates are within 20 % for all APIs', () => {
  test.each([
    ['openai', simulateOpenAI, '/chat/completions', chat('gpt-4o')],
    [
      'perplexity',
      simulatePerplexity,
      '/v1/responses',
      {
        model: 'perplexity/sonar',
        input: 'What does a capacitor do?',
        max_output_tokens: 60,
        tools: [{ type: 'web_search' }],
      },
    ],
    ['lightrag', simulateLightRag, '/query', { query: 'What does a capacitor do?', mode: 'naive' }],
  ] as const)('%s', async (name, simulate, path, body) => {
    await using upstream = await simulate({ seed: 3, answer: { outputTokens: 40 } });
    await using board = await openBoard({
      budgets: [{ id: 'all', limit: usd(100), period: 'day' }],
    });
    const fetch = board.fetch(name);
    const url = upstream.baseUrl.replace(/\/v1$/, path.startsWith('/v1') ? '' : '/v1') + path;
    for (let call = 0; call < 30; call++) {
      const response = await fetch(url, post(body));
      expect(response.status).toBe(200);
      await response.text();
    }
    const before = await spentOf(board);
    const expected = fetch.outlook(url, post(body)).expectedNanoUsd as number;
    await fetch(url, post(body));
    const cost = (await spentOf(board)) - before;
    expect(cost).toBeGreaterThan(0);
    expect(Math.abs(expected / cost - 1)).toBeLessThan(0.2);
  });
});

describe('API-08 openai model specific cost rules', () => {
  test('a rule stops the dear model, and lets the cheap one answer the same question', async () => {
    await using rig = await rigOf({
      ...PLENTY,
      rules: [
        {
          id: 'no-dear-chats',
          type: 'operation_cost',
          threshold: usd('0.0004'),
          basis: 'worst',
          action: 'block',
          when: { models: ['gpt-4o'] },
        },
      ],
    });
    const { client, upstream } = rig;
    await expect(client.chat.completions.create(chat('gpt-4o'))).rejects.toMatchObject({
      status: 429,
      code: 'rule_blocked',
    });
    expect(upstream.requestCount).toBe(0);
    await client.chat.completions.create(chat('gpt-4o-mini'));
    await client.chat.completions.create(chat('gpt-4o', 5));
    expect(upstream.requestCount).toBe(2);
  });

  test('a budget of one model stops it alone', async () => {
    await using rig = await rigOf({
      budgets: [{ id: '4o', scope: { model: 'gpt-4o' }, limit: usd('0.0001'), period: 'day' }],
      tokenizer: false,
    });
    const { client } = rig;
    await expect(client.chat.completions.create(chat('gpt-4o'))).rejects.toMatchObject({
      code: 'budget_exceeded',
    });
    await client.chat.completions.create(chat('gpt-4o-mini'));
  });
});

describe('API-10 openai batch operation cost control', () => {
  const file = { input_file_id: 'file-1', endpoint: '/v1/chat/completions' } as const;

  test('a finished batch is booked at half the price, once, however often it is asked for', async () => {
    const clock = new VirtualClock();
    const batches = { takesMs: 60_000, inputTokens: 10_000, outputTokens: 2_000 };
    await using rig = await rigOf({ ...PLENTY, clock }, {}, { clock, batches });
    const { board, client } = rig;
    const batch = await client.batches.create({ ...file, completion_window: '24h' });
    await client.batches.retrieve(batch.id);
    expect(await spentOf(board)).toBe(0);
    clock.advance(60_000);
    const done = await client.batches.retrieve(batch.id);
    expect(done.status).toBe('completed');
    await client.batches.retrieve(batch.id);
    const report = await board.costs.report();
    expect(await spentOf(board)).toBeGreaterThan(0);
    expect(report.total.costNanoUsd).toBe(await spentOf(board));
    // Asking for it costs nothing, and nothing about it is assumed.
    expect(report.total.assumedCount).toBe(0);
    const spent = await spentOf(board);
    await client.batches.retrieve(batch.id);
    expect(await spentOf(board)).toBe(spent);
  });

  test('a spent budget takes no batch', async () => {
    await using rig = await rigOf({
      budgets: [{ id: 'none', limit: usd(0), period: 'day' }],
      tokenizer: false,
    });
    const creating = rig.client.batches.create({ ...file, completion_window: '24h' });
    await expect(creating).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(rig.upstream.requestCount).toBe(0);
  });
});

describe('API-13 openai service degradation detection', () => {
  test('answers that grow slow open the breaker before they fail', async () => {
    const clock = new VirtualClock();
    const trip = {
      policy: 'count',
      calls: 10,
      minimumCalls: 10,
      failureRatio: 0.5,
      slowRatio: 0.5,
      slowCallMs: 1_000,
    } as const;
    await using rig = await rigOf({ ...PLENTY, clock }, { breaker: { trip } }, { clock });
    const { client, upstream, fetch } = rig;
    const ask = async (latencyMs: number): Promise<void> => {
      upstream.script({ phases: [{ behaviour: { type: 'answer', latencyMs } }] });
      const answer = client.chat.completions.create(chat('gpt-4o-mini'));
      await upstream.received(upstream.requestCount + 1);
      clock.advance(latencyMs);
      await answer;
    };
    for (let call = 0; call < 5; call++) await ask(200);
    expect(fetch.breakers()[0]?.state).toBe('closed');
    for (let call = 0; call < 5; call++) await ask(1_500);
    expect(fetch.breakers()[0]?.state).toBe('open');
    expect(fetch.breakers()[0]?.snapshot().cause).toBe('slow_rate');
  });
});

describe('CRIT-43 cost limits are enforced accurately across all APIs', () => {
  test('three APIs spend one budget to its end, and not beyond it', async () => {
    const limit = usd('0.01');
    await using board = await openBoard({
      // Nobody is slowed down while the budget runs out.
      budgets: [{ id: 'all', limit, period: 'day', warnAt: 1 }],
    });
    await using one = await simulateOpenAI({ seed: 1 });
    await using two = await simulatePerplexity({ seed: 2 });
    await using three = await simulateLightRag({ seed: 3 });
    const ways = [
      [board.fetch('openai'), `${one.baseUrl}/chat/completions`, chat('gpt-4o', 100)],
      [
        board.fetch('perplexity'),
        `${two.url}/v1/responses`,
        {
          model: 'perplexity/sonar',
          input: 'What does a capacitor do?',
          max_output_tokens: 100,
        },
      ],
      [
        board.fetch('lightrag'),
        `${three.baseUrl}/query`,
        {
          query: 'What does a capacitor do?',
          mode: 'naive',
          max_total_tokens: 500,
        },
      ],
    ] as const;
    const statuses = new Set<number>();
    for (let round = 0; round < 200; round++) {
      const ended = await Promise.all(ways.map(([fetch, url, body]) => fetch(url, post(body))));
      for (const { status } of ended) statuses.add(status);
      expect(await spentOf(board)).toBeLessThanOrEqual(limit);
      if (ended.every(({ status }) => status !== 200)) break;
    }
    expect([...statuses].sort()).toEqual([200, 429]);
    expect(await spentOf(board)).toBeGreaterThan(0);
  });
});

describe('CRIT-55 emergency cost controls', () => {
  test('a shutdown stops requests of every API at once, and an override passes a budget', async () => {
    await using rig = await rigOf(
      {
        budgets: [{ id: 'none', limit: usd(0), period: 'day' }],
        emergencyOverride: { limit: usd(1), period: 'day' },
        tokenizer: false,
      },
      {
        describe: ({ headers }) =>
          headers.has('x-urgent') ? { override: { reason: 'patient waits', by: 'ann' } } : {},
      },
    );
    const { board, client, upstream } = rig;
    await expect(client.chat.completions.create(chat('gpt-4o-mini'))).rejects.toMatchObject({
      code: 'budget_exceeded',
    });
    const urgent = { headers: { 'x-urgent': 'yes' } };
    await client.chat.completions.create(chat('gpt-4o-mini'), urgent);
    board.emergencyShutdown('a key leaked', { by: 'ann' });
    await expect(client.chat.completions.create(chat('gpt-4o-mini'), urgent)).rejects.toMatchObject(
      { status: 503, code: 'circuit_latched' },
    );
    expect(upstream.requestCount).toBe(1);
    board.resume('the key was rotated', { by: 'ann' });
    await client.chat.completions.create(chat('gpt-4o-mini'), urgent);
  });
});

describe('CRIT-54 cost tracking agrees with what the API bills', () => {
  test('what OpenAI says it used, at its prices, is what the books hold, to the nano-dollar', async () => {
    await using rig = await rigOf(PLENTY, {}, { answer: { reasoningTokens: 7, cachedTokens: 3 } });
    const { board, client } = rig;
    let billed = 0;
    for (let call = 0; call < 25; call++) {
      const { usage } = await client.chat.completions.create(chat('gpt-4o-mini', 200));
      const { prompt_tokens: input = 0, completion_tokens: output = 0 } = usage ?? {};
      const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
      // $0.15, cached $0.075, and $0.60 for a million tokens.
      billed += (input - cached) * 150 + cached * 75 + output * 600;
    }
    expect(await spentOf(board)).toBe(billed);
  });
});
