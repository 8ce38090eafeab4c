/** Refusals of ours as errors of these APIs, and what the official client makes of them. */
import OpenAI, { APIError } from 'openai';
import { Stream } from 'openai/streaming';
import { describe, expect, test } from 'vitest';

import type { RefusalCode } from '../../services/errors.ts';
import { openai } from '../../services/providers/openai/openai.ts';
import { perplexity } from '../../services/providers/perplexity/perplexity.ts';
import { REFUSAL_STATUS } from '../../services/providers/refusal-status.ts';
import { Refusal } from '../../services/refusal.ts';
import { NOW_MS } from './openai-views.ts';

const refusal = (code: RefusalCode, retryAtMs: number | null = null) =>
  new Refusal(code, 'openai/gpt-4o', retryAtMs, new Error('the cause is not told'));
const CODES = Object.keys(REFUSAL_STATUS) as RefusalCode[];
const CLASSES = {
  400: OpenAI.BadRequestError,
  429: OpenAI.RateLimitError,
  503: OpenAI.InternalServerError,
};

describe('a refusal', () => {
  test.each(CODES)('%s becomes the typed error of its status, with our code', (code) => {
    const { status, body } = openai.refusalResponse(refusal(code), NOW_MS);
    const error = APIError.generate(status, body, undefined, new Headers());
    expect(error).toBeInstanceOf(CLASSES[REFUSAL_STATUS[code].status]);
    expect(error).toMatchObject({ status, code, type: REFUSAL_STATUS[code].type, param: null });
  });

  test('for want of money says so as the API does', () => {
    for (const code of ['budget_exceeded', 'rule_blocked'] as const) {
      expect(openai.refusalResponse(refusal(code), NOW_MS)).toMatchObject({
        status: 429,
        body: { error: { type: 'insufficient_quota', code } },
      });
    }
  });

  test('says why, what to do, and when', () => {
    const { body } = openai.refusalResponse(refusal('circuit_open', NOW_MS + 1_500), NOW_MS);
    expect(body.error).toMatchObject({
      message:
        'Not sent: breaker "openai/gpt-4o" is open. Try again at retryAtMs; explain() says what ' +
        'tripped it. Retry at 2026-11-22T00:00:01.500Z, in 2 s.',
    });
    for (const retryAtMs of [null, NaN, Infinity, 1e300]) {
      const { message } = openai.refusalResponse(refusal('shed', retryAtMs), NOW_MS).body.error as {
        message: string;
      };
      expect(message).not.toContain('Retry at');
    }
  });

  test('has a number for a code and a word for a type at Perplexity', () => {
    expect(perplexity.refusalResponse(refusal('circuit_latched'), NOW_MS)).toMatchObject({
      status: 503,
      body: { error: { type: 'circuit_latched', code: 503 } },
    });
  });
});

describe('an error in the middle of a stream', () => {
  test.each([openai, perplexity])('$name: is one frame, whatever its words', (profile) => {
    const frame = profile.errorFrame('budget_exceeded', 'No\n\nmoney "left"\u2028');
    const lines = frame.slice(0, -2).split('\n');
    expect(lines.at(-1)?.startsWith('data: ')).toBe(true);
    expect(frame.indexOf('\n\n')).toBe(frame.length - 2);
    const reader = profile.openStream({
      method: 'POST',
      path: '',
      headers: new Headers(),
      body: {},
    });
    reader.read('', lines.at(-1)?.slice('data: '.length) ?? '');
    expect(reader.fault?.code).toBe('budget_exceeded');
  });

  test('reaches the official client as its own error', async () => {
    const response = new Response(openai.errorFrame('budget_exceeded', 'The budget is spent.'));
    const stream = Stream.fromSSEResponse(response, new AbortController());
    const drained = stream[Symbol.asyncIterator]().next();
    await expect(drained).rejects.toBeInstanceOf(APIError);
    await expect(drained).rejects.toMatchObject({
      code: 'budget_exceeded',
      type: 'insufficient_quota',
    });
  });
});
