/**
 * The server below every simulated provider: takes requests down, asks the plan what becomes of
 * each, and lets the API word it. Each purpose has its own seeded generator, drawn once a request,
 * so that the n-th request of a run fares as the n-th of the next.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { numberOption } from '../../../services/check.ts';
import { systemClock } from '../../../services/clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { isRefusing, type Behaviour } from './behaviours.ts';
import { delivery } from './delivery.ts';
import { Exchange } from './exchange.ts';
import { latencyDraws } from './latency.ts';
import { compilePlan, type Plan } from './plan.ts';
import { fingerprint, keyOf, parsed, publicHeaders } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import { Signals } from './signals.ts';
import type { SimulatedApi, SimulatedProvider, SimulationOptions } from './simulation.ts';

const COUNT = { min: 1, integer: true };
const MEBIBYTE = 1024 * 1024;

export async function startSimulation(
  path: string,
  api: SimulatedApi,
  options: SimulationOptions,
): Promise<SimulatedProvider> {
  const clock = options.clock ?? systemClock;
  const seed = numberOption(`${path}.seed`, options.seed, { min: 0, integer: true }, 1);
  const seeds = seededRandom(seed);
  const random = () => seededRandom(Math.floor(seeds() * 2 ** 32));
  const chances = random();
  const latencyRandom = random();
  const latency = latencyDraws(`${path}.latencyMs`, options.latencyMs ?? 0, latencyRandom);
  const gapRandom = random();
  const chunkGap = latencyDraws(`${path}.chunkGapMs`, options.chunkGapMs ?? 0, gapRandom);
  const requestsMax = numberOption(`${path}.requestsMax`, options.requestsMax, COUNT, 1_000);
  const bodyBytes = { min: 0, integer: true };
  const bodyBytesMax = numberOption(
    `${path}.bodyBytesMax`,
    options.bodyBytesMax,
    bodyBytes,
    16 * MEBIBYTE,
  );
  const portRange = { min: 0, max: 65_535, integer: true };
  const port = numberOption(`${path}.port`, options.port, portRange, 0);

  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const signals = new Signals();
  const startMs = clock.monotonicMs();
  let requestCount = 0;
  let keys = options.keys === undefined ? null : new Set(options.keys);
  let decide = compilePlan(options.plan ?? []);
  let planStartMs = startMs;
  let planStartCount = 0;

  /** Takes a request down; the plan decides about it at once. */
  const take = (message: IncomingMessage, text: string): ReceivedRequest => {
    requestCount += 1;
    const nowMs = clock.monotonicMs();
    const url = message.url ?? '/';
    const mark = url.indexOf('?');
    const requested = mark === -1 ? url : url.slice(0, mark);
    const { behaviour, latencyFactor } = decide({
      number: requestCount - planStartCount,
      sinceMs: nowMs - planStartMs,
      path: requested,
      chance: chances(),
    });
    const own = behaviour.latencyMs;
    const usualMs = latency();
    const drawnMs =
      own === undefined ? usualMs : latencyDraws('plan.latencyMs', own, latencyRandom)();
    const sent = keyOf(message.headers);
    const record: ReceivedRequest = {
      number: requestCount,
      method: (message.method ?? 'GET').toUpperCase(),
      path: requested,
      query: mark === -1 ? '' : url.slice(mark + 1),
      headers: publicHeaders(message.headers),
      keyFingerprint: sent === null ? null : fingerprint(sent.key),
      keyHeader: sent?.header ?? null,
      text,
      body: parsed(text),
      atMs: nowMs - startMs,
      behaviour,
      latencyMs: drawnMs * latencyFactor,
      chunkCount: 0,
      ended: 'not yet',
    };
    requests.push(record);
    if (requests.length > requestsMax) requests.shift();
    return record;
  };

  const replyTo = async (
    request: ReceivedRequest,
    behaviour: Behaviour,
    key: string | null,
    isTooLarge: boolean,
  ) => {
    if (isRefusing(behaviour)) return api.refuse(request, behaviour);
    if (isTooLarge) return api.refuse(request, { type: 'too_large' });
    const isKnown = keys === null ? null : key !== null && keys.has(key);
    return api.authorize(request, isKnown) ?? (await api.answer(request, behaviour));
  };

  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(message, bodyBytesMax);
    if (body === null) return;
    const record = take(message, body.text);
    const { behaviour } = record;
    const exchange = new Exchange(response, clock, record);
    signals.begun();
    try {
      const key = keyOf(message.headers)?.key ?? null;
      const { headers, ...reply } = await replyTo(record, behaviour, key, body.isTooLarge);
      const how = delivery(
        { ...reply, headers: { ...api.headers(record), ...headers } },
        behaviour,
      );
      const gap =
        how.gapMs === null ? chunkGap : latencyDraws('plan.gapMs', how.gapMs, latencyRandom);
      const waiting = exchange.wait(record.latencyMs);
      signals.arrived(requestCount);
      if (await waiting) await exchange.send(how, gap);
    } finally {
      signals.arrived(requestCount);
      signals.ended();
    }
  };

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      // A defect of the simulation itself must not look like one of the provider's faults.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(`The simulation failed: ${String(error)}`);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that resets its connection is no error of the server's.
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await Promise.all([...sockets].map((socket) => ended(socket)));
    await closed;
    await signals.idle();
  };
  const close = (): Promise<void> => (closing ??= end());

  return {
    url,
    baseUrl: `${url}${api.basePath}`,
    requests,
    get requestCount() {
      return requestCount;
    },
    get openConnections() {
      return sockets.size;
    },
    get underWay() {
      return signals.underWay;
    },
    received: (count) => signals.received(count),
    idle: () => signals.idle(),
    script: (plan: Plan) => {
      decide = compilePlan(plan);
      planStartMs = clock.monotonicMs();
      planStartCount = requestCount;
    },
    acceptKeys: (accepted) => {
      keys = accepted === null ? null : new Set(accepted);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });

/** The whole body; beyond the limit it is read and dropped. Null: the client left meanwhile. */
async function readBody(
  message: IncomingMessage,
  bytesMax: number,
): Promise<{ readonly text: string; readonly isTooLarge: boolean } | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
    }
  } catch {
    return null;
  }
  const isTooLarge = bytes > bytesMax;
  return { text: isTooLarge ? '' : Buffer.concat(chunks).toString('utf8'), isTooLarge };
}
