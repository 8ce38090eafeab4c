/** What Perplexity's answers cost: as they report it, and as our prices have it. */
import { beforeAll, describe, expect, test } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import type { PriceBook } from '../../services/cost/prices/price.ts';
import { checkedUsage, type Usage } from '../../services/cost/usage.ts';
import { perplexity } from '../../services/providers/perplexity/perplexity.ts';
import type { JsonObject } from '../../services/providers/profile.ts';
import { answer, noCount, NOW_MS, post } from './openai-views.ts';

const AGENT = post('/v1/responses', { model: 'perplexity/sonar', input: 'Hello' });
const SONAR = post('/chat/completions', {
  model: 'sonar-pro',
  messages: [],
  web_search_options: { search_context_size: 'high' },
});
const agent = (usage: unknown) =>
  perplexity.readAnswer(answer({ object: 'response', usage }), AGENT, noCount).usage;
const sonar = (usage: unknown) =>
  perplexity.readAnswer(answer({ choices: [], usage }), SONAR, noCount).usage;

/** Recorded answers' usages: an agent's, a deep research's, a chat's. */
const AGENT_USAGE = {
  input_tokens: 5_204,
  input_tokens_details: { cache_creation_input_tokens: 4_680, cache_read_input_tokens: 0 },
  output_tokens: 108,
  total_tokens: 5_312,
  tool_calls_details: { search_web: { invocation: 1 }, fetch_url: { invocation: 2 } },
  cost: {
    currency: 'USD',
    input_cost: 0.00014,
    cache_creation_cost: 0.00117,
    output_cost: 0.00027,
    tool_calls_cost: 0.0025,
    total_cost: 0.00408,
  },
};
const RESEARCH_USAGE = {
  prompt_tokens: 230,
  completion_tokens: 13_498,
  total_tokens: 13_728,
  citation_tokens: 20_470,
  num_search_queries: 50,
  reasoning_tokens: 145_885,
  cost: {
    input_tokens_cost: 0.00046,
    output_tokens_cost: 0.10798,
    citation_tokens_cost: 0.04094,
    reasoning_tokens_cost: 0.43766,
    search_queries_cost: 0.25,
    total_cost: 0.83704,
  },
};
const CHAT_USAGE = {
  prompt_tokens: 24,
  completion_tokens: 2_681,
  total_tokens: 2_705,
  search_context_size: 'low',
  citation_tokens: null,
  num_search_queries: null,
  reasoning_tokens: null,
  cost: {
    input_tokens_cost: 7e-5,
    output_tokens_cost: 0.04022,
    request_cost: 0.006,
    total_cost: 0.04629,
  },
};

describe('API-16 perplexity cost tracking: a usage', () => {
  test('of the Agent API has its cost, its cache apart, and the searches of its tools', () => {
    expect(agent(AGENT_USAGE)).toEqual({
      inputTokens: 524,
      cachedInputTokens: 0,
      cacheWriteTokens: 4_680,
      outputTokens: 108,
      reasoningTokens: 0,
      searches: 1,
      costNanoUsd: usd('0.00408'),
    });
  });

  test('of deep research has what is billed beside prompt and completion', () => {
    expect(sonar(RESEARCH_USAGE)).toEqual({
      inputTokens: 230,
      outputTokens: 13_498,
      reasoningTokens: 145_885,
      citationTokens: 20_470,
      searches: 50,
      searchContextSize: 'high',
      costNanoUsd: usd('0.83704'),
    });
  });

  test('of a chat says how much of the web it read; the request’s word is the second', () => {
    expect(sonar(CHAT_USAGE)?.searchContextSize).toBe('low');
    expect(sonar({ prompt_tokens: 1, completion_tokens: 1 })?.searchContextSize).toBe('high');
  });

  test('in a stream of Sonar is the last one that came', () => {
    const reader = perplexity.openStream(SONAR);
    for (const completion_tokens of [1, 2, 3]) {
      const usage = { prompt_tokens: 5, completion_tokens, cost: { total_cost: 0.001 } };
      const choices = [{ index: 0, delta: { content: 'a' }, finish_reason: null }];
      const frame = reader.read('', JSON.stringify({ choices, usage }));
      expect(frame).toEqual({ text: 'a', isHidden: false });
    }
    expect(reader.usage).toMatchObject({ inputTokens: 5, outputTokens: 3 });
  });

  test('in a stream of the Agent API comes with its end', () => {
    const reader = perplexity.openStream(AGENT);
    reader.read('', JSON.stringify({ type: 'response.reasoning.started', thought: 'Hm' }));
    expect(reader.read('', '{"type":"response.output_text.delta","delta":"Hi"}').text).toBe('Hi');
    const response = { status: 'completed', usage: AGENT_USAGE };
    reader.read('', JSON.stringify({ type: 'response.completed', response }));
    expect(reader).toMatchObject({ isComplete: true, fault: null });
    expect(reader.usage?.costNanoUsd).toBe(usd('0.00408'));
  });

  test('that cannot be is none; one whose parts disagree keeps its reported cost', () => {
    for (const bad of [-1, '5', 1.5, {}, 2 ** 53]) {
      expect(agent({ ...AGENT_USAGE, input_tokens: bad })).toBeNull();
      expect(sonar({ ...CHAT_USAGE, completion_tokens: bad })).toBeNull();
    }
    expect(agent({ ...AGENT_USAGE, input_tokens: 10 })).toEqual({
      searches: 1,
      costNanoUsd: usd('0.00408'),
    });
    expect(agent({ ...AGENT_USAGE, input_tokens: 10, cost: null })).toBeNull();
  });
});

describe('API-42 api cost reporting accuracy: perplexity', () => {
  const total = (total_cost: unknown, currency = 'USD') =>
    agent({ input_tokens: 1, output_tokens: 1, cost: { currency, total_cost } })?.costNanoUsd;

  test('a reported cost is taken to the nano-dollar, and rounded up beyond it', () => {
    expect(total(0.005615)).toBe(5_615_000);
    expect(total(7e-5)).toBe(70_000);
    expect(total(1e-9)).toBe(1);
    expect(total(1.1e-9)).toBe(2);
    expect(total(4e-10)).toBe(1);
    expect(total(0.1 + 0.2)).toBe(300_000_000);
    expect(total(0)).toBe(0);
  });

  test('what is no cost in dollars is left out', () => {
    for (const bad of [-0.1, NaN, Infinity, 1e300, '0.1', null, undefined, {}]) {
      expect(total(bad)).toBeUndefined();
    }
    expect(total(0.1, 'EUR')).toBeUndefined();
  });

  describe('our prices', () => {
    let book: PriceBook;
    beforeAll(() => {
      book = createPriceBook(undefined, null);
    });
    const price = (model: string, usage: Usage | null): number =>
      book
        .find({ provider: 'perplexity', model, atMs: NOW_MS })
        .charge(checkedUsage('usage', usage));

    /** Its sums are made of parts that are rounded to five places. */
    test.each<readonly [string, JsonObject, number]>([
      ['sonar-deep-research', RESEARCH_USAGE, 0.83704],
      ['sonar-pro', CHAT_USAGE, 0.04629],
    ])('agree with what %s reported, within its own rounding', (model, usage, reported) => {
      const difference = price(model, sonar(usage)) - usd(reported);
      expect(Math.abs(difference)).toBeLessThanOrEqual(usd('0.000005'));
    });
  });
});
