/**
 * Several providers behind one `fetch`: which one answers is chosen for each request, and another
 * one takes over where it cannot, as long as nothing of its answer has been passed on.
 */
import type { BreakerStatus } from '../../breaker.ts';
import type { ProtectedFetch } from '../protected-fetch.ts';
import type { RetryBudgetOptions } from './retry-budget.ts';
import type { StrategyName } from './strategy.ts';

/** A client's request, as a member's `headers` function sees it. */
export interface MemberRequest {
  /** Where it goes. */
  readonly url: string;
  readonly method: string;
  /** What the client set, its credential included. A copy. */
  readonly headers: Headers;
}

/** Headers to set; null takes one away. */
export type MemberHeaders = Readonly<Record<string, string | null>>;

export interface PoolMember {
  /** Names it in views and facts. 1 to 64 characters, its own within the pool. */
  readonly id: string;
  /**
   * What asks it. In a pool let it neither wait nor try again itself, so that another member can
   * take over at once: `limitWaitMaxMs: 0`, and no `retry` among its breaker's options, which the
   * pool's retry budget would not cover.
   */
  readonly fetch: ProtectedFetch;
  /**
   * Where its API lives, for example `https://api.openai.com/v1`: the part of a request's URL after
   * the pool's `baseUrl` is appended to it.
   * @default the URL is left as it is
   */
  readonly baseUrl?: string;
  /**
   * What its requests carry: first of all its own credential, which replaces the client's. A
   * client's credential goes to no other origin than the pool's `baseUrl` unless it is put in here:
   * `(request) => ({ authorization: request.headers.get('authorization') })`. A member whose
   * function throws is passed over.
   * @default the client's headers
   */
  readonly headers?: MemberHeaders | ((request: MemberRequest) => MemberHeaders);
  /**
   * What the model is called here: one name for all, or by the client's name for it. Written into
   * the member `model` of a JSON body that is a string, whose other bytes stay as they are; other
   * bodies are sent unread.
   * @default as the client calls it
   */
  readonly model?: string | Readonly<Record<string, string>>;
  /** For the strategy `priority`: the lowest goes first. An integer. @default 0 */
  readonly priority?: number;
  /** Its share among equals (`priority`, `weighted`). Above 0, at most 1000000. @default 1 */
  readonly weight?: number;
  /** It is asked only when every other one refuses or has failed. @default false */
  readonly isEmergency?: boolean;
}

export interface PoolOptions {
  /**
   * Who is asked first.
   * - `priority`: the lowest `priority`; among equals by chance, in proportion to `weight`.
   * - `weighted`: by chance, in proportion to `weight`.
   * - `cheapest`: the lowest expected cost; one whose cost is unknown comes last.
   * - `fastest`: of two drawn by chance, the one that is expected to answer sooner.
   * @default 'priority'
   */
  readonly strategy?: StrategyName;
  /** Ids of emergency members, beside those that say so themselves. @default none */
  readonly emergency?: string | readonly string[];
  /** How much failing over may add to what is sent. @default 0.2 of the requests, or 1 a second */
  readonly retryBudget?: RetryBudgetOptions;
  /** Members that one request may be sent to. @default all */
  readonly attemptsMax?: number;
  /**
   * What clients are told to use as their base URL. It need not exist.
   * @default the first member's that has one
   */
  readonly baseUrl?: string;
  /** Names the pool in facts. 1 to 64 characters. @default 'pool' */
  readonly name?: string;
}

/** The member that a function is called for. */
export interface ChosenMember {
  readonly id: string;
  readonly fetch: ProtectedFetch;
  readonly baseUrl: string | null;
}

export interface PoolContext {
  /** The caller's; undefined where it gave none. */
  readonly signal: AbortSignal | undefined;
  /** 1 for the member that is asked first. */
  readonly attempt: number;
  readonly isEmergency: boolean;
}

export interface PoolCallOptions {
  /** Gives the call up; its reason is what the call is rejected with. */
  readonly signal?: AbortSignal;
  /**
   * Whether another member may do better after this error; undefined leaves it to the pool, for
   * which errors of the request (`status` 400, 404, 409, 413, 422 …) end the call and others do
   * not.
   */
  readonly failOverIf?: (error: unknown) => boolean | undefined;
}

/** A member at one instant. */
export interface MemberView {
  readonly id: string;
  /** The best of its breakers' states: `open` means that all of them are. */
  readonly state: BreakerStatus;
  readonly breakers: readonly { readonly name: string; readonly state: BreakerStatus }[];
  readonly isEmergency: boolean;
  /** Moving estimate of the time to the first byte. Milliseconds; null until it has answered. */
  readonly latencyMs: number | null;
  /** Moving share of failures among its requests, from 0 to 1. */
  readonly failureRatio: number;
  /** Requests that wait for their first byte. */
  readonly inFlightCount: number;
  /** Requests that were sent to it. */
  readonly requestCount: number;
  /** Of those, the ones that failed in a way that another member might not. */
  readonly failureCount: number;
  /** Requests that it would not, or did not, let through. */
  readonly refusalCount: number;
  /** Requests that went from it to another member. */
  readonly failoverCount: number;
}

/** `degraded`: some member is not closed. `critical`: all are open, emergency members included. */
export type PoolStatus = 'healthy' | 'degraded' | 'critical';

export interface PoolHealth {
  readonly status: PoolStatus;
  readonly members: readonly MemberView[];
  readonly requestCount: number;
  /** Requests that went from one member to another. */
  readonly failoverCount: number;
  /** Requests that were not sent to a further member for want of credit. */
  readonly heldBackCount: number;
  /** Failovers that the retry budget would let through at this instant. */
  readonly retryCredits: number;
}

export interface Pool {
  /**
   * As the global `fetch`; hand it to an SDK together with {@link baseUrl}. When every member fails
   * the first one's failure comes back, with `x-should-retry: false` where it is a response; when
   * all refuse, the refusal that ends soonest. A body that is a stream can be sent once: after it
   * was, there is no failover (nothing is buffered).
   * @throws FuseboardError invalid_argument for a URL that does not begin with `baseUrl`
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** The base URL for clients; undefined where no member and no option names one. */
  readonly baseUrl: string | undefined;
  /**
   * Calls `fn` for one member after another until it succeeds: for members that speak different
   * APIs. It fails over when `fn` throws; what `fn` passes on before is its own affair.
   */
  call<T>(
    fn: (member: ChosenMember, context: PoolContext) => T | PromiseLike<T>,
    options?: PoolCallOptions,
  ): Promise<Awaited<T>>;
  members(): readonly MemberView[];
  health(): PoolHealth;
}
