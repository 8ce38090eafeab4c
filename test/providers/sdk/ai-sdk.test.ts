/** The `ai` SDK over a protected fetch: `createOpenAI({ fetch })`, and nothing else is changed. */
import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai';
import { APICallError, embed, generateText, RetryError, streamText, TypeValidationError } from 'ai';
import { describe, expect, test } from 'vitest';

import { FuseboardError, usd } from '../../../index.ts';
import { REST_MS } from '../../money/rig.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { REFUSALS, refusedAfter, refusing } from './refusals.ts';
import { errorOf, openaiRig, PROMPT, SECRET, type SdkRig } from './sdk-rig.ts';

const ONCE = { maxRetries: 0 } as const;
const providerOf = (rig: SdkRig): OpenAIProvider =>
  createOpenAI({ apiKey: SECRET, baseURL: rig.upstream.baseUrl, fetch: rig.counted });
const APIS = ['chat', 'responses'] as const;
type Api = (typeof APIS)[number];

const generate = (rig: SdkRig, api: Api = 'chat', options: object = ONCE) =>
  generateText({ model: providerOf(rig)[api]('gpt-4o-mini'), prompt: PROMPT, ...options });

/** What a stream gave, and the error that it told of, if it told of one. */
async function stream(rig: SdkRig, api: Api = 'chat') {
  const errors: unknown[] = [];
  const model = providerOf(rig)[api]('gpt-4o-mini');
  const onError = ({ error }: { readonly error: unknown }): void => void errors.push(error);
  const result = streamText({ model, prompt: PROMPT, onError, ...ONCE });
  let text = '';
  for await (const part of result.textStream) text += part;
  return { text, error: errors[0], result };
}

describe('CRIT-85 the ai SDK', () => {
  test.each(APIS)('%s: text, whole and streamed, and its usage is booked', async (api) => {
    const budgets = [{ id: 'all', limit: usd(100), period: 'day' }] as const;
    const rig = await openaiRig({}, { budgets });
    const { text, usage } = await generate(rig, api);
    expect(text).not.toBe('');
    const streamed = await stream(rig, api);
    expect(streamed.error).toBeUndefined();
    expect(streamed.text).not.toBe('');
    const { inputTokens = 0, outputTokens = 0 } = await streamed.result.usage;
    await rig.upstream.idle();
    expect(rig.outcomes()).toEqual(['succeeded', 'succeeded']);
    await rig.clock.advanceAsync(REST_MS);
    const [budget] = await rig.board.budgets();
    const input = inputTokens + (usage.inputTokens ?? 0);
    const output = outputTokens + (usage.outputTokens ?? 0);
    // gpt-4o-mini: $0.15 and $0.60 for a million tokens.
    expect(budget?.spentNanoUsd).toBe(input * 150 + output * 600);
    expect(budget?.reservedNanoUsd).toBe(0);
  });

  test('embeddings go through a breaker of their own', async () => {
    const rig = await openaiRig();
    const model = providerOf(rig).embedding('text-embedding-3-small');
    const { embedding } = await embed({ model, value: PROMPT });
    expect(embedding.length).toBeGreaterThan(0);
    expect(rig.breaker.name).toMatch(/^openai:[0-9a-f]{12}:text-embedding-3-small$/);
  });

  test.each(REFUSALS.map((refusal) => [refusal.code, refusal.name, refusal] as const))(
    'raises its own error for %s, as %s',
    async (code, _, refusal) => {
      using rig = await refusing(refusal, openaiRig, (on) => generate(on));
      const sentCount = rig.upstream.requestCount;
      const error = await refusedAfter(rig, refusal, errorOf(generate(rig)));
      expect(error).toBeInstanceOf(APICallError);
      expect(error).toMatchObject({
        statusCode: refusal.status,
        data: { error: { code, type: refusal.type } },
        responseHeaders: { 'x-should-retry': 'false', 'x-fuseboard-refusal': code },
      });
      expect(error.message).toContain(refusal.hint);
      expect(error.message).not.toContain(SECRET);
      expect(rig.upstream.requestCount).toBe(sentCount);
    },
  );

  test('with its own retries on, which heed no advice, the provider is left alone', async () => {
    const rig = await openaiRig();
    rig.behave({ type: 'quota' });
    await errorOf(generate(rig));
    const error = await errorOf(generate(rig, 'chat', { maxRetries: 1 }));
    expect(error).toBeInstanceOf(RetryError);
    expect((error as RetryError).lastError).toMatchObject({
      statusCode: 503,
      data: { error: { code: 'circuit_latched' } },
    });
    expect([rig.askedCount, rig.upstream.requestCount]).toEqual([3, 1]);
  });

  test('onRefusal throw: it raises the refusal itself, and retries nothing', async () => {
    const rig = await openaiRig({ onRefusal: 'throw' });
    rig.board.emergencyShutdown('it burns');
    const error = await errorOf(generate(rig, 'chat', {}));
    expect(error).toBeInstanceOf(FuseboardError);
    expect(error).toMatchObject({ code: 'circuit_latched' });
    expect([rig.askedCount, rig.upstream.requestCount]).toEqual([1, 0]);
  });
});

const FAULTS: readonly (readonly [Behaviour, number, boolean, string])[] = [
  [{ type: 'bad_request' }, 400, false, 'ignored'],
  [{ type: 'unauthorized' }, 401, false, 'unauthorized'],
  [{ type: 'not_found' }, 404, false, 'ignored'],
  [{ type: 'conflict' }, 409, true, 'ignored'],
  [{ type: 'unprocessable' }, 422, false, 'ignored'],
  [{ type: 'rate_limited', retryAfterSeconds: 9 }, 429, true, 'rate_limited'],
  [{ type: 'quota', code: 'credit_balance_exhausted' }, 429, true, 'over_quota'],
  [{ type: 'server_error' }, 500, true, 'failed'],
  [{ type: 'overloaded' }, 503, true, 'failed'],
];

describe('CRIT-45 faults in the ai SDK', () => {
  test.each(FAULTS)('%o: status %i', async (behaviour, statusCode, isRetryable, outcome) => {
    const rig = await openaiRig();
    rig.behave(behaviour);
    const error = await errorOf(generate(rig));
    expect(error).toBeInstanceOf(APICallError);
    expect(error).toMatchObject({ statusCode, isRetryable });
    expect(rig.outcomes()).toEqual([outcome]);
    expect(rig.upstream.requestCount).toBe(1);
  });

  test.each(APIS)(
    '%s: a stream that is cut, or tells of an error, tells it as one',
    async (api) => {
      for (const [behaviour, code] of [
        [{ type: 'cut', afterChunks: 8 }, 'stream_cut'],
        [{ type: 'unfinished', afterChunks: 8 }, 'stream_cut'],
        [{ type: 'error_frame', afterChunks: 8, code: 'slow_down' }, 'slow_down'],
      ] as const) {
        const rig = await openaiRig();
        rig.behave({ ...behaviour, outputTokens: 20 });
        const { text, error } = await stream(rig, api);
        expect(text).not.toBe('');
        expect(TypeValidationError.isInstance(error)).toBe(false);
        expect(JSON.stringify(error)).toContain(code);
        await rig.clock.settle();
        expect(rig.outcomes()).toHaveLength(1);
        expect(rig.outcomes()).not.toContain('succeeded');
        expect(rig.outcomes()).not.toContain('cancelled');
      }
    },
  );
});
