/**
 * Against the real APIs, where keys are present: `OPENAI_API_KEY`, `PERPLEXITY_API_KEY`. Without
 * them these tests are skipped, and no test reaches a host but this one. A run costs less than a
 * cent.
 */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import { openBoard, usd } from '../../index.ts';

const { OPENAI_API_KEY, PERPLEXITY_API_KEY } = process.env;
const OPENAI_MODEL = 'gpt-4o-mini';
const PERPLEXITY_MODEL = 'perplexity/sonar';

const openBudgeted = () =>
  openBoard({ budgets: [{ id: 'live', limit: usd('0.05'), period: 'total' }] });

describe('API-38 live openai circuit breaker', () => {
  test.skipIf(OPENAI_API_KEY === undefined)(
    'API-38 live openai circuit breaker: answers whole and streamed are booked as billed',
    async () => {
      await using board = await openBudgeted();
      const client = new OpenAI({ apiKey: OPENAI_API_KEY, fetch: board.fetch('openai') });
      const request = {
        model: OPENAI_MODEL,
        messages: [{ role: 'user' as const, content: 'Answer with the word: fuse' }],
        max_tokens: 8,
      };
      const answer = await client.chat.completions.create(request);
      const { prompt_tokens: input = 0, completion_tokens: output = 0 } = answer.usage ?? {};
      const booked = (await board.budget('live').summary()).spentNanoUsd;
      expect(booked).toBe(input * 150 + output * 600);
      const stream = await client.chat.completions.create({ ...request, stream: true });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect(text.toLowerCase()).toContain('fuse');
      expect((await board.budget('live').summary()).spentNanoUsd).toBeGreaterThan(booked);
    },
    60_000,
  );

  test.skipIf(OPENAI_API_KEY === undefined)(
    'API-38 live openai circuit breaker: a wrong key latches its breaker, and not the other',
    async () => {
      await using board = await openBudgeted();
      const fetch = board.fetch('openai');
      const client = new OpenAI({ apiKey: 'sk-not-a-key', fetch, maxRetries: 0 });
      await expect(client.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
      expect(fetch.breakers()[0]?.snapshot().latches).toEqual(['unauthorized']);
    },
    60_000,
  );
});

describe('API-39 live perplexity circuit breaker', () => {
  test.skipIf(PERPLEXITY_API_KEY === undefined)(
    'API-39 live perplexity circuit breaker: the cost it reports is the cost booked',
    async () => {
      await using board = await openBudgeted();
      const fetch = board.fetch('perplexity');
      const response = await fetch('https://api.perplexity.ai/v1/responses', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${PERPLEXITY_API_KEY}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          model: PERPLEXITY_MODEL,
          input: 'Answer with the word: fuse',
          max_output_tokens: 16,
        }),
      });
      const answer = (await response.json()) as { usage: { cost: { total_cost: number } } };
      const booked = (await board.budget('live').summary()).spentNanoUsd;
      expect(booked).toBeGreaterThanOrEqual(answer.usage.cost.total_cost * 1e9 - 1);
      expect(booked).toBeLessThanOrEqual(answer.usage.cost.total_cost * 1e9 + 1);
    },
    60_000,
  );
});
