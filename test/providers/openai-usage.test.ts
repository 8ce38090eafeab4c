/** What OpenAI's answers say they used, in the shapes that were recorded, and what that costs. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import { loadPriceTable } from '../../services/cost/prices/price-table.ts';
import type { PriceBook } from '../../services/cost/prices/price.ts';
import {
  checkedUsage,
  totalInputTokens,
  totalOutputTokens,
  type Usage,
} from '../../services/cost/usage.ts';
import { openai } from '../../services/providers/openai/openai.ts';
import type { JsonObject } from '../../services/providers/profile.ts';
import { answer, get, noCount, NOW_MS, post } from './openai-views.ts';

const CHAT = post('/v1/chat/completions', { model: 'gpt-4o', messages: [] });
const read = (body: JsonObject, request = CHAT) =>
  openai.readAnswer(answer(body), request, noCount);
const usageOf = (usage: unknown): Usage | null => read({ choices: [], usage }).usage;

const RECORDED_CHAT = {
  id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
  object: 'chat.completion',
  created: 1741569952,
  model: 'gpt-4o-2024-08-06',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello! How can I help?', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 2006,
    completion_tokens: 300,
    total_tokens: 2306,
    prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  },
  service_tier: 'default',
};

const RECORDED_RESPONSE = {
  id: 'resp_67ccd2bed1ec8190b14f964abc054267',
  object: 'response',
  created_at: 1741476542,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-5-mini',
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] }],
  usage: {
    input_tokens: 5_000,
    input_tokens_details: { cached_tokens: 1_024, cache_write_tokens: 512 },
    output_tokens: 900,
    output_tokens_details: { reasoning_tokens: 640 },
    total_tokens: 5_900,
  },
  service_tier: 'flex',
};

describe('API-40 api response format compliance: the usage of', () => {
  test('a chat is split into buckets that do not overlap', () => {
    expect(read(RECORDED_CHAT)).toEqual({
      usage: {
        inputTokens: 86,
        cachedInputTokens: 1_920,
        cacheWriteTokens: 0,
        outputTokens: 300,
        reasoningTokens: 0,
        serviceTier: 'default',
      },
      isCounted: false,
      fault: null,
    });
  });

  test('a response counts what was cached, written to the cache, and thought', () => {
    expect(read(RECORDED_RESPONSE, post('/v1/responses', {})).usage).toMatchObject({
      inputTokens: 3_464,
      cachedInputTokens: 1_024,
      cacheWriteTokens: 512,
      outputTokens: 260,
      reasoningTokens: 640,
      serviceTier: 'flex',
    });
  });

  test('embeddings has no output', () => {
    const body = { object: 'list', data: [], usage: { prompt_tokens: 8, total_tokens: 8 } };
    const { usage } = read(body, post('/v1/embeddings', { input: 'Hi' }));
    expect(usage).toMatchObject({ inputTokens: 8, outputTokens: 0 });
  });

  test('reasoning beside the completion is added to it, where the total says so', () => {
    const usage = {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 },
    };
    expect(usageOf(usage)).toMatchObject({ outputTokens: 9, reasoningTokens: 94 });
  });

  test('nothing is not no usage', () => {
    expect(usageOf({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 })).toMatchObject({
      inputTokens: 0,
      outputTokens: 0,
    });
    for (const unknown of [undefined, null, {}, [], 'none', { type: 'duration', seconds: 9 }]) {
      expect(usageOf(unknown)).toBeNull();
    }
  });

  test.each([
    [{ prompt_tokens: -1, completion_tokens: 1 }],
    [{ prompt_tokens: '12', completion_tokens: 1 }],
    [{ prompt_tokens: 1.5, completion_tokens: 1 }],
    [{ prompt_tokens: 1, completion_tokens: 1e300 }],
    [{ prompt_tokens: 2 ** 53 - 1, completion_tokens: 2 ** 53 - 1 }],
    [{ prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 11 } }],
    [
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        completion_tokens_details: { reasoning_tokens: 6 },
      },
    ],
    [{ input_tokens: 5, output_tokens: [] }],
  ])('%j is none, because it cannot be', (usage) => {
    expect(usageOf(usage)).toBeNull();
  });

  test('a batch is told once it is finished, at the tier of batches and under its id', () => {
    const batch = { id: 'batch_1', object: 'batch', status: 'in_progress', model: 'gpt-4o' };
    const look = get('/v1/batches/batch_1');
    const usage = { input_tokens: 1_000, output_tokens: 200, total_tokens: 1_200 };
    const nothing = { inputTokens: 0, outputTokens: 0, requests: 0 };
    expect(read(batch, post('/v1/batches', {})).usage).toEqual(nothing);
    expect(read(batch, look)).toEqual({ usage: nothing, isCounted: false, fault: null });
    expect(read({ ...batch, status: 'completed', usage }, look)).toMatchObject({
      usage: { inputTokens: 1_000, outputTokens: 200, serviceTier: 'batch' },
      model: 'gpt-4o',
      usageKey: 'batch_1',
    });
    expect(read({ ...batch, status: 'completed' }, look).usage).toBeNull();
  });
});

test('the buckets of a usage sum to the totals, and every usage is one that the books take', () => {
  const count = fc.nat(1_000_000);
  fc.assert(
    fc.property(count, count, count, count, count, fc.boolean(), (a, b, c, d, e, isChat) => {
      const input = a + b + c;
      const output = d + e;
      const cache = { cached_tokens: a, cache_write_tokens: b };
      const usage = usageOf(
        isChat
          ? {
              prompt_tokens: input,
              completion_tokens: output,
              total_tokens: input + output,
              prompt_tokens_details: cache,
              completion_tokens_details: { reasoning_tokens: d },
            }
          : {
              input_tokens: input,
              output_tokens: output,
              input_tokens_details: cache,
              output_tokens_details: { reasoning_tokens: d },
            },
      );
      expect(checkedUsage('usage', usage)).toMatchObject({ inputTokens: c, reasoningTokens: d });
      expect(totalInputTokens(usage as Usage)).toBe(input);
      expect(totalOutputTokens(usage as Usage)).toBe(output);
    }),
  );
});

describe('API-42 api cost reporting accuracy: openai', () => {
  let book: PriceBook;
  beforeAll(async () => {
    book = createPriceBook(undefined, await loadPriceTable());
  });
  const cost = (model: string, usage: Usage | null) =>
    book.find({ provider: 'openai', model, atMs: NOW_MS }).charge(usage as Usage);

  test('bills the recorded chat to the nano-dollar, its cached tokens once', () => {
    expect(cost('gpt-4o', read(RECORDED_CHAT).usage)).toBe(usd('0.005615'));
  });

  test('bills a batch at half of what its tokens cost', () => {
    const usage = { input_tokens: 1_000_000, output_tokens: 1_000_000 };
    const batch = { id: 'batch_1', status: 'completed', model: 'gpt-4o', usage };
    expect(cost('gpt-4o', read(batch, get('/v1/batches/batch_1')).usage)).toBe(usd('6.25'));
  });
});
