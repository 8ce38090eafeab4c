/** A call as its caller describes it, and what the protected function gets to see. */
import type { CallOverride } from './cost/call-cost.ts';
import type { NanoUsd } from './cost/money.ts';
import type { ChatMessage } from './cost/tokens/token-messages.ts';
import type { Usage } from './cost/usage.ts';

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
  /**
   * Answers that the request asks for at once (`n`): each may be as long as the model's maximum.
   * `maxOutputTokens` is that of all of them together. @default 1
   */
  readonly answers?: number;
  /** The tier asked for, where tiers differ in price (`flex`, `priority`, …). @default standard */
  readonly serviceTier?: string;
  /**
   * The most searches or calls of paid tools that the request may lead to: their fees are reserved
   * beside its tokens. @default 0
   */
  readonly searchesMax?: number;
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
  /** Tokens of its input, as counted for its estimate; null where nobody counted. */
  readonly inputTokens: number | null;
  /**
   * Says what the call used, so that it is charged at its model's price; told several times, it
   * adds up. Without effect in a call that named no operation.
   * @throws FuseboardError invalid_argument for what is no usage.
   */
  readonly usage: (usage: Usage, options?: UsageOptions) => void;
  /** Says what the call cost, which wins over its usage; told several times, it adds up. */
  readonly cost: (costNanoUsd: NanoUsd) => void;
  /**
   * Says what was used so far in all, while the call goes on: its reservation is extended to that
   * where it is too small. False, or a promise of it: the budgets have no more for this call, and
   * it should stop. True at once in the common case, and where no money is counted.
   */
  readonly cover: (usage: Usage) => boolean | Promise<boolean>;
}

/** How a usage came to be known. */
export interface UsageOptions {
  /** The caller counted it, the provider did not say it: the books mark it so. @default false */
  readonly isEstimated?: boolean;
}

/** The function that a breaker protects. */
export type Protected<T> = (context: CallContext) => T | PromiseLike<T>;

/** The context of every call that can neither time out nor be aborted. */
export const PLAIN_CONTEXT: CallContext = Object.freeze({
  signal: undefined,
  attempt: 1,
  isDegraded: false,
  inputTokens: null,
  usage: () => {},
  cost: () => {},
  cover: () => true,
});
