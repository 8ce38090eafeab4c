/** Streams and failures of LightRAG, as its profile reads them; and that nothing breaks it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Refusal } from '../../services/refusal.ts';
import { lightrag } from '../../services/providers/lightrag/lightrag.ts';
import type {
  JsonObject,
  RequestView,
  ResponseView,
  StreamReader,
} from '../../services/providers/profile.ts';

const ASKED: RequestView = {
  method: 'POST',
  path: '/query/stream',
  headers: new Headers(),
  body: { query: 'who was Ada' },
};

const failed = (status: number, json: unknown, headers = {}): ResponseView => ({
  status,
  headers: new Headers(headers),
  body: json as JsonObject,
  text: JSON.stringify(json),
  nowMs: 1_000_000,
});

function follow(...lines: readonly (object | string)[]): StreamReader & { readonly text: string } {
  const reader = lightrag.openStream(ASKED);
  let text = '';
  for (const line of lines) {
    text += reader.read('', typeof line === 'string' ? line : JSON.stringify(line)).text;
  }
  const { isComplete, usage, fault } = reader;
  return { read: (event, data) => reader.read(event, data), isComplete, usage, fault, text };
}

describe('faults', () => {
  const detail = 'a sentence';
  test.each([
    [401, { detail }, 'unauthorized'],
    [403, { detail: 'API Key required' }, 'unauthorized'],
    [403, { detail: 'Invalid API Key' }, 'unauthorized'],
    [400, { detail }, 'invalid'],
    [404, { detail }, 'invalid'],
    [409, { detail: 'Pipeline is busy' }, 'invalid'],
    [413, { detail }, 'invalid'],
    [422, { detail: [{ loc: ['body', 'query'], msg: 'too short', input: 'secret' }] }, 'invalid'],
    [429, { detail }, 'rate_limited'],
    [500, { detail: 'Error code: 429 - Rate limit reached for gpt-4o' }, 'rate_limited'],
    [500, { detail: "openai.RateLimitError: {'code': 'insufficient_quota'}" }, 'rate_limited'],
    [500, { detail: 'document 14290 could not be read' }, 'transient'],
    [500, { detail: 'Knowledge graph unavailable' }, 'transient'],
    [503, { detail: 'out of memory' }, 'transient'],
    [507, { detail: 'MemoryError' }, 'transient'],
    [502, null, 'transient'],
  ])('%d %j is %s', (status, json, fault) => {
    expect(lightrag.readFault(failed(status, json))).toMatchObject({ fault, code: null });
  });

  test('say what FastAPI says, and nothing of what was sent', () => {
    const json = { detail: [{ loc: ['body', 'query'], msg: 'too short', input: 'secret' }] };
    expect(lightrag.readFault(failed(422, json)).message).toBe('body.query: too short');
  });

  test('take the retry time of a proxy', () => {
    const limited = failed(429, {}, { 'retry-after': '7' });
    expect(lightrag.readFault(limited).retryAtMs).toBe(1_007_000);
  });

  test.each([
    [{ status: 'failure', message: 'Query failed: 429' }, 'rate_limited'],
    [{ status: 'fail', message: 'disk' }, 'transient'],
    [{ status: 'busy', message: 'pipeline is busy' }, 'invalid'],
    [{ status: 'failure', message: 'x', metadata: { failure_reason: 'no_results' } }, undefined],
    [{ status: 'partial_success' }, undefined],
    [{ status: 'duplicated' }, undefined],
  ])('200 with %j is %s', (body, fault) => {
    const answer = lightrag.readAnswer(
      failed(200, body),
      { ...ASKED, path: '/query/data' },
      () => 1,
    );
    expect(answer.fault?.fault).toBe(fault);
  });

  test('a refusal is worded as an error of FastAPI', () => {
    const refusal = new Refusal('circuit_open', 'lightrag', 1_005_000, null);
    const { status, body } = lightrag.refusalResponse(refusal, 1_000_000);
    expect(status).toBe(503);
    expect(body.detail).toContain('breaker "lightrag" is open');
    const frame = lightrag.errorFrame('stream_cut', 'it ended');
    expect(frame.endsWith('\n')).toBe(true);
    expect(JSON.parse(frame)).toEqual({ error: 'it ended', code: 'stream_cut' });
  });
});

describe('streams', () => {
  const references = { references: [{ reference_id: '1', file_path: 'ada.txt' }] };

  test('are complete once an answer began and each line could be read', () => {
    expect(follow(references)).toMatchObject({ isComplete: false });
    const stream = follow(references, { response: 'Ada ' }, { response: 'wrote' });
    expect(stream).toMatchObject({ isComplete: true, text: 'Ada wrote', usage: null, fault: null });
  });

  test('are cut where the last line is', () => {
    expect(follow({ response: 'Ada' }, '{"respon').isComplete).toBe(false);
  });

  test('that tell their progress end with the time they took', () => {
    const begun = [{ progress: 'extracting_keywords' }, { response: 'Ada' }];
    expect(follow(...begun).isComplete).toBe(false);
    expect(follow(...begun, { response_time: 1.2 }).isComplete).toBe(true);
  });

  test('of a chat end with done', () => {
    const piece = { message: { role: 'assistant', content: 'Ada' }, done: false };
    expect(follow(piece)).toMatchObject({ isComplete: false, text: 'Ada' });
    expect(follow(piece, { done: true }).isComplete).toBe(true);
  });

  test('with one line hold everything, such as what no model wrote', () => {
    expect(follow({ ...references, response: 'cached', llm_generated: true }).text).toBe('cached');
    const canned = follow({ response: 'nothing is known', llm_generated: false });
    expect(canned).toMatchObject({ isComplete: true, text: '' });
    expect(canned.usage?.outputTokens).toBe(200);
  });

  test.each([
    ['LLM service temporarily unavailable', 'transient'],
    ['Error code: 429, too many requests', 'rate_limited'],
  ])('fail with a line of error: %s', (error, fault) => {
    const stream = follow(references, { response: 'Ada' }, { error });
    expect(stream).toMatchObject({ isComplete: false, fault: { fault, retryAtMs: null } });
  });
});

test('10,000 mutated bodies and lines break nothing', () => {
  const json = fc.json({ maxDepth: 4 });
  const word = fc.constantFrom(
    'query',
    'response',
    'references',
    'content',
    'detail',
    'error',
    'message',
    'messages',
    'conversation_history',
    'hl_keywords',
    'texts',
    'text',
    'status',
    'done',
    'progress',
  );
  const body = fc.dictionary(
    word,
    fc.oneof(
      json.map((text): unknown => JSON.parse(text)),
      fc.string(),
    ),
  );
  const path = fc.constantFrom(
    '/query',
    '/query/data',
    '/documents/texts',
    '/api/chat',
    '/graph/x',
  );
  const line = fc.oneof(
    json,
    fc.string(),
    body.map((object) => JSON.stringify(object).slice(1)),
  );
  const status = fc.integer({ min: 200, max: 599 });
  fc.assert(
    fc.property(
      path,
      body,
      body,
      fc.array(line, { maxLength: 5 }),
      status,
      (where, sent, got, lines, code) => {
        const asked = { ...ASKED, path: where, body: sent };
        const reading = lightrag.readRequest(asked);
        expect(Number.isSafeInteger(reading.operation.inputTokens ?? 0)).toBe(true);
        lightrag.readAnswer(failed(200, got), asked, (text) => text.length);
        lightrag.readFault(failed(code, got));
        lightrag.countUsage?.(asked, 3, (text) => text.length);
        follow(...lines);
      },
    ),
    { numRuns: 10_000 },
  );
}, 60_000);
