/** A profile made of what is told about an API: over real HTTP, behind a breaker. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

import { openBoard } from '../../services/open-board.ts';
import { usd } from '../../services/cost/money.ts';
import { jsonApi } from '../../services/providers/json-api/json-api.ts';
import type { JsonApiOptions } from '../../services/providers/json-api/json-api-options.ts';
import type { JsonObject, Profile, ResponseView } from '../../services/providers/profile.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { lightragServer, post } from './lightrag-server.ts';

const TRANSLATE: JsonApiOptions = {
  name: 'parrot',
  operations: [
    {
      path: '/v1/translate',
      operation: 'llm_call',
      input: ({ text }) => String(text),
      outputCap: 'max_tokens',
      usage: ({ tokens }) => ({
        inputTokens: (tokens as JsonObject).read as number,
        outputTokens: (tokens as JsonObject).written as number,
      }),
    },
    { path: '/v1/voices/*/speech', operation: 'speech', costNanoUsd: usd('0.015') },
    { method: 'GET', path: '/v1/voices', operation: 'lookup', isFree: true },
  ],
  stream: {
    text: ({ piece }) => piece as string,
    usage: ({ tokens }) => tokens as null,
    isEnd: ({ last }) => last === true,
  },
};
const parrot = jsonApi(TRANSLATE);

const asked = (method: string, path: string, body: JsonObject | null = null) => ({
  method,
  path,
  headers: new Headers(),
  body,
});

const view = (status: number, body: unknown, headers = {}): ResponseView => ({
  status,
  headers: new Headers(headers),
  body: body as JsonObject | null,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  nowMs: 1_000_000,
});

describe('requests', () => {
  test('are known by the end of their path, and read as told', () => {
    const body = { text: 'hello', model: 'polly-2', max_tokens: 40, stream: true };
    const reading = parrot.readRequest(asked('POST', '/proxy/v1/translate/', body));
    expect(reading).toMatchObject({ isStream: true, isFree: false, capMember: null });
    expect(reading.operation).toEqual({
      operation: 'llm_call',
      model: 'polly-2',
      input: 'hello',
      maxOutputTokens: 40,
    });
    const uncapped = parrot.readRequest(asked('POST', '/v1/translate', { text: 'hello' }));
    expect(uncapped).toMatchObject({ isStream: false, capMember: 'max_tokens' });
  });

  test('of unknown paths pass: free where they only read', () => {
    expect(parrot.readRequest(asked('POST', '/v2/sing')).isFree).toBe(false);
    expect(parrot.readRequest(asked('GET', '/v2/songs')).isFree).toBe(true);
    expect(parrot.readRequest(asked('GET', '/v1/voices')).operation.operation).toBe('lookup');
    const speech = parrot.readRequest(asked('POST', '/v1/voices/7/speech'));
    expect(speech.operation.operation).toBe('speech');
    expect(parrot.readRequest(asked('POST', '/speech')).operation.operation).toBe('api_call');
  });
});

test.each([
  [400, { error: { message: 'no text', code: 'empty' } }, {}, 'invalid', 'empty', 'no text', null],
  [401, { message: 'bad key' }, {}, 'unauthorized', null, 'bad key', null],
  [403, { detail: 'not yours' }, {}, 'unauthorized', null, 'not yours', null],
  [402, { error: 'pay' }, {}, 'quota', null, 'pay', null],
  [404, null, {}, 'invalid', null, 'null', null],
  [408, {}, {}, 'transient', null, '', null],
  [429, {}, { 'retry-after': '3' }, 'rate_limited', null, '', 1_003_000],
  [
    503,
    '<title>Busy</title>',
    { 'retry-after': '9' },
    'transient',
    null,
    '"<title>Busy</title>"',
    1_009_000,
  ],
])(
  'status %d with %j is a fault of its class',
  (status, body, headers, fault, code, message, retryAtMs) => {
    const isObject = typeof body === 'object' && body !== null;
    const response = {
      ...view(status, isObject ? body : null, headers),
      text: JSON.stringify(body),
    };
    expect(parrot.readFault(response)).toEqual({ fault, code, message, retryAtMs });
  },
);

test('a stream is read as told, and its end is what was told', () => {
  const reader = parrot.openStream(asked('POST', '/v1/translate'));
  const text = ['{"piece":"bon"}', '{"piece":"jour","tokens":{"outputTokens":2}}']
    .map((data) => reader.read('', data).text)
    .join('');
  expect([text, reader.isComplete, reader.usage]).toEqual(['bonjour', false, { outputTokens: 2 }]);
  reader.read('', '{"last":true}');
  expect(reader.isComplete).toBe(true);
  const failing = parrot.openStream(asked('POST', '/v1/translate'));
  failing.read('', '{"error":{"message":"hoarse"}}');
  expect(failing.fault).toMatchObject({ fault: 'transient', message: 'hoarse' });
  const { operations } = TRANSLATE;
  const lines = jsonApi({ name: 'l', operations, stream: { framing: 'ndjson' } });
  const plain = lines.openStream(asked('POST', '/v1/translate'));
  plain.read('', '{"a":1}');
  expect(plain.isComplete).toBe(true);
  plain.read('', '{"a":');
  expect(plain.isComplete).toBe(false);
});

test('costs what was told, and opens when it fails, over real HTTP', async () => {
  const clock = new VirtualClock();
  const server = await lightragServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  await using board = await openBoard({
    clock,
    tokenizer: false,
    defaults: { failureThreshold: 2 },
    budgets: [{ id: 'daily', limit: usd(1), period: 'day', timeZone: 'UTC' }],
    prices: {
      overrides: [{ model: 'polly-2', inputPerMillion: usd(1), outputPerMillion: usd(4) }],
    },
  });
  const fetch = board.fetch(parrot);
  server.reply = () => ({ json: { text: 'bonjour', tokens: { read: 1_000, written: 500 } } });
  const body = { text: 'hello', model: 'polly-2', max_tokens: 900 };
  await (await fetch(`${server.url}/v1/translate`, post(body))).json();
  await (await fetch(`${server.url}/v1/voices/7/speech`, post({}))).json();
  const { spentNanoUsd } = await board.budget('daily').summary();
  expect(spentNanoUsd).toBe(usd('0.003') + usd('0.015'));

  server.reply = () => ({ status: 500, json: { error: 'hoarse' } });
  const seen = [];
  for (let n = 0; n < 3; n++) {
    const response = await fetch(`${server.url}/v1/translate`, post(body));
    seen.push([response.status, Object.keys(((await response.json()) as { error: object }).error)]);
  }
  expect(seen[2]).toEqual([503, ['code', 'message']]);
  expect(server.asked).toHaveLength(4);
});

test('10,000 mutated bodies and frames, and functions that throw, break nothing', () => {
  const thrower = (): never => {
    throw new Error('mine');
  };
  const profiles: readonly Profile[] = [
    parrot,
    jsonApi({
      name: 'thrower',
      operations: [
        { path: '/v1/*', operation: 'x', input: thrower, model: thrower, usage: thrower },
      ],
      stream: { isAsked: thrower, text: thrower, usage: thrower, isEnd: thrower, fault: thrower },
      error: thrower,
      fault: thrower,
    }),
  ];
  const value = fc.json({ maxDepth: 3 }).map((text): unknown => JSON.parse(text));
  const word = fc.constantFrom('text', 'tokens', 'piece', 'error', 'model', 'max_tokens', 'last');
  const body = fc.dictionary(word, value);
  const frames = fc.array(
    fc.oneof(
      fc.string(),
      fc.json(),
      body.map((b) => JSON.stringify(b)),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...profiles), body, frames, (profile, json, data) => {
      const request = asked('POST', '/v1/translate', json);
      profile.readRequest(request);
      profile.readAnswer(view(200, json), request, () => 1);
      profile.readFault(view(500, json));
      const reader = profile.openStream(request);
      for (const frame of data) expect(typeof reader.read('', frame).text).toBe('string');
    }),
    { numRuns: 10_000 },
  );
}, 60_000);

test.each([
  [{ name: '' }, 'jsonApi.name'],
  [{ operations: [] }, 'jsonApi.operations'],
  [{ operations: [{ path: 'x', operation: 'y' }] }, 'jsonApi.operations[0].path'],
  [{ operations: [{ path: '/x', operation: 'y', cost: 1 }] }, 'jsonApi.operations[0].cost'],
  [{ operations: [{ path: '/x', operation: 'y', costNanoUsd: 0.5 }] }, 'costNanoUsd'],
  [{ stream: { framing: 'xml' } }, 'jsonApi.stream.framing'],
])('%j is refused by name', (options, path) => {
  expect(() => jsonApi({ ...TRANSLATE, ...options } as JsonApiOptions)).toThrow(path);
});
