/** Options of a protected `fetch`: read, defaulted and checked in one place. */
import type { CallOptions } from '../call.ts';
import {
  functionOption,
  invalidOption,
  isObject,
  knownKeys,
  SPAN_RANGE,
  numberOption,
} from '../check.ts';
import type { BreakerOptions } from '../options.ts';
import { resolveOptions } from '../resolve-options.ts';
import { resolveOwnLimits, type OwnLimit } from './own-limits.ts';
import { platformFetch } from './platform-fetch.ts';
import type { RequestView } from './profile.ts';

/** A request, by what its breaker may depend on. */
export interface KeyedRequest {
  readonly provider: string;
  /** A fingerprint of the credential, which does not give it away; `anonymous` without one. */
  readonly credential: string;
  /** The profile's own choice: the model, or the kind of operation. */
  readonly scope: string;
  readonly operation: string;
  readonly model: string | undefined;
}

/** What is said about one request that the request itself does not say. */
export type RequestLabels = Pick<CallOptions, 'priority' | 'tags' | 'correlationId' | 'override'>;

/** When a stream has taken too long. Milliseconds; null for no limit. */
export interface StreamDeadlines {
  /** From the request to the first text of the answer. @default 300000 */
  readonly firstTokenMs?: number | null;
  /** From one piece to the next, while the client waits for it. @default 120000 */
  readonly idleMs?: number | null;
  /** From the request to the end. @default 600000 */
  readonly totalMs?: number | null;
}

export interface FetchOptions {
  /** Whose API it is, for prices, budgets and breakers. @default the profile's name */
  readonly provider?: string;
  /** What sends the requests. @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Options of its breakers, or what makes them of a breaker's scope (see {@link KeyedRequest}).
   * What they leave out is the profile's, then the board's.
   */
  readonly breaker?: BreakerOptions | ((scope: string) => BreakerOptions);
  /**
   * Names the breaker of a request.
   * @default provider, fingerprint of the credential and model, so that one tenant's bad key or
   * one model's rate limit does not stop the others
   */
  readonly breakerKey?: (request: KeyedRequest) => string;
  /** Tags, priority and the like of a request. Asked once for each. @default none */
  readonly describe?: (request: RequestView) => RequestLabels;
  /** Whether a refusal comes as an error response of the API or is thrown. @default 'respond' */
  readonly onRefusal?: 'respond' | 'throw';
  /** Asks upstream for the usage of streams whose client did not, and hides it. @default true */
  readonly usageRequest?: boolean;
  /**
   * Writes the breaker's or the board's `defaultMaxOutputTokens` into requests that have no cap.
   * @default true
   */
  readonly outputCap?: boolean;
  /** Ends a stream that was cut, or must be stopped, with an error event. @default true */
  readonly errorEvent?: boolean;
  /**
   * Adds `x-should-retry: false` to failures that nobody should try again: where the key or the
   * account is at fault, and where this fetch has tried again itself. @default true
   */
  readonly retryAdvice?: boolean;
  /** Slows down before a limit is hit that the provider tells in its headers. @default true */
  readonly heedLimits?: boolean;
  /**
   * Limits that the provider has and does not tell, kept for each credential: for example
   * `[{ what: 'requests', max: 50, perMs: 60_000 }]` for Perplexity's lowest tier.
   * @default none
   */
  readonly limits?: readonly OwnLimit[];
  /** How long a request may wait for such a limit; longer, it is refused. @default 60000 */
  readonly limitWaitMaxMs?: number;
  readonly stream?: StreamDeadlines;
  /**
   * Answers longer than this are passed on unread, and charged at their worst case; requests
   * longer than this are sent without being looked at. Bytes. @default 67108864
   */
  readonly bodyBytesMax?: number;
}

export interface ResolvedFetchOptions extends Required<
  Omit<FetchOptions, 'stream' | 'fetch' | 'breaker' | 'breakerKey' | 'describe'>
> {
  readonly fetch: typeof globalThis.fetch;
  readonly breaker: (scope: string) => BreakerOptions;
  readonly breakerKey: ((request: KeyedRequest) => string) | null;
  readonly describe: ((request: RequestView) => RequestLabels) | null;
  readonly stream: ResolvedDeadlines;
}

/** Infinity: no limit. */
export interface ResolvedDeadlines {
  readonly firstTokenMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

const KEYS = [
  'provider',
  'fetch',
  'breaker',
  'breakerKey',
  'describe',
  'onRefusal',
  'usageRequest',
  'outputCap',
  'errorEvent',
  'retryAdvice',
  'heedLimits',
  'limits',
  'limitWaitMaxMs',
  'stream',
  'bodyBytesMax',
] as const satisfies readonly (keyof FetchOptions)[];

/** What a protected fetch decides itself, so that no option of its breakers may. */
const OWN_OPTIONS = ['provider', 'classify', 'failOn', 'ignore', 'failOnResult', 'requireCost'];
const BODY_BYTES_MAX = 64 * 1_024 * 1_024;
const LIMIT_WAIT_MAX_MS = 60_000;

/** @throws FuseboardError invalid_option */
export function resolveFetchOptions(name: string, options: FetchOptions): ResolvedFetchOptions {
  knownKeys('fetch', options, KEYS);
  const { provider = name, breaker = {}, stream = {}, onRefusal = 'respond' } = options;
  if (typeof provider !== 'string' || provider === '' || provider.length > 64) {
    throw invalidOption('fetch.provider', 'a string of 1 to 64 characters', provider);
  }
  functionOption('fetch.fetch', options.fetch);
  functionOption('fetch.breakerKey', options.breakerKey);
  functionOption('fetch.describe', options.describe);
  if (onRefusal !== 'respond' && onRefusal !== 'throw') {
    throw invalidOption('fetch.onRefusal', "'respond' or 'throw'", onRefusal);
  }
  const breakerOf =
    typeof breaker === 'function'
      ? (scope: string) => checkedBreaker(breaker(scope))
      : always(checkedBreaker(breaker));
  knownKeys('fetch.stream', stream, ['firstTokenMs', 'idleMs', 'totalMs']);
  const flag = (key: 'usageRequest' | 'outputCap' | 'errorEvent' | 'retryAdvice' | 'heedLimits') =>
    booleanOption(`fetch.${key}`, options[key]);
  return {
    provider,
    fetch: options.fetch ?? platformFetch,
    breaker: breakerOf,
    breakerKey: options.breakerKey ?? null,
    describe: options.describe ?? null,
    onRefusal,
    usageRequest: flag('usageRequest'),
    outputCap: flag('outputCap'),
    errorEvent: flag('errorEvent'),
    retryAdvice: flag('retryAdvice'),
    heedLimits: flag('heedLimits'),
    limits: resolveOwnLimits(options.limits ?? []),
    limitWaitMaxMs: numberOption(
      'fetch.limitWaitMaxMs',
      options.limitWaitMaxMs,
      { min: 0 },
      LIMIT_WAIT_MAX_MS,
    ),
    stream: {
      firstTokenMs: deadlineOption('firstTokenMs', stream.firstTokenMs, 300_000),
      idleMs: deadlineOption('idleMs', stream.idleMs, 120_000),
      totalMs: deadlineOption('totalMs', stream.totalMs, 600_000),
    },
    bodyBytesMax: numberOption(
      'fetch.bodyBytesMax',
      options.bodyBytesMax,
      { min: 1, integer: true },
      BODY_BYTES_MAX,
    ),
  };
}

function booleanOption(path: string, value: boolean | undefined): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'boolean') throw invalidOption(path, 'true or false', value);
  return value;
}

const always =
  <T>(value: T): (() => T) =>
  () =>
    value;

function checkedBreaker(breaker: unknown): BreakerOptions {
  if (!isObject(breaker)) throw invalidOption('fetch.breaker', 'an object', breaker);
  for (const key of OWN_OPTIONS) {
    if (!Object.hasOwn(breaker, key)) continue;
    throw invalidOption(`fetch.breaker.${key}`, 'absent: the profile decides it', 'one');
  }
  resolveOptions(breaker, 'fetch.breaker');
  return breaker;
}

function deadlineOption(name: string, value: number | null | undefined, byDefault: number): number {
  if (value === null) return Infinity;
  return numberOption(`fetch.stream.${name}`, value, SPAN_RANGE, byDefault);
}
