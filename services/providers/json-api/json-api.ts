/**
 * A profile of any API that takes and answers JSON, from what is told about it: what its paths do,
 * where an answer says what was used, how a stream is read. Failures are classed by their status.
 * What the functions that were told throw is caught, and counts as if they had said nothing.
 */
import type { Operation } from '../../call.ts';
import type { Usage } from '../../cost/usage.ts';
import { FAULTS, type Fault, type FaultName } from '../fault.ts';
import { messageOf, messageOfText, objectAt, textAt, wordAt } from '../json-reading.ts';
import type { Answer, JsonObject, Profile, RequestView, ResponseView } from '../profile.ts';
import { REFUSAL_STATUS, refusalMessage } from '../refusal-status.ts';
import { retryAtMsFrom } from '../retry-times.ts';
import {
  asked,
  checkJsonApi,
  type JsonApiError,
  type JsonApiOperation,
  type JsonApiOptions,
} from './json-api-options.ts';
import { JsonApiStreamReader, usageFrom } from './json-api-stream.ts';
import { faultNameOf } from './status-faults.ts';

const NOTHING: JsonObject = Object.freeze({});
const NAME_MAX = 256;
const CODE_MAX = 64;
const TOKENS_MAX = 1_000_000_000;

/**
 * Makes a profile for `board.fetch`.
 * @throws FuseboardError invalid_option
 */
export function jsonApi(options: JsonApiOptions): Profile {
  checkJsonApi(options);
  const { name, stream, credentialHeaders, breakerOptions } = options;
  const errorBody =
    options.errorBody ?? ((code: string, message: string) => ({ error: { code, message } }));
  const routes = options.operations.map((operation) => ({
    operation,
    method: operation.method?.toUpperCase() ?? 'POST',
    segments: segmentsOf(operation.path),
  }));

  const told = ({ method, path }: RequestView): JsonApiOperation | null => {
    const segments = segmentsOf(path);
    const route = routes.find((known) => known.method === method && fits(known.segments, segments));
    return route?.operation ?? null;
  };

  const errorOf = (body: JsonObject): JsonApiError =>
    (options.error === undefined ? null : asked(() => options.error?.(body) ?? null, null)) ??
    errorIn(body);

  const faultOf = (fault: FaultName, body: JsonObject, retryAtMs: number | null): Fault => {
    const { code, message } = errorOf(body);
    return {
      fault,
      code: typeof code === 'string' ? code.slice(0, CODE_MAX) : null,
      message: messageOf(typeof message === 'string' ? message : ''),
      retryAtMs,
    };
  };

  return Object.freeze<Profile>({
    name,
    framing: stream?.framing ?? 'sse',
    ...(breakerOptions === undefined ? {} : { breakerOptions }),
    ...(credentialHeaders === undefined ? {} : { credentialHeaders: [...credentialHeaders] }),

    readRequest(request) {
      const known = told(request);
      const body = request.body ?? NOTHING;
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      const cap = known?.outputCap;
      const isCapped = cap === undefined || typeof body[cap] === 'number';
      return {
        operation: operationOf(known, body),
        ...(known?.scope === undefined ? {} : { scope: known.scope }),
        isStream: isStream(options, body),
        usageRequest: null,
        capMember: isCapped ? null : cap,
        hidesOutput: false,
        isFree: known?.isFree ?? (known === null && isRead),
      };
    },

    readAnswer({ body }: ResponseView, request: RequestView): Answer {
      const known = told(request);
      return { usage: usageOf(known, body, request.body), isCounted: false, fault: null };
    },

    openStream: () =>
      new JsonApiStreamReader(stream ?? NOTHING, (fault, frame) => faultOf(fault, frame, null)),

    readFault(response) {
      const { status, headers, nowMs, body, text } = response;
      const own = options.fault && asked(() => options.fault?.(response), undefined);
      const fault = FAULTS.find((known) => known === own) ?? faultNameOf(status);
      const mayPass = fault === 'rate_limited' || fault === 'transient';
      const retryAtMs = mayPass ? retryAtMsFrom(headers, nowMs) : null;
      if (body !== null) return faultOf(fault, body, retryAtMs);
      return { fault, code: null, message: messageOfText(text), retryAtMs };
    },

    refusalResponse: (refusal, nowMs) => ({
      status: REFUSAL_STATUS[refusal.code].status,
      body: errorBody(refusal.code, refusalMessage(refusal, nowMs)),
    }),

    errorFrame(code, message) {
      const data = JSON.stringify(errorBody(code, message));
      return stream?.framing === 'ndjson' ? `${data}\n` : `event: error\ndata: ${data}\n\n`;
    },
  });
}

const segmentsOf = (path: string): readonly string[] =>
  path.split('/').filter((segment) => segment !== '');

/** Compares from the end, so that an API behind a prefix is understood too. */
function fits(wanted: readonly string[], segments: readonly string[]): boolean {
  const skipped = segments.length - wanted.length;
  if (skipped < 0) return false;
  return wanted.every((segment, at) => segment === '*' || segment === segments[skipped + at]);
}

function operationOf(known: JsonApiOperation | null, body: JsonObject): Operation {
  if (known === null) return { operation: 'api_call' };
  const { input, outputCap } = known;
  const model: unknown =
    known.model === undefined ? body.model : asked(() => known.model?.(body), undefined);
  const text: unknown = input === undefined ? undefined : asked(() => input(body), undefined);
  const cap = outputCap === undefined ? undefined : body[outputCap];
  const isName = typeof model === 'string' && model !== '' && model.length <= NAME_MAX;
  const isCount = typeof cap === 'number' && cap >= 0 && Number.isFinite(cap);
  return {
    operation: known.operation,
    ...(isName && !model.includes('\0') ? { model } : {}),
    ...(typeof text === 'string' ? { input: text } : {}),
    ...(isCount ? { maxOutputTokens: Math.min(Math.ceil(cap), TOKENS_MAX) } : {}),
  };
}

/** A price of every call wins over what its usage says it would cost. */
function usageOf(
  known: JsonApiOperation | null,
  answer: JsonObject | null,
  request: JsonObject | null,
): Usage | null {
  if (known === null) return null;
  const { usage, costNanoUsd } = known;
  const said =
    usage === undefined || answer === null
      ? null
      : usageFrom(asked(() => usage(answer, request ?? NOTHING), null));
  return costNanoUsd === undefined ? said : { ...said, costNanoUsd };
}

function isStream({ stream }: JsonApiOptions, body: JsonObject): boolean {
  if (stream === undefined) return false;
  const { isAsked } = stream;
  return isAsked === undefined ? body.stream === true : asked(() => isAsked(body), false) === true;
}

/** What most APIs say: `{ error: { message, code } }`, `{ error }`, `{ message }`, `{ detail }`. */
function errorIn(body: JsonObject): JsonApiError {
  const error = objectAt(body, 'error') ?? body;
  return {
    code: wordAt(error, 'code') ?? wordAt(error, 'type') ?? undefined,
    message:
      textAt(error, 'message') ||
      textAt(error, 'detail') ||
      textAt(body, 'error') ||
      textAt(error, 'title'),
  };
}
