/**
 * One request on its way through its breaker: sent, its answer read, and what it says of usage and
 * fault told. Its client has the answer of the last attempt, or of the one that began a stream.
 */
import { onAbort } from '../abort.ts';
import type { BreakerCore } from '../breaker-core.ts';
import type { CallResult } from '../breaker.ts';
import type { CallContext, CallOptions } from '../call.ts';
import type { CostEvent } from '../cost/cost-events.ts';
import type { Usage } from '../cost/usage.ts';
import type { FuseboardError } from '../errors.ts';
import type { Verdict } from '../outcome.ts';
import type { Refusal } from '../refusal.ts';
import { answerOf, contained, countTokens, objectIn, parsed } from './answer.ts';
import type { Credentials } from './credentials.ts';
import { verdictOfFault, type Fault } from './fault.ts';
import type { ResolvedFetchOptions } from './fetch-options.ts';
import type { LimitPacer } from './limit-pacer.ts';
import { MeteredStream, type StreamEnd } from './metered-stream.ts';
import { isUnsent, networkCodeOf } from './network-error.ts';
import type { OwnLimits } from './own-limits.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { Answer, Profile, RequestReading, ResponseView } from './profile.ts';
import type { Sent } from './protected-fetch.ts';
import { providerError, ProviderError } from './provider-error.ts';
import { refusedResponse } from './refused-response.ts';
import { readResponse, type ReadBody } from './read-response.ts';
import { streamedResponse } from './streamed-response.ts';
import { passedOn, readWhole } from './whole-body.ts';

/** Bytes of an error's body that are read; longer ones are passed on unread. */
const ERROR_BYTES_MAX = 1_048_576;
const TEXT_MAX = 65_536;
const DECODER = new TextDecoder();

/** What every request of one protected fetch shares. */
export interface CallParts {
  readonly profile: Profile;
  readonly options: ResolvedFetchOptions;
  readonly credentials: Credentials;
  readonly pacer: LimitPacer;
  readonly ownLimits: OwnLimits;
  readonly book: (event: CostEvent) => void;
}

export class ProviderCall {
  readonly breaker: BreakerCore;
  readonly reading: RequestReading;
  readonly #parts: CallParts;
  readonly #request: OutgoingRequest;
  readonly credential: string;
  /** What the last attempt answered, where it failed with an answer. */
  #failed: Sent | null = null;
  /** The answer that is under way. */
  #metered: MeteredStream | null = null;
  /** Told when its call has settled; nobody waits for that but a stream. */
  #tellSettled: () => void = () => {};

  constructor(
    parts: CallParts,
    request: OutgoingRequest,
    reading: RequestReading,
    breaker: BreakerCore,
    credential: string,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.reading = reading;
    this.breaker = breaker;
    this.credential = credential;
  }

  /** Resolves with the answer of a stream as soon as it begins. */
  send(callOptions: CallOptions): Promise<Sent> {
    return new Promise((resolve, reject) => {
      this.#run(callOptions, resolve).then(resolve, reject);
    });
  }

  async #run(callOptions: CallOptions, deliver: (sent: Sent) => void): Promise<Sent> {
    const { breaker, reading } = this;
    const attempt = (context: CallContext): Promise<Sent> => this.#attempt(context, deliver);
    const { release, ...options } = this.#heard(callOptions);
    let result: CallResult<Sent>;
    try {
      result = await (reading.isFree
        ? breaker.tryCall(attempt, options)
        : breaker.tryCall(reading.operation, attempt, options));
    } finally {
      release();
      this.#unpace(false);
      this.#tellSettled();
    }
    if (result.ok) return result.value;
    if (result.refused) return this.refused(result.refusal);
    const { error } = result;
    if (!(error instanceof ProviderError)) throw error;
    if (this.#failed !== null) return this.#failed;
    // It never got an answer: what the network said is the client's to hear.
    throw error.cause;
  }

  /** What was taken of the provider's limit is told from here on by its answers, or is not used. */
  #unpace(isSent: boolean): void {
    const tokens = this.#request.pacedTokens;
    if (tokens === null) return;
    this.#request.pacedTokens = null;
    const { pacer } = this.#parts;
    if (isSent) pacer.answered(this.breaker.name, tokens);
    else pacer.giveBack(this.breaker.name, tokens);
  }

  /** A client that aborts a stream whose answer is over does not abort its call. */
  #heard(callOptions: CallOptions): CallOptions & { readonly release: () => void } {
    const { signal } = callOptions;
    if (!this.reading.isStream || signal === undefined || signal.aborted) {
      return { ...callOptions, release: () => {} };
    }
    const controller = new AbortController();
    const release = onAbort(signal, () => {
      if (this.#metered?.aborted(signal.reason) !== true) controller.abort(signal.reason);
    });
    return { ...callOptions, signal: controller.signal, release };
  }

  /** @throws FuseboardError where the options say so */
  refused(refusal: Refusal): Sent {
    const { profile, options } = this.#parts;
    if (options.onRefusal === 'throw') throw refusal.toError();
    const response = refusedResponse(profile, refusal, this.breaker.runtime.clock.nowMs());
    return { response, refusal, fault: null };
  }

  async #attempt(context: CallContext, deliver: (sent: Sent) => void): Promise<Sent> {
    this.#failed = null;
    const { reading } = this;
    // Only a stream has deadlines of its own, and so a signal of its own.
    if (!reading.isStream) return this.#answer(await this.#fetch(context.signal), context, deliver);
    const { clock, deadlines } = this.breaker.runtime;
    const { firstTokenMs } = this.#parts.options.stream;
    const startMs = clock.monotonicMs();
    const controller = new AbortController();
    const release = onAbort(context.signal, () => controller.abort(context.signal?.reason));
    const giveUp = (): void => controller.abort(this.#late('to begin', firstTokenMs));
    const deadline =
      firstTokenMs === Infinity ? null : deadlines.at(startMs + firstTokenMs, giveUp, true);
    try {
      const response = await this.#fetch(controller.signal);
      deadlines.cancel(deadline);
      return await this.#answer(response, context, deliver, controller, startMs);
    } finally {
      deadlines.cancel(deadline);
      release();
    }
  }

  async #fetch(signal: AbortSignal | undefined): Promise<Response> {
    const { options, profile, pacer } = this.#parts;
    const request = this.#request;
    let response: Response;
    try {
      response = await options.fetch(request.url, request.init(signal));
    } catch (error) {
      if (this.#request.signal?.aborted) throw error;
      throw this.#networkError(error);
    } finally {
      this.#unpace(true);
    }
    if (options.heedLimits && profile.readLimits !== undefined) {
      const nowMs = this.breaker.runtime.clock.nowMs();
      const limits = contained(this.breaker, 'readLimits', () =>
        profile.readLimits?.(response.headers, nowMs),
      );
      if (limits) pacer.hear(this.breaker.name, limits, nowMs);
    }
    return response;
  }

  async #answer(
    response: Response,
    context: CallContext,
    deliver: (sent: Sent) => void,
    controller?: AbortController,
    startMs = 0,
  ): Promise<Sent> {
    const { status, headers } = response;
    if (status >= 400) return this.#fail(response);
    const type = headers.get('content-type') ?? '';
    const isStream = type.startsWith('text/event-stream') || type.includes('ndjson');
    if (isStream && response.body !== null) {
      return this.#stream(response, response.body, context, deliver, controller, startMs);
    }
    if (this.reading.isFree || !type.includes('json')) {
      return { ...SENT, response: passedOn(response, this.#request.signal) };
    }
    return this.#whole(response, context);
  }

  /** A JSON answer: read whole, and handed on as it came. */
  async #whole(response: Response, context: CallContext): Promise<Sent> {
    const { options } = this.#parts;
    const bytes = await this.#read(response, options.bodyBytesMax);
    if (!(bytes instanceof Uint8Array)) {
      return { ...SENT, response: streamedResponse(response, bytes.rest) };
    }
    const text = DECODER.decode(bytes);
    const value = parsed(text);
    const { status, headers } = response;
    const nowMs = this.breaker.runtime.clock.nowMs();
    const view = { status, headers, nowMs, text };
    const answer = answerOf(this.breaker, this.#parts.profile, this.#request, view, value);
    this.#tell(context, answer);
    const { fault } = answer;
    const read = { bytes, text, value };
    if (fault === null) return { ...SENT, response: readResponse(response, read) };
    // What it cost is known only where it says so.
    const verdict = this.#verdictOf(fault, answer.usage === null);
    throw this.#failWith(response, read, fault, verdict);
  }

  #tell(context: CallContext, { usage, isCounted, usageKey, model }: Answer): void {
    if (usage === null) return;
    this.#giveBackSearches(usage);
    if (usageKey !== undefined) {
      this.#bookOnce(context, usageKey, usage, model ?? this.reading.operation.model);
      return;
    }
    contained(this.breaker, 'usage', () => context.usage(usage, { isEstimated: isCounted }));
  }

  /** Searches that were set aside and not made. */
  #giveBackSearches({ searches = 0 }: Usage): void {
    const unused = (this.reading.operation.searchesMax ?? 0) - searches;
    if (unused <= 0) return;
    this.#parts.ownLimits.giveBack(this.credential, { requests: 0, tokens: 0, searches: unused });
  }

  /** What an answer tells again each time it is asked for: the asking itself costs nothing. */
  #bookOnce(context: CallContext, key: string, usage: Usage, model: string | undefined): void {
    const { book, options } = this.#parts;
    const { provider } = options;
    context.usage({ requests: 0 });
    contained(this.breaker, 'usageKey', () =>
      book({
        kind: 'cost',
        id: `${provider}:${key}`,
        operation: this.reading.operation.operation,
        breaker: this.breaker.name,
        provider,
        usage,
        ...(model === undefined ? {} : { model }),
      }),
    );
  }

  /** An error of the provider's. */
  async #fail(response: Response): Promise<never> {
    const { profile } = this.#parts;
    const bytes = await this.#read(response, ERROR_BYTES_MAX);
    const isWhole = bytes instanceof Uint8Array;
    const text = isWhole ? DECODER.decode(bytes) : '';
    const view: ResponseView = {
      status: response.status,
      headers: response.headers,
      body: objectIn(parsed(text)),
      text: text.slice(0, TEXT_MAX),
      nowMs: this.breaker.runtime.clock.nowMs(),
    };
    const read = (): Fault => profile.readFault(view);
    const fault = contained(this.breaker, 'readFault', read) ?? UNREADABLE;
    const body = isWhole ? { bytes, text } : bytes.rest;
    throw this.#failWith(response, body, fault, this.#verdictOf(fault, false));
  }

  #failWith(
    response: Response,
    body: ReadBody | ReadableStream<Uint8Array>,
    fault: Fault,
    verdict: Verdict,
  ): ProviderError {
    const { credentials, options } = this.#parts;
    const isFinal =
      fault.fault === 'quota' ||
      fault.fault === 'unauthorized' ||
      // Clients retry every 429, such as for more tokens at once than a whole minute has.
      (fault.fault === 'invalid' && response.status === 429) ||
      // Its breaker is open from now on, for longer than clients wait: they shall see this error.
      (fault.fault === 'rate_limited' && fault.retryAtMs === null) ||
      this.breaker.options.retry !== null;
    const headers = options.retryAdvice && isFinal ? unretried(response) : response.headers;
    const failed = body instanceof ReadableStream ? null : readResponse(response, body, headers);
    this.#failed = {
      response: failed ?? streamedResponse(response, body as ReadableStream<Uint8Array>),
      refusal: null,
      fault,
    };
    credentials.heard(this.credential, this.breaker, verdict);
    return providerError(options.provider, fault, response.status, verdict);
  }

  async #read(response: Response, bytesMax: number): ReturnType<typeof readWhole> {
    try {
      return await readWhole(response, bytesMax, this.#request.signal);
    } catch (error) {
      if (this.#request.signal?.aborted) throw error;
      const fault: Fault = { ...CUT, code: networkCodeOf(error) };
      const verdict = { ...this.#verdictOf(fault, response.status < 400), retryable: true };
      const { provider } = this.#parts.options;
      throw providerError(provider, fault, response.status, this.#retryableHere(verdict), error);
    }
  }

  async #stream(
    response: Response,
    body: ReadableStream<Uint8Array>,
    context: CallContext,
    deliver: (sent: Sent) => void,
    controller: AbortController | undefined,
    startMs: number,
  ): Promise<Sent> {
    const { profile, options } = this.#parts;
    const { runtime } = this.breaker;
    const metered = new MeteredStream({
      body,
      startMs,
      runtime,
      context,
      profile,
      request: this.#request,
      isCounted: !this.reading.isFree && runtime.treasury !== null,
      errorEvent: options.errorEvent,
      mayHide: options.usageRequest && this.reading.usageRequest !== null,
      deadlines: options.stream,
      count: countTokens(runtime.treasury),
      breaker: this.breaker.name,
      settled: new Promise((resolve) => {
        this.#tellSettled = resolve;
      }),
      report: (callback, error) => this.breaker.report(`profile.${callback}`, error),
      abort: (reason) => controller?.abort(reason),
      model: this.reading.operation.model,
    });
    this.#metered = metered;
    const sent: Sent = { ...SENT, response: streamedResponse(response, metered.readable) };
    deliver(sent);
    const end = await metered.ended;
    this.#tellStream(context, end);
    if (end.fault === null) return sent;
    const isUnknown = end.usage === null || (end.isCounted && this.reading.hidesOutput);
    // Its beginning is with the client: nobody can try again for it.
    const verdict = { ...this.#verdictOf(end.fault, isUnknown), retryable: false };
    this.#parts.credentials.heard(this.credential, this.breaker, verdict);
    throw providerError(options.provider, end.fault, response.status, verdict, end.cause);
  }

  /** What was counted says nothing of what a model thought: then its worst case is charged. */
  #tellStream(context: CallContext, end: StreamEnd): void {
    if (end.isCounted && this.reading.hidesOutput) return;
    this.#tell(context, { usage: end.usage, isCounted: end.isCounted, fault: null });
  }

  #networkError(error: unknown): ProviderError {
    const { provider } = this.#parts.options;
    const fault: Fault = { ...TRANSIENT, code: networkCodeOf(error) };
    const verdict = this.#verdictOf(fault, !isUnsent(error));
    return providerError(provider, fault, null, verdict, error);
  }

  #verdictOf(fault: Fault, isCut: boolean): Verdict {
    const verdict = this.#retryableHere(verdictOfFault(fault));
    return isCut ? { ...verdict, isCut } : verdict;
  }

  /** A body that is gone cannot be sent again. */
  #retryableHere(verdict: Verdict): Verdict {
    return this.#request.isOnceOnly ? { ...verdict, retryable: false } : verdict;
  }

  #late(what: string, limitMs: number): FuseboardError {
    return MeteredStream.late(this.breaker.name, what, limitMs);
  }
}

/** The headers of a response, with the advice not to try again. */
function unretried({ headers }: Response): Headers {
  const changed = new Headers(headers);
  changed.set('x-should-retry', 'false');
  return changed;
}

const SENT = { refusal: null, fault: null } as const;
const TRANSIENT: Fault = { fault: 'transient', code: null, message: '', retryAtMs: null };
const CUT: Fault = { ...TRANSIENT, fault: 'cut' };
const UNREADABLE: Fault = { ...TRANSIENT, message: 'its error could not be read' };
