/**
 * One request on its way through its breaker: sent, its answer read, and what it says of usage and
 * fault told. Its client has the answer of the last attempt, or of the one that began a stream.
 */
import { onAbort } from '../abort.ts';
import type { BreakerCore } from '../breaker-core.ts';
import type { CallResult } from '../breaker.ts';
import type { CallContext, CallOptions } from '../call.ts';
import type { CostEvent } from '../cost/cost-events.ts';
import type { Refusal } from '../refusal.ts';
import { answerOf, contained, countTokens } from './answer.ts';
import { CallFaults } from './call-faults.ts';
import { tellUsage } from './call-usage.ts';
import type { Credentials } from './credentials.ts';
import type { ResolvedFetchOptions } from './fetch-options.ts';
import { parsedJson } from './json-reading.ts';
import type { LimitPacer } from './limit-pacer.ts';
import { MeteredStream, type StreamEnd } from './metered-stream.ts';
import type { OwnLimits } from './own-limits.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { Answer, Profile, RequestReading } from './profile.ts';
import type { Sent } from './protected-fetch.ts';
import { ProviderError } from './provider-error.ts';
import { readResponse } from './read-response.ts';
import { refusedResponse } from './refused-response.ts';
import { lateError } from './stream-ending.ts';
import { streamedResponse } from './streamed-response.ts';
import { passedOn, readWhole } from './whole-body.ts';

/** Bytes of an error's body that are read; longer ones are passed on unread. */
const ERROR_BYTES_MAX = 1_048_576;
const DECODER = new TextDecoder();
const SENT = { refusal: null, fault: null } as const;

/** What every request of one protected fetch shares. */
export interface CallParts {
  readonly profile: Profile;
  readonly options: ResolvedFetchOptions;
  readonly credentials: Credentials;
  readonly pacer: LimitPacer;
  readonly ownLimits: OwnLimits;
  readonly book: (event: CostEvent) => void;
}

/** The way of one attempt: where its answer goes, and what ends it before its time. */
interface Way {
  readonly context: CallContext;
  readonly signal: AbortSignal | undefined;
  /** Ends the request; undefined where only the caller's signal does. */
  readonly controller?: AbortController;
  /** Monotonic milliseconds; of a stream. */
  readonly startMs: number;
  readonly deliver: (sent: Sent) => void;
}

export class ProviderCall {
  readonly breaker: BreakerCore;
  readonly reading: RequestReading;
  readonly credential: string;
  readonly #parts: CallParts;
  readonly #request: OutgoingRequest;
  /** Made when something goes wrong. */
  #faultsMade: CallFaults | null = null;
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

  get #faults(): CallFaults {
    const { breaker, credential } = this;
    const { profile, options, credentials } = this.#parts;
    const { isOnceOnly } = this.#request;
    const parts = { profile, options, credentials, breaker, credential, isOnceOnly };
    return (this.#faultsMade ??= new CallFaults(parts));
  }

  /** Resolves with the answer of a stream as soon as it begins. */
  send(callOptions: CallOptions | undefined): Promise<Sent> {
    const { breaker, reading } = this;
    const { options, release } = this.#heard(callOptions);
    return new Promise((resolve, reject) => {
      const attempt = (context: CallContext): Promise<Sent> => this.#attempt(context, resolve);
      const running = reading.isFree
        ? breaker.tryCall(attempt, options)
        : breaker.tryCall(reading.operation, attempt, options);
      const end = (): void => {
        release?.();
        this.#unpace(false);
        this.#tellSettled();
      };
      running.then(
        (result) => {
          end();
          try {
            resolve(this.#sentOf(result));
          } catch (error) {
            reject(error);
          }
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }

  #sentOf(result: CallResult<Sent>): Sent {
    if (result.ok) return result.value;
    if (result.refused) return this.refused(result.refusal);
    const { error } = result;
    if (!(error instanceof ProviderError)) throw error;
    if (this.#faults.answer !== null) return this.#faults.answer;
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
  #heard(options: CallOptions | undefined): {
    readonly options: CallOptions | undefined;
    readonly release: (() => void) | null;
  } {
    const signal = options?.signal;
    if (!this.reading.isStream || signal === undefined || signal.aborted) {
      return { options, release: null };
    }
    const controller = new AbortController();
    const release = onAbort(signal, () => {
      if (this.#metered?.aborted(signal.reason) !== true) controller.abort(signal.reason);
    });
    return { options: { ...options, signal: controller.signal }, release };
  }

  /** @throws FuseboardError where the options say so */
  refused(refusal: Refusal): Sent {
    const { profile, options } = this.#parts;
    if (options.onRefusal === 'throw') throw refusal.toError();
    const response = refusedResponse(profile, refusal, this.breaker.runtime.clock.nowMs());
    return { response, refusal, fault: null };
  }

  #attempt(context: CallContext, deliver: (sent: Sent) => void): Promise<Sent> {
    if (this.#faultsMade !== null) this.#faultsMade.answer = null;
    // Only a stream has deadlines of its own, and so a signal of its own.
    if (this.reading.isStream) return this.#attemptStream(context, deliver);
    return this.#exchange({ context, signal: context.signal, startMs: NaN, deliver });
  }

  async #attemptStream(context: CallContext, deliver: (sent: Sent) => void): Promise<Sent> {
    const { clock, deadlines } = this.breaker.runtime;
    const { firstTokenMs } = this.#parts.options.stream;
    const startMs = clock.monotonicMs();
    const controller = new AbortController();
    const { signal } = controller;
    const release = onAbort(context.signal, () => controller.abort(context.signal?.reason));
    const giveUp = (): void =>
      controller.abort(lateError(this.breaker.name, 'to begin', firstTokenMs));
    const deadline =
      firstTokenMs === Infinity ? null : deadlines.at(startMs + firstTokenMs, giveUp, true);
    const begin = (sent: Sent): void => {
      deadlines.cancel(deadline);
      deliver(sent);
    };
    try {
      return await this.#exchange({ context, signal, controller, startMs, deliver: begin });
    } finally {
      deadlines.cancel(deadline);
      release();
    }
  }

  /** A request and its answer. In one piece, because every call of every client goes this way. */
  async #exchange(way: Way): Promise<Sent> {
    const { bodyBytesMax, fetch } = this.#parts.options;
    const { signal: ofClient } = this.#request;
    let response: Response;
    try {
      response = await fetch(this.#request.url, this.#request.init(way.signal));
    } catch (error) {
      throw ofClient?.aborted ? error : this.#faults.unanswered(error);
    } finally {
      this.#unpace(true);
    }
    const { headers, status } = response;
    this.#hearLimits(headers);
    const isFailure = status >= 400;
    if (!isFailure) {
      const type = headers.get('content-type') ?? '';
      const isStream = type.startsWith('text/event-stream') || type.includes('ndjson');
      if (isStream && response.body !== null) return this.#stream(response, response.body, way);
      if (this.reading.isFree || !type.includes('json')) {
        return { ...SENT, response: passedOn(response, ofClient) };
      }
    }
    let body: Awaited<ReturnType<typeof readWhole>>;
    try {
      body = await readWhole(response, isFailure ? ERROR_BYTES_MAX : bodyBytesMax, ofClient);
    } catch (error) {
      throw ofClient?.aborted ? error : this.#faults.broken(response, error);
    }
    if (isFailure) throw this.#faults.refused(response, body);
    if (body instanceof Uint8Array) return this.#whole(response, body, way.context);
    return { ...SENT, response: streamedResponse(response, body.rest) };
  }

  #hearLimits(headers: Headers): void {
    const { options, pacer, profile } = this.#parts;
    if (!options.heedLimits || profile.readLimits === undefined) return;
    const nowMs = this.breaker.runtime.clock.nowMs();
    const limits = contained(this.breaker, 'readLimits', () =>
      profile.readLimits?.(headers, nowMs),
    );
    if (limits) pacer.hear(this.breaker.name, limits, nowMs);
  }

  /** A JSON answer, handed on as it came. */
  #whole(response: Response, bytes: Uint8Array, context: CallContext): Sent {
    const text = DECODER.decode(bytes);
    const value = parsedJson(text);
    const { profile } = this.#parts;
    const answer = answerOf(this.breaker, profile, this.#request, response, text, value);
    this.#tell(context, answer);
    const read = { bytes, text, value };
    if (answer.fault === null) return { ...SENT, response: readResponse(response, read) };
    throw this.#faults.failed(response, read, answer.fault, answer.usage !== null);
  }

  async #stream(response: Response, body: ReadableStream<Uint8Array>, way: Way): Promise<Sent> {
    const { profile, options } = this.#parts;
    const { runtime } = this.breaker;
    const { context, controller, deliver, startMs } = way;
    const metered = new MeteredStream({
      body,
      // A stream that nobody asked for is timed from its beginning.
      startMs: Number.isNaN(startMs) ? runtime.clock.monotonicMs() : startMs,
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
    const isKnown = end.usage !== null && !(end.isCounted && this.reading.hidesOutput);
    throw this.#faults.streamed(response, end.fault, end, isKnown);
  }

  /** What was counted says nothing of what a model thought: then its worst case is charged. */
  #tellStream(context: CallContext, end: StreamEnd): void {
    if (end.isCounted && this.reading.hidesOutput) return;
    this.#tell(context, { usage: end.usage, isCounted: end.isCounted, fault: null });
  }

  #tell(context: CallContext, answer: Answer): void {
    if (answer.usage === null) return;
    const { breaker, credential, reading } = this;
    const { book, options, ownLimits } = this.#parts;
    const { provider } = options;
    tellUsage(context, answer, { provider, breaker, reading, credential, ownLimits, book });
  }
}
