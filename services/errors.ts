/**
 * One error class and a closed set of codes. Refusals are values inside the runtime and become
 * errors only at its edge; a refusal is thrown fresh, but without a stack trace, because the
 * trace costs more than all the rest and says nothing that the code and the breaker's name do not.
 */

/** Why a call was refused. It was not made, and it does not count against the dependency. */
export type RefusalCode =
  /** The breaker is open and cooling. */
  | 'circuit_open'
  /** The breaker is held open by an operator, an emergency, or a key that needs a human. */
  | 'circuit_latched'
  /** No money is left in a budget that covers this breaker. */
  | 'budget_exceeded'
  /** A rule about cost blocks it. */
  | 'rule_blocked'
  /** A budget is strained, and the breaker's `limited` lets only other calls through. */
  | 'shed'
  /** Too many calls wait for their turn already. */
  | 'throttled'
  /** The store that keeps the budgets cannot be used. */
  | 'budget_unavailable'
  /** No allowance is drawn for it, and it cannot wait for one. */
  | 'allowance_empty'
  /** It names no operation, and the breaker requires one. */
  | 'cost_required'
  /** The breaker is half open and its probes are all out. */
  | 'probes_busy'
  /** Waited for the verdict of a probe for as long as allowed. */
  | 'probe_wait_timeout'
  /** The bulkhead and its queue are full. */
  | 'bulkhead_full'
  /** Waited in the bulkhead's queue for as long as allowed. */
  | 'bulkhead_timeout'
  /** The breaker's actor crashed repeatedly and was set to refuse. */
  | 'quarantined'
  /** The board is closed. */
  | 'board_closed';

export type ErrorCode =
  | RefusalCode
  /** The call ran past `timeoutMs`. */
  | 'timeout'
  /** An option is missing, unknown or out of range. */
  | 'invalid_option'
  /** An argument of a method is not of the kind it takes. */
  | 'invalid_argument'
  /** The breaker exists with other options. */
  | 'options_conflict'
  /** The registry is full and nothing in it may be evicted. */
  | 'registry_full'
  /** The store's file cannot be opened, read or created. */
  | 'store_unavailable'
  /** The store's file is not a database, or is damaged. */
  | 'store_corrupt'
  /** The store was written by a later version. */
  | 'store_incompatible'
  /** Node and the installed better-sqlite3 do not fit together. */
  | 'sqlite_incompatible'
  /** The inspector cannot listen at its address, or its page was not built. */
  | 'inspector_unavailable'
  /** A machine handed to the path generator cannot be used. */
  | 'invalid_machine'
  /** A chart cannot be laid out. */
  | 'drawing_failed';

export interface FuseboardErrorInit {
  readonly breaker?: string;
  /** Wall-clock milliseconds from which another try may help; null where nobody knows. */
  readonly retryAtMs?: number | null;
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Id of the budget concerned. */
  readonly budget?: string | null;
  /** Id of the rule concerned. */
  readonly rule?: string | null;
}

const MARK = Symbol.for('fuseboard.error');

/** Every error that Fuseboard itself makes. Recognise it with {@link isFuseboardError}. */
export class FuseboardError extends Error {
  readonly code: ErrorCode;
  /** Name of the breaker concerned, if any. */
  readonly breaker: string | undefined;
  /** Wall-clock milliseconds from which another try may help; null where nobody knows. */
  readonly retryAtMs: number | null;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Id of the budget that has not enough; null where no budget refuses. */
  readonly budget: string | null;
  /** Id of the rule that blocks; null where no rule does. */
  readonly rule: string | null;

  constructor(code: ErrorCode, message: string, init: FuseboardErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = code;
    this.breaker = init.breaker;
    this.retryAtMs = init.retryAtMs ?? null;
    this.hint = init.hint;
    this.budget = init.budget ?? null;
    this.rule = init.rule ?? null;
  }

  get [MARK](): true {
    return true;
  }
}

Object.defineProperty(FuseboardError.prototype, 'name', { value: 'FuseboardError' });

/** True for an error of Fuseboard's, also one made by another copy of the package. */
export function isFuseboardError(error: unknown): error is FuseboardError {
  return typeof error === 'object' && error !== null && MARK in error;
}

const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
const mayLimitStack = limit === undefined ? Object.isExtensible(Error) : limit.writable === true;

/** Makes an error without capturing a stack trace, for refusals on the hot path. */
export function withoutStack<E>(make: () => E): E {
  if (!mayLimitStack) return make();
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = before;
  }
}
