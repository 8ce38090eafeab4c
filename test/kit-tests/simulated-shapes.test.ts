/** Bodies of the simulated providers, member by member, against what the APIs are known to send. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as countOlderTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  simulateLightRag,
  simulateOpenAI,
  simulatePerplexity,
  VirtualClock,
  type SimulatedProvider,
} from '../kit/index.ts';

const clock = new VirtualClock();
const START_SECONDS = 1_700_000_000;
const SIX_WORDS = 'the river moves under the city';

let openai: SimulatedProvider;
let perplexity: SimulatedProvider;
let lightrag: SimulatedProvider;
beforeAll(async () => {
  const options = { seed: 7, clock, answer: { text: SIX_WORDS } };
  openai = await simulateOpenAI(options);
  perplexity = await simulatePerplexity(options);
  lightrag = await simulateLightRag(options);
});
afterAll(() => Promise.all([openai, perplexity, lightrag].map((server) => server.close())));

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const messages = [{ role: 'user', content: 'What is new in the city?' }];
/** Three tokens around a message, three before the answer. */
const promptTokens = 3 + countTokens('user') + countTokens('What is new in the city?') + 3;
const text = (match: RegExp) => expect.stringMatching(match) as string;

it('API-43 mock api behavior accuracy: a chat completion of OpenAI, member by member', async () => {
  const response = await post(`${openai.baseUrl}/chat/completions`, { model: 'gpt-4o', messages });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
  expect(response.headers.get('x-ratelimit-limit-requests')).toBe('10000');
  expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('9999');
  expect(response.headers.get('x-ratelimit-reset-requests')).toBe('6ms');
  expect(await response.json()).toEqual({
    id: text(/^chatcmpl-[0-9a-f]{29}$/),
    object: 'chat.completion',
    created: START_SECONDS,
    model: 'gpt-4o-2024-08-06',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: SIX_WORDS, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: 6,
      total_tokens: promptTokens + 6,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    service_tier: 'default',
    system_fingerprint: text(/^fp_/),
  });
});

it('API-43 mock api behavior accuracy: chunks carry null usage, the last one choices of none', async () => {
  const stream_options = { include_usage: true, include_obfuscation: false };
  const body = { model: 'gpt-4o', messages, stream: true, stream_options };
  const response = await post(`${openai.baseUrl}/chat/completions`, body);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const frames = (await response.text()).split('\n\n');
  expect(frames.splice(-2)).toEqual(['data: [DONE]', '']);
  const chunks = frames.map((frame) => JSON.parse(frame.replace(/^data: /, '')) as object);
  const common = {
    id: text(/^chatcmpl-/),
    object: 'chat.completion.chunk',
    created: START_SECONDS,
    model: 'gpt-4o-2024-08-06',
    service_tier: 'default',
    system_fingerprint: text(/^fp_/),
  };
  const delta = (said: object, finish_reason: string | null = null) => ({
    ...common,
    choices: [{ index: 0, delta: said, logprobs: null, finish_reason }],
    usage: null,
  });
  expect(chunks).toEqual([
    delta({ role: 'assistant', content: '', refusal: null }),
    ...['the', ' river', ' moves', ' under', ' the', ' city'].map((content) => delta({ content })),
    delta({}, 'stop'),
    {
      ...common,
      choices: [],
      usage: expect.objectContaining({ prompt_tokens: promptTokens, completion_tokens: 6 }),
    },
  ]);
  const without = await post(`${openai.baseUrl}/chat/completions`, { ...body, stream_options: {} });
  expect(await without.text()).not.toContain('usage');
});

it('API-43 mock api behavior accuracy: embeddings are counted with their own encoding', async () => {
  const input = ['straße and naïve café', 'two'];
  const tokens = input.reduce((sum, one) => sum + countOlderTokens(one), 0);
  expect(tokens).not.toBe(input.reduce((sum, one) => sum + countTokens(one), 0));
  const body = { model: 'text-embedding-3-small', input, dimensions: 8 };
  const response = await post(`${openai.baseUrl}/embeddings`, body);
  expect(await response.json()).toEqual({
    object: 'list',
    data: [0, 1].map((index) => ({
      object: 'embedding',
      index,
      embedding: Array.from({ length: 8 }, () => expect.any(Number) as number),
    })),
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
});

it("API-43 mock api behavior accuracy: Perplexity's agent tells its own cost", async () => {
  const body = {
    model: 'perplexity/sonar',
    input: 'What is new in the city?',
    tools: [{ type: 'web_search' }],
  };
  const response = await post(`${perplexity.url}/v1/responses`, body);
  const input_cost = (promptTokens * 250) / 1e9;
  expect(await response.json()).toEqual({
    id: text(/^resp_/),
    object: 'response',
    created_at: START_SECONDS,
    status: 'completed',
    model: 'perplexity/sonar',
    background: false,
    store: true,
    previous_response_id: null,
    output: [
      { type: 'search_results', queries: expect.any(Array), results: expect.any(Array) },
      {
        id: text(/^msg_/),
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: SIX_WORDS, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: promptTokens,
      output_tokens: 6,
      total_tokens: promptTokens + 6,
      input_tokens_details: { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      tool_calls_details: { web_search: { invocation: 1 } },
      cost: {
        currency: 'USD',
        input_cost,
        output_cost: 0.000015,
        tool_calls_cost: 0.0025,
        total_cost: (promptTokens * 250 + 15_000 + 2_500_000) / 1e9,
      },
    },
  });
});

it("API-43 mock api behavior accuracy: Perplexity's former API, served and retired", async () => {
  const body = {
    model: 'sonar-pro',
    messages,
    web_search_options: { search_context_size: 'high' },
  };
  const { usage, choices } = (await (
    await post(`${perplexity.url}/chat/completions`, body)
  ).json()) as Record<string, unknown>;
  expect(usage).toEqual({
    prompt_tokens: promptTokens,
    completion_tokens: 6,
    total_tokens: promptTokens + 6,
    search_context_size: 'high',
    cost: {
      input_tokens_cost: (promptTokens * 3_000) / 1e9,
      output_tokens_cost: 0.00009,
      request_cost: 0.014,
      total_cost: (promptTokens * 3_000 + 90_000 + 14_000_000) / 1e9,
    },
  });
  expect(choices).toEqual([
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: SIX_WORDS },
      delta: { role: 'assistant', content: '' },
    },
  ]);

  await using today = await simulatePerplexity({ sonar: 'retired' });
  const retired = await post(`${today.url}/chat/completions`, body);
  expect(retired.status).toBe(403);
  expect(await retired.json()).toEqual({
    error: {
      message: 'Sonar is now the Agent API. Use /v1/responses instead of /v1/sonar.',
      type: 'chat_completions_not_available',
      code: 403,
    },
  });
});

it('API-43 mock api behavior accuracy: LightRAG answers without usage, whole and in lines', async () => {
  const query = { query: 'What is the city?' };
  const references = [{ reference_id: '1', file_path: 'notes.md' }];
  expect(await (await post(`${lightrag.url}/query`, query)).json()).toEqual({
    response: SIX_WORDS,
    references,
    response_time: 0,
    llm_generated: true,
  });
  const response = await post(`${lightrag.url}/query/stream`, query);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await response.text()).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { references },
    ...['the', ' river', ' moves', ' under', ' the', ' city'].map((said) => ({ response: said })),
  ]);
  const whole = await post(`${lightrag.url}/query/stream`, { ...query, stream: false });
  expect(JSON.parse(await whole.text())).toEqual({ references, response: SIX_WORDS });
});
