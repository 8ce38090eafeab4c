/**
 * A call's description, checked, each field read once. One object holds all of it; what only facts
 * want is put together when a fact is made.
 */
import type { CallOptions, Operation, Protected } from './call.ts';
import { invalidArgument, isObject } from './check.ts';
import type { CallCost, CallOverride } from './cost/call-cost.ts';
import type { ChatMessage } from './cost/tokens/token-messages.ts';
import type { CallLabels } from './facts.ts';

const KEYS = [
  'signal',
  'priority',
  'tags',
  'correlationId',
  'override',
] as const satisfies readonly (keyof CallOptions)[];
const TAGS_MAX = 16;
const TEXT_MAX = 256;
const TOKENS_MAX = 1_000_000_000;
const ANSWERS_MAX = 10_000;
const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

export class CallSpec implements CallCost {
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  readonly correlationId: string | undefined;
  /** Empty where it names none. */
  readonly operation: string;
  readonly model: string | undefined;
  readonly messages: readonly ChatMessage[] | undefined;
  readonly input: string | undefined;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly searchesMax: number;
  readonly answers: number;
  readonly serviceTier: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly override: CallOverride | null;

  /** @throws FuseboardError invalid_argument, naming the field. */
  constructor(operation: Operation | null, options: CallOptions | undefined) {
    const given = operation ?? NOTHING;
    const said = options ?? NO_OPTIONS;
    const { model, messages, input } = given;
    const { signal, correlationId } = said;
    this.signal = signal;
    this.priority = said.priority ?? given.priority ?? 0;
    this.correlationId = correlationId;
    this.operation = given.operation;
    this.model = model;
    this.messages = messages;
    this.input = input;
    this.inputTokens = tokensOf('inputTokens', given.inputTokens);
    this.outputTokens = tokensOf('outputTokens', given.outputTokens);
    this.maxOutputTokens = tokensOf('maxOutputTokens', given.maxOutputTokens);
    const { serviceTier } = given;
    if (serviceTier !== undefined) checkText('operation.serviceTier', serviceTier);
    this.serviceTier = serviceTier;
    this.answers = given.answers === undefined ? 1 : answersOf(given.answers);
    this.searchesMax = tokensOf('searchesMax', given.searchesMax) ?? 0;
    const tags = said.tags ?? given.tags;
    this.tags = tags === undefined ? NO_TAGS : copyOfTags(tags);
    this.override = said.override === undefined ? null : checkedOverride(said.override);
    if (operation !== null && this.operation !== goodOperation) {
      checkText('operation.operation', this.operation);
      goodOperation = this.operation;
    }
    if (model !== undefined && model !== goodModel) {
      checkText('operation.model', model);
      goodModel = model;
    }
    if (messages !== undefined && !Array.isArray(messages)) {
      throw invalidArgument('operation.messages', 'an array of messages', messages);
    }
    if (input !== undefined && typeof input !== 'string') {
      throw invalidArgument('operation.input', 'a string', input);
    }
    if (!Number.isFinite(this.priority)) {
      throw invalidArgument('priority', 'a finite number', this.priority);
    }
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalidArgument('signal', 'an AbortSignal', signal);
    }
    if (correlationId !== undefined) checkText('correlationId', correlationId);
  }

  /** What it says about its cost; null where it names no operation. */
  get cost(): CallCost | null {
    return this.operation === '' ? null : this;
  }

  /** Writes what its facts carry into one of them: no object is made only to be spread. */
  label(fact: { -readonly [Name in keyof CallLabels]: CallLabels[Name] }): void {
    const { operation, model, tags, correlationId } = this;
    if (operation !== '') fact.operation = operation;
    if (model !== undefined) fact.model = model;
    if (tags !== NO_TAGS) fact.tags = tags;
    if (correlationId !== undefined) fact.correlationId = correlationId;
  }
}

const NO_OPTIONS: CallOptions = Object.freeze({});
const NOTHING: Operation = Object.freeze({ operation: '' });
const PLAIN_SPEC = new CallSpec(null, undefined);

/** @throws FuseboardError invalid_argument, naming the field. */
export function specOf(operation: Operation | null, options: CallOptions | undefined): CallSpec {
  if (operation === null && options === undefined) return PLAIN_SPEC;
  if (options !== undefined) checkKeys(options);
  return new CallSpec(operation, options);
}

/** The description of `call(fn, options)` or `call(operation, fn, options)`. */
export function specFrom(
  first: unknown,
  second: unknown,
  third: CallOptions | undefined,
): CallSpec {
  if (typeof first === 'function') return specOf(null, second as CallOptions | undefined);
  if (typeof first !== 'object' || first === null) {
    throw invalidArgument('call(fn) or call(operation, fn)', 'given a function', first);
  }
  return specOf(first as Operation, third);
}

/** The function of `call(fn)` or `call(operation, fn)`. */
export function functionFrom<T>(first: unknown, second: unknown): Protected<T> {
  const fn = typeof first === 'object' && first !== null ? second : first;
  if (typeof fn === 'function') return fn as Protected<T>;
  throw invalidArgument('call(fn) or call(operation, fn)', 'given a function', fn);
}

/** A misspelt option, such as a signal that nobody heeds, must not pass silently. */
function checkKeys(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw invalidArgument('the options of a call', 'an object', options);
  }
  for (const key of Object.keys(options)) {
    if ((KEYS as readonly string[]).includes(key)) continue;
    throw invalidArgument('an option of a call', `one of ${KEYS.join(', ')}`, key);
  }
}

/** Texts that were found good: the same few come again with every call. */
let goodOperation = '';
let goodModel = '';

const isText = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= TEXT_MAX &&
  !value.includes('\0');

function checkText(path: string, value: unknown): void {
  if (isText(value)) return;
  throw invalidArgument(path, `a string of 1 to ${TEXT_MAX} characters without NUL`, value);
}

/** The copy that was made last, and how many tags it has: calls of one kind come in a row. */
let lastTags: Readonly<Record<string, string>> = NO_TAGS;
let lastTagCount = 0;

function isLastCopy(tags: Readonly<Record<string, unknown>>): boolean {
  let count = 0;
  for (const name in tags) {
    if (lastTags[name] !== tags[name] || !Object.hasOwn(tags, name)) return false;
    count++;
  }
  return count === lastTagCount && count > 0;
}

/** A copy, so that what a caller changes later changes nothing about this call. */
function copyOfTags(tags: unknown): Readonly<Record<string, string>> {
  if (typeof tags !== 'object' || tags === null) throw invalidArgument('tags', 'an object', tags);
  if (isLastCopy(tags as Readonly<Record<string, unknown>>)) return lastTags;
  const copy: Record<string, string> = {};
  let count = 0;
  for (const name of Object.keys(tags)) {
    if (++count > TAGS_MAX) {
      throw invalidArgument('tags', `at most ${TAGS_MAX} entries`, Object.keys(tags).length);
    }
    const value = (tags as Readonly<Record<string, string>>)[name];
    checkText('a tag name', name);
    if (!isText(value)) checkText(`tags.${name}`, value);
    copy[name] = value as string;
  }
  lastTags = Object.freeze(copy);
  lastTagCount = count;
  return copy;
}

function checkedOverride(override: unknown): CallOverride {
  if (!isObject(override)) throw invalidArgument('override', 'an object', override);
  const { reason, by } = override as CallOverride;
  checkText('override.reason', reason);
  checkText('override.by', by);
  return { reason, by };
}

function answersOf(answers: unknown): number {
  const fits = Number.isSafeInteger(answers) && (answers as number) >= 1;
  if (fits && (answers as number) <= ANSWERS_MAX) return answers as number;
  throw invalidArgument('operation.answers', `an integer from 1 to ${ANSWERS_MAX}`, answers);
}

function tokensOf(name: string, tokens: unknown): number | null {
  if (tokens === undefined) return null;
  const fits = Number.isSafeInteger(tokens) && (tokens as number) >= 0;
  if (fits && (tokens as number) <= TOKENS_MAX) return tokens as number;
  throw invalidArgument(`operation.${name}`, `an integer from 0 to ${TOKENS_MAX}`, tokens);
}
