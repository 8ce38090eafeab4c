/** What an error says about going on: an SDK's, a provider's, the network's, or our refusal. */
import { isFuseboardError, type ErrorCode, type RefusalCode } from '../../errors.ts';
import type { FailoverReason } from './pool-facts.ts';

export type ErrorReading =
  | {
      readonly kind: 'refused';
      readonly reason: FailoverReason;
      readonly retryAtMs: number | null;
    }
  | { readonly kind: 'failed'; readonly reason: FailoverReason }
  | { readonly kind: 'over' };

const REFUSALS: Readonly<Record<RefusalCode, true>> = {
  circuit_open: true,
  circuit_latched: true,
  budget_exceeded: true,
  rule_blocked: true,
  shed: true,
  throttled: true,
  budget_unavailable: true,
  allowance_empty: true,
  cost_required: true,
  probes_busy: true,
  probe_wait_timeout: true,
  bulkhead_full: true,
  bulkhead_timeout: true,
  quarantined: true,
  board_closed: true,
};

/** Names the code of a refusal that comes as a response. */
const REFUSAL_HEADER = 'x-fuseboard-refusal';

/** Faults that no other provider would mend, or that came after an answer had begun. */
const FINAL_FAULTS: ReadonlySet<unknown> = new Set(['invalid', 'cancelled', 'cut']);

/** Of the statuses that blame the request, those that blame the key, the account or the hour. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([401, 402, 403, 408, 425, 429]);

const OVER: ErrorReading = { kind: 'over' };

const isRefusalCode = (code: unknown): code is RefusalCode =>
  typeof code === 'string' && Object.hasOwn(REFUSALS, code);

/** Reads what a `fetch` threw. */
export function readThrown(error: unknown): ErrorReading {
  return isFuseboardError(error) ? readOwn(error) : { kind: 'failed', reason: 'network' };
}

/** Reads what a function of the user's threw: whatever it is, reading it throws nothing. */
export function readFailure(error: unknown): ErrorReading {
  if (isFuseboardError(error)) return readOwn(error);
  try {
    const { status, fault, headers } = (error ?? {}) as Readonly<Record<string, unknown>>;
    if (FINAL_FAULTS.has(fault)) return OVER;
    // A refusal of ours that became an error of an SDK, which keeps the response's headers.
    const code = headers instanceof Headers ? headers.get(REFUSAL_HEADER) : null;
    if (isRefusalCode(code)) return { kind: 'refused', reason: code, retryAtMs: null };
    const isBlamed = typeof status === 'number' && status >= 400 && status < 500;
    return isBlamed && !PASSING_STATUSES.has(status) ? OVER : { kind: 'failed', reason: 'error' };
  } catch {
    return { kind: 'failed', reason: 'error' };
  }
}

/** A call that ran out of time has failed; a wrong option fails wherever it goes. */
function readOwn(error: {
  readonly code: ErrorCode;
  readonly retryAtMs: number | null;
}): ErrorReading {
  const { code, retryAtMs } = error;
  if (isRefusalCode(code)) return { kind: 'refused', reason: code, retryAtMs };
  return code === 'timeout' ? { kind: 'failed', reason: 'transient' } : OVER;
}
