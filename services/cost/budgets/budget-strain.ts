/** When a budget counts as strained, and when as spent. */
import type { BudgetLevel } from '../../../machines/breaker-context.ts';

/** Shares of a limit. */
export interface Strain {
  /** Spent so much, it warns. */
  readonly warnAt: number;
  /** With less than this left, there is none left. */
  readonly exhaustedBelow: number;
}

/** Spent so much, a budget warns. Nano-dollars. */
export const warnNanoUsd = (limitNanoUsd: number, { warnAt }: Strain): number =>
  Math.ceil(limitNanoUsd * warnAt);

/**
 * Spent more than this, a budget is exceeded. The last nano-dollar is none: what is left of a
 * budget of zero is nothing.
 */
export const exhaustedNanoUsd = (limitNanoUsd: number, { exhaustedBelow }: Strain): number =>
  limitNanoUsd - Math.max(1, Math.ceil(limitNanoUsd * exhaustedBelow));

/** How strained a budget is that has spent so much. */
export function levelAt(limitNanoUsd: number, spentNanoUsd: number, strain: Strain): BudgetLevel {
  if (spentNanoUsd > exhaustedNanoUsd(limitNanoUsd, strain)) return 'exceeded';
  return spentNanoUsd >= warnNanoUsd(limitNanoUsd, strain) ? 'warned' : 'ok';
}
