/** Probes of LightRAG: they find what `/health` hides, and open breakers before calls fail. */
import { expect, onTestFinished, test } from 'vitest';

import { openBoard } from '../../services/open-board.ts';
import {
  lightragProbes,
  type LightragProbesOptions,
} from '../../services/providers/lightrag/probes.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { healthy, lightragServer, type Asked, type Reply } from './lightrag-server.ts';

async function world(options: Partial<LightragProbesOptions> = {}) {
  const clock = new VirtualClock();
  const server = await lightragServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const breaker = (scope: string): string => `lightrag/${scope}`;
  const probes = lightragProbes({ baseUrl: server.url, breaker, clock, ...options });
  return { clock, server, probes };
}

/** Healthy, but for some paths. */
const but =
  (replies: Readonly<Record<string, Reply>>) =>
  (asked: Asked): Reply =>
    replies[asked.path.split('?')[0] ?? ''] ?? healthy(asked);

const counts = (processed: number, failed: number): Reply => ({
  json: { status_counts: { PROCESSED: processed, FAILED: failed, ALL: processed + failed } },
});

test('API-28 lightrag graph consistency checks: a graph that knows what was processed is consistent', async () => {
  const { probes, clock } = await world();
  const result = await probes.check('graph');
  expect(result).toMatchObject({ outcome: 'succeeded', scope: 'graph' });
  expect(result.event).toMatchObject({
    kind: 'outcome',
    breaker: 'lightrag/graph',
    outcome: 'succeeded',
    atMs: clock.nowMs(),
  });
});

test.each<[string, Readonly<Record<string, Reply>>, string]>([
  ['is empty', { '/graph/label/popular': { json: [] } }, 'failed'],
  ['lists an entity without a node', { '/graphs': { json: { nodes: [], edges: [] } } }, 'failed'],
  [
    'has an edge to nowhere',
    { '/graphs': { json: { nodes: [{ id: 'a' }], edges: [{ source: 'a', target: 'b' }] } } },
    'failed',
  ],
  ['cannot be read', { '/graphs': { status: 500, json: { detail: 'corrupt' } } }, 'failed'],
  ['is not ours to read', { '/graphs': { status: 403, json: {} } }, 'unauthorized'],
  [
    'is empty as it must be',
    { '/documents/status_counts': counts(0, 0), '/graph/label/popular': { json: [] } },
    'ignored',
  ],
  ['is of an older server', { '/graph/label/popular': { status: 404, json: {} } }, 'succeeded'],
])('API-28 lightrag graph consistency checks: a graph that %s', async (_, replies, outcome) => {
  const { probes, server } = await world();
  server.reply = but(replies);
  expect(await probes.check('graph')).toMatchObject({ outcome, event: { outcome } });
});

test('API-28 lightrag graph consistency checks: the breaker opens before a call has to fail', async () => {
  const { probes, server, clock } = await world();
  await using board = await openBoard({ clock, defaults: { failureThreshold: 2 } });
  server.reply = but({ '/graph/label/popular': { json: [] } });
  const rounds = probes.every(60_000, ({ event }) => board.ingest.next(event), ['health', 'graph']);
  await rounds.settled();
  expect(board.breaker('lightrag/graph').state).toBe('closed');
  await clock.advanceAsync(60_000);
  await rounds.settled();
  expect(board.breaker('lightrag/graph').state).toBe('open');
  expect(board.breaker('lightrag/status').state).toBe('closed');
  rounds.stop();
});

test('API-29 lightrag vector index health monitoring: an index that finds nothing has failed, whatever health says', async () => {
  const { probes, server } = await world();
  expect(await probes.check('index')).toMatchObject({ outcome: 'succeeded', scope: 'embedding' });
  const asked = server.asked.find(({ path }) => path === '/query/data');
  expect(asked?.body).toMatchObject({ query: 'Ada Lovelace', mode: 'naive', chunk_top_k: 1 });
  server.reply = but({ '/query/data': { json: { status: 'failure', data: {} } } });
  expect(await probes.check('index')).toMatchObject({ outcome: 'failed' });
  const health = await probes.check('health');
  expect(health).toMatchObject({ outcome: 'succeeded', scope: 'status' });
  expect(health.words).toContain('proves nothing');
});

test('API-29 lightrag vector index health monitoring: a limited embedder is not asked again so soon', async () => {
  const { probes, server } = await world({ query: 'what is known' });
  server.reply = but({ '/query/data': { status: 500, json: { detail: 'RateLimitError: 429' } } });
  expect(await probes.check('index')).toMatchObject({ outcome: 'rate_limited' });
  server.reply = but({
    '/query/data': { status: 404, json: {} },
    '/query': { json: { response: 'No relevant context found for the query.' } },
  });
  expect(await probes.check('index')).toMatchObject({ outcome: 'failed' });
});

test('documents that fail after they were taken in are found by their track and their counts', async () => {
  const { probes, server } = await world();
  const track = (...documents: object[]): Reply => ({ json: { track_id: 't', documents } });
  const done = { status: 'processed' };
  const outcomes = [];
  for (const documents of [
    [],
    [done, { status: 'PROCESSING' }],
    [done, done],
    [done, { status: 'failed', error_msg: 'Error code: 429' }],
    [{ status: 'FAILED', error_msg: 'disk is full' }],
  ]) {
    server.reply = but({ '/documents/track_status/t': track(...documents) });
    outcomes.push((await probes.track('t')).outcome);
  }
  expect(outcomes).toEqual(['ignored', 'ignored', 'succeeded', 'rate_limited', 'failed']);

  const seen = [];
  for (const [processed, failed] of [
    [5, 3],
    [5, 3],
    [9, 4],
    [9, 6],
  ] as const) {
    server.reply = but({ '/documents/status_counts': counts(processed, failed) });
    seen.push((await probes.check('documents')).outcome);
  }
  expect(seen).toEqual(['ignored', 'ignored', 'succeeded', 'failed']);
});

test('a probe ends in time, is aborted by its signal, and is never made twice at once', async () => {
  const { probes, server, clock } = await world({ timeoutMs: 5_000 });
  let arrived = (): void => {};
  const stall = (): Reply => () => arrived();
  server.reply = stall;
  const waiting = async (): Promise<void> => new Promise((resolve) => (arrived = resolve));
  let reached = waiting();
  const late = probes.check('health');
  expect(probes.check('health')).toBe(late);
  await reached;
  await clock.advanceAsync(5_000);
  expect(await late).toMatchObject({
    outcome: 'failed',
    words: 'the server did not answer in time',
  });

  reached = waiting();
  const controller = new AbortController();
  const aborted = probes.check('health', controller.signal);
  await reached;
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  expect(clock.pendingCount).toBe(0);
});

test('rounds do not overlap, end when they are stopped, and outlive a callback that throws', async () => {
  const { probes, server, clock } = await world();
  let calls = 0;
  const rounds = probes.every(
    1_000,
    () => {
      calls++;
      throw new Error('mine');
    },
    ['health'],
  );
  await rounds.settled();
  expect(rounds.failure).toMatchObject({ message: 'mine' });
  await clock.advanceAsync(1_000);
  await rounds.settled();
  expect(calls).toBe(2);
  expect(clock.heldCount).toBe(0);
  rounds.stop();
  rounds.stop();
  await clock.advanceAsync(10_000);
  expect([calls, server.asked.length, clock.pendingCount]).toEqual([2, 2, 0]);
  expect(() => probes.every(0, () => {})).toThrow(/milliseconds/);

  let arrived = (): void => {};
  const reached = new Promise<void>((resolve) => (arrived = resolve));
  server.reply = () => () => arrived();
  const stopped = probes.every(1_000, () => calls++, ['health']);
  await reached;
  stopped.stop();
  await stopped.settled();
  expect([calls, stopped.failure, clock.pendingCount]).toEqual([2, undefined, 0]);
});

test('an answer without end is not read to its end, and a server that is gone has failed', async () => {
  const { probes, server } = await world({ answerBytesMax: 2_048 });
  const endless = (): Reply => (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (response.write('"Ada",'.repeat(100)));
    };
    response.on('drain', more);
    more();
  };
  server.reply = (asked) => (asked.path.startsWith('/graphs') ? endless() : healthy(asked));
  expect(await probes.check('graph')).toMatchObject({ outcome: 'ignored' });
  await server[Symbol.asyncDispose]();
  expect(await probes.check('graph')).toMatchObject({ words: 'the server cannot be reached' });
});

test('bad options are named', () => {
  const breaker = (): string => 'x';
  for (const options of [{ baseUrl: 'ftp://x' }, { timeoutMs: 0 }, { query: 'a' }, { clock: {} }]) {
    const given = { baseUrl: 'http://127.0.0.1', breaker, ...options } as LightragProbesOptions;
    expect(() => lightragProbes(given)).toThrow(/^lightragProbes\./);
  }
});
