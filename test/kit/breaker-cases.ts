/**
 * Everything that can be told to the built-in breaker in one state: current and stale
 * generations, instants around that of the next probe, operators, budgets, keys, other processes.
 */
import type { SnapshotFrom } from 'xstate';

import type { BreakerContext, BreakerEvent, PeerState } from '../../machines/breaker-context.ts';
import type { BreakerMachine } from '../../machines/breaker.ts';

type BreakerSnapshot = SnapshotFrom<BreakerMachine>;

/** An event, and what tells it from others of its type. */
export type BreakerCase = readonly [event: BreakerEvent, variant?: string];

/** Length of every wait in the model. */
const WAIT_MS = 60_000;

/**
 * The cases in one state. Where an instant matters, the one before it comes first, and it is left
 * out once it has passed: the shortest ways never run backwards in time.
 */
export function breakerCases(
  snapshot: BreakerSnapshot,
  needed: number,
  nowMs: number,
): readonly BreakerCase[] {
  const { context } = snapshot;
  const { generation, probeAtMs } = context;
  const atMs = Math.min(nowMs, (probeAtMs ?? Infinity) - 1);
  const laterMs = Math.max(atMs, probeAtMs ?? 0) + WAIT_MS;
  const trip = { generation, atMs, probeAtMs: laterMs };
  const stale = { generation: generation - 1 };
  const act = { reason: 'maintenance', by: 'operator', atMs };
  return [
    [{ type: 'trip', cause: 'consecutive_failures', ...trip }],
    [{ type: 'trip', cause: 'consecutive_failures', ...trip, ...stale }, 'stale'],
    [{ type: 'rate_limited', ...trip }],
    [{ type: 'rate_limited', ...trip, ...stale, probeAtMs: atMs }, 'stale'],
    ...earlyCases(snapshot, trip),
    [{ type: 'probe.due', atMs: probeAtMs ?? atMs }],
    [{ type: 'probe.succeeded', generation, needed }],
    [{ type: 'probe.succeeded', ...stale, needed }, 'stale'],
    [{ type: 'probe.failed', cause: 'probe_failed', ...trip }],
    [{ type: 'probe.failed', cause: 'probe_failed', ...trip, ...stale }, 'stale'],
    [{ type: 'key.rejected', generation, reason: 'HTTP 401', atMs }],
    [{ type: 'key.rejected', ...stale, reason: 'HTTP 401', atMs }, 'stale'],
    [{ type: 'quota.exhausted', generation, reason: 'no credit', atMs }],
    [{ type: 'quota.exhausted', ...stale, reason: 'no credit', atMs }, 'stale'],
    ...aroundProbe(snapshot, { type: 'key.rotated', atMs }),
    ...aroundProbe(snapshot, { type: 'budget.warned', atMs }),
    ...aroundProbe(snapshot, { type: 'budget.exceeded', atMs }),
    ...aroundProbe(snapshot, { type: 'budget.recovered', atMs }),
    [{ type: 'operator.force_open', ...act }],
    [{ type: 'operator.force_close', ...act }],
    [{ type: 'operator.reset', ...act }],
    [{ type: 'emergency.shutdown', ...act }],
    ...aroundProbe(snapshot, { type: 'emergency.resumed', ...act }),
    ...peerCases(context, atMs, laterMs),
  ];
}

/** True while the instant of the next probe lies ahead: no probe of this trip was let through. */
function isProbeAhead(snapshot: BreakerSnapshot): boolean {
  const { probeAtMs, probesSucceeded } = snapshot.context;
  if (probeAtMs === null || snapshot.matches('half_open')) return false;
  return probesSucceeded === 0 || snapshot.matches({ open: 'cooling' });
}

function earlyCases(
  snapshot: BreakerSnapshot,
  trip: { generation: number; atMs: number },
): readonly BreakerCase[] {
  const { probeAtMs } = snapshot.context;
  if (probeAtMs === null || !isProbeAhead(snapshot)) return [];
  return [
    [{ type: 'rate_limited', ...trip, probeAtMs: probeAtMs - 1 }, 'shorter'],
    [{ type: 'probe.due', atMs: probeAtMs - 1 }, 'early'],
  ];
}

/** An event whose instant decides whether an earlier trip is due for its probe. */
function aroundProbe(snapshot: BreakerSnapshot, event: BreakerEvent): readonly BreakerCase[] {
  const { probeAtMs } = snapshot.context;
  if (probeAtMs === null) return [[event]];
  const due = { ...event, atMs: probeAtMs } as BreakerEvent;
  if (!isProbeAhead(snapshot)) return [[due, 'after the probe was due']];
  return [
    [{ ...event, atMs: probeAtMs - 1 } as BreakerEvent, 'before the probe is due'],
    [due, 'when the probe is due'],
  ];
}

/** What another process that shares the breaker's row may have come to. */
function peerCases(context: BreakerContext, atMs: number, laterMs: number): readonly BreakerCase[] {
  const { operatorEpoch, latches, probeAtMs, trippedAtMs, tripCount, cause } = context;
  const same: PeerState = { operatorEpoch, latches, probeAtMs, trippedAtMs, tripCount, cause };
  const healthy: PeerState = {
    operatorEpoch,
    latches: [],
    probeAtMs: null,
    trippedAtMs: null,
    tripCount: 0,
    cause: null,
  };
  const tripped: PeerState = {
    ...healthy,
    probeAtMs: laterMs,
    trippedAtMs: atMs,
    tripCount: 1,
    cause: 'consecutive_failures',
  };
  const latch = { name: 'operator', reason: 'maintenance', by: 'operator', atMs } as const;
  const acted = { operatorEpoch: operatorEpoch + 1 };
  const peer = (state: PeerState, variant: string): BreakerCase => [
    { type: 'peer.changed', atMs, ...state },
    variant,
  ];
  return [
    peer(same, 'nothing newer'),
    peer(tripped, 'tripped for longer'),
    peer({ ...healthy, ...acted, latches: [latch] }, 'latched by an operator'),
    peer({ ...healthy, ...acted }, 'closed by an operator'),
    peer({ ...tripped, ...acted }, 'tripped after an operator acted'),
  ];
}
