/** What is told about an API that takes and answers JSON, so that a profile can be made of it. */
import { choiceOption, functionOption, invalidOption, knownKeys } from '../../check.ts';
import { isNanoUsd, type NanoUsd } from '../../cost/money.ts';
import type { Usage } from '../../cost/usage.ts';
import type { BreakerOptions } from '../../options.ts';
import type { FaultName } from '../fault.ts';
import type { JsonObject, ResponseView } from '../profile.ts';

/** One thing that the API does. Functions are shown JSON as it came: any member may be anything. */
export interface JsonApiOperation {
  /** @default 'POST' */
  readonly method?: string;
  /** The path's end, for example `/v1/translate`; a segment `*` stands for any one segment. */
  readonly path: string;
  /** Its kind, for prices, rules and reports: for example `llm_call`. */
  readonly operation: string;
  /** Calls of one scope share a breaker. @default the request's model, else the operation */
  readonly scope?: string;
  /** The model, from the request. @default its member `model`, where that is text */
  readonly model?: (request: JsonObject) => string | undefined;
  /** The text that is sent, to have its tokens counted. @default none */
  readonly input?: (request: JsonObject) => string;
  /** Member of the request that caps its output, for example `max_tokens`. @default none */
  readonly outputCap?: string;
  /** What a call used, from the answer; null where it does not say. @default null */
  readonly usage?: (answer: JsonObject, request: JsonObject) => Usage | null;
  /** What a call that succeeded cost, where every one costs the same. @default by its usage */
  readonly costNanoUsd?: NanoUsd;
  /** It costs nothing. @default false */
  readonly isFree?: boolean;
}

/** How streams are read. Functions are shown the JSON of one frame. */
export interface JsonApiStream {
  /** How they are framed. @default 'sse' */
  readonly framing?: 'sse' | 'ndjson';
  /** Whether a request asks for one. @default its member `stream` is true */
  readonly isAsked?: (request: JsonObject) => boolean;
  /** Text that a frame adds to the output. @default none */
  readonly text?: (frame: JsonObject, event: string) => string | undefined;
  /** What a frame says was used so far; the last one counts. @default none */
  readonly usage?: (frame: JsonObject, event: string) => Usage | null | undefined;
  /**
   * Whether a frame is the proper end. `[DONE]` always is.
   * @default for SSE `[DONE]` alone; for NDJSON any line that could be read, as the last one
   */
  readonly isEnd?: (frame: JsonObject, event: string) => boolean;
  /** A failure that a frame tells, by its class. @default transient where it has an `error` */
  readonly fault?: (frame: JsonObject, event: string) => FaultName | null | undefined;
}

/** What an error's body says. */
export interface JsonApiError {
  /** The API's own word for it. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

export interface JsonApiOptions {
  /** Names the provider in breakers, prices and budgets. 1 to 64 characters. */
  readonly name: string;
  /** The first one whose method and path fit is meant. At least one. */
  readonly operations: readonly JsonApiOperation[];
  /** @default none of its answers is a stream */
  readonly stream?: JsonApiStream;
  /** Headers that hold the credential. @default authorization, x-api-key, api-key */
  readonly credentialHeaders?: readonly string[];
  /** Options of its breakers, by scope. @default the board's */
  readonly breakerOptions?: (scope: string) => BreakerOptions;
  /**
   * What the body of an error says.
   * @default `error`, `message`, `detail`, `title`, `code` and `type` are looked for
   */
  readonly error?: (body: JsonObject) => JsonApiError;
  /** The class of a failure, where its status does not tell; undefined: as its status says. */
  readonly fault?: (response: ResponseView) => FaultName | undefined;
  /** A refusal's body, as the API would word it. @default `{ error: { code, message } }` */
  readonly errorBody?: (code: string, message: string) => JsonObject;
}

const KEYS = [
  'name',
  'operations',
  'stream',
  'credentialHeaders',
  'breakerOptions',
  'error',
  'fault',
  'errorBody',
] as const satisfies readonly (keyof JsonApiOptions)[];

const OPERATION_KEYS = [
  'method',
  'path',
  'operation',
  'scope',
  'model',
  'input',
  'outputCap',
  'usage',
  'costNanoUsd',
  'isFree',
] as const satisfies readonly (keyof JsonApiOperation)[];

const STREAM_KEYS = [
  'framing',
  'isAsked',
  'text',
  'usage',
  'isEnd',
  'fault',
] as const satisfies readonly (keyof JsonApiStream)[];

const TEXT_MAX = 256;

/** @throws FuseboardError invalid_option, naming the option. */
export function checkJsonApi(options: JsonApiOptions): void {
  knownKeys('jsonApi', options, KEYS);
  checkText('jsonApi.name', options.name, 64);
  if (!Array.isArray(options.operations) || options.operations.length === 0) {
    throw invalidOption('jsonApi.operations', 'a list of at least one', options.operations);
  }
  options.operations.forEach((operation: JsonApiOperation, index) =>
    checkOperation(`jsonApi.operations[${index}]`, operation),
  );
  const { stream, credentialHeaders } = options;
  if (stream !== undefined) {
    knownKeys('jsonApi.stream', stream, STREAM_KEYS);
    choiceOption('jsonApi.stream.framing', stream.framing, ['sse', 'ndjson'], 'sse');
    for (const key of ['isAsked', 'text', 'usage', 'isEnd', 'fault'] as const) {
      functionOption(`jsonApi.stream.${key}`, stream[key]);
    }
  }
  if (credentialHeaders !== undefined && !Array.isArray(credentialHeaders)) {
    throw invalidOption('jsonApi.credentialHeaders', 'a list of names', credentialHeaders);
  }
  for (const header of credentialHeaders ?? []) {
    checkText('a name of jsonApi.credentialHeaders', header, TEXT_MAX);
  }
  for (const key of ['breakerOptions', 'error', 'fault', 'errorBody'] as const) {
    functionOption(`jsonApi.${key}`, options[key]);
  }
}

function checkOperation(path: string, operation: JsonApiOperation): void {
  knownKeys(path, operation, OPERATION_KEYS);
  checkText(`${path}.operation`, operation.operation, TEXT_MAX);
  checkText(`${path}.path`, operation.path, 2_048);
  if (!operation.path.startsWith('/')) {
    throw invalidOption(`${path}.path`, "a path that begins with '/'", operation.path);
  }
  for (const key of ['method', 'scope', 'outputCap'] as const) {
    if (operation[key] !== undefined) checkText(`${path}.${key}`, operation[key], TEXT_MAX);
  }
  for (const key of ['model', 'input', 'usage'] as const) {
    functionOption(`${path}.${key}`, operation[key]);
  }
  const { costNanoUsd, isFree } = operation;
  if (costNanoUsd !== undefined && !isNanoUsd(costNanoUsd)) {
    throw invalidOption(`${path}.costNanoUsd`, 'an amount such as usd(0.01)', costNanoUsd);
  }
  if (isFree !== undefined && typeof isFree !== 'boolean') {
    throw invalidOption(`${path}.isFree`, 'true or false', isFree);
  }
}

function checkText(path: string, value: unknown, lengthMax: number): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= lengthMax) return;
  throw invalidOption(path, `a string of 1 to ${lengthMax} characters`, value);
}

/** What a function of the user's answers; its `otherwise` where it throws. */
export function asked<T>(run: () => T, otherwise: T): T {
  try {
    return run();
  } catch {
    return otherwise;
  }
}
