/** What went wrong at a provider, by its class, and what that means for the breaker. */
import type { Outcome, Verdict } from '../outcome.ts';

export const FAULTS = [
  'transient',
  'rate_limited',
  'quota',
  'unauthorized',
  'invalid',
  'cancelled',
  'cut',
] as const;

/**
 * - `transient`: the provider failed, and may not the next time.
 * - `rate_limited`: it wants calls again later.
 * - `quota`: the account behind the key may spend no more, until a human or a new month helps.
 * - `unauthorized`: the key is wrong, revoked or missing.
 * - `invalid`: the request is at fault; says nothing about the provider.
 * - `cancelled`: the caller gave up.
 * - `cut`: an answer began and never came to its proper end.
 */
export type FaultName = (typeof FAULTS)[number];

export interface Fault {
  readonly fault: FaultName;
  /** The provider's own word for it; null where it has none. */
  readonly code: string | null;
  /** What the provider says about it, at most 1,024 characters; empty where it says nothing. */
  readonly message: string;
  /** Wall-clock milliseconds before which the provider wants no other call; null: unsaid. */
  readonly retryAtMs: number | null;
}

const OUTCOMES: Readonly<Record<FaultName, Outcome>> = {
  transient: 'failed',
  rate_limited: 'rate_limited',
  quota: 'over_quota',
  unauthorized: 'unauthorized',
  invalid: 'ignored',
  cancelled: 'cancelled',
  cut: 'failed',
};

/** What the breaker is told, and whether the same request may be made again. */
export function verdictOfFault({ fault, retryAtMs }: Fault): Verdict {
  const outcome = OUTCOMES[fault];
  const retryable = fault === 'transient' || fault === 'rate_limited';
  return retryAtMs === null ? { outcome, retryable } : { outcome, retryable, retryAtMs };
}
