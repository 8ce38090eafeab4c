/** The demo's upstream, judged by the official client: what it answers is what OpenAI answers. */
import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';

import type { Outcome } from '../../index.ts';
import type { Asked, Plan } from '../../visualizations/demo/behaviour.ts';
import { openaiOutcome } from '../../visualizations/demo/openai-outcome.ts';
import { DEMO_KEY, startUpstream, type Upstream } from '../../visualizations/demo/upstream.ts';

const open: Upstream[] = [];
afterEach(() => Promise.all(open.splice(0).map((upstream) => upstream[Symbol.asyncDispose]())));

const ANSWER: Plan = { act: 'answer', delayMs: 0 };

async function start(plan: Plan = ANSWER, apiKey = DEMO_KEY) {
  const asked: Asked[] = [];
  const upstream = await startUpstream((each) => {
    asked.push(each);
    return plan;
  });
  open.push(upstream);
  const client = new OpenAI({ apiKey, baseURL: upstream.baseURL, maxRetries: 0, logLevel: 'off' });
  return { asked, upstream, client };
}

const MESSAGES = [{ role: 'user' as const, content: 'Why do circuits have breakers?' }];
const ask = (client: OpenAI, signal?: AbortSignal) =>
  client.chat.completions.create({ model: 'gpt-4o-mini', messages: MESSAGES }, { signal });

/** What a promise rejects with. */
const errorOf = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    (value) => {
      throw new Error(`answered ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );

describe('the upstream answers', () => {
  test('a chat completion with its usage', async () => {
    const { client, asked } = await start();
    const completion = await ask(client);
    expect(asked).toEqual([{ path: 'chat', model: 'gpt-4o-mini' }]);
    expect(completion).toMatchObject({ object: 'chat.completion', model: 'gpt-4o-mini' });
    expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop', index: 0 });
    expect(completion.choices[0]?.message.content).toMatch(/call/);
    expect(completion._request_id).toMatch(/^req_\d+$/);
    const { prompt_tokens: asking = 0, completion_tokens: telling = 0 } = completion.usage ?? {};
    expect(asking).toBeGreaterThan(0);
    expect(telling).toBeGreaterThan(0);
    expect(completion.usage?.total_tokens).toBe(asking + telling);
  });

  test('embeddings, one for each input, as the client decodes them', async () => {
    const { client, asked } = await start();
    const model = 'text-embedding-3-small';
    const decoded = await client.embeddings.create({ model, input: ['a fuse', 'a board'] });
    const input = 'a fuse';
    const plain = await client.embeddings.create({ model, input, encoding_format: 'float' });
    expect(asked).toEqual([
      { path: 'embeddings', model },
      { path: 'embeddings', model },
    ]);
    expect(decoded.data.map(({ index }) => index)).toEqual([0, 1]);
    expect(decoded.data[0]?.embedding).toHaveLength(8);
    expect(decoded.data[0]?.embedding[7]).toBeCloseTo(0.8);
    expect(plain.data[0]?.embedding[7]).toBeCloseTo(0.8);
    expect(decoded.usage.prompt_tokens).toBe(decoded.usage.total_tokens);
    expect(decoded.usage.total_tokens).toBeGreaterThan(plain.usage.total_tokens);
  });
});

type ErrorClass = abstract new (...args: never[]) => Error;

describe('the upstream fails as OpenAI does, and a breaker understands', () => {
  const table: readonly [string, Plan, ErrorClass, object, Outcome][] = [
    [
      'overloaded',
      { act: 'overloaded', delayMs: 0 },
      OpenAI.InternalServerError,
      { status: 503, code: 'server_is_overloaded', type: 'service_unavailable_error' },
      'failed',
    ],
    [
      'rate limited',
      { act: 'rate_limited', delayMs: 0, retryAfterMs: 1_500 },
      OpenAI.RateLimitError,
      { status: 429, code: 'rate_limit_exceeded', type: 'requests' },
      'rate_limited',
    ],
    [
      'out of credit',
      { act: 'over_quota', delayMs: 0 },
      OpenAI.RateLimitError,
      { status: 429, code: 'insufficient_quota', type: 'insufficient_quota' },
      'over_quota',
    ],
    ['cut', { act: 'reset', delayMs: 0 }, OpenAI.APIConnectionError, {}, 'failed'],
  ];

  test.each(table)('%s', async (_, plan, errorClass, fields, outcome) => {
    const { client, upstream } = await start(plan);
    const error = await errorOf(ask(client));
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject(fields);
    if ('status' in fields) expect(error).toMatchObject({ requestID: 'req_00000001' });
    expect(openaiOutcome({ ok: false, error }, 0)).toMatchObject({ outcome });
    expect(upstream.requestCount).toBe(1);
  });

  test('a rate limit names its end in milliseconds and in whole seconds', async () => {
    const { client } = await start({ act: 'rate_limited', delayMs: 0, retryAfterMs: 1_500 });
    const error = (await errorOf(ask(client))) as InstanceType<typeof OpenAI.RateLimitError>;
    expect(Object.fromEntries(error.headers ?? [])).toMatchObject({
      'retry-after': '2',
      'retry-after-ms': '1500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1.500s',
    });
    const verdict = openaiOutcome({ ok: false, error }, 10_000);
    expect(verdict).toEqual({ outcome: 'rate_limited', retryAtMs: 11_500 });
  });

  test('a request that hangs ends when its caller gives up', async () => {
    const { client, upstream } = await start({ act: 'hang' });
    const giveUp = new AbortController();
    const error = errorOf(ask(client, giveUp.signal));
    await expect.poll(() => upstream.requestCount).toBe(1);
    giveUp.abort();
    expect(await error).toBeInstanceOf(OpenAI.APIUserAbortError);
  });
});

describe('the upstream refuses what is no request of its own', () => {
  test('a wrong key', async () => {
    const { client, asked } = await start(ANSWER, 'sk-wrong');
    const error = await errorOf(ask(client));
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(openaiOutcome({ ok: false, error }, 0)).toEqual({ outcome: 'unauthorized' });
    expect(asked).toEqual([]);
  });

  test('another path, an incomplete body, a stream', async () => {
    const { client, asked } = await start();
    const incomplete = { model: 'gpt-4o-mini' } as OpenAI.ChatCompletionCreateParamsNonStreaming;
    const errors = [
      await errorOf(client.models.list()),
      await errorOf(client.chat.completions.create(incomplete)),
      await errorOf(
        client.chat.completions.create({ ...incomplete, messages: MESSAGES, stream: true }),
      ),
    ];
    expect(errors[0]).toBeInstanceOf(OpenAI.NotFoundError);
    expect(errors[1]).toBeInstanceOf(OpenAI.BadRequestError);
    expect(errors[2]).toBeInstanceOf(OpenAI.BadRequestError);
    for (const error of errors) {
      expect(openaiOutcome({ ok: false, error }, 0)).toEqual({ outcome: 'ignored' });
    }
    expect(asked).toEqual([]);
  });

  test('a body that is not JSON, and one that is too large', async () => {
    const { upstream } = await start();
    const post = (body: string): Promise<Response> =>
      fetch(`${upstream.baseURL}/embeddings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${DEMO_KEY}` },
        body,
      });
    expect((await post('{')).status).toBe(400);
    expect((await post('null')).status).toBe(400);
    expect((await post(' '.repeat(1_000_001))).status).toBe(413);
  });
});

test('a closed upstream cuts the requests that hang and frees its port', async () => {
  const { client, upstream } = await start({ act: 'hang' });
  const error = errorOf(ask(client));
  await expect.poll(() => upstream.requestCount).toBe(1);
  await upstream[Symbol.asyncDispose]();
  expect(await error).toBeInstanceOf(OpenAI.APIConnectionError);
  expect(await errorOf(fetch(upstream.baseURL))).toBeInstanceOf(TypeError);
});
