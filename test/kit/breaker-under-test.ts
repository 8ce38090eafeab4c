/**
 * A real breaker behind its public door, on a virtual clock: the system under test of paths that
 * were generated from the built-in machine.
 *
 *   describePaths(generatePaths(breakerMachine, breakerGraph), {
 *     vitest, create: () => breakerUnderTest(options), expected: breakerGraph.serializeState,
 *   });
 */
import type { BreakerEvent, BreakerStateName } from '../../machines/breaker-context.ts';
import type { Breaker } from '../../services/breaker.ts';
import { invalidOption } from '../../services/check.ts';
import { createBreaker } from '../../services/create-breaker.ts';
import type { BreakerOptions } from '../../services/options.ts';
import { BreakerExecutor } from './breaker-executor.ts';
import { createBreakerGraph } from './breaker-graph.ts';
import { transitionId } from '../../machines/transitions.ts';
import { seededRandom } from './seeded-random.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { TransitionCoverage } from './transition-coverage.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface BreakerUnderTestSettings {
  /** Told which transitions the breaker's statechart takes. */
  readonly coverage?: TransitionCoverage;
  /** @default a new one */
  readonly clock?: VirtualClock;
}

export interface BreakerUnderTest extends SystemUnderTest {
  readonly breaker: Breaker;
  readonly clock: VirtualClock;
  /**
   * Makes happen what an event of `breakerGraph` stands for, by its words: `trip`,
   * `probe.due (early)`. Answers with the breaker's state.
   * @throws Error when the breaker admits calls that its state refuses, or the reverse.
   */
  does(what: string): Promise<BreakerStateName>;
  /** Settles every call of an earlier generation, in every way. Nothing may come of it. */
  lateOutcomes(): Promise<BreakerStateName>;
  /** Lets milliseconds pass in which nobody calls. */
  waits(ms: number): Promise<BreakerStateName>;
  taken(): readonly string[];
}

/** What calls meet in the states that refuse them. */
const REFUSALS: Readonly<Partial<Record<BreakerStateName, string>>> = {
  'open.cooling': 'circuit_open',
  'open.latched': 'circuit_latched',
  'open.exhausted': 'budget_exceeded',
};

const DAY_MS = 86_400_000;

/** A breaker to execute paths on. @throws FuseboardError invalid_option */
export function breakerUnderTest(
  options: BreakerOptions = {},
  settings: BreakerUnderTestSettings = {},
): BreakerUnderTest {
  if (options.mode !== undefined && options.mode !== 'enforce') {
    throw invalidOption('breaker.mode', `'enforce' while paths are executed`, options.mode);
  }
  if (options.recoveryTimeoutMs === 0 || options.openInterval === 0) {
    throw invalidOption('breaker.recoveryTimeoutMs', 'above 0, or no instant precedes a probe', 0);
  }
  const { clock = new VirtualClock(), coverage } = settings;
  const breaker = createBreaker({ ...options, clock, random: seededRandom(1) });
  const executor = new BreakerExecutor(breaker, clock, options);
  const { held } = executor;
  const graph = createBreakerGraph({ probesNeeded: options.probesNeeded ?? 1 });
  let taken: string[] = [];
  breaker.actor.system.inspect((inspected) => {
    if (inspected.type !== '@xstate.microstep') return;
    const ids = inspected._transitions.map(transitionId);
    taken.push(...ids);
    coverage?.record(ids);
  });

  const stateAfter = async (): Promise<BreakerStateName> => {
    await clock.settle();
    const { path, state } = breaker.snapshot();
    if (breaker.state !== state || path.split('.')[0] !== state) {
      throw new Error(`state says ${breaker.state}, the snapshot ${state}, its path ${path}.`);
    }
    return path;
  };
  /** A probe that is due is let through by whoever comes first: asking would move the breaker. */
  const isDue = (): boolean => breaker.snapshot().path === 'open.cooling' && executor.dueInMs <= 0;
  const does = async (what: string): Promise<BreakerStateName> => {
    if (!isDue()) held.fill();
    await executor.execute(what);
    const path = await stateAfter();
    if (isDue()) return path;
    const refusal = held.refusal();
    if (refusal === REFUSALS[path]) return path;
    throw new Error(`In ${path} a call was met with ${refusal ?? 'admission'}.`);
  };
  const waits = async (ms: number): Promise<BreakerStateName> => {
    held.cancelCurrent();
    await clock.advanceAsync(ms);
    return stateAfter();
  };
  const lateOutcomes = (): Promise<BreakerStateName> => {
    held.settleStale();
    return stateAfter();
  };

  return {
    breaker,
    clock,
    does,
    waits,
    lateOutcomes,
    events: { '*': (_, { label }) => does(label) },
    state: () => graph.serializeState(breaker.actor.getSnapshot()),
    taken() {
      const ids = taken;
      taken = [];
      return ids;
    },
    async silence({ snapshot, nothingMoved, follows }) {
      await lateOutcomes();
      await nothingMoved('late outcomes');
      const { probeAtMs } = snapshot.context as { readonly probeAtMs: number | null };
      if (breaker.snapshot().path === 'open.cooling' && probeAtMs !== null) {
        if (executor.dueInMs > 1) {
          await waits(Math.floor(executor.dueInMs - 1));
          await nothingMoved('the wait until just before the probe');
        }
        await waits(Math.max(0, Math.ceil(executor.dueInMs)));
        await follows({ type: 'probe.due', atMs: probeAtMs } as BreakerEvent, 'the wait');
      }
      await waits(DAY_MS);
      await nothingMoved('a day without calls');
    },
  };
}
