/** A statechart as plain data: what there is to draw of a machine, before anything has a place. */

export type StateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';

export interface ChartState {
  /** Id of the state node. */
  readonly id: string;
  /** Last part of its path; the machine's id for the root. */
  readonly key: string;
  /** Dotted path, as a snapshot's state is named; the machine's id for the root. */
  readonly name: string;
  readonly kind: StateKind;
  readonly description: string | null;
  readonly tags: readonly string[];
  /** Names of the actions. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** The actors that it invokes: their ids, or their sources where they have none of their own. */
  readonly invokes: readonly string[];
  /**
   * Id of the state entered first: of a compound state, or of a history that has none to recall.
   */
  readonly initialId: string | null;
  /** How much a history recalls; null for others. */
  readonly history: 'shallow' | 'deep' | null;
  /** In document order. */
  readonly states: readonly ChartState[];
}

export type TransitionKind = 'event' | 'after' | 'always' | 'done';

export interface ChartTransition {
  /** As `configuredTransitions` has it. */
  readonly id: string;
  readonly sourceId: string;
  /** Empty for one that stays where it is. */
  readonly targetIds: readonly string[];
  readonly eventType: string;
  /** The event in words: `trip`, `after 1000 ms`, `always`. */
  readonly event: string;
  /** The guard's name; null where there is none. */
  readonly guard: string | null;
  readonly actions: readonly string[];
  readonly description: string | null;
  readonly kind: TransitionKind;
}

export interface Chart {
  readonly id: string;
  readonly description: string | null;
  readonly root: ChartState;
  /** In the order of the config. */
  readonly transitions: readonly ChartTransition[];
}
