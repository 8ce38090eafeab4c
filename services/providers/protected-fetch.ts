/** A protected `fetch`, as its users and the pool see it. */
import type { Breaker, OperatorOptions } from '../breaker.ts';
import type { NanoUsd } from '../cost/money.ts';
import type { RefusalCode } from '../errors.ts';
import type { Refusal } from '../refusal.ts';
import type { Fault } from './fault.ts';

/** How one request ended, as far as its first byte tells. */
export interface Sent {
  /** What a client gets: the provider's response, or a refusal worded as one of its errors. */
  readonly response: Response;
  /** Why it was not sent; null: it was. */
  readonly refusal: Refusal | null;
  /** Why it failed; null: it did not, or it is a stream whose end nobody knows yet. */
  readonly fault: Fault | null;
}

/** What a request would meet if it were made now. Nothing is reserved. */
export interface Outlook {
  readonly breaker: Breaker;
  /** Why it would be refused; null: nothing known stands in its way. */
  readonly refusalCode: RefusalCode | null;
  /** A budget is strained. */
  readonly isDegraded: boolean;
  /** What it is expected to cost; null where the board counts no costs. */
  readonly expectedNanoUsd: NanoUsd | null;
}

export interface ProtectedFetch {
  /**
   * As the global `fetch`. A refusal comes as a response of status 4xx or 5xx with
   * `x-should-retry: false`, or is thrown (`onRefusal: 'throw'`); what the network throws is
   * rethrown untouched.
   */
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** The same, told apart. Rejects only with what the network or the caller's signal threw. */
  send(input: string | URL | Request, init?: RequestInit): Promise<Sent>;
  /** A body that is a stream is not looked at. */
  outlook(input: string | URL | Request, init?: RequestInit): Outlook;
  /** Name of the profile's provider. */
  readonly provider: string;
  /** The breakers that its requests have used and the board still holds. */
  breakers(): Breaker[];
  /** Says that the provider's key was changed, or its account paid: on every one of them. */
  rotateKey(options?: OperatorOptions): void;
}
