/** The simulated OpenAI, driven by the official client: what is typed there must be there. */
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { simulateOpenAI, type Behaviour, type SimulatedProvider } from '../kit/index.ts';

let server: SimulatedProvider;
let client: OpenAI;
beforeAll(async () => {
  server = await simulateOpenAI({ seed: 3 });
  client = new OpenAI({ baseURL: server.baseUrl, apiKey: 'sk-any', maxRetries: 0 });
});
afterAll(() => server.close());
afterEach(() => server.script([]));

const model = 'gpt-4o-mini';
const messages = [{ role: 'user' as const, content: 'Tell me of the river.' }];

it('API-43 mock api behavior accuracy: the official client reads a chat completion', async () => {
  server.script([{ type: 'answer', outputTokens: 40, cachedTokens: 5, reasoningTokens: 7 }]);
  const { data, request_id } = await client.chat.completions
    .create({ model, messages })
    .withResponse();
  expect(request_id).toMatch(/^req_/);
  expect(data.choices[0]?.finish_reason).toBe('stop');
  expect(data.usage?.completion_tokens).toBe(47);
  expect(data.usage?.completion_tokens_details?.reasoning_tokens).toBe(7);
  expect(data.usage?.prompt_tokens_details?.cached_tokens).toBe(5);
});

it('API-43 mock api behavior accuracy: a cap ends the answer, thoughts included', async () => {
  server.script([
    { type: 'answer', outputTokens: 40 },
    { type: 'answer', outputTokens: 40, reasoningTokens: 30 },
  ]);
  for (const reasoning of [0, 30]) {
    const answer = await client.chat.completions.create({
      model,
      messages,
      max_completion_tokens: 20,
    });
    expect(answer.choices[0]?.finish_reason).toBe('length');
    expect(answer.usage?.completion_tokens).toBe(20);
    expect(answer.choices[0]?.message.content === '').toBe(reasoning > 0);
  }
});

it('API-43 mock api behavior accuracy: the official client reads a stream to its usage', async () => {
  const stream = client.chat.completions.stream({
    model,
    messages,
    stream_options: { include_usage: true },
  });
  const completion = await stream.finalChatCompletion();
  const again = await client.chat.completions.create({ model, messages });
  const content = completion.choices[0]?.message.content ?? '';
  expect(content.length).toBeGreaterThan(0);
  expect(completion.usage?.completion_tokens).toBeGreaterThanOrEqual(20);
  expect(again.usage?.prompt_tokens).toBe(completion.usage?.prompt_tokens);
});

it('API-43 mock api behavior accuracy: the same seed and request have the same answer', async () => {
  await using twin = await simulateOpenAI({ seed: 3 });
  await using other = await simulateOpenAI({ seed: 4 });
  const ask = async ({ baseUrl }: SimulatedProvider) =>
    (
      await new OpenAI({ baseURL: baseUrl, apiKey: 'k' }).chat.completions.create({
        model,
        messages,
      })
    ).choices[0]?.message.content;
  expect(await ask(twin)).toBe(await ask(server));
  expect(await ask(other)).not.toBe(await ask(server));
});

it('API-43 mock api behavior accuracy: the official client reads responses', async () => {
  const whole = await client.responses.create({ model, input: 'Tell me.', max_output_tokens: 10 });
  expect(whole.status).toBe('incomplete');
  expect(whole.incomplete_details).toEqual({ reason: 'max_output_tokens' });
  expect(whole.usage?.output_tokens).toBe(10);
  const types: string[] = [];
  let text = '';
  const stream = client.responses.stream({ model, input: 'Tell me.' });
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
    else types.push(event.type);
  }
  expect(types).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  const final = await stream.finalResponse();
  expect(final.output_text).toBe(text);
  expect(final.usage?.total_tokens).toBe(
    (final.usage?.input_tokens ?? 0) + (final.usage?.output_tokens ?? 0),
  );
});

it('API-43 mock api behavior accuracy: the client decodes its embeddings, and reads models and batches', async () => {
  const { data } = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a' });
  const vector = data[0]?.embedding ?? [];
  expect(vector).toHaveLength(1536);
  expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toContain('gpt-4o-mini');
  const batch = await client.batches.create({
    input_file_id: 'file-1',
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  });
  expect(batch.status).toBe('validating');
  expect((await client.batches.cancel(batch.id)).status).toBe('cancelled');
});

const TYPED: readonly (readonly [Behaviour, new (...rest: never[]) => Error, object])[] = [
  [
    { type: 'rate_limited', by: 'tokens' },
    OpenAI.RateLimitError,
    { status: 429, code: 'rate_limit_exceeded', type: 'tokens', param: null },
  ],
  [
    { type: 'quota', code: 'credit_balance_exhausted' },
    OpenAI.RateLimitError,
    { status: 429, code: 'credit_balance_exhausted', type: 'insufficient_quota' },
  ],
  [{ type: 'unauthorized' }, OpenAI.AuthenticationError, { status: 401, code: 'invalid_api_key' }],
  [{ type: 'forbidden' }, OpenAI.PermissionDeniedError, { status: 403 }],
  [
    { type: 'bad_request', code: 'context_length_exceeded' },
    OpenAI.BadRequestError,
    { status: 400, code: 'context_length_exceeded', param: 'messages' },
  ],
  [{ type: 'not_found' }, OpenAI.NotFoundError, { status: 404, code: 'model_not_found' }],
  [{ type: 'conflict' }, OpenAI.ConflictError, { status: 409 }],
  [{ type: 'too_large' }, OpenAI.APIError, { status: 413 }],
  [{ type: 'unprocessable' }, OpenAI.UnprocessableEntityError, { status: 422 }],
  [{ type: 'server_error' }, OpenAI.InternalServerError, { status: 500, type: 'server_error' }],
  [{ type: 'server_error', status: 502 }, OpenAI.InternalServerError, { status: 502 }],
  [{ type: 'overloaded' }, OpenAI.InternalServerError, { code: 'server_is_overloaded' }],
  [{ type: 'reset' }, OpenAI.APIConnectionError, { status: undefined }],
  [{ type: 'cut' }, TypeError, { message: 'terminated' }],
  [{ type: 'bad_json' }, SyntaxError, {}],
];

it.each(TYPED)(
  'API-44 mock api error simulation: the client types %o',
  async (behaviour, error, said) => {
    server.script([behaviour]);
    const before = server.requestCount;
    const failure = await client.chat.completions
      .create({ model, messages })
      .catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(error);
    expect(failure).toMatchObject(said);
    expect(server.requestCount - before).toBe(1);
  },
);
