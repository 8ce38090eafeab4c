/** What a call is charged when it has ended, from what is known of it. Pure. */
import type { CostBasis } from '../../persistence/ledger-batch.ts';
import type { Outcome } from '../outcome.ts';
import { sumNanoUsd } from './money.ts';
import type { Usage } from './usage.ts';

/** What was said about a running call, by it or for it. */
export interface Reported {
  /** Null: nobody said. */
  readonly usage: Usage | null;
  /** Null: nobody said. */
  readonly costNanoUsd: number | null;
  /** The usage, or part of it, was counted by us. */
  readonly isEstimated: boolean;
}

/**
 * - `succeeded`: without a word about usage, the worst case is assumed.
 * - `failed`, `ignored`, `rate_limited`, `unauthorized`, `over_quota`: an error of the provider
 *   without usage costs nothing.
 * - `cancelled`, and our own timeout: the provider may have worked on, so the worst case is
 *   assumed.
 */
export function basisOf(reported: Reported, outcome: Outcome, isCut: boolean): CostBasis {
  if (reported.costNanoUsd !== null) return 'reported';
  if (reported.usage !== null) {
    if (reported.usage.costNanoUsd !== undefined) return 'reported';
    return reported.isEstimated ? 'estimated' : 'usage';
  }
  return isCut || outcome === 'succeeded' || outcome === 'cancelled' ? 'assumed' : 'none';
}

type Count = Exclude<keyof Usage, 'searchContextSize' | 'serviceTier' | 'costNanoUsd'>;

const COUNTS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'citationTokens',
  'searches',
] as const satisfies readonly Count[];

/** What the second one leaves unsaid, the first one has said. */
const WORDS = ['searchContextSize', 'serviceTier'] as const satisfies readonly (keyof Usage)[];

/** Two usages of one call together: it made more than one request. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = { ...a, ...b };
  for (const name of COUNTS) {
    if (a[name] !== undefined || b[name] !== undefined) sum[name] = (a[name] ?? 0) + (b[name] ?? 0);
  }
  for (const name of WORDS) Object.assign(sum, { [name]: b[name] ?? a[name] });
  sum.requests = (a.requests ?? 1) + (b.requests ?? 1);
  const { costNanoUsd } = a;
  if (costNanoUsd !== undefined && b.costNanoUsd !== undefined) {
    sum.costNanoUsd = sumNanoUsd(costNanoUsd, b.costNanoUsd);
  } else {
    // Only one of the two was billed by its provider: the price table speaks for both.
    delete sum.costNanoUsd;
  }
  return sum;
}
