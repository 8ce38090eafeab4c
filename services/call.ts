/** One call as its caller describes it, and what the protected function gets to see. */
import { invalidArgument, isObject } from './check.ts';
import type { CallCost, CallOverride } from './cost/call-cost.ts';
import type { NanoUsd } from './cost/money.ts';
import type { ChatMessage } from './cost/token-messages.ts';
import type { Usage } from './cost/usage.ts';
import type { CallLabels } from './facts.ts';

/** What a call is about to do. */
export interface Operation {
  /** Its kind, for example `llm_call` or `embedding_call`. */
  readonly operation: string;
  readonly model?: string;
  /** Tokens of the input, where they are known. Wins over `messages` and `input`. */
  readonly inputTokens?: number;
  /** The chat that is sent, to have its tokens counted. Looked at, never kept. */
  readonly messages?: readonly ChatMessage[];
  /** The text that is sent, to have its tokens counted. Looked at, never kept. */
  readonly input?: string;
  /** Tokens of output that are expected, where somebody knows. @default what was learnt */
  readonly outputTokens?: number;
  /**
   * The most tokens of output that the request allows: the worst case is reserved for them.
   * @default the breaker's `defaultMaxOutputTokens`, else the model's own maximum
   */
  readonly maxOutputTokens?: number;
  /** Higher goes first where callers wait. @default 0 */
  readonly priority?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Options of one call. They win over the operation's. */
export interface CallOptions {
  /** Gives the call up; its reason is what the call is rejected with. */
  readonly signal?: AbortSignal | undefined;
  /** Higher goes first where callers wait. @default 0 */
  readonly priority?: number | undefined;
  /** At most 16 tags, each name and value at most 256 characters. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Copied into every fact about the call. */
  readonly correlationId?: string | undefined;
  /**
   * Lets a critical call pass budgets, cost rules and throttling, out of the board's
   * `emergencyOverride` and at most up to its limit. Audited.
   */
  readonly override?: CallOverride | undefined;
}

/** What the protected function is called with. */
export interface CallContext {
  /** Aborted when the call times out or its caller gives up; undefined where neither can happen. */
  readonly signal: AbortSignal | undefined;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** True while a budget is strained: a cheaper way of answering would be welcome. */
  readonly isDegraded: boolean;
  /**
   * Says what the call used, so that it is charged at its model's price; told several times, it
   * adds up. Without effect in a call that named no operation.
   * @throws FuseboardError invalid_argument for what is no usage.
   */
  readonly usage: (usage: Usage) => void;
  /** Says what the call cost, which wins over its usage; told several times, it adds up. */
  readonly cost: (costNanoUsd: NanoUsd) => void;
}

/** The function that a breaker protects. */
export type Protected<T> = (context: CallContext) => T | PromiseLike<T>;

/** The context of every call that can neither time out nor be aborted. */
export const PLAIN_CONTEXT: CallContext = Object.freeze({
  signal: undefined,
  attempt: 1,
  isDegraded: false,
  usage: () => {},
  cost: () => {},
});

const KEYS = [
  'signal',
  'priority',
  'tags',
  'correlationId',
  'override',
] as const satisfies readonly (keyof CallOptions)[];
const TAGS_MAX = 16;
const TEXT_MAX = 256;

/** A call's description, checked. */
export interface CallSpec {
  readonly labels: CallLabels;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  /** What it says about its cost; null where it names no operation. */
  readonly cost: CallCost | null;
}

const NO_LABELS: CallLabels = Object.freeze({});
const PLAIN_SPEC: CallSpec = Object.freeze({
  labels: NO_LABELS,
  signal: undefined,
  priority: 0,
  cost: null,
});
const TOKENS_MAX = 1_000_000_000;

/** @throws FuseboardError invalid_argument, naming the field. */
export function specOf(operation: Operation | null, options: CallOptions | undefined): CallSpec {
  if (operation === null && options === undefined) return PLAIN_SPEC;
  if (options !== undefined) checkKeys(options);
  if (operation !== null) checkText('operation.operation', operation.operation);
  if (operation?.model !== undefined) checkText('operation.model', operation.model);
  const priority = options?.priority ?? operation?.priority ?? 0;
  if (!Number.isFinite(priority)) throw invalidArgument('priority', 'a finite number', priority);
  const signal = options?.signal;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgument('signal', 'an AbortSignal', signal);
  }
  const tags = options?.tags ?? operation?.tags;
  if (tags !== undefined) checkTags(tags);
  const correlationId = options?.correlationId;
  if (correlationId !== undefined) checkText('correlationId', correlationId);
  return {
    signal,
    priority,
    cost: operation === null ? null : costOf(operation, tags, options?.override),
    labels: {
      ...(operation === null ? {} : { operation: operation.operation }),
      ...(operation?.model === undefined ? {} : { model: operation.model }),
      ...(tags === undefined ? {} : { tags: { ...tags } }),
      ...(correlationId === undefined ? {} : { correlationId }),
    },
  };
}

/** What a call says about its cost, each field read once. */
function costOf(
  given: Operation,
  tags: Readonly<Record<string, string>> | undefined,
  override: CallOverride | undefined,
): CallCost {
  const { operation, model, messages, input } = given;
  if (messages !== undefined && !Array.isArray(messages)) {
    throw invalidArgument('operation.messages', 'an array of messages', messages);
  }
  if (input !== undefined && typeof input !== 'string') {
    throw invalidArgument('operation.input', 'a string', input);
  }
  if (override !== undefined) {
    if (!isObject(override)) throw invalidArgument('override', 'an object', override);
    checkText('override.reason', override.reason);
    checkText('override.by', override.by);
  }
  return {
    operation,
    model,
    messages,
    input,
    inputTokens: tokensOf('inputTokens', given.inputTokens),
    outputTokens: tokensOf('outputTokens', given.outputTokens),
    maxOutputTokens: tokensOf('maxOutputTokens', given.maxOutputTokens),
    tags: tags ?? NO_TAGS,
    override: override ?? null,
  };
}

const NO_TAGS: Readonly<Record<string, string>> = Object.freeze({});

function tokensOf(name: string, tokens: unknown): number | null {
  if (tokens === undefined) return null;
  const fits = Number.isSafeInteger(tokens) && (tokens as number) >= 0;
  if (fits && (tokens as number) <= TOKENS_MAX) return tokens as number;
  throw invalidArgument(`operation.${name}`, `an integer from 0 to ${TOKENS_MAX}`, tokens);
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

function checkText(path: string, value: unknown): void {
  if (typeof value !== 'string' || value.length === 0 || value.length > TEXT_MAX) {
    throw invalidArgument(path, `a string of 1 to ${TEXT_MAX} characters`, value);
  }
}

function checkTags(tags: unknown): void {
  if (typeof tags !== 'object' || tags === null) throw invalidArgument('tags', 'an object', tags);
  const entries = Object.entries(tags);
  if (entries.length > TAGS_MAX) {
    throw invalidArgument('tags', `at most ${TAGS_MAX} entries`, entries.length);
  }
  for (const [name, value] of entries) {
    checkText('a tag name', name);
    checkText(`tags.${name}`, value);
  }
}
