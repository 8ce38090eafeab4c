/**
 * What a protected `fetch` adds to the one of Node (undici's), against an upstream in a process of
 * its own. Each of the two ways has processes of its own, too, several of them, because V8 compiles
 * the same code now better and now worse; rounds take turns, and the median of each way counts. A
 * round of JSON calls is long enough for several collections of young garbage, each of which costs
 * as much as thirty calls: the quickest round would be the one that happened to have the fewest.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Gauge, Reading } from './case.ts';
import type { Took } from './client.ts';
import { heapBytes } from './heap.ts';
import { openProtected, PATHS, request, type Fetch } from './requests.ts';
import { median } from './rounds.ts';

interface Upstream {
  readonly url: string;
  close(): void;
}

const start = (script: string, ...args: readonly string[]) =>
  spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

export async function startUpstream(): Promise<Upstream> {
  const child = start('upstream.js');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${line.toString().trim()}`, close: () => child.kill() };
}

interface Client {
  round(): Promise<Took>;
  close(): void;
}

type Way = 'protected' | 'bare';
type Kind = 'json' | 'stream';

function startClient(url: string, way: Way, kind: Kind, times: number): Client {
  const child = start('client.js', url, way, kind, String(times));
  return {
    async round() {
      child.stdin.write('\n');
      return JSON.parse(await nextLine(child.stdout)) as Took;
    },
    close: () => child.kill(),
  };
}

/** One line, however many pieces it comes in. */
async function nextLine(stream: NonNullable<ChildProcess['stdout']>): Promise<string> {
  let text = '';
  while (!text.endsWith('\n')) {
    const [piece] = (await once(stream, 'data')) as [Buffer];
    text += piece.toString();
  }
  return text;
}

/** Processes of each way, one after the other, and the rounds of each. */
const PAIRS = 3;
const WARM_UP_ROUNDS = 5;
const ROUNDS = 8;

/** Rounds of both ways, in turns. */
async function race(kind: Kind, times: number): Promise<Record<Way, Took[]>> {
  const upstream = await startUpstream();
  const took: Record<Way, Took[]> = { bare: [], protected: [] };
  for (let pair = 0; pair < PAIRS; pair++) {
    const bare = startClient(upstream.url, 'bare', kind, times);
    const ours = startClient(upstream.url, 'protected', kind, times);
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const [tookBare, tookOurs] = [await bare.round(), await ours.round()];
      if (round < WARM_UP_ROUNDS) continue;
      took.bare.push(tookBare);
      took.protected.push(tookOurs);
    }
    bare.close();
    ours.close();
  }
  upstream.close();
  return took;
}

/** Microseconds of CPU that a round took as a rule. */
const cpuOf = (rounds: readonly Took[]): number => median(rounds.map(({ cpuUs }) => cpuUs));

const CALLS = 1_000;

async function jsonCall(): Promise<readonly Reading[]> {
  const took = await race('json', CALLS);
  const [bare, ours] = [cpuOf(took.bare) / CALLS, cpuOf(took.protected) / CALLS];
  return [
    { what: 'undici alone', value: bare, unit: 'µs of CPU a call' },
    { what: 'protected', value: ours, unit: 'µs of CPU a call' },
    { what: 'more CPU', value: (ours / bare - 1) * 100, unit: '%', max: 15 },
  ];
}

const STREAMS = 10;
/** As the upstream has it. */
const STREAM_CHUNKS = 400;

/** Milliseconds to the first byte of a stream, at the median. */
const firstOf = (rounds: readonly Took[]): number =>
  median(rounds.flatMap(({ firstsMs }) => firstsMs));

async function streamedChunk(): Promise<readonly Reading[]> {
  const took = await race('stream', STREAMS);
  const more = (cpuOf(took.protected) - cpuOf(took.bare)) / STREAMS / STREAM_CHUNKS;
  const later = (firstOf(took.protected) - firstOf(took.bare)) * 1_000;
  return [
    { what: 'more CPU', value: more, unit: 'µs a chunk', max: 15 },
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
  const url = upstream.url + PATHS.held;
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
