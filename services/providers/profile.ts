/**
 * A profile: what there is to know about one provider's API. Data and a few functions, whose
 * answers depend on what they are shown alone: they read no clock and do no I/O. What they are
 * shown is theirs to read, not to keep.
 */
import type { Operation } from '../call.ts';
import type { Usage } from '../cost/usage.ts';
import type { BreakerOptions } from '../options.ts';
import type { Refusal } from '../refusal.ts';
import type { Fault } from './fault.ts';

/** A JSON object, as it was parsed: every field may be anything. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A request, as a profile is shown it. */
export interface RequestView {
  /** In capitals. */
  readonly method: string;
  /** Path of the URL, for example `/v1/chat/completions`. */
  readonly path: string;
  readonly headers: Headers;
  /** Its body, where that is a JSON object; null otherwise. */
  readonly body: JsonObject | null;
}

/** What a request is about to do. */
export interface RequestReading {
  /** Kind, model, what is sent, and the most that may come back. */
  readonly operation: Operation;
  /**
   * Which calls share a breaker, beside the provider and the credential.
   * @default the model, or the operation's kind where it names none
   */
  readonly scope?: string;
  /** The answer was asked for as a stream. */
  readonly isStream: boolean;
  /**
   * Members of the body to set so that a stream reports its usage; null where the client asked for
   * it, or the API reports it anyway.
   */
  readonly usageRequest: JsonObject | null;
  /**
   * Member of the body that caps the output, where the request has no cap and the API knows one:
   * for example `max_completion_tokens`. Null otherwise.
   */
  readonly capMember: string | null;
  /** The model may think before it answers, which is billed and not shown. */
  readonly hidesOutput: boolean;
  /** The call costs nothing and says nothing about money: a list of models, a health check. */
  readonly isFree: boolean;
}

/** A whole response, as a profile is shown it. */
export interface ResponseView {
  readonly status: number;
  readonly headers: Headers;
  /** Its body, where that is a JSON object; null otherwise. */
  readonly body: JsonObject | null;
  /** Its body as text, at most the first 65,536 characters. */
  readonly text: string;
  /** Wall-clock milliseconds, for headers that speak of durations. */
  readonly nowMs: number;
}

/** Counts the tokens of a text; never throws, takes time in proportion to the text. */
export type CountTokens = (text: string, model: string | undefined) => number;

/** What a successful answer says. */
export interface Answer {
  /** Null: it does not say. */
  readonly usage: Usage | null;
  /** True where {@link usage} was counted by us, because the provider counts nothing. */
  readonly isCounted: boolean;
  /** A failure that came with a status of success; null: none. */
  readonly fault: Fault | null;
  /** The model that the usage is of, where the request named none and the answer does. */
  readonly model?: string;
  /**
   * Names work whose usage is told each time somebody asks for it, such as a finished batch: it is
   * to be charged once for each name. @default the usage is of this request alone
   */
  readonly usageKey?: string;
}

/** What one frame of a stream was found to be. Read before the next frame is. */
export interface FrameReading {
  /** Text that it adds to the output; empty for none. */
  text: string;
  /** It answers what only we asked for, and is kept from the client. */
  isHidden: boolean;
}

/** Follows one stream. Gets every frame in order; must not throw, whatever a frame holds. */
export interface StreamReader {
  /**
   * Reads one frame. `event` is the name of an SSE event, empty where it has none and for NDJSON;
   * `data` its payload, or the line. The returned object may be the same one each time.
   */
  read(event: string, data: string): FrameReading;
  /** The stream came to its proper end. */
  readonly isComplete: boolean;
  /**
   * It said that this was its end, so that no text of it can follow.
   * @default isComplete
   */
  readonly hasEnded?: boolean;
  /** The latest that the provider said; null until it said any. */
  readonly usage: Usage | null;
  /** A failure told inside the stream; null: none. */
  readonly fault: Fault | null;
}

/** A refusal or an error, as this API would word it. */
export interface ErrorResponse {
  readonly status: number;
  /** A JSON object. */
  readonly body: JsonObject;
}

/** How near a limit the provider says we are; null for what it does not say. */
export interface RateLimits {
  readonly requestsMax: number | null;
  readonly requestsRemaining: number | null;
  /** Wall-clock milliseconds at which all requests are there again. */
  readonly requestsResetAtMs: number | null;
  readonly tokensMax: number | null;
  readonly tokensRemaining: number | null;
  readonly tokensResetAtMs: number | null;
}

export interface Profile {
  /** For example `openai`: names the provider in breakers, prices and budgets. */
  readonly name: string;
  /** How its streams are framed. */
  readonly framing: 'sse' | 'ndjson';
  /** Options of its breakers where the user gives no others, by scope. @default the board's */
  readonly breakerOptions?: (scope: string) => BreakerOptions;
  /** Headers that hold the credential. @default authorization, x-api-key, api-key */
  readonly credentialHeaders?: readonly string[];
  /**
   * What a request is about to do. Must take any request, known or not. `count` is for what the
   * operation cannot leave to be counted, such as a text that reaches the model several times;
   * without it a byte is a token at most.
   */
  readRequest(request: RequestView, count?: CountTokens): RequestReading;
  /** What an answer with a status of success says. */
  readAnswer(response: ResponseView, request: RequestView, count: CountTokens): Answer;
  /** Follows an answer that is a stream. */
  openStream(request: RequestView): StreamReader;
  /** Why an answer with a status of failure failed. */
  readFault(response: ResponseView): Fault;
  /** @default nothing is known */
  readonly readLimits?: (headers: Headers, nowMs: number) => RateLimits | null;
  /** A refusal of ours, worded as an error of this API. `nowMs`: wall-clock milliseconds. */
  refusalResponse(refusal: Refusal, nowMs: number): ErrorResponse;
  /** A frame, with everything that ends it, that tells a client in mid-stream of an error. */
  errorFrame(code: string, message: string): string;
  /**
   * Usage of a stream that ended without saying it, from what was sent and seen.
   * `outputTokens` were counted from the text that passed.
   * @default input as reserved, and `outputTokens`
   */
  readonly countUsage?: (request: RequestView, outputTokens: number, count: CountTokens) => Usage;
}
