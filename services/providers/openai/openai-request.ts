/** What a request to OpenAI, or to a server that speaks its language, is about to do. */
import type { Operation } from '../../call.ts';
import { knownCountAt, objectAt, textAt } from '../json-reading.ts';
import type { JsonObject, RequestReading, RequestView } from '../profile.ts';
import { chatOf, plainInputOf, responseInputOf } from './openai-input.ts';
import { routeOf, type Route } from './openai-routes.ts';

/** What an operation takes. Longer names are no models of anybody's. */
const MODEL_LENGTH_MAX = 256;
const TOKENS_MAX = 1_000_000_000;
/** The API takes up to 128 answers to one chat. */
const ANSWERS_MAX = 128;

const EMPTY: JsonObject = Object.freeze({});

/** An operation while it is put together: no object is made only to be spread into another. */
export type OperationDraft = { -readonly [Name in keyof Operation]: Operation[Name] };

/** What is the same for all but chats and responses. */
const PLAIN = {
  isStream: false,
  usageRequest: null,
  capMember: null,
  hidesOutput: false,
  isFree: false,
} as const;

/**
 * A batch is handed in for nothing and told to have cost nothing: what is in its file is unknown
 * here. Its usage is charged when it is looked at and is finished, under its id as the usage's key.
 */
const NO_TOKENS = { inputTokens: 0, outputTokens: 0, maxOutputTokens: 0 } as const;

export function readOpenAIRequest(request: RequestView): RequestReading {
  const route = routeOf(request.method, request.path);
  const body = request.body ?? EMPTY;
  const named = namedBy(route, body);
  switch (route.kind) {
    case 'chat':
      return readChat(named, body);
    case 'completion':
      return readCompletion(named, body);
    case 'response':
      return readResponse(named, body);
    case 'embedding':
      return {
        ...PLAIN,
        operation: { ...named, ...plainInputOf(body.input), maxOutputTokens: 0 },
      };
    case 'batch':
    case 'batch_status':
      return { ...PLAIN, operation: { ...named, ...NO_TOKENS } };
    case 'free':
      return { ...PLAIN, operation: named, isFree: true };
    case 'other':
      return {
        ...PLAIN,
        operation: { ...named, ...plainInputOf(body.input ?? body.prompt) },
        isStream: body.stream === true,
      };
  }
}

function namedBy({ operation, deployment }: Route, body: JsonObject): OperationDraft {
  const named: OperationDraft = { operation };
  const model = modelName(body.model) ?? modelName(deployment);
  if (model !== undefined) named.model = model;
  const serviceTier = tierIn(body);
  if (serviceTier !== undefined) named.serviceTier = serviceTier;
  return named;
}

/** The tier asked for, where that is not the standard one or the provider's own choice. */
function tierIn({ service_tier: tier }: JsonObject): string | undefined {
  const name = modelName(tier);
  return name === 'auto' || name === 'default' ? undefined : name;
}

/** A model's name; undefined for what cannot be one. */
export function modelName(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MODEL_LENGTH_MAX) {
    return undefined;
  }
  return value.includes('\0') ? undefined : value;
}

function readChat(operation: OperationDraft, body: JsonObject): RequestReading {
  const cap = knownCountAt(body, 'max_completion_tokens') ?? knownCountAt(body, 'max_tokens');
  const isStream = body.stream === true;
  operation.messages = chatOf(body);
  capOutput(operation, cap, answersIn(body));
  return {
    operation,
    isStream,
    usageRequest: isStream ? usageRequestFor(body) : null,
    capMember: cap === undefined ? 'max_completion_tokens' : null,
    hidesOutput: mayThink(body),
    isFree: false,
  };
}

function readCompletion(named: OperationDraft, body: JsonObject): RequestReading {
  const cap = knownCountAt(body, 'max_tokens');
  const answers = Math.max(answersIn(body), answersAt(body, 'best_of'));
  const isStream = body.stream === true;
  const operation = { ...named, ...plainInputOf(body.prompt) };
  capOutput(operation, cap, answers);
  return {
    ...PLAIN,
    operation,
    isStream,
    usageRequest: isStream ? usageRequestFor(body) : null,
    capMember: cap === undefined ? 'max_tokens' : null,
  };
}

function readResponse(operation: OperationDraft, body: JsonObject): RequestReading {
  const cap = knownCountAt(body, 'max_output_tokens');
  operation.messages = responseInputOf(body);
  capOutput(operation, cap, 1);
  return {
    operation,
    isStream: body.stream === true,
    usageRequest: null,
    capMember: cap === undefined ? 'max_output_tokens' : null,
    hidesOutput: mayThink(body),
    isFree: false,
  };
}

/** Says how many answers there may be, and the most that all of them together may put out. */
export function capOutput(
  operation: OperationDraft,
  cap: number | undefined,
  answers: number,
): void {
  if (cap !== undefined) operation.maxOutputTokens = Math.min(cap * answers, TOKENS_MAX);
  if (answers !== 1) operation.answers = answers;
}

/** How many answers a chat asks for. */
export const answersIn = (body: JsonObject | null): number => answersAt(body, 'n');

const answersAt = (body: JsonObject | null, field: string): number =>
  Math.min(Math.max(knownCountAt(body, field) ?? 1, 1), ANSWERS_MAX);

/** The client's own stream options stay. */
function usageRequestFor(body: JsonObject): JsonObject | null {
  if (asksForUsage(body)) return null;
  return { stream_options: { ...objectAt(body, 'stream_options'), include_usage: true } };
}

/** Whether the client itself asked for the usage of its stream. */
export const asksForUsage = (body: JsonObject | null): boolean =>
  objectAt(body, 'stream_options')?.include_usage === true;

const THINKING = ['o1', 'o3', 'o4', 'gpt-5'];

/** Whether the model may think, by its name or by what is asked of it. */
export function mayThink(body: JsonObject): boolean {
  const reasoning = objectAt(body, 'reasoning');
  const effort = textAt(body, 'reasoning_effort') || textAt(reasoning, 'effort');
  if (effort === 'none') return false;
  return effort !== '' || reasoning !== null || isThinkingModel(textAt(body, 'model'));
}

/** The model that was asked about last, which is the next one's as a rule. */
let lastModel = '';
let isLastThinking = false;

function isThinkingModel(model: string): boolean {
  if (model === lastModel) return isLastThinking;
  if (model.length > MODEL_LENGTH_MAX) return isOfThinking(model);
  lastModel = model;
  return (isLastThinking = isOfThinking(model));
}

function isOfThinking(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const base = name.startsWith('ft:') ? name.slice(3) : name;
  return THINKING.some((family) => {
    const next = base.charAt(family.length);
    return base.startsWith(family) && (next === '' || next === '-' || next === '.');
  });
}
