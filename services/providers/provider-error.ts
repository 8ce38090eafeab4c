/** An answer of a provider that is a failure, as an error: what breakers record and facts name. */
import { VERDICT, type Verdict } from '../outcome.ts';
import { withoutStack } from '../errors.ts';
import { verdictOfFault, type Fault, type FaultName } from './fault.ts';

export class ProviderError extends Error {
  readonly provider: string;
  readonly fault: FaultName;
  /** HTTP status; null where there was no response. */
  readonly status: number | null;
  /** The provider's own word for it; undefined where it has none. */
  readonly code: string | undefined;
  /** Wall-clock milliseconds before which the provider wants no other call; null: unsaid. */
  readonly retryAtMs: number | null;
  readonly [VERDICT]: Verdict;

  constructor(
    provider: string,
    fault: Fault,
    status: number | null,
    verdict: Verdict = verdictOfFault(fault),
    cause?: unknown,
  ) {
    const said = fault.message === '' ? '' : `: ${fault.message}`;
    const answer = status === null ? '' : ` (status ${status})`;
    super(
      `${provider} ${WORDS[fault.fault]}${answer}${said}`,
      cause === undefined ? undefined : { cause },
    );
    this.provider = provider;
    this.fault = fault.fault;
    this.status = status;
    this.code = fault.code ?? undefined;
    this.retryAtMs = fault.retryAtMs;
    this[VERDICT] = verdict;
  }
}

Object.defineProperty(ProviderError.prototype, 'name', { value: 'ProviderError' });

const WORDS: Readonly<Record<FaultName, string>> = {
  transient: 'failed',
  rate_limited: 'limits the rate',
  quota: 'says that the quota is spent',
  unauthorized: 'rejects the key',
  invalid: 'rejects the request',
  cancelled: 'was not waited for',
  cut: 'did not finish its answer',
};

/** Without a stack: it would show the runtime's own frames and nothing of the provider's. */
export const providerError = (
  provider: string,
  fault: Fault,
  status: number | null,
  verdict?: Verdict,
  cause?: unknown,
): ProviderError => withoutStack(() => new ProviderError(provider, fault, status, verdict, cause));
