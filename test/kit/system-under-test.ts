/** What a system must offer so that paths of a model can be executed on it. */
import type { AnyMachineSnapshot, EventObject } from 'xstate';

import type { PathStep } from './generated-paths.ts';

/** Does to the system what an event of the model stands for. */
export type EventExecutor = (event: EventObject, step: PathStep) => unknown;

export interface SystemUnderTest {
  /**
   * How to do each event, by its type; `'*'` for all others. An executor may return a promise.
   */
  readonly events: Readonly<Record<string, EventExecutor>>;
  /**
   * What the system says its state is. Text is compared with the name of the model's state
   * (`open.cooling`), anything else with its value, unless `expected` says otherwise.
   */
  state(): unknown;
  /**
   * Lets so many milliseconds pass in the system. With it, steps in which time passes need no
   * executor, and the silence after each path is kept by itself.
   */
  wait?(ms: number): unknown;
  /** What to try in the silence after each path; see {@link Silence}. */
  silence?(silence: Silence): unknown;
  /** Ids of the transitions taken since it was last asked, for a system that can tell. */
  taken?(): readonly string[];
  /** Called at the end of each path, also after a failure. */
  dispose?(): unknown;
}

/**
 * After a path everything that could still move the system gets its chance: time passes, late
 * outcomes arrive. Nothing may move except what the model itself enables.
 */
export interface Silence {
  /** Where the model stands now. */
  readonly snapshot: AnyMachineSnapshot;
  /** Says that nothing may have moved. `after` says what was just tried, for the message. */
  readonly nothingMoved: (after: string) => Promise<void>;
  /** Says that the model itself takes this event now, and the system must have followed. */
  readonly follows: (event: EventObject, after: string) => Promise<void>;
}
