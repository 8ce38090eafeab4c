/**
 * What a protected `fetch` adds to the one of Node (undici's), against an upstream in a process of
 * its own. CPU is this process's; rounds of the two take turns, and the median of each counts. A
 * round is long enough for several collections of young garbage, each of which costs as much as
 * thirty calls: the quickest round would be the one that happened to have the fewest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { openBoard, usd, type Board } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import type { Gauge, Reading } from './case.ts';
import { heapBytes } from './heap.ts';
import { median } from './rounds.ts';

type Fetch = typeof globalThis.fetch;

interface Upstream {
  readonly url: string;
  close(): void;
}

export async function startUpstream(): Promise<Upstream> {
  const path = join(import.meta.dirname, 'upstream.js');
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${line.toString().trim()}`, close: () => child.kill() };
}

/** With budgets, rules and a tokenizer: what a user would open. */
const openProtected = (): Promise<Board> =>
  openBoard({
    budgets: [
      { id: 'day', limit: usd(1_000_000), period: 'day' },
      { id: 'month', limit: usd(1_000_000), period: 'month' },
    ],
    rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(100), action: 'block' }],
  });

const request = (stream: boolean): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer sk-bench', 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'gpt-4o-mini',
    max_tokens: 500,
    messages: [
      { role: 'system', content: 'You explain electronics to people who repair things.' },
      { role: 'user', content: 'What does a capacitor do, and why does it fail? '.repeat(3) },
    ],
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  }),
});

/** Paths that the profile reads as chats, and the upstream by their beginning. */
const JSON_PATH = '/v1/chat/completions';
const STREAM_PATH = '/stream/chat/completions';
const HELD_PATH = '/held/chat/completions';

/** Microseconds of CPU that a round took. */
async function cpuOf(round: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await round();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const WARM_UP_ROUNDS = 3;
const ROUNDS = 15;

/** What a round of each took as a rule, in turns. Microseconds of CPU. */
async function race(
  one: () => Promise<void>,
  other: () => Promise<void>,
): Promise<readonly [one: number, other: number]> {
  const took: Record<'one' | 'other', number[]> = { one: [], other: [] };
  for (let round = 0; round < ROUNDS; round++) {
    took.other.push(await cpuOf(other));
    took.one.push(await cpuOf(one));
  }
  return [median(took.one), median(took.other)];
}

async function callTimes(fetch: Fetch, url: string, times: number): Promise<void> {
  for (let call = 0; call < times; call++) {
    const response = await fetch(url, request(false));
    await response.json();
  }
}

const CALLS = 1_000;

async function jsonCall(): Promise<readonly Reading[]> {
  const upstream = await startUpstream();
  const board = await openProtected();
  const protectedFetch = board.fetch('openai');
  const url = upstream.url + JSON_PATH;
  const ours = (): Promise<void> => callTimes(protectedFetch, url, CALLS);
  const bare = (): Promise<void> => callTimes(globalThis.fetch, url, CALLS);
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    await ours();
    await bare();
  }
  const [took, tookBare] = await race(ours, bare);
  await board.close();
  upstream.close();
  return [
    { what: 'undici alone', value: tookBare / CALLS, unit: 'µs of CPU a call' },
    { what: 'protected', value: took / CALLS, unit: 'µs of CPU a call' },
    { what: 'more CPU', value: (took / tookBare - 1) * 100, unit: '%', max: 15 },
  ];
}

/** Reads a stream to its end, as a client does, and answers how long its first byte took. */
async function readStream(fetch: Fetch, url: string): Promise<number> {
  const startMs = systemClock.monotonicMs();
  const response = await fetch(url, request(true));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let firstMs = NaN;
  for (;;) {
    const { done } = await reader.read();
    if (Number.isNaN(firstMs)) firstMs = systemClock.monotonicMs() - startMs;
    if (done) return firstMs;
  }
}

const STREAMS = 10;
/** As the upstream has it. */
const STREAM_CHUNKS = 400;

async function streamedChunk(): Promise<readonly Reading[]> {
  const upstream = await startUpstream();
  const board = await openProtected();
  const protectedFetch = board.fetch('openai');
  const url = upstream.url + STREAM_PATH;
  const firsts: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  const round = async (fetch: Fetch, times: number[]): Promise<void> => {
    for (let stream = 0; stream < STREAMS; stream++) times.push(await readStream(fetch, url));
  };
  const ours = (): Promise<void> => round(protectedFetch, firsts.ours);
  const bare = (): Promise<void> => round(globalThis.fetch, firsts.bare);
  for (let warm = 0; warm < WARM_UP_ROUNDS; warm++) {
    await ours();
    await bare();
  }
  firsts.ours.length = firsts.bare.length = 0;
  const [took, tookBare] = await race(ours, bare);
  await board.close();
  upstream.close();
  const perChunk = (took - tookBare) / STREAMS / STREAM_CHUNKS;
  const later = (median(firsts.ours) - median(firsts.bare)) * 1_000;
  return [
    { what: 'more CPU', value: perChunk, unit: 'µs a chunk', max: 15 },
    { what: 'later first byte, median', value: later, unit: 'µs', max: 300 },
  ];
}

const HELD_STREAMS = 1_000;

/** Bytes that each of a thousand streams takes which have begun and wait. */
async function heldBytes(fetch: Fetch, url: string): Promise<number> {
  const before = memory();
  const controllers: AbortController[] = [];
  const readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  for (let stream = 0; stream < HELD_STREAMS; stream++) {
    const controller = new AbortController();
    controllers.push(controller);
    const response = await fetch(url, { ...request(true), signal: controller.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    readers.push(reader);
  }
  const bytes = (memory() - before) / HELD_STREAMS;
  for (const reader of readers) reader.cancel().catch(() => {});
  for (const controller of controllers) controller.abort();
  return bytes;
}

/** Of the heap and outside of it. */
const memory = (): number => heapBytes() + process.memoryUsage().arrayBuffers;

async function concurrentStreams(): Promise<readonly Reading[]> {
  const upstream = await startUpstream();
  const board = await openProtected();
  const protectedFetch = board.fetch('openai');
  const url = upstream.url + HELD_PATH;
  // Code and caches of the first ones belong to no stream.
  await heldBytes(protectedFetch, url);
  await heldBytes(globalThis.fetch, url);
  const bare = await heldBytes(globalThis.fetch, url);
  const ours = await heldBytes(protectedFetch, url);
  await board.close({ drainTimeoutMs: 0 });
  upstream.close();
  return [
    { what: 'undici alone', value: bare / 1_024, unit: 'KiB a stream' },
    { what: 'added', value: (ours - bare) / 1_024, unit: 'KiB a stream', max: 20 },
  ];
}

export const PROVIDERS: readonly Gauge[] = [
  { id: 'fetch json call', read: jsonCall },
  { id: 'fetch streamed chunk', read: streamedChunk },
  { id: 'fetch 1,000 streams', read: concurrentStreams },
];
