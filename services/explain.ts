/** Says in words why a breaker is in its state, and what would change it. */
import type { BudgetLevel, Latch, LatchName, TripCause } from '../machines/breaker-context.ts';
import type { Emergency } from './board-gate.ts';
import type { BreakerSnapshot } from './breaker.ts';
import { errorNameOf } from './facts.ts';
import type { ResolvedOptions } from './options.ts';

export interface Explained {
  readonly snapshot: BreakerSnapshot;
  readonly options: ResolvedOptions;
  readonly latches: readonly Latch[];
  readonly budget: BudgetLevel;
  /** The board's; null while there is none. */
  readonly emergency: Emergency | null;
  /** Where the trip policy stands; null for consecutive failures. */
  readonly policyText: string | null;
  readonly lastError: unknown;
  readonly nowMs: number;
}

/** Why a breaker tripped, in words. */
export const CAUSES: Readonly<Record<TripCause, string>> = {
  consecutive_failures: 'too many calls failed in a row',
  failure_rate: 'too large a share of its calls failed',
  slow_rate: 'too large a share of its calls was slow',
  custom: 'its own trip policy asked for it',
  rate_limited: 'the provider asked for a pause',
  probe_failed: 'a probe failed',
  probe_expired: 'a probe never answered',
};

const LIFTED_BY: Readonly<Record<LatchName, string>> = {
  emergency: 'resuming the board lifts it',
  operator: 'reset() or forceClose() lifts it',
  unauthorized: 'rotateKey() or reset() lifts it',
  quota: 'rotateKey() or reset() lifts it',
};

const seconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;

/** A few sentences. */
export function explain(about: Explained): string {
  const { snapshot, options, emergency } = about;
  const sentences = [`Breaker "${snapshot.name}" is ${snapshot.path}.`, ...why(about)];
  if (snapshot.isQuarantined) {
    sentences.push('Its actor keeps crashing, so it is quarantined until reset().');
  }
  if (emergency !== null && !snapshot.latches.includes('emergency')) {
    const { by, reason } = emergency;
    sentences.push(`The board was shut down by ${by}: ${reason}; ${LIFTED_BY.emergency}.`);
  }
  if (emergency !== null && options.mode !== 'enforce') {
    sentences.push(`An emergency refuses in mode '${options.mode}' too.`);
  } else if (options.mode === 'observe') sentences.push('It only observes: no call is refused.');
  else if (options.mode === 'off')
    sentences.push('It is off: nothing is counted and nothing refused.');
  return sentences.join(' ');
}

function why(about: Explained): string[] {
  const { snapshot, options, nowMs } = about;
  switch (snapshot.path) {
    case 'closed':
      return ['Every call is admitted.', threshold(about)];
    case 'budget_limited':
      return [
        'The dependency is healthy, but a budget passed its warning level: calls are marked ' +
          'degraded until the budget recovers.',
        threshold(about),
      ];
    case 'open.cooling':
      return [
        tripped(about),
        `The first probe may run in ${seconds((snapshot.probeAtMs ?? 0) - nowMs)}.`,
      ];
    case 'open.exhausted':
      return ['A budget is spent: it admits calls again when the budget recovers.'];
    case 'open.latched':
      return about.latches.map(
        ({ name, reason, by }) => `Held open (${name}) by ${by}: ${reason}; ${LIFTED_BY[name]}.`,
      );
    case 'half_open':
      return [
        tripped(about),
        `${snapshot.probesSucceededCount} of ${options.probesNeeded} probes have succeeded, ` +
          `${snapshot.probesOutCount} of at most ${options.probesMax} are out; ` +
          'one that fails opens it again.',
      ];
  }
}

function threshold({ snapshot, options, policyText }: Explained): string {
  if (options.trip.policy !== 'consecutive') return policyText ?? '';
  return (
    `${snapshot.consecutiveFailures} calls have failed in a row; ` +
    `it trips at ${options.trip.failures}.`
  );
}

function tripped({ snapshot, lastError }: Explained): string {
  const cause = snapshot.cause === null ? 'it tripped' : CAUSES[snapshot.cause];
  const last = lastError === undefined ? '' : ` (last error: ${errorNameOf(lastError)})`;
  const times = snapshot.tripCount > 1 ? `, ${snapshot.tripCount} trips since it last closed` : '';
  return `Because ${cause}${last}${times}.`;
}
