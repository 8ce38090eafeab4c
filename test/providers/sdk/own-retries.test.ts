/** Retries of the protected fetch's own: capped in number and in time, and in nobody's way. */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import { usd } from '../../../index.ts';
import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import { REST_MS } from '../../money/rig.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { CHAT, errorOf, openaiClient, openaiRig, piecesOf, type SdkRig } from './sdk-rig.ts';

const DOWN: Behaviour = { type: 'server_error', status: 503 };
const ONCE = { maxRetries: 0 } as const;
const chat = (rig: SdkRig, options = {}) =>
  openaiClient(rig, options).chat.completions.create(CHAT);

const retrying = (retry: object, more: FetchOptions = {}): FetchOptions => ({
  ...more,
  breaker: { failureThreshold: 20, retry },
});

/** Lets pauses of no length end; no time passes. */
async function quickly<T>({ clock }: SdkRig, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  while (!isOver) await clock.advanceAsync(0);
  return promise;
}

/** Until so many requests have arrived and been dealt with; no time passes. */
async function dealtWith({ upstream, clock }: SdkRig, count: number): Promise<void> {
  await upstream.received(count);
  await upstream.idle();
  for (let turn = 0; turn < 20; turn++) await clock.settle();
}

describe('API-12 openai error recovery patterns: own retries', () => {
  test('two failures and an answer are one answer, and facts count the attempts', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 3, delayMs: 0 }));
    rig.upstream.script([DOWN, { type: 'reset' }]);
    expect((await quickly(rig, chat(rig))).choices).toHaveLength(1);
    expect(rig.upstream.requestCount).toBe(3);
    expect(rig.askedCount).toBe(1);
    expect(rig.facts().filter(({ type }) => type === 'call.finished')).toMatchObject([
      { attempt: 1, outcome: 'failed' },
      { attempt: 2, outcome: 'failed', errorName: 'ProviderError' },
      { attempt: 3, outcome: 'succeeded' },
    ]);
  });

  test('a client is told what the last attempt met, whatever an earlier one was answered', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 2, delayMs: 0 }));
    rig.upstream.script([DOWN, { type: 'reset' }]);
    const error = await errorOf(quickly(rig, chat(rig, ONCE)));
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
  });

  test('the same request is sent each time, and each is paid for', async () => {
    const budgets = [{ id: 'all', limit: usd(100), period: 'day' }] as const;
    const rig = await openaiRig(retrying({ attemptsMax: 3, delayMs: 0 }), { budgets });
    rig.upstream.script([DOWN, { type: 'cut', afterChunks: 2 }]);
    await quickly(rig, chat(rig));
    const texts = rig.upstream.requests.map(({ text }) => text);
    expect(new Set(texts).size).toBe(1);
    expect(texts).toHaveLength(3);
    await rig.clock.advanceAsync(REST_MS);
    const [budget] = await rig.board.budgets();
    expect(budget?.reservedNanoUsd).toBe(0);
    // The answer that was cut is charged at its worst case: 100 tokens of output and more.
    expect(budget?.spentNanoUsd).toBeGreaterThan(100 * 600);
  });

  test('what the provider asks for is waited for, and no less', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 2, delayMs: 0 }));
    rig.upstream.script([{ ...DOWN, headers: { 'retry-after': '7' } }]);
    const answer = chat(rig);
    await dealtWith(rig, 1);
    await rig.clock.advanceAsync(6_999);
    expect(rig.upstream.requestCount).toBe(1);
    await rig.clock.advanceAsync(1);
    await answer;
    expect(rig.upstream.requestCount).toBe(2);
  });

  test('totalMs caps the whole: nobody waits for a try that would come too late', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 5, delayMs: 0, totalMs: 10_000 }));
    rig.behave({ ...DOWN, headers: { 'retry-after': '4' } });
    const error = errorOf(chat(rig));
    for (const count of [1, 2, 3]) {
      await dealtWith(rig, count);
      await rig.clock.advanceAsync(4_000);
    }
    expect(await error).toMatchObject({ status: 503 });
    expect(rig.upstream.requestCount).toBe(3);
    // A wait of minutes is not even begun.
    const before = rig.clock.monotonicMs();
    rig.behave({ ...DOWN, headers: { 'retry-after': '300' } });
    expect(await errorOf(chat(rig, ONCE))).toMatchObject({ status: 503 });
    expect(rig.clock.monotonicMs()).toBe(before);
    expect(rig.upstream.requestCount).toBe(4);
  });

  test('a client with retries of its own does not multiply them', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 3, delayMs: 0 }));
    rig.behave(DOWN);
    const error = await quickly(rig, errorOf(chat(rig)));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    const { headers } = error as InstanceType<typeof OpenAI.APIError>;
    expect(headers?.get('x-should-retry')).toBe('false');
    expect([rig.askedCount, rig.upstream.requestCount]).toEqual([1, 3]);
  });

  test('unless it is not told so: retryAdvice false', async () => {
    const options = retrying({ attemptsMax: 2, delayMs: 0 }, { retryAdvice: false });
    const rig = await openaiRig(options);
    rig.behave({ ...DOWN, headers: { 'retry-after-ms': '0' } });
    const { headers } = (await quickly(rig, errorOf(chat(rig)))) as InstanceType<
      typeof OpenAI.APIError
    >;
    expect(headers?.has('x-should-retry')).toBe(false);
    expect([rig.askedCount, rig.upstream.requestCount]).toEqual([3, 6]);
  });

  test.each(['quota', 'unauthorized', 'bad_request', 'conflict'] as const)(
    '%s is never tried again',
    async (type) => {
      const rig = await openaiRig(retrying({ attemptsMax: 3, delayMs: 0 }));
      rig.behave({ type });
      await quickly(rig, errorOf(chat(rig)));
      expect(rig.upstream.requestCount).toBe(1);
    },
  );

  test('a stream is tried again until it begins, and never after', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 3, delayMs: 0 }));
    rig.upstream.script([DOWN]);
    const stream = () =>
      quickly(rig, piecesOf(openaiClient(rig).chat.completions.create({ ...CHAT, stream: true })));
    expect((await stream()).error).toBeNull();
    expect(rig.upstream.requestCount).toBe(2);
    rig.upstream.script([{ type: 'cut', afterChunks: 2 }]);
    expect((await stream()).error).toMatchObject({ code: 'stream_cut' });
    expect(rig.upstream.requestCount).toBe(3);
  });

  test('the circuit that opens meanwhile ends them: the last answer is the client’s', async () => {
    const rig = await openaiRig({
      breaker: { failureThreshold: 2, retry: { attemptsMax: 5, delayMs: 0 } },
    });
    rig.behave(DOWN);
    expect(await quickly(rig, errorOf(chat(rig)))).toMatchObject({
      status: 503,
      type: 'server_error',
    });
    expect(rig.upstream.requestCount).toBe(2);
    expect(rig.breaker.state).toBe('open');
  });

  test('a client that leaves during a pause is not waited for', async () => {
    const rig = await openaiRig(retrying({ attemptsMax: 3, delayMs: 0 }));
    rig.behave({ ...DOWN, headers: { 'retry-after': '30' } });
    const abort = new AbortController();
    const client = openaiClient(rig, ONCE);
    const error = errorOf(client.chat.completions.create(CHAT, { signal: abort.signal }));
    await dealtWith(rig, 1);
    abort.abort();
    expect(await error).toBeInstanceOf(OpenAI.APIUserAbortError);
    await rig.clock.advanceAsync(60_000);
    expect(rig.upstream.requestCount).toBe(1);
    expect(rig.clock.heldCount).toBe(0);
  });
});
