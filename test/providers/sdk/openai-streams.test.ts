/** What the official client makes of a stream that does not end as it should. */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { CHAT, errorOf, openaiClient, openaiRig, piecesOf, type SdkRig } from './sdk-rig.ts';

const { APIConnectionTimeoutError, APIError, InternalServerError, RateLimitError } = OpenAI;
const LONG = { headers: {}, outputTokens: 12 } as const;

async function streamOf(behaviour: Behaviour, options: FetchOptions = {}) {
  const rig = await openaiRig(options);
  rig.behave(behaviour);
  const client = openaiClient(rig);
  const read = async () => {
    const { pieces, error } = await piecesOf(
      client.chat.completions.create({ ...CHAT, stream: true }),
    );
    await rig.upstream.idle();
    await rig.clock.settle();
    return { pieces, error, outcomes: rig.outcomes(), sentCount: rig.upstream.requestCount };
  };
  return { rig, client, read };
}

/** Nobody tries again what a client has seen the beginning of. */
const ONCE = { sentCount: 1 };

describe('CRIT-45 a stream of the official client', () => {
  test('that tells of an error itself raises that error', async () => {
    const code = 'server_is_overloaded';
    const { read } = await streamOf({ ...LONG, type: 'error_frame', afterChunks: 4, code });
    const { pieces, error, ...rest } = await read();
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: undefined, code });
    expect(pieces).toHaveLength(4);
    expect(rest).toEqual({ ...ONCE, outcomes: ['failed'] });
  });

  test.each([
    ['whose connection breaks', { ...LONG, type: 'cut', afterChunks: 4 }],
    ['that ends without its end', { ...LONG, type: 'unfinished', without: 'end', afterChunks: 3 }],
  ] as const)('%s raises an error, where without us it might raise none', async (_, behaviour) => {
    const { read } = await streamOf(behaviour);
    const { pieces, error, ...rest } = await read();
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: undefined, code: 'stream_cut', type: 'server_error' });
    expect(pieces).toHaveLength(4);
    expect(rest).toEqual({ ...ONCE, outcomes: ['failed'] });
  });

  test('is left as it is without errorEvent, and still counts as cut', async () => {
    const options = { errorEvent: false } as const;
    const cut = await (await streamOf({ ...LONG, type: 'cut', afterChunks: 4 }, options)).read();
    expect(cut.error).toBeInstanceOf(TypeError);
    expect(cut.error).toMatchObject({ message: 'terminated' });
    expect(cut.outcomes).toEqual(['failed']);
    const silent = await (await streamOf({ ...LONG, type: 'unfinished' }, options)).read();
    expect(silent.error).toBeNull();
    expect(silent.outcomes).toEqual(['failed']);
  });

  test('that only lacks [DONE] is whole', async () => {
    const { read } = await streamOf({ ...LONG, type: 'unfinished', without: 'done' });
    expect(await read()).toMatchObject({ ...ONCE, error: null, outcomes: ['succeeded'] });
  });

  test('with a frame that is no JSON fails as it does without us', async () => {
    const { read } = await streamOf({ ...LONG, type: 'bad_json', afterChunks: 4 });
    const { pieces, error, sentCount } = await read();
    expect(error).toBeInstanceOf(SyntaxError);
    expect([pieces.length, sentCount]).toEqual([4, 1]);
  });

  test('that its reader leaves is cancelled upstream, and says nothing of the provider', async () => {
    const { rig, client } = await streamOf({ ...LONG, type: 'stall', afterChunks: 3 });
    const stream = await client.chat.completions.create({ ...CHAT, stream: true });
    await stream[Symbol.asyncIterator]().next();
    stream.controller.abort();
    await rig.upstream.idle();
    expect(rig.upstream.requests[0]?.ended).toBe('left');
    expect(rig.outcomes()).toEqual(['cancelled']);
  });

  test.each([
    [{ ...LONG, type: 'error_frame', afterChunks: 4 }, {}],
    [{ ...LONG, type: 'cut', afterChunks: 4 }, { errorEvent: false }],
    [{ ...LONG, type: 'cut', afterChunks: 4 }, {}],
  ] as const)(
    '%o, %o: an abort in the instant of the error changes nothing of it',
    async (...row) => {
      const [behaviour, options] = row;
      const { rig } = await streamOf(behaviour, options);
      const abort = new AbortController();
      const response = await rig.fetch(`${rig.upstream.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
        body: JSON.stringify({ ...CHAT, stream: true }),
        signal: abort.signal,
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const next = (): Promise<void> =>
        reader.read().then(
          ({ value }) => {
            if (!Buffer.from(value ?? '').includes('"error"')) return next();
            return abort.abort();
          },
          () => abort.abort(),
        );
      await next();
      await rig.upstream.idle();
      await rig.clock.settle();
      expect(rig.outcomes()).toEqual(['failed']);
    },
  );

  test('of the Responses API raises the same errors', async () => {
    const { rig, client } = await streamOf({ ...LONG, type: 'cut', afterChunks: 6 });
    const { error } = await piecesOf(
      client.responses.create({ model: 'gpt-4o-mini', input: 'Hello', stream: true }),
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: 'stream_cut' });
    expect(rig.outcomes()).toEqual(['failed']);
  });
});

describe('API-03 openai timeout protection', () => {
  const late = async (options: FetchOptions, behaviour: Behaviour, ms: number, isStream = true) => {
    const rig = await openaiRig(options);
    rig.behave(behaviour);
    const client = openaiClient(rig, { maxRetries: 0 });
    const call = isStream
      ? piecesOf(client.chat.completions.create({ ...CHAT, stream: true }))
      : errorOf(client.chat.completions.create(CHAT));
    await rig.upstream.received(1);
    await chunksPassed(rig, behaviour);
    await rig.clock.advanceAsync(ms);
    const result = await call;
    const error = result instanceof Error ? result : result.error;
    await rig.upstream.idle();
    expect(rig.upstream.requests[0]?.ended).toBe('left');
    return { rig, error, outcomes: rig.outcomes() };
  };

  test('a call that takes longer than timeoutMs raises the client’s own time-out', async () => {
    const options = { breaker: { timeoutMs: 3_000 } };
    const { error, outcomes } = await late(options, { type: 'stall' }, 3_000, false);
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    expect(outcomes).toEqual(['failed']);
  });

  test('so does a stream that does not begin in time', async () => {
    const options = { stream: { firstTokenMs: 5_000 } };
    const { error, outcomes } = await late(options, { type: 'stall' }, 5_000);
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    expect(outcomes).toEqual(['failed']);
  });

  test('a stream that falls silent, or drags on, ends with an error event', async () => {
    for (const stream of [{ idleMs: 4_000 }, { totalMs: 4_000 }]) {
      const silent = { ...LONG, type: 'stall', afterChunks: 4 } as const;
      const { error, outcomes } = await late({ stream }, silent, 4_000);
      expect(error).toBeInstanceOf(APIError);
      expect(error).toMatchObject({ code: 'stream_timeout' });
      expect(outcomes).toEqual(['failed']);
    }
  });

  test('time-outs trip the breaker, and the next call does not wait for one', async () => {
    const options = { breaker: { timeoutMs: 3_000, failureThreshold: 1 } };
    const { rig } = await late(options, { type: 'stall' }, 3_000, false);
    const error = await errorOf(openaiClient(rig).chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 503, code: 'circuit_open' });
    expect(rig.upstream.requestCount).toBe(1);
  });

  test('a caller’s own time-out says nothing of the provider', async () => {
    const rig = await openaiRig({ breaker: { failureThreshold: 1 } });
    rig.behave({ type: 'stall' });
    const client = openaiClient(rig, { maxRetries: 0, timeout: 20 });
    const error = await errorOf(client.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    expect(rig.outcomes()).toEqual(['cancelled']);
    expect(rig.breaker.state).toBe('closed');
  });
});

describe('before a stream begins', () => {
  test('faults and refusals raise what they raise for any call', async () => {
    const { rig, client, read } = await streamOf({ type: 'quota' });
    const { error } = await read();
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ status: 429, code: 'insufficient_quota' });
    const refused = await errorOf(client.chat.completions.create({ ...CHAT, stream: true }));
    expect(refused).toBeInstanceOf(InternalServerError);
    expect(refused).toMatchObject({ status: 503, code: 'circuit_latched' });
    expect(rig.upstream.requestCount).toBe(1);
  });
});

/** Until what a behaviour sends before it falls silent is with the client. */
async function chunksPassed({ upstream, clock }: SdkRig, behaviour: Behaviour): Promise<void> {
  const wanted = behaviour.type === 'stall' ? (behaviour.afterChunks ?? 0) : 0;
  while ((upstream.requests[0]?.chunkCount ?? 0) < wanted) await clock.settle();
  for (let turn = 0; turn < 20; turn++) await clock.settle();
}
