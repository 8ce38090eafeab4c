/** A picture as a tree of SVG elements: written as text by one reader, shown live by another. */

export interface PictureNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** Text is plain: whoever writes it out escapes it. */
  readonly children: readonly (PictureNode | string)[];
}

/**
 * What is marked in a picture of a drawing. Everything is optional: nothing marked is a diagram.
 */
export interface Marks {
  /** Ids of the active state nodes, ancestors included. */
  readonly activeIds?: ReadonlySet<string>;
  /** Ids of the transitions just taken. */
  readonly taken?: ReadonlySet<string>;
  /** How often each transition was taken; those that are absent stand out as never taken. */
  readonly hits?: ReadonlyMap<string, number>;
  /** Ids of a path's transitions, in order: numbered and drawn strongly. */
  readonly path?: readonly string[];
  /** Ids of transitions that count as covered; all others stand out. */
  readonly covered?: ReadonlySet<string>;
}
