/** A breaker seen from outside: its snapshot, its explanation, and whether it may be forgotten. */
import type { BreakerSnapshot, BreakerStatus } from './breaker.ts';
import type { BreakerState } from './breaker-state.ts';
import { explain } from './explain.ts';

export const statusOf = (path: string): BreakerStatus => path.split('.')[0] as BreakerStatus;

export function snapshotOf(breaker: BreakerState): BreakerSnapshot {
  breaker.catchUp();
  const { circuit, policy, rest, runtime } = breaker;
  const context = circuit?.context;
  const path = circuit?.state ?? 'closed';
  return Object.freeze<BreakerSnapshot>({
    name: breaker.name,
    state: statusOf(path),
    path,
    mode: breaker.options.mode,
    generation: breaker.generation,
    changedAtMs: circuit?.changedAtMs ?? 0,
    probeAtMs: context?.probeAtMs ?? null,
    cause: context?.cause ?? null,
    latches: Object.freeze((context?.latches ?? []).map((latch) => latch.name)),
    tripCount: context?.tripCount ?? 0,
    consecutiveFailures: breaker.consecutiveFailures,
    window: policy === null ? null : Object.freeze(policy.counts(runtime.clock.monotonicMs())),
    inFlightCount: breaker.inFlightCount,
    probesOutCount: rest?.probesOutCount ?? 0,
    probesSucceededCount: context?.probesSucceeded ?? 0,
    waitingCount: (rest?.bulkhead?.waitingCount ?? 0) + (rest?.probeWaiters?.size ?? 0),
    isQuarantined: breaker.isQuarantined,
  });
}

export function explanationOf(breaker: BreakerState): string {
  const snapshot = snapshotOf(breaker);
  const { circuit, policy, runtime } = breaker;
  return explain({
    snapshot,
    emergency: runtime.boardGate.emergency,
    options: breaker.options,
    latches: circuit?.context.latches ?? [],
    budget: circuit?.context.budget ?? 'ok',
    policyText: policy?.describe(runtime.clock.monotonicMs()) ?? null,
    lastError: breaker.rest?.lastError,
    nowMs: runtime.clock.nowMs(),
  });
}

/**
 * True when nothing is known of it that a new one, restored with its operators' epoch, would not
 * know too.
 */
export function isPristine(breaker: BreakerState): boolean {
  const { circuit, policy, runtime } = breaker;
  if (breaker.inFlightCount > 0 || breaker.consecutiveFailures > 0) return false;
  if (breaker.isQuarantined || breaker.options.given !== breaker.madeWith) return false;
  const counts = policy?.counts(runtime.clock.monotonicMs());
  if (counts !== undefined && (counts.failures > 0 || counts.slow > 0)) return false;
  if (circuit === null) return true;
  return circuit.state === 'closed' && circuit.context.budget === 'ok';
}
