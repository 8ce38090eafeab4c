/**
 * Executes one generated path on a system under test: after every step, and in the silence after
 * the last one, the system must say what the model says.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, StateValue } from 'xstate';

import type { GeneratedPath, PathStep } from './generated-paths.ts';
import { createMachineModel, type ModelState } from './machine-model.ts';
import { stateName } from '../../machines/transitions.ts';
import { silentWaits } from './silent-waits.ts';
import type { EventExecutor, SystemUnderTest } from './system-under-test.ts';
import type { TransitionCoverage } from './transition-coverage.ts';

export interface WalkOptions {
  /** What `state()` must say in a state of the model. */
  readonly expected?: ((snapshot: AnyMachineSnapshot) => unknown) | undefined;
  /** How long the silence lasts. Milliseconds. */
  readonly silenceMs: number;
  readonly coverage: TransitionCoverage;
  /** Fails the test unless both are equal. */
  readonly compare: (actual: unknown, expected: unknown, message: string) => void;
}

/** The silence looks at so many delayed events of the model's, then it is over. */
const SILENCE_TIMERS_MAX = 20;

export async function walkPath(
  path: GeneratedPath,
  system: SystemUnderTest,
  options: WalkOptions,
): Promise<void> {
  const { coverage } = options;
  const machine = path.end.snapshot.machine as AnyStateMachine;
  const check = async (snapshot: AnyMachineSnapshot, after: string): Promise<void> => {
    const actual: unknown = await system.state();
    const expected = expectedOf(actual, snapshot, options.expected);
    if (isDeepStrictEqual(actual, expected)) return;
    options.compare(actual, expected, `${after}: the system is not where the model is`);
  };

  await check(path.start.snapshot, 'at the start');
  coverage.record(system.taken?.() ?? path.start.transitions);
  for (const step of path.steps) {
    await executorOf(system, step)(step.event, step);
    await check(step.snapshot, `after ${step.label} in ${step.from}`);
    coverage.record(system.taken?.() ?? step.transitions);
  }

  let now = path.end;
  const model = createMachineModel(machine, undefined);
  const follow = async (next: ModelState, after: string): Promise<void> => {
    now = next;
    await check(now.snapshot, `in the silence, after ${after}`);
    coverage.record(system.taken?.() ?? now.transitions);
  };
  await system.silence?.({
    get snapshot() {
      return now.snapshot;
    },
    nothingMoved: (after) => check(now.snapshot, `in the silence, after ${after}`),
    follows: (event, after) => follow(model.send(now, event), after),
  });
  if (system.wait !== undefined) await keepSilence(system.wait.bind(system));

  async function keepSilence(wait: (ms: number) => unknown): Promise<void> {
    const { silenceMs } = options;
    for (const { ms, state } of silentWaits(model, now, silenceMs, SILENCE_TIMERS_MAX)) {
      await wait(ms);
      await follow(state, `${ms} ms`);
    }
  }
}

function expectedOf(
  actual: unknown,
  snapshot: AnyMachineSnapshot,
  expected: WalkOptions['expected'],
): unknown {
  if (expected !== undefined) return expected(snapshot);
  const value = snapshot.value as StateValue;
  return typeof actual === 'string' ? stateName(value) : value;
}

function executorOf(system: SystemUnderTest, { event, afterMs }: PathStep): EventExecutor {
  const own = system.events[event.type];
  if (own !== undefined) return own.bind(system.events);
  if (afterMs !== null && system.wait !== undefined) {
    return () => system.wait?.(afterMs);
  }
  const any = system.events['*'];
  if (any !== undefined) return any.bind(system.events);
  throw new TypeError(missing(event));
}

const missing = ({ type }: EventObject): string =>
  `The system under test does not say how to do '${type}': add it to events.`;
