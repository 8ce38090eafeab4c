/** Every behaviour of the simulated providers, as it looks from the wire. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  simulateLightRag,
  simulateOpenAI,
  simulatePerplexity,
  type Behaviour,
  type SimulatedProvider,
} from '../kit/index.ts';
import { USAGE_FAULTS } from '../kit/providers/usage-fault.ts';

let openai: SimulatedProvider;
let perplexity: SimulatedProvider;
let lightrag: SimulatedProvider;
beforeAll(async () => {
  const answer = { outputTokens: 10 };
  openai = await simulateOpenAI({ answer });
  perplexity = await simulatePerplexity({ answer });
  lightrag = await simulateLightRag({ answer });
});
afterAll(() => Promise.all([openai, perplexity, lightrag].map((server) => server.close())));
afterEach(() => [openai, perplexity, lightrag].forEach((server) => server.script([])));

const send = (url: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  });
const chat = (isStream: boolean, init?: RequestInit): Promise<Response> => {
  const messages = [{ role: 'user', content: 'Tell me.' }];
  const stream_options = isStream ? { include_usage: true } : undefined;
  const body = { model: 'gpt-4o', messages, stream: isStream, stream_options };
  return send(`${openai.baseUrl}/chat/completions`, body, init);
};
const agent = () =>
  send(`${perplexity.url}/v1/agent`, { model: 'perplexity/sonar', input: 'Tell me.' });
const query = () => send(`${lightrag.url}/query`, { query: 'Tell me.' });
type Call = () => Promise<Response>;

/** Behaviour, and status and identifying words from OpenAI, Perplexity and LightRAG. */
const REFUSALS: readonly (readonly [Behaviour, string, string, string])[] = [
  [
    { type: 'rate_limited' },
    '429 rate_limit_exceeded',
    '429 request_rate_limit',
    '500 Error code: 429',
  ],
  [{ type: 'quota' }, '429 insufficient_quota', '401 insufficient_quota', '500 insufficient_quota'],
  [{ type: 'unauthorized' }, '401 invalid_api_key', '401 invalid_api_key', '401 Invalid token'],
  [{ type: 'forbidden' }, '403 request_forbidden', '403 forbidden', '403 Invalid API Key'],
  [{ type: 'bad_request' }, '400 invalid_request_error', '400 invalid_request', '400 detail'],
  [{ type: 'not_found' }, '404 model_not_found', '404 not_found', '404 Not Found'],
  [{ type: 'conflict' }, '409 conflict', '409 conflict', '409 busy'],
  [{ type: 'too_large' }, '413 too_large', '413 too_large', '413 too large'],
  [{ type: 'unprocessable' }, '422 invalid_request_error', '422 unprocessable', '422 "loc"'],
  [{ type: 'server_error' }, '500 server_error', '500 internal_server', '500 Internal server'],
  [{ type: 'server_error', status: 504 }, '504 <html>', '504 <html>', '504 <html>'],
  [{ type: 'overloaded' }, '503 server_is_overloaded', '503 service_unavail', '500 timeout'],
  [{ type: 'retired' }, '404 deprecated', '403 Sonar is now the Agent API', '404 Not Found'],
  [{ type: 'error', status: 418, body: { a: 1 } }, '418 {"a":1}', '418 {"a":1}', '418 {"a":1}'],
];

it.each(REFUSALS)(
  'API-44 mock api error simulation: each API words %o',
  async (behaviour, ...words) => {
    const calls: readonly (readonly [SimulatedProvider, Call])[] = [
      [openai, () => chat(false)],
      [perplexity, agent],
      [lightrag, query],
    ];
    for (const [index, [server, call]] of calls.entries()) {
      server.script([behaviour]);
      const response = await call();
      const [status, ...said] = (words[index] as string).split(' ');
      expect(response.status).toBe(Number(status));
      expect(await response.text()).toContain(said.join(' '));
      expect((await call()).status).toBe(200);
    }
  },
);

describe('API-44 mock api error simulation: rate limits', () => {
  it('say when to come back as they are told to', async () => {
    openai.script([
      { type: 'rate_limited', retryAfterSeconds: 20 },
      { type: 'rate_limited', by: 'tokens', retryAfterMs: 1500, retryAfterSeconds: null },
      { type: 'rate_limited', headers: { 'x-should-retry': 'false', 'x-request-id': null } },
    ]);
    const headers = async () => (await chat(false)).headers;
    expect((await headers()).get('retry-after')).toBe('20');
    const second = await headers();
    expect([second.get('retry-after'), second.get('retry-after-ms')]).toEqual([null, '1500']);
    expect(second.get('x-ratelimit-remaining-tokens')).toBe('0');
    expect(second.get('x-ratelimit-reset-tokens')).toBe('1.5s');
    const third = await headers();
    expect([third.get('x-should-retry'), third.get('x-request-id')]).toEqual(['false', null]);
  });

  it('of Perplexity say nothing of it unless told to', async () => {
    perplexity.script([{ type: 'rate_limited' }]);
    expect((await agent()).headers.has('retry-after')).toBe(false);
  });
});

describe('API-44 mock api error simulation: transport', () => {
  const read = async (behaviour: Behaviour, isStream: boolean): Promise<string> => {
    openai.script([behaviour]);
    return (await chat(isStream)).text();
  };
  const last = () => openai.requests.at(-1);

  it.each([false, true])('a reset and cuts are failures of the network, stream: %s', async (s) => {
    const reset = { message: 'fetch failed', cause: { code: 'ECONNRESET' } };
    await expect(read({ type: 'reset' }, s)).rejects.toMatchObject(reset);
    await expect(read({ type: 'cut', afterChunks: 0 }, s)).rejects.toThrow('terminated');
    await expect(read({ type: 'cut', afterChunks: 3 }, s)).rejects.toThrow('terminated');
    expect(last()).toMatchObject({ ended: 'closed', chunkCount: 3 });
  });

  it('an unfinished stream lacks its end, or only the last of it', async () => {
    const cut = await read({ type: 'unfinished', afterChunks: 4 }, true);
    expect(cut).not.toMatch(/\[DONE\]|"finish_reason":"|total_tokens/);
    expect(cut.match(/"delta":{"content":"[^"]/g)).toHaveLength(4);
    const almost = await read({ type: 'unfinished', without: 'done' }, true);
    expect(almost).toMatch(/"finish_reason":"stop".*total_tokens/s);
    expect(almost).not.toContain('[DONE]');
    const body = await read({ type: 'unfinished' }, false);
    expect(() => void JSON.parse(body)).toThrow(SyntaxError);
  });

  it('an error frame ends the stream', async () => {
    const text = await read(
      { type: 'error_frame', afterChunks: 2, code: 'rate_limit_exceeded' },
      true,
    );
    expect(text.trimEnd().split('\n\n')).toHaveLength(3);
    expect(text).toMatch(/data: {"error":{[^}]*"code":"rate_limit_exceeded"}}\n\n$/);
  });

  it('JSON breaks off, and bodies are empty', async () => {
    const body = await read({ type: 'bad_json' }, false);
    expect(() => void JSON.parse(body)).toThrow(SyntaxError);
    const frames = (await read({ type: 'bad_json', afterChunks: 2 }, true)).split('\n\n');
    const parses = (frame: string | undefined): boolean => {
      try {
        return JSON.parse((frame ?? '').slice('data: '.length)) !== undefined;
      } catch {
        return false;
      }
    };
    expect(frames.slice(0, 4).map(parses)).toEqual([true, true, false, true]);
    expect(await read({ type: 'empty' }, false)).toBe('');
    expect(await read({ type: 'empty' }, true)).toBe('');
  });

  it('a huge body arrives whole', async () => {
    const bytes = 3_000_000;
    expect((await read({ type: 'huge', bytes }, false)).length).toBeGreaterThan(bytes);
    expect((await read({ type: 'huge', bytes }, true)).length).toBeGreaterThan(bytes);
  });

  it('a stall lasts until the client leaves, before the headers and in mid stream', async () => {
    openai.script([{ type: 'stall' }, { type: 'stall', afterChunks: 2 }]);
    const first = new AbortController();
    const before = openai.requestCount;
    const silent = chat(false, { signal: first.signal });
    await openai.received(before + 1);
    expect(openai.underWay).toBe(1);
    first.abort();
    await expect(silent).rejects.toThrow('aborted');
    await openai.idle();
    expect(last()).toMatchObject({ ended: 'left', chunkCount: 0 });

    const second = new AbortController();
    const reader = (await chat(true, { signal: second.signal })).body?.getReader();
    await reader?.read();
    second.abort();
    await openai.idle();
    expect(last()).toMatchObject({ ended: 'left', chunkCount: 2 });
  });
});

describe('API-44 mock api error simulation: usage', () => {
  const wrong = async (server: SimulatedProvider, behaviour: Behaviour, call: Call) => {
    server.script([behaviour]);
    return ((await (await call()).json()) as { readonly usage?: Record<string, unknown> }).usage;
  };

  it.each(USAGE_FAULTS)('is wrong in this way: %s', async (usage) => {
    const behaviour: Behaviour = { type: 'wrong_usage', usage, cachedTokens: 2 };
    const said = await wrong(openai, behaviour, () => chat(false));
    const details = said?.['prompt_tokens_details'] as Record<string, unknown> | undefined;
    const expected: Record<typeof usage, unknown> = {
      missing: undefined,
      null: null,
      zero: 0,
      negative: -11,
      fractional: 10.5,
      strings: '10',
      endless: 1e300,
      cached_above_input: 10,
    };
    expect(said?.['completion_tokens'] ?? said).toBe(expected[usage]);
    if (usage === 'cached_above_input') {
      expect(details?.['cached_tokens']).toBeGreaterThan(said?.['prompt_tokens'] as number);
    }
    expect((await wrong(perplexity, behaviour, agent))?.['output_tokens']).toBe(
      expected[usage] ?? undefined,
    );
  });

  it('is what an object says', async () => {
    const usage = { prompt_tokens: [] };
    expect(await wrong(openai, { type: 'wrong_usage', usage }, () => chat(false))).toEqual(usage);
  });
});
