/**
 * How a refusal of ours looks to a client that expects an API: one table from codes to statuses,
 * shared by all profiles, chosen so that an SDK raises the typed error nearest to the truth.
 *
 *   400 BadRequestError      the request lacks what the board requires of it
 *   429 RateLimitError       `insufficient_quota`: the money for it is not there, or a rule about
 *                            money forbids it; `rate_limit_error`: more is sent than fits
 *   503 InternalServerError  nobody is asked now: the circuit is open, or the board cannot decide
 *
 * SDKs retry 429 and 503 by themselves, wherefore the response carries `x-should-retry: false`.
 */
import type { RefusalCode } from '../errors.ts';
import type { Refusal } from '../refusal.ts';
import { messageOf } from './json-reading.ts';

export interface RefusalStatus {
  readonly status: 400 | 429 | 503;
  /** OpenAI's word for errors of this kind. */
  readonly type: string;
}

const INVALID: RefusalStatus = { status: 400, type: 'invalid_request_error' };
const NO_MONEY: RefusalStatus = { status: 429, type: 'insufficient_quota' };
const TOO_MUCH: RefusalStatus = { status: 429, type: 'rate_limit_error' };
const UNAVAILABLE: RefusalStatus = { status: 503, type: 'service_unavailable_error' };

export const REFUSAL_STATUS: Readonly<Record<RefusalCode, RefusalStatus>> = {
  circuit_open: UNAVAILABLE,
  circuit_latched: UNAVAILABLE,
  budget_exceeded: NO_MONEY,
  rule_blocked: NO_MONEY,
  shed: UNAVAILABLE,
  throttled: TOO_MUCH,
  budget_unavailable: UNAVAILABLE,
  allowance_empty: UNAVAILABLE,
  cost_required: INVALID,
  probes_busy: UNAVAILABLE,
  probe_wait_timeout: UNAVAILABLE,
  bulkhead_full: TOO_MUCH,
  bulkhead_timeout: TOO_MUCH,
  quarantined: UNAVAILABLE,
  board_closed: UNAVAILABLE,
};

/** What an error of no code of ours is, such as one in the middle of a stream. */
const FAILED = { status: 500, type: 'server_error' } as const;

/** The status and type for a code of ours, or of anybody's. */
export const statusOfCode = (
  code: string,
): RefusalStatus | { readonly status: 500; readonly type: string } =>
  Object.hasOwn(REFUSAL_STATUS, code) ? REFUSAL_STATUS[code as RefusalCode] : FAILED;

/** Beyond it no date has a name. */
const DATE_MAX_MS = 8.64e15;

/** Why, what to do, and when, in words. */
export function refusalMessage(refusal: Refusal, nowMs: number): string {
  return messageOf(`Not sent: ${refusal.message}. ${refusal.hint}${retryWords(refusal, nowMs)}`);
}

function retryWords({ retryAtMs }: Refusal, nowMs: number): string {
  if (retryAtMs === null || !(Math.abs(retryAtMs) <= DATE_MAX_MS)) return '';
  const seconds = Math.max(0, Math.ceil((retryAtMs - nowMs) / 1_000));
  return ` Retry at ${new Date(retryAtMs).toISOString()}, in ${seconds} s.`;
}
