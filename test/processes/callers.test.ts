/** Many callers in one process, on real time, threads of the pool and file system: counts exact. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { openBoard, type BreakerOptions, type Fact, type FactOf } from '../../index.ts';
import { ending } from '../breaker/rig.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const CALLERS = 100;
const CALLS_EACH = 100;
const CALLS = CALLERS * CALLS_EACH;
const THRESHOLD = 4;

/** Ways of waiting that end in no order anybody could foresee. */
const WAITS: readonly (() => Promise<unknown>)[] = [
  () => Promise.resolve(),
  promisify(setImmediate),
  () => promisify(randomBytes)(16),
  () => stat(import.meta.filename),
];

interface Counts {
  succeeded: number;
  failed: number;
  refused: number;
}

/** A hundred callers at once, each until so many calls of its own were made. */
async function crowd(options: BreakerOptions, isObserved: boolean) {
  await using board = await openBoard();
  const api = board.breaker('api', options);
  const facts: Fact[] = [];
  if (isObserved) board.facts$.subscribe((fact) => facts.push(fact));
  const random = seededRandom(100);
  const counts: Counts = { succeeded: 0, failed: 0, refused: 0 };
  const ran: Counts = { succeeded: 0, failed: 0, refused: 0 };

  const work = async (): Promise<string> => {
    await WAITS[Math.floor(random() * WAITS.length)]?.();
    const end = random() < 0.3 ? 'failed' : 'succeeded';
    ran[end] += 1;
    if (end === 'failed') throw new Error(end);
    return end;
  };
  const caller = async (): Promise<void> => {
    for (let calls = 0; calls < CALLS_EACH;) {
      const end = await ending(api.call(work));
      if (end === 'succeeded' || end === 'failed') {
        counts[end] += 1;
        calls += 1;
      } else {
        expect(['circuit_open', 'probes_busy']).toContain(end);
        counts.refused += 1;
        await WAITS[1]?.();
      }
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  board.flush();
  return { counts, ran, facts, snapshot: api.snapshot() };
}

const ofType = <T extends Fact['type']>(facts: readonly Fact[], type: T): FactOf<T>[] =>
  facts.filter((fact): fact is FactOf<T> => fact.type === type);

const countsOf = (facts: readonly Fact[]): Counts => {
  const finished = ofType(facts, 'call.finished');
  return {
    succeeded: finished.filter(({ outcome }) => outcome === 'succeeded').length,
    failed: finished.filter(({ outcome }) => outcome === 'failed').length,
    refused: ofType(facts, 'call.refused').length,
  };
};

/** Counts failures in a row as anybody would; answers how often that reached the threshold. */
function tripsIn(facts: readonly Fact[]): number {
  let state = 'closed';
  let inARow = 0;
  let trips = 0;
  let tripped = false;
  for (const fact of facts) {
    if (fact.type === 'state.changed') {
      state = fact.to;
      tripped = fact.event === 'trip';
      if (tripped) trips += 1;
      else inARow = 0;
    }
    if (fact.type !== 'call.finished' || fact.recorded !== 'counted') continue;
    // The call whose failure trips is told of after the trip.
    if (state !== 'closed' && !tripped) continue;
    inARow = fact.outcome === 'failed' ? inARow + 1 : 0;
    expect(inARow === THRESHOLD, `fact ${fact.seq}: ${inARow} in a row`).toBe(tripped);
    if (tripped) inARow = 0;
    tripped = false;
  }
  return trips;
}

const roomy = { calls: 2 * CALLS, minimumCalls: 2 * CALLS };

test.each<[string, BreakerOptions, boolean]>([
  ['', { trip: { policy: 'count', ...roomy } }, false],
  [', watched', { trip: { policy: 'count', ...roomy } }, true],
  [
    ', behind a bulkhead',
    { trip: { policy: 'count', ...roomy }, bulkhead: { callsMax: 7, queueMax: CALLERS } },
    true,
  ],
])(
  'CRIT-10 100 concurrent callers on one breaker: counts exact%s',
  async (_how, options, isObserved) => {
    const { counts, ran, facts, snapshot } = await crowd(options, isObserved);
    expect(counts).toEqual(ran);
    expect(counts).toMatchObject({ succeeded: CALLS - counts.failed, refused: 0 });
    expect(snapshot.window).toEqual({ calls: CALLS, failures: counts.failed, slow: 0 });
    expect(snapshot).toMatchObject({ state: 'closed', inFlightCount: 0, waitingCount: 0 });
    if (isObserved) expect(countsOf(facts)).toEqual(counts);
  },
);

test('CRIT-10 100 concurrent callers on a breaker that trips and recovers: counts exact', async () => {
  const options = { failureThreshold: THRESHOLD, recoveryTimeoutMs: 1, probesMax: 3 };
  const { counts, ran, facts, snapshot } = await crowd(options, true);
  expect(ofType(facts, 'facts.dropped')).toEqual([]);
  expect(facts.map(({ seq }) => seq)).toEqual(
    facts.map((_, index) => index + (facts[0]?.seq ?? 0)),
  );
  expect({ ...ran, refused: counts.refused }).toEqual(counts);
  expect(counts.succeeded + counts.failed).toBe(CALLS);
  expect(countsOf(facts)).toEqual(counts);
  expect(counts.refused).toBeGreaterThan(0);
  expect(tripsIn(facts)).toBeGreaterThan(10);
  expect(snapshot).toMatchObject({ inFlightCount: 0, probesOutCount: 0 });
});
