/** What every simulated provider does besides answering: keys, records, limits, and a clean end. */
import { createServer } from 'node:net';

import { expect, it } from 'vitest';

import {
  simulateLightRag,
  simulateOpenAI,
  simulatePerplexity,
  VirtualClock,
  type SimulatedProvider,
} from '../kit/index.ts';

const SIMULATIONS = [simulateOpenAI, simulatePerplexity, simulateLightRag];
const get = (url: string, headers: Record<string, string> = {}) => fetch(url, { headers });
const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
const detail = async (response: Promise<Response>): Promise<unknown> => {
  const { status } = await response;
  return [status, ((await (await response).json()) as { readonly detail: unknown }).detail];
};

it.each(SIMULATIONS)('%o closes with requests under way, and leaves nothing', async (simulate) => {
  const clock = new VirtualClock();
  const server = await simulate({ clock, latencyMs: 60_000, chunkGapMs: 1_000 });
  const failures = [1, 2, 3].map((n) =>
    get(`${server.url}/${n}`, { authorization: 'Bearer k' }).catch((e: Error) => e.message),
  );
  await server.received(3);
  expect([server.underWay, clock.pendingCount]).toEqual([3, 3]);
  await server.close();
  await server.close();
  expect(await Promise.all(failures)).toEqual(['fetch failed', 'fetch failed', 'fetch failed']);
  expect([server.underWay, clock.pendingCount, server.openConnections]).toEqual([0, 0, 0]);
  const port = Number(new URL(server.url).port);
  await new Promise<void>((resolve, reject) => {
    const free = createServer().once('error', reject);
    free.listen(port, '127.0.0.1', () => free.close(() => resolve()));
  });
});

it('a record holds the request without its credential', async () => {
  await using server = await simulateOpenAI();
  const headers = { authorization: 'Bearer sk-secret', 'x-api-key': 'sk-other', 'x-tag': 'a' };
  await post(`${server.baseUrl}/embeddings?trace=1`, { model: 'm', input: [] }, headers);
  const [request] = server.requests;
  expect(request).toMatchObject({
    number: 1,
    method: 'POST',
    path: '/v1/embeddings',
    query: 'trace=1',
    body: { model: 'm', input: [] },
    keyHeader: 'authorization',
    ended: 'whole',
  });
  expect(request?.headers['x-tag']).toBe('a');
  expect(JSON.stringify(request)).not.toContain('sk-');
});

it('the oldest records are forgotten', async () => {
  await using server = await simulateLightRag({ requestsMax: 2 });
  for (const path of ['/health', '/query', '/documents']) await get(server.url + path);
  expect(server.requests.map(({ path }) => path)).toEqual(['/query', '/documents']);
  expect(server.requestCount).toBe(3);
});

it('keys are accepted, refused, and rotated', async () => {
  await using openai = await simulateOpenAI({ keys: ['old'] });
  const status = async (headers: Record<string, string>) =>
    (await get(`${openai.baseUrl}/models`, headers)).status;
  const [old, fresh] = ['old', 'new'].map((key) => ({ authorization: `Bearer ${key}` }));
  expect([await status({}), await status({ ...old }), await status({ ...fresh })]).toEqual([
    401, 200, 401,
  ]);
  openai.acceptKeys(['new']);
  expect([await status({ ...old }), await status({ ...fresh })]).toEqual([401, 200]);
});

it('LightRAG refuses keys in the words of its two ways, and tells its health to everybody', async () => {
  await using server = await simulateLightRag({ keys: ['k'] });
  const url = `${server.url}/documents`;
  expect(await detail(get(url))).toEqual([403, 'API Key required']);
  expect(await detail(get(url, { 'x-api-key': 'no' }))).toEqual([403, 'Invalid API Key']);
  const token = { authorization: 'Bearer no' };
  expect(await detail(get(url, token))).toEqual([401, 'Invalid token. Please login again.']);
  expect((await get(url, { 'x-api-key': 'k' })).status).toBe(200);
  const health = async (headers = {}) =>
    (await (await get(`${server.url}/health`, headers)).json()) as Record<string, unknown>;
  expect(await health()).not.toHaveProperty('configuration');
  expect(await health({ 'x-api-key': 'no' })).not.toHaveProperty('configuration');
  expect(await health({ 'x-api-key': 'k' })).toMatchObject({
    status: 'healthy',
    configuration: {},
  });
});

const queries: readonly (readonly [unknown, number])[] = [
  [{ query: 'ab' }, 422],
  [{ query: '城' }, 422],
  [{ query: '城市' }, 200],
  [{}, 422],
  [{ query: 5 }, 422],
  [{ query: 'abc', mode: 'best' }, 422],
  [{ query: 'abc', mode: 'naive' }, 200],
  [[], 422],
];

it.each(queries)('LightRAG validates the query %j: %d', async (body, status) => {
  await using server = await simulateLightRag();
  const response = await post(`${server.url}/query`, body);
  expect(response.status).toBe(status);
  const [problem] = ((await response.json()) as { readonly detail?: unknown[] }).detail ?? [];
  if (status === 422) {
    const text: unknown = expect.any(String);
    expect(problem).toEqual({ type: text, loc: expect.any(Array), msg: text });
  }
});

it('LightRAG processes documents in the background, and one job at a time', async () => {
  const clock = new VirtualClock();
  const documents = { takesMs: 1_000, jobTakesMs: 5_000 };
  await using server = await simulateLightRag({ clock, documents });
  const insert = (text: string, file_source: string) =>
    post(`${server.url}/documents/text`, { text, file_source });
  const { status, track_id } = (await (await insert('One.', 'a')).json()) as Record<string, string>;
  expect(status).toBe('success');
  expect((await insert('Two.', 'a')).status).toBe(409);
  expect((await insert('', 'b')).status).toBe(422);
  const summary = async () => {
    const response = await get(`${server.url}/documents/track_status/${track_id}`);
    return ((await response.json()) as { readonly status_summary: unknown }).status_summary;
  };
  expect(await summary()).toEqual({ pending: 1 });
  clock.advance(500);
  expect(await summary()).toEqual({ processing: 1 });
  clock.advance(500);
  expect(await summary()).toEqual({ processed: 1 });
  const clear = () => fetch(`${server.url}/documents`, { method: 'DELETE' });
  expect((await clear()).status).toBe(200);
  expect([(await clear()).status, (await insert('Three.', 'c')).status]).toEqual([409, 409]);
  clock.advance(5_000);
  expect((await insert('Three.', 'c')).status).toBe(200);
});

it('LightRAG fails documents in the background, finds nothing, and refuses what is too large', async () => {
  const failure = 'Error code: 429 - rate_limit_exceeded';
  await using server: SimulatedProvider = await simulateLightRag({
    documents: { failure },
    bodyBytesMax: 200,
    plan: [{ type: 'answer' }, { type: 'answer' }, { type: 'content_filtered' }],
  });
  const inserted = await post(`${server.url}/documents/text`, { text: 'One.' });
  const { track_id } = (await inserted.json()) as { readonly track_id: string };
  const status = await get(`${server.url}/documents/track_status/${track_id}`);
  expect(await status.json()).toMatchObject({
    documents: [{ status: 'failed', error_msg: failure }],
    total_count: 1,
  });
  expect(await (await post(`${server.url}/query`, { query: 'Anything?' })).json()).toMatchObject({
    response: 'No relevant context found for the query.',
    llm_generated: false,
  });
  const large = await post(`${server.url}/documents/text`, { text: 'x'.repeat(500) });
  expect(large.status).toBe(413);
});

it('a batch ends after its time, with counts and usage', async () => {
  const clock = new VirtualClock();
  const batches = { takesMs: 10_000, requestCount: 4, failedCount: 1, cachedTokens: 100 };
  await using server = await simulateOpenAI({ clock, batches });
  const key = { authorization: 'Bearer k' };
  const body = { input_file_id: 'f', endpoint: '/v1/responses', completion_window: '24h' };
  const created = await post(`${server.baseUrl}/batches`, body, key);
  const { id } = (await created.json()) as { readonly id: string };
  const batch = async () => (await get(`${server.baseUrl}/batches/${id}`, key)).json();
  clock.advance(5_000);
  expect(await batch()).toMatchObject({ status: 'in_progress', request_counts: { total: 4 } });
  expect(await batch()).not.toHaveProperty('usage');
  clock.advance(5_000);
  expect(await batch()).toMatchObject({
    status: 'completed',
    request_counts: { total: 4, completed: 3, failed: 1 },
    usage: {
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 100 },
      output_tokens: 500,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 1_500,
    },
  });
});

it('a misspelt option is refused', async () => {
  await expect(simulateOpenAI({ sead: 1 } as object)).rejects.toThrow('simulateOpenAI.sead');
  await expect(simulatePerplexity({ sonar: 'gone' as 'retired' })).rejects.toThrow("'served'");
  await expect(simulateLightRag({ documents: { takesMs: -1 } })).rejects.toThrow('takesMs must be');
});
