/**
 * The criterion that no invalid combination occurs: a breaker lives through anything, and is asked.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createBreaker, type Breaker, type BreakerSnapshot, type Permit } from '../../index.ts';
import { BREAKER_STATES } from '../../machines/breaker-context.ts';
import { ending, WAYS } from '../breaker/rig.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

/** What a snapshot contradicts itself in; empty when it does not. */
function contradictions(breaker: Breaker, snapshot: BreakerSnapshot): string[] {
  const { state, path, latches, probeAtMs, cause, tripCount, window } = snapshot;
  const isAdmitting = state === 'closed' || state === 'budget_limited';
  const isTrue: readonly (readonly [string, boolean])[] = [
    ['a state that is known', BREAKER_STATES.includes(path) && path.split('.')[0] === state],
    ['one state in all views', breaker.state === state],
    ['the actor agrees', JSON.stringify(breaker.actor.getSnapshot().value).includes(state)],
    ['latches while latched', latches.length > 0 === (path === 'open.latched')],
    ['an instant while cooling', path !== 'open.cooling' || probeAtMs !== null],
    ['no trip while admitting', !isAdmitting || (probeAtMs === null && tripCount === 0)],
    ['no cause while admitting', !isAdmitting || cause === null],
    [
      'probes while half open',
      state === 'half_open' || snapshot.probesOutCount === 0 || isAdmitting,
    ],
    ['counts that are counts', snapshot.inFlightCount >= 0 && snapshot.consecutiveFailures >= 0],
    ['a window that adds up', window === null || window.failures <= window.calls],
    ['slow calls that are calls', window === null || window.slow <= window.calls],
    ['words for it', breaker.explain().startsWith(`Breaker "b" is ${path}.`)],
  ];
  return isTrue.filter(([, holds]) => !holds).map(([what]) => what);
}

const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('acquire', 'succeed', 'fail', 'ignore', 'cancel') },
    { weight: 3, arbitrary: fc.constantFrom('limit', 'limit later', 'unauthorized', 'over quota') },
    { weight: 3, arbitrary: fc.constantFrom('wait', 'wait long', 'jump back', 'jump ahead') },
    { weight: 2, arbitrary: fc.constantFrom('open', 'close', 'reset', 'rotate', 'emergency') },
    { weight: 2, arbitrary: fc.constantFrom('warned', 'exceeded', 'recovered') },
    { weight: 1, arbitrary: fc.constantFrom('observe', 'off', 'enforce', 'count', 'rows') },
  ),
  { maxLength: 60 },
);

test.each(WAYS)('CRIT-03 no invalid combination of states occurs, %s', async (_way, options) => {
  await fc.assert(
    fc.asyncProperty(acts, fc.nat(1_000), async (steps, seed) => {
      const clock = new VirtualClock();
      const random = seededRandom(seed);
      const threshold = options.trip === undefined ? { failureThreshold: 2 } : {};
      const breaker = createBreaker({ name: 'b', clock, random, ...threshold, ...options });
      const permits: Permit[] = [];
      let generation = 0;
      for (const step of steps) {
        act(step, breaker, clock, permits);
        const snapshot = breaker.snapshot();
        expect(contradictions(breaker, snapshot), step).toEqual([]);
        expect(snapshot.generation, step).toBeGreaterThanOrEqual(generation);
        generation = snapshot.generation;
      }
      for (const permit of permits) permit.ignore();
      expect(breaker.snapshot().inFlightCount).toBe(0);
      // Nothing that happened keeps it from recovering.
      breaker.actor.send({ type: 'emergency.resumed', reason: '', by: '', atMs: clock.nowMs() });
      breaker.actor.send({ type: 'budget.recovered', atMs: clock.nowMs() });
      breaker.forceClose('the end');
      breaker.configure({ mode: 'enforce' });
      expect(breaker.state).toBe('closed');
      expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
    }),
    { numRuns: 150 },
  );
});

function act(step: string, breaker: Breaker, clock: VirtualClock, permits: Permit[]): void {
  const atMs = clock.nowMs();
  const doer = { reason: 'because', by: 'ann', atMs };
  const permit = permits.at(-1);
  const settle = (record: (permit: Permit) => unknown): void => {
    if (permit !== undefined) record(permits.pop() as Permit);
  };
  const steps: Record<string, () => void> = {
    acquire() {
      try {
        permits.push(breaker.acquire());
      } catch (error) {
        expect(error).toMatchObject({ name: 'FuseboardError', breaker: 'b' });
      }
    },
    succeed: () => settle((one) => one.succeed()),
    fail: () => settle((one) => one.fail(new Error('down'))),
    ignore: () => settle((one) => one.ignore()),
    cancel: () => settle((one) => one.cancel()),
    limit: () => settle((one) => one.record('rate_limited')),
    'limit later': () =>
      settle((one) => one.record({ outcome: 'rate_limited', retryAtMs: atMs + 90_000 })),
    unauthorized: () => settle((one) => one.record('unauthorized')),
    'over quota': () => settle((one) => one.record('over_quota')),
    wait: () => clock.advance(2_000),
    'wait long': () => clock.advance(700_000),
    'jump back': () => clock.jumpWall(-500_000),
    'jump ahead': () => clock.jumpWall(500_000),
    open: () => breaker.forceOpen('because', { by: 'ann' }),
    close: () => breaker.forceClose('because', { by: 'ann' }),
    reset: () => breaker.reset('because', { by: 'ann' }),
    rotate: () => breaker.rotateKey({ by: 'ann' }),
    emergency: () => breaker.actor.send({ type: 'emergency.shutdown', ...doer }),
    warned: () => breaker.actor.send({ type: 'budget.warned', atMs }),
    exceeded: () => breaker.actor.send({ type: 'budget.exceeded', atMs }),
    recovered: () => breaker.actor.send({ type: 'budget.recovered', atMs }),
    observe: () => breaker.configure({ mode: 'observe' }),
    off: () => breaker.configure({ mode: 'off' }),
    enforce: () => breaker.configure({ mode: 'enforce' }),
    count: () =>
      breaker.configure({ trip: { policy: 'count', minimumCalls: 3, slowCallMs: 1_500 } }),
    rows: () => breaker.configure({ failureThreshold: 3 }),
  };
  steps[step]?.();
}
