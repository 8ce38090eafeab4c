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
  /** 0 for the root. */
  readonly depth: number;
  /** What stands under its name: entry and exit actions, invocations, tags. */
  readonly lines: readonly string[];
  readonly description: string | null;
}

/** One line of an edge's label: one transition. */
export interface DrawnTransition {
  readonly id: string;
  /** Event, guard and actions, as far as there is room. */
  readonly text: string;
  /** The whole of it, with its description. */
  readonly title: string;
}

/** One arrow: all transitions of a kind that lead from one state to another. */
export interface DrawnEdge {
  readonly id: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly kind: TransitionKind | 'initial';
  /** From source to target. */
  readonly points: readonly Point[];
  /** In the order of the config; empty for the arrow to an initial state. */
  readonly transitions: readonly DrawnTransition[];
  /** Where the label stands; null where there is none. */
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
