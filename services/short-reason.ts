/** Why a breaker is in its state, in the few words that a row of a table has room for. */
import type { BreakerStateName, Latch, TripCause } from '../machines/breaker-context.ts';
import { CAUSES } from './explain.ts';

export interface Standing {
  readonly path: BreakerStateName;
  readonly cause: TripCause | null;
  readonly latches: readonly Latch[];
}

/** Empty where there is nothing to say. Reasons of latches are somebody else's text, uncut. */
export function shortReason({ path, cause, latches }: Standing): string {
  switch (path) {
    case 'closed':
      return '';
    case 'budget_limited':
      return 'a budget passed its warning level';
    case 'open.exhausted':
      return 'a budget is spent';
    case 'open.latched':
      return latches.map(({ by, reason }) => `${by}: ${reason}`).join('; ');
    case 'open.cooling':
    case 'half_open':
      return cause === null ? '' : CAUSES[cause];
  }
}
