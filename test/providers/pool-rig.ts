/**
 * What the pool's tests stand on: real HTTP servers on loopback whose answers a test scripts, a
 * virtual clock that those answers move, and the board's own protected fetches.
 */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';

import type { Board, BreakerOptions, Operation } from '../../index.ts';
import { usageOfTotals } from '../../services/cost/usage.ts';
import type { FaultName } from '../../services/providers/fault.ts';
import { createPool } from '../../services/providers/pool/create-pool.ts';
import type { PoolFailover } from '../../services/providers/pool/pool-facts.ts';
import type { Pool, PoolMember, PoolOptions } from '../../services/providers/pool/pool.ts';
import type { Profile } from '../../services/providers/profile.ts';
import type { ProtectedFetch } from '../../services/providers/protected-fetch.ts';
import { openVirtualBoard } from '../board/open-boards.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import type { VirtualClock } from '../kit/virtual-clock.ts';

export interface Hit {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `drop`: the connection breaks. `hang`: no answer, until the client leaves. */
export type Answer =
  | { readonly status: number; readonly body?: string; readonly retryAfter?: number }
  | 'drop'
  | 'hang';

export interface Upstream {
  readonly url: string;
  readonly hits: Hit[];
  /** May move a virtual clock: that is how long it took. */
  answer: (hit: Hit) => Answer;
  /** Resolves when a request has arrived that hangs. */
  readonly hanging: Promise<void>;
  /** Breaks the connections of those that hang. */
  release(): void;
}

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

export const OK: Answer = { status: 200, body: '{"ok":true}' };
export const DOWN: Answer = { status: 503, body: '{"error":"down"}' };

export async function openUpstream(answer: Upstream['answer'] = () => OK): Promise<Upstream> {
  let hangs = (): void => {};
  const hanging = new Promise<void>((resolve) => {
    hangs = resolve;
  });
  const hits: Hit[] = [];
  const held: Socket[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const hit = { method, path, headers, body: Buffer.concat(chunks).toString() };
      hits.push(hit);
      const answered = upstream.answer(hit);
      if (answered === 'hang') {
        held.push(request.socket);
        return hangs();
      }
      if (answered === 'drop') return void request.socket.destroy();
      if (answered.retryAfter !== undefined) {
        response.setHeader('retry-after', String(answered.retryAfter));
      }
      response.writeHead(answered.status, { 'content-type': 'application/json' });
      response.end(answered.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1`;
  const release = (): void => {
    for (const socket of held.splice(0)) socket.destroy();
  };
  const upstream: Upstream = { url, hits, answer, hanging, release };
  return upstream;
}

const FAULTS: Readonly<Record<number, FaultName>> = {
  400: 'invalid',
  401: 'unauthorized',
  402: 'quota',
  429: 'rate_limited',
};

/** An API that says by its status alone how a request went. */
const plainProfile = (operation: Operation | undefined): Profile => ({
  name: 'plain',
  framing: 'sse',
  readRequest: () => ({
    operation: operation ?? { operation: 'llm_call' },
    isStream: false,
    usageRequest: null,
    capMember: null,
    hidesOutput: false,
    isFree: operation === undefined,
  }),
  readAnswer: () => {
    const inputTokens = operation?.inputTokens ?? 0;
    return {
      usage: usageOfTotals('usage', { inputTokens, outputTokens: 0 }),
      isCounted: false,
      fault: null,
    };
  },
  openStream: () => {
    throw new Error('it has no streams');
  },
  readFault({ status, headers, nowMs }) {
    const after = headers.get('retry-after');
    const retryAtMs = after === null ? null : nowMs + Number(after) * 1_000;
    return { fault: FAULTS[status] ?? 'transient', code: null, message: '', retryAtMs };
  },
  refusalResponse: ({ breaker }) => ({ status: 503, body: { breaker } }),
  errorFrame: () => '',
});

export interface GuardOptions {
  readonly breaker?: BreakerOptions;
  /** What a request is about to do, for boards that count money. @default it is free */
  readonly operation?: Operation;
  /** @default the member's id */
  readonly breakerKey?: () => string;
}

/** A protected fetch with one breaker for all of its requests. */
export const guardedFetch = (
  board: Board,
  name: string,
  { operation, breaker = {}, breakerKey = () => name }: GuardOptions = {},
): ProtectedFetch =>
  board.fetch(plainProfile(operation), {
    provider: name,
    breakerKey,
    breaker,
    retryAdvice: false,
  });

export type Up = Upstream & { readonly fetch: ProtectedFetch };

export interface PoolRig {
  readonly board: Board;
  readonly clock: VirtualClock;
  readonly pool: Pool;
  readonly failovers: PoolFailover[];
  /** Upstreams by the ids of their members. */
  readonly up: Readonly<Record<string, Up>>;
  /** One JSON request through the pool: status, and who answered. */
  ask(init?: RequestInit): Promise<Response>;
  /** So many, one after the other; how often each member was reached by them. */
  askTimes(times: number, init?: RequestInit): Promise<Record<string, number>>;
}

export type RigMember = Partial<Omit<PoolMember, 'fetch'>> & { readonly guard?: GuardOptions };

export interface RigOptions extends PoolOptions {
  readonly seed?: number;
  readonly on?: { readonly board: Board; readonly clock: VirtualClock };
}

/** Breakers that open at the third failure in a row and stay open for a minute. */
export const GUARD = {
  breaker: { failureThreshold: 3, recoveryTimeoutMs: 60_000 },
} as const satisfies GuardOptions;

/** A pool of members with an upstream each, which live where the pool's base URL does not. */
export async function openPool(
  members: Readonly<Record<string, RigMember>>,
  { seed = 1, on, ...options }: RigOptions = {},
): Promise<PoolRig> {
  const { board, clock } = on ?? (await openVirtualBoard());
  const up: Record<string, Up> = {};
  const list: PoolMember[] = [];
  for (const [id, { guard = GUARD, ...member }] of Object.entries(members)) {
    const upstream = await openUpstream();
    up[id] = Object.assign(upstream, { fetch: guardedFetch(board, id, guard) });
    list.push({ id, fetch: up[id].fetch, baseUrl: upstream.url, ...member });
  }
  const failovers: PoolFailover[] = [];
  const publish = (fact: PoolFailover): void => void failovers.push(fact);
  const pool = createPool(
    list,
    { baseUrl: 'https://pool.test/v1', ...options },
    { clock, random: seededRandom(seed), publish },
  );
  const ask: PoolRig['ask'] = (init) =>
    pool.fetch('https://pool.test/v1/chat/completions?a=1', {
      method: 'POST',
      body: '{"model":"m","n":1}',
      ...init,
    });
  const askTimes: PoolRig['askTimes'] = async (times, init) => {
    const before = Object.entries(up).map(([id, { hits }]) => [id, hits.length] as const);
    for (let time = 0; time < times; time += 1) await (await ask(init)).text();
    return Object.fromEntries(
      before.map(([id, count]) => [id, (up[id] as Up).hits.length - count]),
    );
  };
  return { board, clock, pool, failovers, up, ask, askTimes };
}

/** The upstream of a member that a test has named. */
export const at = (rig: PoolRig, id: string): Up => rig.up[id] as Up;
