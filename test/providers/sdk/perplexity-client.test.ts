/** Perplexity's own client over a protected fetch: the Agent API, and the Sonar chats before it. */
import Perplexity from '@perplexity-ai/perplexity_ai';
import { describe, expect, test } from 'vitest';

import { usd } from '../../../index.ts';
import { REST_MS } from '../../money/rig.ts';
import {
  errorOf,
  perplexityClient,
  perplexityRig,
  piecesOf,
  PROMPT,
  SOON,
  type SdkRig,
} from './sdk-rig.ts';

const { APIConnectionTimeoutError, APIError, AuthenticationError } = Perplexity;
const { InternalServerError, RateLimitError } = Perplexity;

const AGENT = { model: 'perplexity/sonar', input: PROMPT, max_output_tokens: 100 };
const SONAR = { model: 'sonar', messages: [{ role: 'user' as const, content: PROMPT }] };
const BUDGETS = [{ id: 'all', limit: usd(10), period: 'day' }] as const;

/** Its errors keep the whole body: what is wrong is inside. */
const wordsOf = (error: Error): unknown =>
  (error as InstanceType<typeof APIError> & { error?: { error?: unknown } }).error?.error;

const asks = {
  'responses.create': (client: Perplexity) => client.responses.create(AGENT),
  'chat.completions.create': (client: Perplexity) => client.chat.completions.create(SONAR),
} as const;
const APIS = Object.keys(asks) as (keyof typeof asks)[];

describe('API-14 perplexity circuit breaker integration', () => {
  test('answers come as they were sent, whole and in pieces, and are booked', async () => {
    const rig = await perplexityRig({}, { budgets: BUDGETS });
    const client = perplexityClient(rig);
    const answer = await client.responses.create(AGENT);
    expect(answer.output_text).not.toBe('');
    expect((await client.chat.completions.create(SONAR)).choices).toHaveLength(1);
    const agent = await piecesOf(client.responses.create({ ...AGENT, stream: true }));
    expect(agent.pieces.at(-1)).toMatchObject({ type: 'response.completed' });
    const chat = await piecesOf(client.chat.completions.create({ ...SONAR, stream: true }));
    expect(chat.pieces.at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    await rig.upstream.idle();
    expect(rig.outcomes()).toEqual(Array.from({ length: 4 }, () => 'succeeded'));
    await rig.clock.advanceAsync(REST_MS);
    const [budget] = await rig.board.budgets();
    expect(budget?.spentNanoUsd).toBeGreaterThan(2 * 5_000_000);
    expect(budget?.reservedNanoUsd).toBe(0);
  });

  test.each(APIS)('%s: failures open its circuit, and no request is made any more', async (api) => {
    const rig = await perplexityRig({ breaker: { failureThreshold: 3 } });
    rig.behave({ type: 'server_error', headers: SOON });
    const client = perplexityClient(rig);
    expect(await errorOf(asks[api](client))).toBeInstanceOf(InternalServerError);
    expect(rig.upstream.requestCount).toBe(3);
    const refused = await errorOf(asks[api](client));
    expect(refused).toBeInstanceOf(InternalServerError);
    expect(wordsOf(refused)).toMatchObject({ type: 'circuit_open', code: 503 });
    expect(rig.upstream.requestCount).toBe(3);
  });
});

const ONCE = { maxRetries: 0 } as const;

describe('API-15 perplexity rate limit handling', () => {
  test.each(APIS)(
    '%s: a limit opens the circuit, without a word on when for a minute',
    async (api) => {
      const rig = await perplexityRig();
      rig.behave({ type: 'rate_limited' });
      const error = await errorOf(asks[api](perplexityClient(rig, ONCE)));
      expect(error).toBeInstanceOf(RateLimitError);
      expect(wordsOf(error)).toMatchObject({ type: 'request_rate_limit_exceeded', code: 429 });
      rig.behave({ type: 'answer' });
      const client = perplexityClient(rig);
      expect(wordsOf(await errorOf(asks[api](client)))).toMatchObject({ type: 'circuit_open' });
      expect(rig.upstream.requestCount).toBe(1);
      await rig.clock.advanceAsync(60_000);
      await asks[api](client);
      expect(rig.breaker.state).toBe('closed');
    },
  );

  test('a Retry-After is heeded where it sends one', async () => {
    const rig = await perplexityRig();
    rig.behave({ type: 'rate_limited', retryAfterSeconds: 5 });
    await errorOf(perplexityClient(rig, ONCE).responses.create(AGENT));
    expect(rig.breaker.snapshot().probeAtMs).toBe(rig.clock.nowMs() + 5_000);
  });
});

describe('API-18 perplexity search timeout handling', () => {
  const search = { ...AGENT, tools: [{ type: 'web_search' as const }] };

  /** Until it has sent what it sends, and the client has that. */
  const silentAfter = async ({ upstream, clock }: SdkRig, chunks: number) => {
    await upstream.received(1);
    while ((upstream.requests[0]?.chunkCount ?? 0) < chunks) await clock.settle();
    for (let turn = 0; turn < 20; turn++) await clock.settle();
  };

  test('a search that takes too long is given up, and fails', async () => {
    const rig = await perplexityRig({ breaker: { timeoutMs: 30_000 } });
    rig.behave({ type: 'stall' });
    const error = errorOf(perplexityClient(rig, ONCE).responses.create(search));
    await silentAfter(rig, 0);
    await rig.clock.advanceAsync(30_000);
    expect(await error).toBeInstanceOf(APIConnectionTimeoutError);
    await rig.upstream.idle();
    expect(rig.upstream.requests[0]?.ended).toBe('left');
    expect(rig.outcomes()).toEqual(['failed']);
  });

  test('one that falls silent while it searches ends with an error that its client raises', async () => {
    const rig = await perplexityRig({ stream: { idleMs: 10_000 } });
    rig.behave({ type: 'stall', afterChunks: 4 });
    const read = piecesOf(perplexityClient(rig).responses.create({ ...search, stream: true }));
    await silentAfter(rig, 4);
    await rig.clock.advanceAsync(10_000);
    const { error } = await read;
    expect(error).toBeInstanceOf(APIError);
    expect(wordsOf(error as Error)).toMatchObject({ type: 'stream_timeout' });
    expect(rig.outcomes()).toEqual(['failed']);
    expect(rig.upstream.requestCount).toBe(1);
  });

  test('one that is cut does too, and one that fails tells so itself', async () => {
    const rig = await perplexityRig();
    const client = perplexityClient(rig);
    rig.behave({ type: 'cut', afterChunks: 4 });
    const cut = await piecesOf(client.responses.create({ ...search, stream: true }));
    expect(wordsOf(cut.error as Error)).toMatchObject({ type: 'stream_cut' });
    rig.behave({ type: 'error_frame', afterChunks: 4 });
    const told = await piecesOf(client.responses.create({ ...search, stream: true }));
    expect(told.pieces.at(-1)).toMatchObject({ type: 'response.failed' });
    expect(rig.outcomes()).toEqual(['failed', 'failed']);
  });
});

describe('API-20 perplexity api key rotation', () => {
  test('a revoked key is tried once; the new one goes through, and rotateKey() brings back the old', async () => {
    const rig = await perplexityRig({}, {}, { keys: ['pplx-new'] });
    const old = perplexityClient(rig, { apiKey: 'pplx-old' });
    expect(await errorOf(old.responses.create(AGENT))).toBeInstanceOf(AuthenticationError);
    for (const api of APIS) {
      const refused = await errorOf(asks[api](old));
      expect(wordsOf(refused)).toMatchObject({ type: 'circuit_latched' });
    }
    expect(rig.upstream.requestCount).toBe(1);
    await perplexityClient(rig, { apiKey: 'pplx-new' }).responses.create(AGENT);
    expect(rig.upstream.requestCount).toBe(2);
    rig.upstream.acceptKeys(['pplx-old']);
    rig.fetch.rotateKey({ by: 'ann' });
    for (const api of APIS) await asks[api](old);
    expect(rig.upstream.requestCount).toBe(4);
    expect(rig.fetch.breakers().map(({ state }) => state)).not.toContain('open');
  });
});
