/** What the LightRAG profile reads from requests, answers, streams and failures. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isFuseboardError } from '../../services/errors.ts';
import { lightrag, lightragProfile } from '../../services/providers/lightrag/lightrag.ts';
import type { JsonObject, RequestView, ResponseView } from '../../services/providers/profile.ts';

/** A word a token: texts of a test are made of words. */
const count = (text: string): number => text.split(' ').filter((word) => word !== '').length;

const request = (method: string, path: string, body: JsonObject | null = null): RequestView => ({
  method,
  path,
  headers: new Headers(),
  body,
});
const query = (body: JsonObject = {}, path = '/query'): RequestView =>
  request('POST', path, { query: 'who was Ada', ...body });

const answer = (body: JsonObject, status = 200): ResponseView => ({
  status,
  headers: new Headers(),
  body,
  text: JSON.stringify(body),
  nowMs: 1_000,
});

const CONTEXT = 30_000;
const KEYWORDS = { hl_keywords: ['people'], ll_keywords: ['Ada'] };

describe('operations', () => {
  test.each([
    ['POST', '/query', null, 'query', 'llm_call', false],
    ['POST', '/rag/query/stream', null, 'query', 'llm_call', false],
    ['POST', '/query/data', {}, 'query', 'llm_call', false],
    ['POST', '/query/data', KEYWORDS, 'embedding', 'embedding_call', false],
    ['POST', '/query/data', { mode: 'naive' }, 'embedding', 'embedding_call', false],
    [
      'POST',
      '/query',
      { only_need_context: true, ...KEYWORDS },
      'embedding',
      'embedding_call',
      false,
    ],
    ['POST', '/api/embed', { input: 'Ada' }, 'embedding', 'embedding_call', false],
    ['POST', '/api/chat', {}, 'query', 'llm_call', false],
    ['POST', '/documents/text', { text: 'Ada' }, 'insert', 'document_processing', false],
    ['POST', '/documents/upload', null, 'insert', 'document_processing', false],
    ['POST', '/documents/scan', null, 'insert', 'document_processing', false],
    ['GET', '/graphs', null, 'graph', 'lookup', true],
    ['GET', '/graph/label/list', null, 'graph', 'lookup', true],
    ['POST', '/graph/entity/edit', {}, 'graph', 'graph_operation', false],
    ['DELETE', '/documents', null, 'maintenance', 'maintenance', false],
    ['DELETE', '/documents/delete_document', null, 'maintenance', 'maintenance', false],
    ['POST', '/documents/clear_cache', {}, 'maintenance', 'maintenance', false],
    ['POST', '/documents/reprocess_failed', null, 'maintenance', 'document_processing', false],
    ['GET', '/documents', null, 'status', 'lookup', true],
    ['GET', '/documents/track_status/insert_1', null, 'status', 'lookup', true],
    ['GET', '/health', null, 'status', 'lookup', true],
    ['GET', '/whatever', null, 'other', 'lookup', true],
    ['POST', '/whatever', null, 'other', 'lightrag_call', false],
  ])('%s %s %j belongs to %s', (method, path, body, scope, operation, isFree) => {
    const reading = lightrag.readRequest(request(method, path, body));
    expect(reading).toMatchObject({ scope, isFree, operation: { operation } });
  });

  test('each scope has its limit, and options change it', () => {
    const callsMax = (scope: string): unknown =>
      lightrag.breakerOptions?.(scope).bulkhead?.callsMax;
    const scopes = ['query', 'embedding', 'graph', 'insert', 'maintenance', 'status'];
    expect(scopes.map(callsMax)).toEqual([16, 16, 8, 4, 1, undefined]);
    const own = lightragProfile({ callsMax: { insert: 2, graph: Infinity } });
    expect(own.breakerOptions?.('insert').bulkhead?.callsMax).toBe(2);
    expect(own.breakerOptions?.('graph')).toEqual({});
  });

  test('a bad option is named', () => {
    for (const options of [{ contextTokens: 0 }, { callsMax: { query: -1 } }, { nme: 'x' }]) {
      expect(() => lightragProfile(options as object)).toThrow(/^lightrag\./);
    }
    try {
      lightragProfile({ model: '' });
    } catch (error) {
      expect(isFuseboardError(error) && error.code).toBe('invalid_option');
    }
  });
});

describe('usage, which the server does not tell', () => {
  const used = (asked: RequestView, body: JsonObject) =>
    lightrag.readAnswer(answer(body), asked, count).usage;
  const spoken = { response: 'a woman of science' };

  test('an answer is two calls of the model: keywords, and the context', () => {
    expect(used(query(), spoken)).toEqual({
      inputTokens: 1_000 + 3 + 3 + 1_000 + 3 + CONTEXT,
      outputTokens: 200 + 4,
    });
  });

  test('a request with keywords of its own spares the first call', () => {
    expect(used(query(KEYWORDS), spoken)).toEqual({
      inputTokens: 3 + 2 + 1_000 + 3 + CONTEXT,
      outputTokens: 4,
    });
  });

  test('context alone spares the answer, and so does a question nothing is known about', () => {
    const keywordsOnly = { inputTokens: 1_000 + 3 + 3, outputTokens: 200 };
    expect(used(query({ only_need_context: true }), spoken)).toEqual(keywordsOnly);
    expect(used(query(), { response: 'nothing', llm_generated: false })).toEqual(keywordsOnly);
    const canned = { response: 'No relevant context found for the query.' };
    expect(used(query(), canned)).toEqual(keywordsOnly);
  });

  test('the limits of the request, the conversation and quoted chunks count', () => {
    const limits = { mode: 'naive', chunk_top_k: 2, conversation_history: [{ content: 'hi all' }] };
    const input = 3 + 1_000 + 3 + (2 + 4) + 2 * 1_200;
    expect(used(query(limits), spoken)?.inputTokens).toBe(input);
    const references = [{ reference_id: '1', content: ['five words are in here'] }];
    const quoted = used(query({ mode: 'naive' }), { ...spoken, references });
    expect(quoted?.inputTokens).toBe(3 + 1_000 + 3 + 5);
    expect(used(query({ max_total_tokens: 500, mode: 'naive' }), spoken)?.inputTokens).toBe(1_506);
  });

  test('documents are charged when they are taken in, and not when they are refused', () => {
    const insert = request('POST', '/documents/text', { text: 'word '.repeat(2_000) });
    const { usage, isCounted } = lightrag.readAnswer(answer({ status: 'success' }), insert, count);
    // Two chunks: 2,100 tokens thrice, and for each the prompt twice and its first answer.
    expect(usage).toEqual({ inputTokens: 3 * 2_100 + 2 * 7_000, outputTokens: 2 * 1_500 });
    expect(isCounted).toBe(true);
    expect(used(insert, { status: 'failure', message: 'full' })?.inputTokens).toBe(0);
  });

  test('what is settled never exceeds what was reserved', () => {
    const texts = fc.string({ maxLength: 300, unit: 'grapheme' });
    const counted = (text: string): number => Buffer.byteLength(text);
    const bodies = fc.record(
      {
        query: texts,
        text: texts,
        mode: fc.constantFrom('mix', 'naive', 'bypass', 'local'),
        hl_keywords: fc.array(texts, { maxLength: 3 }),
        conversation_history: fc.array(fc.record({ content: texts }), { maxLength: 3 }),
        max_total_tokens: fc.integer({ min: 1, max: 100_000 }),
        top_k: fc.integer({ min: 1, max: 100 }),
      },
      { requiredKeys: [] },
    );
    const paths = fc.constantFrom('/query', '/query/data', '/documents/text', '/api/chat');
    fc.assert(
      fc.property(paths, bodies, texts, (path, body, response) => {
        const asked = request('POST', path, body);
        const { operation } = lightrag.readRequest(asked);
        const { usage } = lightrag.readAnswer(answer({ response }), asked, counted);
        expect(usage?.inputTokens ?? 0).toBeLessThanOrEqual(operation.inputTokens ?? Infinity);
        const outputMax = operation.maxOutputTokens ?? Infinity;
        expect(usage?.outputTokens ?? 0).toBeLessThanOrEqual(outputMax);
      }),
    );
  });

  test('models behind the server that are charged elsewhere cost nothing here', () => {
    const free = lightragProfile({ isFree: true });
    expect(free.readRequest(query()).isFree).toBe(true);
    expect(free.readAnswer(answer(spoken), query(), count).usage).toBeNull();
  });
});
