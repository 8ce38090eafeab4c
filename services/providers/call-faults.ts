/**
 * What goes wrong with one request, as the breaker is told it and as the client gets it: an error
 * that carries its verdict, and beside it the answer that the client is handed.
 */
import type { BreakerCore } from '../breaker-core.ts';
import type { Verdict } from '../outcome.ts';
import { contained, viewOf } from './answer.ts';
import type { Credentials } from './credentials.ts';
import { verdictOfFault, type Fault } from './fault.ts';
import type { ResolvedFetchOptions } from './fetch-options.ts';
import type { StreamEnd } from './metered-stream.ts';
import { parsedJson } from './json-reading.ts';
import { isUnsent, networkCodeOf } from './network-error.ts';
import type { Profile } from './profile.ts';
import type { Sent } from './protected-fetch.ts';
import { providerError, type ProviderError } from './provider-error.ts';
import { readResponse, type ReadBody } from './read-response.ts';
import { streamedResponse } from './streamed-response.ts';

const DECODER = new TextDecoder();

const TRANSIENT: Fault = { fault: 'transient', code: null, message: '', retryAtMs: null };
const CUT: Fault = { ...TRANSIENT, fault: 'cut' };
const UNREADABLE: Fault = { ...TRANSIENT, message: 'its error could not be read' };

export interface CallFaultsOptions {
  readonly profile: Profile;
  readonly options: ResolvedFetchOptions;
  readonly credentials: Credentials;
  readonly breaker: BreakerCore;
  readonly credential: string;
  /** A body that is gone cannot be sent again. */
  readonly isOnceOnly: boolean;
}

export class CallFaults {
  /** What the last attempt answered, where it failed with an answer. */
  answer: Sent | null = null;
  readonly #options: CallFaultsOptions;

  constructor(options: CallFaultsOptions) {
    this.#options = options;
  }

  /** No answer came. */
  unanswered(error: unknown): ProviderError {
    const fault: Fault = { ...TRANSIENT, code: networkCodeOf(error) };
    return this.#error(fault, null, this.#verdictOf(fault, !isUnsent(error)), error);
  }

  /** An answer began and broke off before anybody was handed it. */
  broken(response: Response, error: unknown): ProviderError {
    const fault: Fault = { ...CUT, code: networkCodeOf(error) };
    const verdict = { ...verdictOfFault(fault), retryable: !this.#options.isOnceOnly };
    const isCut = response.status < 400;
    return this.#error(fault, response.status, isCut ? { ...verdict, isCut } : verdict, error);
  }

  /** An error of the provider's, or the rest of one that is too long to be read. */
  refused(
    response: Response,
    body: Uint8Array | { readonly rest: ReadableStream<Uint8Array> },
  ): ProviderError {
    const { breaker, profile } = this.#options;
    const isWhole = body instanceof Uint8Array;
    const text = isWhole ? DECODER.decode(body) : '';
    const view = viewOf(breaker, response, text, parsedJson(text));
    const fault = contained(breaker, 'readFault', () => profile.readFault(view)) ?? UNREADABLE;
    return this.#answered(response, isWhole ? { bytes: body, text } : body.rest, fault, false);
  }

  /** A failure with a status of success. What it cost is known only where it says so. */
  failed(response: Response, body: ReadBody, fault: Fault, isCostKnown: boolean): ProviderError {
    return this.#answered(response, body, fault, !isCostKnown);
  }

  /** A stream ended with a fault. Its beginning is with the client: nobody can try again for it. */
  streamed(response: Response, fault: Fault, end: StreamEnd, isCostKnown: boolean): ProviderError {
    const verdict = { ...this.#verdictOf(fault, !isCostKnown), retryable: false };
    this.#tellSiblings(verdict);
    return this.#error(fault, response.status, verdict, end.cause);
  }

  #answered(
    response: Response,
    body: ReadBody | ReadableStream<Uint8Array>,
    fault: Fault,
    isCut: boolean,
  ): ProviderError {
    const verdict = this.#verdictOf(fault, isCut);
    const isFinal = this.#options.options.retryAdvice && this.#isFinal(fault, response.status);
    const headers = isFinal ? unretried(response) : response.headers;
    const handed =
      body instanceof ReadableStream
        ? streamedResponse(response, body, headers)
        : readResponse(response, body, headers);
    this.answer = { response: handed, refusal: null, fault };
    this.#tellSiblings(verdict);
    return this.#error(fault, response.status, verdict);
  }

  /** Whether a client that tries again does so in vain. */
  #isFinal({ fault, retryAtMs }: Fault, status: number): boolean {
    return (
      fault === 'quota' ||
      fault === 'unauthorized' ||
      // Clients retry every 429, such as for more tokens at once than a whole minute has.
      (fault === 'invalid' && status === 429) ||
      // Its breaker is open from now on, for longer than clients wait: they shall see this error.
      (fault === 'rate_limited' && retryAtMs === null) ||
      this.#options.breaker.options.retry !== null
    );
  }

  #tellSiblings(verdict: Verdict): void {
    const { breaker, credential, credentials } = this.#options;
    credentials.heard(credential, breaker, verdict);
  }

  #verdictOf(fault: Fault, isCut: boolean): Verdict {
    const verdict = verdictOfFault(fault);
    const retried = this.#options.isOnceOnly ? { ...verdict, retryable: false } : verdict;
    return isCut ? { ...retried, isCut } : retried;
  }

  #error(fault: Fault, status: number | null, verdict: Verdict, cause?: unknown): ProviderError {
    return providerError(this.#options.options.provider, fault, status, verdict, cause);
  }
}

/** The headers of a response, with the advice not to try again. */
function unretried({ headers }: Response): Headers {
  const changed = new Headers(headers);
  changed.set('x-should-retry', 'false');
  return changed;
}
