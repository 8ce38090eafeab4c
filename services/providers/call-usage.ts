/** Tells the money of a call what its provider says it used. */
import type { BreakerCore } from '../breaker-core.ts';
import type { CallContext } from '../call.ts';
import type { CostEvent } from '../cost/cost-events.ts';
import type { Usage } from '../cost/usage.ts';
import { contained } from './answer.ts';
import type { OwnLimits } from './own-limits.ts';
import type { Answer, RequestReading } from './profile.ts';

export interface CallUsageOptions {
  readonly provider: string;
  readonly breaker: BreakerCore;
  readonly reading: RequestReading;
  readonly credential: string;
  readonly ownLimits: OwnLimits;
  /** Books a cost, once for each id. */
  readonly book: (event: CostEvent) => void;
}

export function tellUsage(
  context: CallContext,
  { usage, isCounted, usageKey, model }: Answer,
  options: CallUsageOptions,
): void {
  if (usage === null) return;
  giveBackSearches(usage, options);
  if (usageKey !== undefined) {
    bookOnce(context, usageKey, usage, model, options);
    return;
  }
  contained(options.breaker, 'usage', () => context.usage(usage, { isEstimated: isCounted }));
}

/** Searches that were set aside and not made. */
function giveBackSearches({ searches = 0 }: Usage, options: CallUsageOptions): void {
  const unused = (options.reading.operation.searchesMax ?? 0) - searches;
  if (unused <= 0) return;
  options.ownLimits.giveBack(options.credential, { requests: 0, tokens: 0, searches: unused });
}

/** What an answer tells again each time it is asked for: the asking itself costs nothing. */
function bookOnce(
  context: CallContext,
  key: string,
  usage: Usage,
  answeredBy: string | undefined,
  { provider, breaker, reading, book }: CallUsageOptions,
): void {
  const { operation, model = answeredBy } = reading.operation;
  context.usage({ requests: 0 });
  contained(breaker, 'usageKey', () =>
    book({
      kind: 'cost',
      id: `${provider}:${key}`,
      operation,
      breaker: breaker.name,
      provider,
      usage,
      ...(model === undefined ? {} : { model }),
    }),
  );
}
