/** What the simulated providers have in common: their options, and what a test can do with them. */
import { clockOption, invalidOption, knownKeys, numberOption } from '../../../services/check.ts';
import type { Clock } from '../../../services/clock.ts';
import type { AnswerSettings, AnsweringBehaviour, RefusingBehaviour } from './behaviours.ts';
import type { Latency } from './latency.ts';
import type { Plan } from './plan.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { Reply, WholeReply } from './reply.ts';

export interface SimulationOptions {
  /** Decides latencies, failures, identifiers and answers. @default 1 */
  readonly seed?: number;
  /** Before the first byte of an answer. @default 0 */
  readonly latencyMs?: Latency;
  /** Between the frames of a stream. @default 0 */
  readonly chunkGapMs?: Latency;
  /** What it does with which request. @default answers all */
  readonly plan?: Plan;
  /** What the model says, where a behaviour says nothing else. */
  readonly answer?: AnswerSettings;
  /** Keys that are accepted; others get 401. @default any key, where the API wants one */
  readonly keys?: readonly string[];
  /** Waits on it. @default the system's clock */
  readonly clock?: Clock;
  /** @default one that is free */
  readonly port?: number;
  /** Requests kept in `requests`; beyond it the oldest are forgotten. @default 1000 */
  readonly requestsMax?: number;
  /** Bytes of a request beyond which it is refused with 413. @default 16 MiB */
  readonly bodyBytesMax?: number;
}

const KEYS: readonly (keyof SimulationOptions)[] = [
  'seed',
  'latencyMs',
  'chunkGapMs',
  'plan',
  'answer',
  'keys',
  'clock',
  'port',
  'requestsMax',
  'bodyBytesMax',
];

/** A real HTTP server on 127.0.0.1 that answers as an API does. */
export interface SimulatedProvider extends AsyncDisposable {
  /** For example `http://127.0.0.1:41234`. */
  readonly url: string;
  /** What an SDK of the API wants as its base URL. */
  readonly baseUrl: string;
  /** What arrived, in order; at most `requestsMax`. */
  readonly requests: readonly ReceivedRequest[];
  /** How many arrived, forgotten ones included. */
  readonly requestCount: number;
  readonly openConnections: number;
  /** Requests that have no end yet. */
  readonly underWay: number;
  /** Resolves when so many requests have arrived, and each waits for its latency, if it has any. */
  received(count: number): Promise<void>;
  /** Resolves when no request is under way. */
  idle(): Promise<void>;
  /** Does as the plan says from now on: its time and its numbers of requests begin here. */
  script(plan: Plan): void;
  /** Accepts these keys only; null: any. */
  acceptKeys(keys: readonly string[] | null): void;
  /** Ends all connections. Resolves when none is left. May be called twice. */
  close(): Promise<void>;
}

/** One API, as the server is shown it. */
export interface SimulatedApi {
  /** What follows `url` in the base URL, for example `/v1`. */
  readonly basePath: string;
  /** Headers of every answer. May draw. */
  headers(request: ReceivedRequest): Readonly<Record<string, string>>;
  /**
   * Why the request's key will not do; null: it will. `isKnown`: it is among the accepted; null:
   * any is.
   */
  authorize(request: ReceivedRequest, isKnown: boolean | null): WholeReply | null;
  /** Answers as the API does. */
  answer(request: ReceivedRequest, behaviour: AnsweringBehaviour): Reply | Promise<Reply>;
  /** Refuses as the API does. */
  refuse(request: ReceivedRequest, behaviour: RefusingBehaviour): WholeReply;
}

/** @throws FuseboardError invalid_option */
export function checkSimulation(
  path: string,
  options: SimulationOptions,
  moreKeys: readonly string[] = [],
): void {
  knownKeys(path, options, [...KEYS, ...moreKeys]);
  clockOption(`${path}.clock`, options.clock);
  const { answer = {}, keys } = options;
  knownKeys(`${path}.answer`, answer, ['text', 'outputTokens', 'reasoningTokens', 'cachedTokens']);
  const tokens = { min: 0, max: 1_000_000, integer: true };
  for (const name of ['outputTokens', 'reasoningTokens', 'cachedTokens'] as const) {
    numberOption(`${path}.answer.${name}`, answer[name], tokens, 0);
  }
  if (keys !== undefined && !Array.isArray(keys)) {
    throw invalidOption(`${path}.keys`, 'a list of keys', typeof keys);
  }
}
