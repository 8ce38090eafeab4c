/** When the next attempt may come, if one may come at all. */
import type { ResolvedRetry } from './options.ts';
import type { ReportThrow, Verdict } from './outcome.ts';
import type { Runtime } from './runtime.ts';

export interface FailedAttempt {
  readonly error: unknown;
  readonly verdict?: Verdict;
}

/**
 * Milliseconds to wait after the failed attempt `attempt` (1 for the first); null when the error
 * may not be retried. Full jitter over a doubling delay; a retry time of the provider's wins.
 */
export function retryDelayMs(
  retry: ResolvedRetry,
  failure: FailedAttempt,
  attempt: number,
  host: { readonly runtime: Runtime; readonly report: ReportThrow },
): number | null {
  if (!isRetryable(retry, failure, host.report)) return null;
  const { clock, random } = host.runtime;
  const grownMs = Math.min(retry.delayMaxMs, retry.delayMs * 2 ** (attempt - 1));
  const aheadMs = (failure.verdict?.retryAtMs ?? -Infinity) - clock.nowMs();
  return Math.max(random() * grownMs, aheadMs);
}

function isRetryable(
  retry: ResolvedRetry,
  { error, verdict }: FailedAttempt,
  report: ReportThrow,
): boolean {
  if (verdict?.retryable !== undefined) return verdict.retryable;
  if (verdict?.outcome === 'rate_limited') return true;
  if (verdict !== undefined && verdict.outcome !== 'failed') return false;
  try {
    if ((error as { retryable?: unknown } | null | undefined)?.retryable === true) return true;
    return retry.retryIf?.(error) === true;
  } catch (problem) {
    report('retryIf', problem);
    return false;
  }
}
