/** A refusal as a value: cheap to make, complete when asked, an error when thrown. */
import type { CostRefusal } from './cost/cost-refusal.ts';
import { FuseboardError, withoutStack, type RefusalCode } from './errors.ts';

const MESSAGES: Readonly<Record<RefusalCode, string>> = {
  circuit_open: 'is open',
  circuit_latched: 'is held open',
  budget_exceeded: 'is open because a budget is spent',
  rule_blocked: 'refuses the call because a rule blocks it',
  shed: 'refuses the call while a budget is strained',
  throttled: 'refuses the call because too many wait for their turn',
  budget_unavailable: 'refuses the call because its budgets cannot be asked',
  allowance_empty: 'cannot wait for money here',
  cost_required: 'refuses calls that name no operation, because nobody knows what they cost',
  probes_busy: 'is half open and its probes are all out',
  probe_wait_timeout: 'is half open and no probe came to a verdict in time',
  bulkhead_full: 'has no room for another call',
  bulkhead_timeout: 'had no room for the call in time',
  quarantined: 'is quarantined because its actor keeps crashing',
  board_closed: 'belongs to a board that is closed',
};

const HINTS: Readonly<Record<RefusalCode, string>> = {
  circuit_open: 'Try again at retryAtMs; explain() says what tripped it.',
  circuit_latched: 'Only an operator ends this: explain() says which act would.',
  budget_exceeded: 'It admits calls again when the budget recovers.',
  rule_blocked: 'Make a cheaper call, or change the rule.',
  shed: 'Make a cheaper call, raise its priority, or wait until the budget recovers.',
  throttled: 'Send less at once, or raise throttle.queueMax.',
  budget_unavailable: 'Mend the store; board.health() says what is wrong with it.',
  allowance_empty: 'Use call(), which can wait for a draw.',
  cost_required: 'Use call(operation, fn), or leave requireCost away.',
  probes_busy: 'Try again shortly, or set probeWait to wait for the verdict.',
  probe_wait_timeout: 'Raise probeWait.timeoutMs, or lower probeTimeoutMs.',
  bulkhead_full: 'Raise bulkhead.callsMax or bulkhead.queueMax, or send less at once.',
  bulkhead_timeout: 'Raise bulkhead.queueTimeoutMs or bulkhead.callsMax.',
  quarantined: 'Call reset() on the breaker once the cause is mended.',
  board_closed: 'Open a board for as long as calls are made.',
};

const EMERGENCY_HINT =
  'Only board.resume(reason, { by }) ends this: board.emergency says who shut down, and why.';

const SHORT_HINT =
  'Try again when the next period begins, make a cheaper call, or raise the limit.';

/** A call that was not made, and why. */
export class Refusal {
  readonly code: RefusalCode;
  readonly breaker: string;
  /** Wall-clock milliseconds from which another try may help; null where nobody knows. */
  readonly retryAtMs: number | null;
  /** The error that tripped the breaker, where it is known. */
  readonly cause: unknown;
  /** The whole board is shut down. */
  readonly isEmergency: boolean;
  /** Id of the budget that has not enough for the call; null where none is meant. */
  readonly budget: string | null;
  /** Id of the rule that blocks it; null where none does. */
  readonly rule: string | null;
  /** The figures behind it; null where the code says all. */
  readonly #why: string | null;

  constructor(
    code: RefusalCode,
    breaker: string,
    retryAtMs: number | null,
    cause: unknown,
    isEmergency = false,
    money: CostRefusal | null = null,
  ) {
    this.code = code;
    this.breaker = breaker;
    this.retryAtMs = retryAtMs;
    this.cause = cause;
    this.isEmergency = isEmergency;
    this.budget = money?.budget ?? null;
    this.rule = money?.rule ?? null;
    this.#why = money?.why ?? null;
  }

  get message(): string {
    const held = this.isEmergency ? ' by an emergency of its board' : '';
    return `breaker "${this.breaker}" ${this.#why ?? MESSAGES[this.code]}${held}`;
  }

  get hint(): string {
    if (this.isEmergency) return EMERGENCY_HINT;
    return this.code === 'budget_exceeded' && this.budget !== null ? SHORT_HINT : HINTS[this.code];
  }

  /** A fresh error without a stack trace. */
  toError(): FuseboardError {
    return withoutStack(() => new FuseboardError(this.code, this.message, this));
  }
}
