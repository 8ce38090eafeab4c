/** What path generation hands out: paths as steps and sentences, and what they cover. */
import type { AnyMachineSnapshot, EventObject } from 'xstate';

import type { ModelState } from './machine-model.ts';

/** One event, or the passing of time, on a path. */
export interface PathStep {
  /** Name of the state before. */
  readonly from: string;
  /** Name of the state after. */
  readonly to: string;
  /** What happens, in words: the event, or `after 1000 ms`. */
  readonly label: string;
  /** The event; of a step in which time passes, the first delayed event that arrives. */
  readonly event: EventObject;
  /** Milliseconds that pass; null for an event that is sent. */
  readonly afterMs: number | null;
  /** The model's snapshot after the step, from a true replay. */
  readonly snapshot: AnyMachineSnapshot;
  /** Ids of the configured transitions that the step takes. */
  readonly transitions: readonly string[];
}

export interface GeneratedPath {
  /** A sentence, unique among the paths: what the path shows. */
  readonly description: string;
  readonly steps: readonly PathStep[];
  /** Name of the state in which the path starts. */
  readonly from: string;
  /** Name of the state in which the path ends. */
  readonly to: string;
  /** Where the model stands before the first step, its timers included. */
  readonly start: ModelState;
  /** Where it stands after the last one. */
  readonly end: ModelState;
}

/** Why no path takes a transition. */
export type UncoveredReason =
  /** No sequence of the given events leads to its state. */
  | 'state_never_reached'
  /** Its state is reached, but its event is not among the given ones there. */
  | 'event_never_given'
  /** Its event is given, but its guard is false each time. */
  | 'guard_never_true'
  /** An earlier branch, or a state further inside, answers each time. */
  | 'always_overruled'
  /** It can be taken, but paths of this strategy do not. */
  | 'not_on_these_paths';

export interface UncoveredTransition {
  readonly transition: string;
  readonly reason: UncoveredReason;
  /** The reason as a sentence. */
  readonly because: string;
}

export interface PathCoverage {
  /** Configured transitions that the paths take. */
  readonly covered: number;
  readonly total: number;
  readonly uncovered: readonly UncoveredTransition[];
  /** Transitions counted once for every state in which they can be taken: a sharper figure. */
  readonly inEachState: { readonly covered: number; readonly total: number };
}

export interface GeneratedPaths {
  /** Id of the machine. */
  readonly machineId: string;
  readonly paths: readonly GeneratedPath[];
  readonly coverage: PathCoverage;
  /** Ids of all configured transitions. */
  readonly transitions: readonly string[];
  /** Different states that were found. */
  readonly stateCount: number;
  /** Steps between them. */
  readonly stepCount: number;
  /** Paths left out because states that `serializeState` merges behave differently. */
  readonly brokenCount: number;
}
