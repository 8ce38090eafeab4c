/** How each kind of fault is got over, with the official client's retries on and off. */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import { openBoard } from '../../../index.ts';
import { simulateOpenAI } from '../../kit/providers/openai/simulate-openai.ts';
import { CHAT, errorOf, openaiClient, openaiRig, SOON } from './sdk-rig.ts';

const { InternalServerError, RateLimitError } = OpenAI;
const OTHER = { ...CHAT, model: 'gpt-4o' };
const ONCE = { maxRetries: 0 } as const;
const chat = (client: OpenAI, body = CHAT) => client.chat.completions.create(body);

describe('API-02 openai rate limit handling', () => {
  test.each(['requests', 'tokens'] as const)(
    'a limit on %s opens the circuit of that model until its time has come',
    async (by) => {
      const rig = await openaiRig();
      rig.behave({ type: 'rate_limited', by, retryAfterSeconds: 20 });
      const error = await errorOf(chat(openaiClient(rig, ONCE)));
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: by });
      const client = openaiClient(rig);
      rig.behave({ type: 'answer' });
      const refused = await errorOf(chat(client));
      expect(refused).toMatchObject({ status: 503, code: 'circuit_open' });
      const { headers } = refused as InstanceType<typeof OpenAI.APIError>;
      expect(headers?.get('retry-after')).toBe('20');
      await chat(client, OTHER);
      await rig.clock.advanceAsync(19_999);
      expect(rig.breaker.state).toBe('open');
      await rig.clock.advanceAsync(1);
      await chat(client);
      expect(rig.breaker.state).toBe('closed');
      expect(rig.outcomes()).toEqual(['rate_limited', 'succeeded', 'succeeded']);
    },
  );

  test('a client that retries by itself hears of the limit, and the provider is left alone', async () => {
    const rig = await openaiRig();
    // It names no time: the breaker stays open for longer than the client would wait.
    rig.behave({ type: 'rate_limited', retryAfterSeconds: null });
    const error = await errorOf(chat(openaiClient(rig)));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(rig.upstream.requestCount).toBe(1);
    expect(rig.askedCount).toBe(1);
    const refused = await errorOf(chat(openaiClient(rig)));
    expect(refused).toBeInstanceOf(InternalServerError);
    expect(refused).toMatchObject({ status: 503, code: 'circuit_open' });
    expect(rig.upstream.requestCount).toBe(1);
  });

  test('one that waits as it is told gets its answer', async () => {
    const upstream = await simulateOpenAI({
      plan: [{ type: 'rate_limited', retryAfterSeconds: null, retryAfterMs: 30 }],
    });
    const board = await openBoard();
    const fetch = board.fetch('openai');
    const client = new OpenAI({ apiKey: 'sk-any', baseURL: upstream.baseUrl, fetch });
    expect((await chat(client)).choices).toHaveLength(1);
    expect(upstream.requestCount).toBe(2);
    expect(fetch.breakers().map(({ state }) => state)).toEqual(['closed']);
    await board.close();
    await upstream.close();
  });

  test('CRIT-41 requests are spread before the limit is hit, and no circuit opens', async () => {
    const patient = { limitWaitMaxMs: 120_000 };
    const rig = await openaiRig(patient, {}, { limits: { requestsPerMinute: 30 } });
    const client = openaiClient(rig, ONCE);
    await chat(client);
    const calls = Array.from({ length: 60 }, () => chat(client));
    const ended = Promise.allSettled(calls);
    for (let second = 0; second < 120; second++) await rig.clock.advanceAsync(1_000);
    expect((await ended).filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(rig.clock.monotonicMs()).toBeGreaterThanOrEqual(60_000);
    expect(new Set(rig.outcomes())).toEqual(new Set(['succeeded']));
    expect(rig.breaker.snapshot()).toMatchObject({ state: 'closed', tripCount: 0 });
    expect(rig.upstream.requestCount).toBe(61);
  });
});

describe('API-12 openai error recovery patterns', () => {
  test('failures open the circuit; when it is half open one probe closes it', async () => {
    const rig = await openaiRig({ breaker: { failureThreshold: 2, recoveryTimeoutMs: 30_000 } });
    rig.behave({ type: 'server_error', headers: SOON });
    // Of the client's three tries the third meets an open circuit.
    const error = await errorOf(chat(openaiClient(rig)));
    expect(error).toMatchObject({ status: 503, code: 'circuit_open' });
    expect(rig.upstream.requestCount).toBe(2);
    rig.behave({ type: 'answer' });
    await rig.clock.advanceAsync(30_000);
    await chat(openaiClient(rig));
    expect(rig.breaker.state).toBe('closed');
  });

  test('a probe that fails opens it again', async () => {
    const rig = await openaiRig({ breaker: { failureThreshold: 1, recoveryTimeoutMs: 30_000 } });
    rig.behave({ type: 'overloaded' });
    const client = openaiClient(rig, ONCE);
    for (let call = 0; call < 2; call++) {
      expect(await errorOf(chat(client))).toMatchObject({ code: 'server_is_overloaded' });
      expect(rig.breaker.state).toBe('open');
      await rig.clock.advanceAsync(30_000);
    }
    expect(rig.upstream.requestCount).toBe(2);
  });

  test('requests that are wrong never open it', async () => {
    const rig = await openaiRig({ breaker: { failureThreshold: 1 } });
    const client = openaiClient(rig);
    for (const type of ['bad_request', 'not_found', 'too_large', 'unprocessable'] as const) {
      rig.behave({ type });
      await errorOf(chat(client));
    }
    expect(rig.breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
  });

  test('a board that wants to know every cost lets a list of models through, which has none', async () => {
    const rig = await openaiRig({}, { defaults: { requireCost: true } });
    expect((await openaiClient(rig).models.list()).data.length).toBeGreaterThan(0);
    await chat(openaiClient(rig));
    expect(rig.outcomes()).toEqual(['succeeded', 'succeeded']);
  });

  test('a failing provider that gets well is used again, without a word from anybody', async () => {
    const rig = await openaiRig({ breaker: { failureThreshold: 3, recoveryTimeoutMs: 1_000 } });
    rig.upstream.script({
      phases: [{ untilMs: 10_000, behaviour: { type: 'server_error', status: 502 } }],
    });
    const client = openaiClient(rig, ONCE);
    let answered = 0;
    for (let second = 0; second < 15; second++) {
      await chat(client).then(
        () => (answered += 1),
        () => {},
      );
      await rig.clock.advanceAsync(1_000);
    }
    expect(answered).toBe(5);
    expect(rig.breaker.state).toBe('closed');
  });
});
