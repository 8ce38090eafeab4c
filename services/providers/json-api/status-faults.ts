/** What a status of HTTP says about a failure, where an API has no words of its own. */
import type { FaultName } from '../fault.ts';

/**
 * 401 and 403 are the key's fault, 402 the account's, 429 a rate limit; 408 and 5xx are the
 * provider's and may pass; any other 4xx is the request's. What is no failure at all, such as a
 * redirect that nobody followed, may pass too.
 */
export function faultNameOf(status: number): FaultName {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 402) return 'quota';
  if (status === 429) return 'rate_limited';
  return status >= 400 && status < 500 && status !== 408 ? 'invalid' : 'transient';
}
