/** The lanes of one run: each with its breaker, and the protected `fetch` that it calls with. */
import {
  lightragProfile,
  type Board,
  type Breaker,
  type BreakerOptions,
  type FetchOptions,
  type ProtectedFetch,
  type Random,
} from '../../index.ts';
import { hostOf, type Endpoint, type ProviderName } from './endpoints.ts';
import { breakerName, LANES, rateOf, REAL_OPTIONS, REAL_POLICY, type Lane } from './lanes.ts';

/** Tag of every call, and its value for calls that cost real money. */
export const SOURCE_TAG = 'source';
export const REAL = 'real';

/** A provider of one run, behind its protected `fetch`. */
export interface LiveProvider {
  readonly name: ProviderName;
  readonly isReal: boolean;
  readonly host: string;
  readonly fetch: ProtectedFetch;
  /** Requests that were sent. */
  readonly sentCount: number;
}

export interface LiveLane {
  readonly name: string;
  readonly provider: LiveProvider;
  readonly policy: string;
  readonly breaker: Breaker;
  /** Calls per second. */
  readonly rate: number;
  /** Makes one call and reads its answer; facts tell what came of it. Never rejects. */
  call(signal: AbortSignal): Promise<void>;
}

export interface LiveOptions {
  readonly board: Board;
  readonly endpoints: readonly Endpoint[];
  readonly pace: number;
  /** Calls per second in all. */
  readonly rate: number;
  readonly random: Random;
}

/** What a LightRAG server runs on unless it is set up otherwise: it tells nobody what it uses. */
const lightrag = lightragProfile({
  model: 'gpt-4o-mini',
  embeddingModel: 'text-embedding-3-small',
});

export function openLanes(options: LiveOptions): LiveLane[] {
  return options.endpoints.flatMap((endpoint) => {
    const provider = liveProvider(options.board, endpoint, options.pace);
    return LANES.filter((lane) => lane.provider === endpoint.provider).map((lane) =>
      liveLane(lane, provider, endpoint, options),
    );
  });
}

function liveProvider(board: Board, endpoint: Endpoint, pace: number): LiveProvider {
  const { provider: name, isReal } = endpoint;
  const own = LANES.filter((lane) => lane.provider === name);
  let sentCount = 0;
  const options: FetchOptions = {
    fetch: (...args) => {
      sentCount += 1;
      return globalThis.fetch(...args);
    },
    breakerKey: breakerName,
    breaker: (scope) => optionsOf(name, scope, isReal, pace),
    describe: ({ body }) => {
      const { feature = '' } = own.find(({ scope }) => scope === body?.model) ?? own[0] ?? {};
      return { tags: { feature, [SOURCE_TAG]: isReal ? REAL : 'simulated' } };
    },
  };
  const fetch = board.fetch(name === 'lightrag' ? lightrag : name, options);
  return {
    name,
    isReal,
    host: hostOf(endpoint),
    fetch,
    get sentCount() {
      return sentCount;
    },
  };
}

function optionsOf(
  provider: ProviderName,
  scope: string,
  isReal: boolean,
  pace: number,
): BreakerOptions {
  if (isReal) return REAL_OPTIONS;
  return (
    LANES.find((lane) => lane.provider === provider && lane.scope === scope)?.options(pace) ?? {}
  );
}

function liveLane(
  lane: Lane,
  provider: LiveProvider,
  { baseUrl, headers }: Endpoint,
  { board, pace, rate, random }: LiveOptions,
): LiveLane {
  const { name, scope } = lane;
  const { fetch, isReal } = provider;
  const next = (): readonly [url: string, init: RequestInit] => {
    const { path, body } = lane.request(random);
    const init = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    return [`${baseUrl}${path}`, init];
  };
  return {
    name,
    provider,
    policy: isReal ? REAL_POLICY : lane.policy,
    // The one that the fetch would make with its first call: it shall be seen before.
    breaker: board.breaker(name, {
      ...optionsOf(provider.name, scope, isReal, pace),
      provider: provider.name,
    }),
    rate: rateOf(lane, rate, isReal),
    async call(signal) {
      const [url, init] = next();
      try {
        const response = await fetch(url, { ...init, signal });
        // To the end: a stream that nobody reads stands still.
        await response.arrayBuffer();
      } catch {
        // Cut, hung up on, timed out: the breaker knows, and its facts tell.
      }
    },
  };
}
