/** What a request to OpenAI is read as. */
import { describe, expect, test } from 'vitest';

import { openai } from '../../services/providers/openai/openai.ts';
import type { JsonObject, RequestView } from '../../services/providers/profile.ts';
import { get, post } from './openai-views.ts';

const chat = (body: JsonObject) => openai.readRequest(post('/v1/chat/completions', body));
const respond = (body: JsonObject) => openai.readRequest(post('/v1/responses', body));

describe('a request is read', () => {
  test('at any base URL, by the end of its path', () => {
    const at = (path: string) => openai.readRequest(post(path, { model: 'm' })).operation;
    expect(at('/api/openai/v1/chat/completions/')).toMatchObject({ operation: 'chat_completion' });
    expect(at('/v1/responses')).toMatchObject({ operation: 'response', model: 'm' });
    expect(at('/v1/images/generations')).toEqual({ operation: 'images_generations', model: 'm' });
    expect(at('/v1/../../%00')).toMatchObject({ operation: 'request' });
    const azure = post('/openai/deployments/gpt-4o/chat/completions', { messages: [] });
    expect(openai.readRequest(azure).operation.model).toBe('gpt-4o');
  });

  test('by its method, too: the same path may be asked for in several ways in a row', () => {
    const isFree = (request: RequestView) => openai.readRequest(request).isFree;
    expect(isFree(post('/v1/chat/completions', { model: 'm' }))).toBe(false);
    expect(isFree(get('/v1/chat/completions'))).toBe(true);
    expect(isFree(post('/v1/chat/completions', { model: 'm' }))).toBe(false);
  });

  test('as free where nothing is billed, but for a batch that may be finished', () => {
    const isFree = (request: RequestView) => openai.readRequest(request).isFree;
    expect(isFree(get('/v1/models'))).toBe(true);
    expect(isFree({ ...get('/v1/files/file-1'), method: 'DELETE' })).toBe(true);
    expect(isFree(post('/v1/moderations', { input: 'x' }))).toBe(true);
    expect(isFree(post('/v1/files', null))).toBe(true);
    expect(isFree(get('/v1/batches'))).toBe(true);
    expect(openai.readRequest(get('/v1/batches/batch_1'))).toMatchObject({
      operation: { operation: 'batch', inputTokens: 0, maxOutputTokens: 0 },
      isFree: false,
    });
  });

  test('with the most output of all its answers', () => {
    const most = (body: JsonObject) => chat(body).operation.maxOutputTokens;
    expect(most({ max_completion_tokens: 100, max_tokens: 7 })).toBe(100);
    expect(most({ max_tokens: 100, n: 3 })).toBe(300);
    expect(most({ max_tokens: -1, n: 1e9 })).toBeUndefined();
    expect(respond({ max_output_tokens: 5 }).operation.maxOutputTokens).toBe(5);
    expect([chat({}).capMember, chat({ max_tokens: 1 }).capMember, respond({}).capMember]).toEqual([
      'max_completion_tokens',
      null,
      'max_output_tokens',
    ]);
  });

  test('as a stream whose usage is asked for, unless its client did', () => {
    const ask = (body: JsonObject) => chat(body).usageRequest;
    expect(ask({})).toBeNull();
    expect(ask({ stream: true, stream_options: { include_obfuscation: false } })).toEqual({
      stream_options: { include_obfuscation: false, include_usage: true },
    });
    expect(ask({ stream: true, stream_options: { include_usage: true } })).toBeNull();
    expect(respond({ stream: true })).toMatchObject({ isStream: true, usageRequest: null });
  });

  test('with or without hidden thoughts', () => {
    const hides = (body: JsonObject) => chat(body).hidesOutput;
    const thinking = [
      'o1',
      'o3-mini',
      'o4-mini',
      'gpt-5',
      'gpt-5.6-sol',
      'openai/gpt-5',
      'ft:o3-x',
    ];
    expect(thinking.every((model) => hides({ model }))).toBe(true);
    expect(['gpt-4o', 'o10', 'gpt-50', 'llama'].some((model) => hides({ model }))).toBe(false);
    expect(hides({ model: 'gpt-5.1', reasoning_effort: 'none' })).toBe(false);
    expect(hides({ model: 'grok', reasoning_effort: 'low' })).toBe(true);
    expect(respond({ model: 'x', reasoning: { effort: null } }).hidesOutput).toBe(true);
  });

  test('as embeddings of texts or of tokens', () => {
    const embed = (input: unknown) =>
      openai.readRequest(post('/v1/embeddings', { input })).operation;
    expect(embed('Hi')).toEqual({ operation: 'embedding', input: 'Hi', maxOutputTokens: 0 });
    expect(embed(['Hi', 'Ho'])).toMatchObject({ input: 'Hi\nHo' });
    expect(embed([[1, 2, 3], [4]])).toMatchObject({ inputTokens: 4 });
  });
});
