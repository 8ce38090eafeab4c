/** A breaker's change of state in the words of the demo. */
import type { FactOf, TripCause } from '../../index.ts';

export interface Change {
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: number;
  readonly breaker: string;
  readonly from: string;
  readonly to: string;
  readonly cause: TripCause | null;
  /** Milliseconds from the change to the next probe; null where none is set. */
  readonly probeInMs: number | null;
  /** Why, in a few words. */
  readonly why: string;
}

const CAUSES: Readonly<Record<TripCause, string>> = {
  consecutive_failures: 'failures in a row',
  failure_rate: 'too many failures',
  slow_rate: 'too many slow calls',
  custom: 'its own policy',
  rate_limited: 'rate limited',
  probe_failed: 'the probe failed',
  probe_expired: 'the probe never answered',
};

/** `closed`, `open`, `half_open`, … : the first part of a state's path. */
export const stateOf = (path: string): string => path.split('.', 1)[0] as string;

export const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;

export function changeOf(fact: FactOf<'state.changed'>, elapsedMs: number): Change {
  const { breaker, cause, probeAtMs, atMs } = fact;
  const [from, to] = [stateOf(fact.from), stateOf(fact.to)];
  // Whatever tripped it before: now its money is gone.
  const isSpent = fact.to === 'open.exhausted';
  // What is held waits for a person, whatever time was set before.
  const isTimed = to === 'open' && !isSpent && probeAtMs !== null && fact.latches.length === 0;
  const probeInMs = isTimed ? Math.max(0, probeAtMs - atMs) : null;
  const why = isSpent ? 'its budget is spent' : whyOf(fact, to, probeInMs);
  return { elapsedMs, breaker, from, to, cause: isSpent ? null : cause, probeInMs, why };
}

function whyOf(fact: FactOf<'state.changed'>, to: string, probeInMs: number | null): string {
  switch (to) {
    case 'open': {
      const latches = fact.latches.length > 0 ? `held by ${fact.latches.join(', ')}` : undefined;
      const cause = latches ?? (fact.cause === null ? 'told to' : CAUSES[fact.cause]);
      return probeInMs === null ? cause : `${cause}; probe in ${seconds(probeInMs)}`;
    }
    case 'half_open':
      return 'time for a probe';
    case 'budget_limited':
      return 'its budget is strained';
    default:
      if (fact.event === 'budget.recovered') return 'its budget has room again';
      return fact.event === 'probe.succeeded' ? 'the probe succeeded' : 'reset';
  }
}
