/** What a request to Perplexity is read as. */
import { beforeAll, describe, expect, test } from 'vitest';

import { CallSpec } from '../../services/call-spec.ts';
import { loadTokenizer, type Tokenizer } from '../../services/cost/tokens/tokenizer.ts';
import { perplexity } from '../../services/providers/perplexity/perplexity.ts';
import type { JsonObject } from '../../services/providers/profile.ts';
import { get, post } from './openai-views.ts';

const agent = (body: JsonObject) => perplexity.readRequest(post('/v1/responses', body));
const sonar = (body: JsonObject) => perplexity.readRequest(post('/chat/completions', body));
const WEB = [{ type: 'web_search' }];

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer();
});
const inputMax = (body: JsonObject): number => {
  const { messages = [], model } = new CallSpec(agent(body).operation, undefined);
  return tokenizer.countMessages(messages, model).tokensMax;
};

describe('a request to the Agent API', () => {
  test('is one under both of its names', () => {
    for (const path of ['/v1/responses', '/v1/agent', '/v2/responses/']) {
      const { operation } = perplexity.readRequest(post(path, { model: 'openai/gpt-5.4' }));
      expect(operation).toMatchObject({ operation: 'agent_response', model: 'openai/gpt-5.4' });
    }
  });

  test('names its model, the first of its models, or its preset', () => {
    const model = (body: JsonObject) => agent(body).operation.model;
    expect(model({ model: 'a/b', models: ['c/d', 'e/f'] })).toBe('c/d');
    expect(model({ preset: 'low' })).toBe('preset:low');
    expect(model({ model: 'a/b', preset: 'low' })).toBe('a/b');
    expect(model({ input: 'Hello' })).toBeUndefined();
  });

  test('may search as often as its steps allow', () => {
    const most = (body: JsonObject) => agent(body).operation.searchesMax;
    expect(most({ model: 'a/b' })).toBeUndefined();
    expect(most({ model: 'a/b', tools: [{ type: 'function', name: 'f' }] })).toBeUndefined();
    expect(most({ model: 'a/b', tools: WEB })).toBe(3);
    expect(most({ model: 'a/b', tools: WEB, max_steps: 5 })).toBe(15);
    expect(most({ preset: 'low' })).toBe(9);
    expect(most({ preset: 'fast', max_steps: 1e9 })).toBe(300);
    expect(most({ preset: 'one-of-tomorrow' })).toBe(60);
  });

  test('is allowed for the pages that it reads', () => {
    const plain = inputMax({ model: 'perplexity/sonar', input: 'Hello' });
    expect(plain).toBeLessThan(100);
    const reading = inputMax({ model: 'perplexity/sonar', input: 'Hello', tools: WEB });
    expect(reading).toBeGreaterThanOrEqual(64_000);
    expect(inputMax({ preset: 'wide-research', input: 'Hello' })).toBeLessThan(660_000);
  });

  test('is capped by its own member, and bills what it does not show', () => {
    expect(agent({ preset: 'low', stream: true })).toMatchObject({
      capMember: 'max_output_tokens',
      usageRequest: null,
      isStream: true,
      hidesOutput: true,
    });
    expect(agent({ max_output_tokens: 9 })).toMatchObject({
      operation: { maxOutputTokens: 9 },
      capMember: null,
    });
  });
});

describe('a request to the Sonar chats', () => {
  test('is a chat, whose usage comes unasked', () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    expect(sonar({ model: 'sonar', messages, stream: true, max_tokens: 50 })).toEqual({
      operation: { operation: 'chat_completion', model: 'sonar', messages, maxOutputTokens: 50 },
      isStream: true,
      usageRequest: null,
      capMember: null,
      hidesOutput: false,
      isFree: false,
    });
    expect(sonar({ model: 'sonar', messages }).capMember).toBe('max_tokens');
  });

  test('for deep research reserves what it reasons and searches beside its answer', () => {
    const reading = sonar({ model: 'sonar-deep-research', messages: [], max_tokens: 8_000 });
    expect(reading).toMatchObject({
      operation: { maxOutputTokens: 108_000, searchesMax: 100 },
      hidesOutput: true,
    });
  });
});

test('other requests are read by their paths', () => {
  expect(perplexity.readRequest(get('/v1/responses/resp_1')).isFree).toBe(true);
  expect(perplexity.readRequest(post('/search', { query: 'cats' }))).toMatchObject({
    operation: { operation: 'search', input: 'cats' },
    isFree: false,
  });
});
