/** Options of path generation: what they mean, and their check. */
import type { AnyStateMachine, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';

import { choiceOption, functionOption, knownKeys, numberOption } from '../../services/check.ts';
import type { Strategy } from './path-sentences.ts';
import type { StepToTell } from './path-strategies.ts';
import type { PathsProgress } from './paths-meter.ts';

export interface GeneratePathsOptions<TMachine extends AnyStateMachine = AnyStateMachine> {
  /** @default 'transitions' */
  readonly strategy?: Strategy;
  /** The machine's input. */
  readonly input?: InputFrom<TMachine>;
  /**
   * What can be sent. A list holds cases for the types in it, several of a type to try several
   * payloads; every other event that a state handles is sent without data. A function gives
   * exactly what can be sent in a state. `after` needs no events: time passes by itself.
   * @default every event that a state handles, without data
   */
  readonly events?:
    | readonly EventFromLogic<TMachine>[]
    | ((snapshot: SnapshotFrom<TMachine>) => readonly EventFromLogic<TMachine>[]);
  /** False leaves an event out in a state. */
  readonly filterEvents?: (
    snapshot: SnapshotFrom<TMachine>,
    event: EventFromLogic<TMachine>,
  ) => boolean;
  /**
   * What of a state counts: states of equal text are one. A counter in the context makes a
   * machine endless unless it is clamped or left out here.
   * @default value and whole context
   */
  readonly serializeState?: (snapshot: SnapshotFrom<TMachine>) => string;
  /**
   * An event in words. Where payloads depend on the state (an id, an instant), name the case and
   * not the payload, so that paths find it again. @default its type and its data as JSON
   */
  readonly serializeEvent?: (event: EventFromLogic<TMachine>) => string;
  /**
   * For 'transitions' and 'simple': of the steps with equal text only one is walked.
   * @default every step of the graph differs
   */
  readonly sameStep?: (step: StepToTell) => string;
  /** Steps that may be tried while exploring. @default 20000 */
  readonly limit?: number;
  /** Steps that the paths may hold together. @default 50000 */
  readonly pathStepsMax?: number;
  /**
   * Told how far generation has come, at most once in 256 steps. Generation waits for it, so
   * it should be quick; what it throws ends the generation. @default nobody is told
   */
  readonly onProgress?: (progress: PathsProgress) => void;
}

/** @throws FuseboardError invalid_option */
export function checkPathsOptions<TMachine extends AnyStateMachine>(
  options: GeneratePathsOptions<TMachine>,
): {
  readonly strategy: Strategy;
  readonly limit: number;
  readonly pathStepsMax: number;
} {
  knownKeys('paths', options, [
    'strategy',
    'input',
    'events',
    'filterEvents',
    'serializeState',
    'serializeEvent',
    'sameStep',
    'limit',
    'pathStepsMax',
    'onProgress',
  ]);
  functionOption('paths.filterEvents', options.filterEvents);
  functionOption('paths.serializeState', options.serializeState);
  functionOption('paths.serializeEvent', options.serializeEvent);
  functionOption('paths.sameStep', options.sameStep);
  functionOption('paths.onProgress', options.onProgress);
  const strategies = ['transitions', 'shortest', 'simple'] as const;
  const steps = { min: 1, integer: true };
  return {
    strategy: choiceOption('paths.strategy', options.strategy, strategies, 'transitions'),
    limit: numberOption('paths.limit', options.limit, steps, 20_000),
    pathStepsMax: numberOption('paths.pathStepsMax', options.pathStepsMax, steps, 50_000),
  };
}
