/** A refusal as a value: cheap to make, complete when asked, an error when thrown. */
import { FuseboardError, withoutStack, type RefusalCode } from './errors.ts';

const MESSAGES: Readonly<Record<RefusalCode, string>> = {
  circuit_open: 'is open',
  circuit_latched: 'is held open',
  budget_exceeded: 'is open because a budget is spent',
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
  probes_busy: 'Try again shortly, or set probeWait to wait for the verdict.',
  probe_wait_timeout: 'Raise probeWait.timeoutMs, or lower probeTimeoutMs.',
  bulkhead_full: 'Raise bulkhead.callsMax or bulkhead.queueMax, or send less at once.',
  bulkhead_timeout: 'Raise bulkhead.queueTimeoutMs or bulkhead.callsMax.',
  quarantined: 'Call reset() on the breaker once the cause is mended.',
  board_closed: 'Open a board for as long as calls are made.',
};

/** A call that was not made, and why. */
export class Refusal {
  readonly code: RefusalCode;
  readonly breaker: string;
  /** Wall-clock milliseconds from which another try may help; null where nobody knows. */
  readonly retryAtMs: number | null;
  /** The error that tripped the breaker, where it is known. */
  readonly cause: unknown;

  constructor(code: RefusalCode, breaker: string, retryAtMs: number | null, cause: unknown) {
    this.code = code;
    this.breaker = breaker;
    this.retryAtMs = retryAtMs;
    this.cause = cause;
  }

  get message(): string {
    return `breaker "${this.breaker}" ${MESSAGES[this.code]}`;
  }

  get hint(): string {
    return HINTS[this.code];
  }

  /** A fresh error without a stack trace. */
  toError(): FuseboardError {
    return withoutStack(() => new FuseboardError(this.code, this.message, this));
  }
}
