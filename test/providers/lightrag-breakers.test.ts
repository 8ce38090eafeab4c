/** LightRAG behind `board.fetch`: every operation fails, waits and recovers for itself. */
import { expect, onTestFinished, test } from 'vitest';

import type { Board } from '../../services/board.ts';
import { openBoard } from '../../services/open-board.ts';
import type { BoardOptions } from '../../services/board-options.ts';
import { usd } from '../../services/cost/money.ts';
import type { FetchOptions } from '../../services/providers/fetch-options.ts';
import { lightragProfile } from '../../services/providers/lightrag/lightrag.ts';
import type { Profile } from '../../services/providers/profile.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { healthy, lightragServer, post, type Reply, type TestServer } from './lightrag-server.ts';

interface World {
  readonly board: Board;
  readonly clock: VirtualClock;
  readonly server: TestServer;
  /** Asks the server; a status of 503 with a `detail` that begins with `Not sent` is a refusal. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  readonly state: (scope: string) => string;
}

interface WorldOptions {
  readonly board?: BoardOptions;
  readonly fetch?: FetchOptions;
  readonly profile?: Profile;
}

async function world(options: WorldOptions = {}): Promise<World> {
  const clock = new VirtualClock();
  const server = await lightragServer();
  const defaults = { failureThreshold: 2, recoveryTimeoutMs: 10_000 };
  const board = await openBoard({ clock, defaults, tokenizer: false, ...options.board });
  onTestFinished(async () => {
    await board.close();
    await server[Symbol.asyncDispose]();
  });
  const guarded = board.fetch(options.profile ?? 'lightrag', {
    breakerKey: ({ scope }) => scope,
    ...options.fetch,
  });
  return {
    board,
    clock,
    server,
    ask: (path, init) => guarded(`${server.url}${path}`, init),
    state: (scope) => board.breaker(scope).state,
  };
}

const QUERY = post({ query: 'who was Ada Lovelace' });
const BY_KEYWORDS = post({ query: 'who was Ada', hl_keywords: ['people'], ll_keywords: ['Ada'] });
const DOCUMENT = post({ text: 'Ada Lovelace wrote the first program.' });

/** Fails on one path, and is healthy on the others. */
const failingOn =
  (path: string, reply: Reply) =>
  (asked: Parameters<typeof healthy>[0]): Reply =>
    asked.path.startsWith(path) ? reply : healthy(asked);

async function statuses(asks: number, ask: () => Promise<Response>): Promise<number[]> {
  const seen: number[] = [];
  for (let n = 0; n < asks; n++) {
    const response = await ask();
    seen.push(response.status);
    await response.text();
  }
  return seen;
}

test('API-21 lightrag circuit breaker protection: a failing query is no longer sent, documents are', async () => {
  const { server, ask, state, clock } = await world();
  server.reply = failingOn('/query', { status: 500, json: { detail: 'LLM unavailable' } });
  expect(await statuses(4, () => ask('/query', QUERY))).toEqual([500, 500, 503, 503]);
  expect(server.asked).toHaveLength(2);
  const refused = await ask('/query', QUERY);
  expect(refused.headers.get('x-should-retry')).toBe('false');
  expect(await refused.json()).toMatchObject({
    detail: expect.stringContaining('breaker "query" is open') as string,
  });
  expect((await ask('/documents/text', DOCUMENT)).status).toBe(200);
  expect([state('query'), state('insert')]).toEqual(['open', 'closed']);
  server.reply = healthy;
  await clock.advanceAsync(10_000);
  expect(await statuses(2, () => ask('/query', QUERY))).toEqual([200, 200]);
  expect(state('query')).toBe('closed');
});

test('API-21 lightrag circuit breaker protection: a rate limit of its model opens at once, a bad request never', async () => {
  const { server, ask, state } = await world();
  server.reply = () => ({ status: 422, json: { detail: [{ loc: ['query'], msg: 'too short' }] } });
  expect(await statuses(5, () => ask('/query', QUERY))).toEqual([422, 422, 422, 422, 422]);
  expect(state('query')).toBe('closed');
  server.reply = () => ({ status: 500, json: { detail: 'Error code: 429 - Rate limit reached' } });
  expect(await statuses(2, () => ask('/query', QUERY))).toEqual([500, 503]);
  expect(state('query')).toBe('open');
});

test('API-22 lightrag vector database protection: a lost index stops retrieval, and nothing else', async () => {
  const { server, ask, state } = await world();
  const lost = { status: 500, json: { detail: 'Vector index not found' } };
  server.reply = (asked) => (asked.body['ll_keywords'] === undefined ? healthy(asked) : lost);
  expect(await statuses(3, () => ask('/query/data', BY_KEYWORDS))).toEqual([500, 500, 503]);
  expect((await ask('/query', QUERY)).status).toBe(200);
  expect([state('embedding'), state('query')]).toEqual(['open', 'closed']);
});

test('API-23 lightrag graph operation protection: the graph fails for itself', async () => {
  const { server, ask, state } = await world();
  server.reply = failingOn('/graph', { status: 500, json: { detail: 'graph unavailable' } });
  const paths = ['/graphs?label=Ada', '/graph/label/list', '/graph/entity/exists?name=Ada'];
  const seen = [];
  for (const path of paths) seen.push((await ask(path)).status);
  expect(seen).toEqual([500, 500, 503]);
  expect((await ask('/query', QUERY)).status).toBe(200);
  expect([state('graph'), state('query')]).toEqual(['open', 'closed']);
});

test('API-24 lightrag embedding generation protection: without the embedder, retrieval rests; free paths go on', async () => {
  const { server, ask, state } = await world();
  const down = { status: 500, json: { detail: 'Embedding func: Worker execution timeout' } };
  server.reply = (asked) => (asked.method === 'GET' ? healthy(asked) : down);
  const naive = post({ query: 'who was Ada', mode: 'naive', only_need_context: true });
  expect(await statuses(1, () => ask('/query', naive))).toEqual([500]);
  expect(await statuses(2, () => ask('/api/embed', post({ input: 'Ada' })))).toEqual([500, 503]);
  expect((await ask('/documents/pipeline_status')).status).toBe(200);
  expect([state('embedding'), state('status')]).toEqual(['open', 'closed']);
});

test('API-25 lightrag response time monitoring: slow answers trip the breaker, though they succeed', async () => {
  const trip = { policy: 'count', calls: 4, minimumCalls: 4, slowCallMs: 5_000, slowRatio: 0.5 };
  const breaker = { trip } as FetchOptions['breaker'];
  const { server, ask, state, clock } = await world({
    board: { defaults: {} },
    fetch: { breaker: breaker ?? {} },
  });
  let slow = 0;
  server.reply = async (asked) => {
    if (slow-- > 0) await clock.advanceAsync(5_000);
    return healthy(asked);
  };
  expect(await statuses(2, () => ask('/query', QUERY))).toEqual([200, 200]);
  expect(state('query')).toBe('closed');
  slow = 2;
  expect(await statuses(3, () => ask('/query', QUERY))).toEqual([200, 200, 503]);
  expect(state('query')).toBe('open');
});

test('API-26 lightrag memory usage protection: a server short of memory is left alone until it wants calls', async () => {
  const { server, ask, state, clock } = await world();
  const full = { status: 503, json: { detail: 'out of memory' }, headers: { 'retry-after': '60' } };
  server.reply = failingOn('/documents', full);
  expect(await statuses(3, () => ask('/documents/text', DOCUMENT))).toEqual([503, 503, 503]);
  expect(server.asked).toHaveLength(2);
  server.reply = healthy;
  await clock.advanceAsync(60_000);
  expect((await ask('/documents/text', DOCUMENT)).status).toBe(200);
  expect(state('insert')).toBe('closed');
});

test('API-27 lightrag concurrent operation limits: the server never has more calls at once than it takes', async () => {
  const profile = lightragProfile({ callsMax: { insert: 2 } });
  const { server, ask } = await world({ profile });
  let now = 0;
  let most = 0;
  const release: (() => void)[] = [];
  server.reply = async (asked) => {
    most = Math.max(most, ++now);
    await new Promise<void>((resolve) => release.push(resolve));
    now--;
    return healthy(asked);
  };
  // Two run, eight wait, and for the others there is no room.
  const all = Array.from({ length: 12 }, () => ask('/documents/text', DOCUMENT));
  const freeing = (async () => {
    for (let freed = 0; freed < 10;) {
      await new Promise((resolve) => setImmediate(resolve));
      for (; release.length > 0; freed++) release.shift()?.();
    }
  })();
  const seen = (await Promise.all(all)).map(({ status }) => status);
  await freeing;
  expect(seen.filter((status) => status === 200)).toHaveLength(10);
  expect(seen.filter((status) => status === 429)).toHaveLength(2);
  expect(most).toBe(2);
});

test('API-30 lightrag backup operation protection: maintenance is alone, and a busy pipeline does not count against it', async () => {
  const { server, ask, state } = await world();
  const busy = { json: { status: 'busy', message: 'pipeline is busy' } };
  server.reply = failingOn('/documents/clear_cache', busy);
  const clear = (): Promise<Response> => ask('/documents/clear_cache', post({}));
  expect(await statuses(5, clear)).toEqual([200, 200, 200, 200, 200]);
  server.reply = failingOn('/documents', { status: 409, json: { detail: 'a scan is running' } });
  const remove = (): Promise<Response> => ask('/documents', { method: 'DELETE' });
  expect(await statuses(5, remove)).toEqual([409, 409, 409, 409, 409]);
  expect(state('maintenance')).toBe('closed');
  server.reply = failingOn('/documents', { json: { status: 'fail', message: 'disk is full' } });
  expect(await statuses(3, remove)).toEqual([200, 200, 503]);
  expect((await ask('/query', QUERY)).status).toBe(200);
  expect([state('maintenance'), state('query')]).toEqual(['open', 'closed']);
});

test('API-30 lightrag backup operation protection: maintenance costs nothing, a query what was counted', async () => {
  const profile = lightragProfile({ model: 'gpt-4o-mini' });
  const { ask, board } = await world({
    profile,
    board: { budgets: [{ id: 'daily', limit: usd(1), period: 'day', timeZone: 'UTC' }] },
  });
  const spent = async (): Promise<number> => (await board.budget('daily').summary()).spentNanoUsd;
  await (await ask('/documents/clear_cache', post({}))).json();
  expect(await spent()).toBe(0);
  await (await ask('/query', QUERY)).json();
  // 32,000 tokens of prompts and context at $0.15 a million, and some of what was asked.
  const cost = await spent();
  expect(cost).toBeGreaterThan(usd('0.0048'));
  expect(cost).toBeLessThan(usd('0.0055'));
});
