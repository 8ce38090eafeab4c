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

const NOTHING: Counts = { succeeded: 0, failed: 0, refused: 0 };

/** A hundred callers at once, each until so many calls of its own were made. */
async function crowd(options: BreakerOptions, isObserved: boolean) {
  await using board = await openBoard();
  const api = board.breaker('api', options);
  const facts: Fact[] = [];
  if (isObserved) board.facts$.subscribe((fact) => facts.push(fact));
  const random = seededRandom(100);
  /** As its callers see it, and as the function under it does. */
  const [counts, ran] = [{ ...NOTHING }, { ...NOTHING }];
  /** The generation in which each call was permitted; null where it changed meanwhile. */
  const generations: (number | null)[] = [];
  const generationNow = (): number => api.snapshot().generation;

  const work = async (): Promise<string> => {
    await WAITS[Math.floor(random() * WAITS.length)]?.();
    const end = random() < 0.3 ? 'failed' : 'succeeded';
    ran[end] += 1;
    if (end === 'failed') throw new Error(end);
    return end;
  };
  const watched = (): Promise<string> => {
    const asked = generationNow();
    const number = generations.push(null) - 1;
    const begin = (): Promise<string> => {
      if (generationNow() === asked) generations[number] = asked;
      return work();
    };
    return api.call(begin, { correlationId: String(number) });
  };
  const caller = async (): Promise<void> => {
    for (let calls = 0; calls < CALLS_EACH;) {
      const end = await ending(isObserved ? watched() : api.call(work));
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
  return { counts, ran, facts, generations, snapshot: api.snapshot() };
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

const VERDICTS: readonly string[] = ['trip', 'probe.succeeded', 'probe.failed'];

/**
 * Recounts from the facts, as anybody would, which outcomes come too late and when failures in a
 * row are enough. Answers how often they were.
 */
function tripsIn(facts: readonly Fact[], generations: readonly (number | null)[]): number {
  let [state, generation, inARow, trips] = ['closed', 0, 0, 0];
  /** The call that is told of next made the state change. */
  let moved: FactOf<'state.changed'> | null = null;
  for (const fact of facts) {
    if (fact.type === 'state.changed') {
      ({ to: state, generation } = fact);
      if (VERDICTS.includes(fact.event)) moved = fact;
      if (fact.event === 'trip') trips += 1;
      else inARow = 0;
    }
    if (fact.type !== 'call.finished') continue;
    const permitted = generations[Number(fact.correlationId)] ?? null;
    const isCurrent = permitted === generation - (moved === null ? 0 : 1);
    if (permitted !== null) expect(fact.recorded).toBe(isCurrent ? 'counted' : 'late');
    if (fact.recorded === 'counted' && (moved?.event === 'trip' || state === 'closed')) {
      inARow = fact.outcome === 'failed' ? inARow + 1 : 0;
      expect(inARow === THRESHOLD, `${inARow} in a row`).toBe(moved?.event === 'trip');
      inARow %= THRESHOLD;
    }
    moved = null;
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
  const { counts, ran, facts, generations, snapshot } = await crowd(options, true);
  expect(ofType(facts, 'facts.dropped')).toEqual([]);
  expect(facts.map(({ seq }) => seq)).toEqual(
    facts.map((_, index) => index + (facts[0]?.seq ?? 0)),
  );
  expect({ ...ran, refused: counts.refused }).toEqual(counts);
  expect(counts.succeeded + counts.failed).toBe(CALLS);
  expect(countsOf(facts)).toEqual(counts);
  expect(counts.refused).toBeGreaterThan(0);
  expect(ofType(facts, 'call.finished').some(({ recorded }) => recorded === 'late')).toBe(true);
  expect(tripsIn(facts, generations)).toBeGreaterThan(10);
  expect(snapshot).toMatchObject({ inFlightCount: 0, probesOutCount: 0 });
});
