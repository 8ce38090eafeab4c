/** A statechart with a place for everything. Lengths in pixels, from the top left corner. */
import type { StateKind, TransitionKind } from './chart.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface DrawnState extends Box {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly kind: StateKind;
  /** True for a region of a parallel state. */
  readonly isRegion: boolean;
  readonly history: 'shallow' | 'deep' | null;
  /** Whether other states stand inside. */
  readonly hasStates: boolean;
  /** 0 for the root. */
  readonly depth: number;
  /** What stands under its name: entry and exit actions, invocations, tags. */
  readonly lines: readonly string[];
  readonly description: string | null;
  /** All there is to say of it, uncut. */
  readonly title: string;
}

/** One line of an edge's label: one transition. */
export interface DrawnTransition {
  readonly id: string;
  /** Event and guard, as far as there is room; actions are left to the title. */
  readonly text: string;
  /** How many characters of the text name the event. */
  readonly eventLength: number;
  /** The whole of it, with its description. */
  readonly title: string;
}

/**
 * One arrow: all transitions of a kind that lead from one state to another. Those that stay where
 * they are have no arrow, but lines inside their state. Those of a state into its own inside start
 * at their label, which stands there for "wherever it is".
 */
export interface DrawnEdge {
  readonly id: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly kind: TransitionKind | 'initial';
  readonly form: 'arrow' | 'from-label' | 'inside';
  /** From source to target; none when it is `inside`. */
  readonly points: readonly Point[];
  /** In the order of the config; empty for the arrow to an initial state. */
  readonly transitions: readonly DrawnTransition[];
  /** How many of them the label names; the others are in its last line, as `+3 more`. */
  readonly shownCount: number;
  /** First line of the label, for example `from any state`; null where there is none. */
  readonly heading: string | null;
  /** Where the label stands; null where there is none. A strip is kept free for numbers. */
  readonly label: Box | null;
}

export interface Drawing {
  readonly chartId: string;
  readonly width: number;
  readonly height: number;
  /** Outer before inner. */
  readonly states: readonly DrawnState[];
  readonly edges: readonly DrawnEdge[];
  /** The dots from which arrows to initial states start. */
  readonly dots: readonly Point[];
}
