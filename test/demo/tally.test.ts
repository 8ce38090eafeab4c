import { expect, test } from 'vitest';

import type { Fact } from '../../index.ts';
import { BreakerTally } from '../../visualizations/demo/tally.ts';

const at = (atMs: number) => ({ v: 1 as const, seq: 1, atMs, breaker: 'chat' });
type Finished = Extract<Fact, { type: 'call.finished' }>;

const finished = (atMs: number, outcome: Finished['outcome'], durationMs: number): Fact => ({
  ...at(atMs),
  type: 'call.finished',
  outcome,
  durationMs,
  attempt: 1,
  recorded: 'counted',
});

const refused = (atMs: number, code: 'circuit_open' | 'bulkhead_full' = 'circuit_open'): Fact => ({
  ...at(atMs),
  type: 'call.refused',
  code,
  retryAtMs: null,
  enforced: true,
});

type Changed = Extract<Fact, { type: 'state.changed' }>;
const changed = (atMs: number, from: Changed['from'], to: Changed['to']): Fact => ({
  ...at(atMs),
  type: 'state.changed',
  from,
  to,
  generation: 1,
  event: 'trip',
  cause: null,
  latches: [],
  probeAtMs: null,
});

test('calls are counted by what came of them', () => {
  const tally = new BreakerTally(null);
  tally.add(finished(1, 'succeeded', 10), 'healthy');
  tally.add(finished(2, 'succeeded', 30), 'healthy');
  tally.add(finished(3, 'failed', 20), 'outage');
  tally.add(finished(4, 'rate_limited', 5), 'rate_limit');
  tally.add(finished(5, 'ignored', 5), 'healthy');
  tally.add(finished(6, 'cancelled', 5), 'healthy');
  tally.add(refused(7), 'outage');
  tally.add(refused(8), 'outage');
  tally.add(refused(9, 'bulkhead_full'), 'slow');
  expect(tally.at(10)).toMatchObject({
    calls: 9,
    ok: 2,
    failed: 1,
    rateLimited: 1,
    other: 2,
    refused: 3,
    refusedBy: { circuit_open: 2, bulkhead_full: 1 },
    p50Ms: 5,
  });
});

test('calls per second are those of the last second', () => {
  const tally = new BreakerTally(null);
  for (const atMs of [0, 500, 999, 1_000]) tally.add(refused(atMs), 'outage');
  expect(tally.at(1_000).callsPerSecond).toBe(3);
  expect(tally.at(1_999).callsPerSecond).toBe(1);
  expect(tally.at(2_000).callsPerSecond).toBe(0);
});

test('a trip leaves an admitting state; a failed probe is none, but counts as open time', () => {
  const tally = new BreakerTally(null);
  tally.add(changed(1_000, 'closed', 'open.cooling'), 'outage');
  expect(tally.at(1_400)).toMatchObject({ trips: 1, openForMs: 400 });
  tally.add(changed(2_000, 'open.cooling', 'half_open'), 'outage');
  expect(tally.at(2_500).openForMs).toBe(1_000);
  tally.add(changed(3_000, 'half_open', 'open.cooling'), 'outage');
  tally.add(changed(5_000, 'open.cooling', 'half_open'), 'outage');
  tally.add(changed(5_100, 'half_open', 'closed'), 'recovery');
  expect(tally.at(9_000)).toMatchObject({ trips: 1, openForMs: 3_000 });
});

test('a breaker that opens for want of money has not tripped, but is open', () => {
  const tally = new BreakerTally(null);
  tally.add(changed(1_000, 'budget_limited', 'open.exhausted'), 'recovery');
  expect(tally.at(1_400)).toMatchObject({ trips: 0, openForMs: 400 });
  tally.add(changed(2_000, 'open.exhausted', 'budget_limited'), 'recovery');
  tally.add(changed(3_000, 'budget_limited', 'open.cooling'), 'recovery');
  expect(tally.at(3_000)).toMatchObject({ trips: 1, openForMs: 1_000 });
});

test('a breaker found open is open from the start', () => {
  const tally = new BreakerTally(1_000);
  expect(tally.at(1_250)).toMatchObject({ trips: 0, openForMs: 250 });
});

test('the waiting spared is estimated from the calls sent in the same part of the story', () => {
  const tally = new BreakerTally(null);
  tally.add(finished(1, 'succeeded', 10), 'healthy');
  tally.add(finished(2, 'failed', 400), 'outage');
  tally.add(finished(3, 'failed', 600), 'outage');
  for (let count = 0; count < 3; count++) tally.add(refused(4), 'outage');
  // In this part nothing was sent: nothing is known, nothing is claimed.
  for (let count = 0; count < 9; count++) tally.add(refused(5), 'rate_limit');
  expect(tally.waitingSavedMs).toBe(3 * 500);
});
