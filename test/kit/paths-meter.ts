/** Tells whoever asked how far the generation of paths has come, without slowing it down. */

/** How far generation has come. */
export interface PathsProgress {
  /** Different states that were found so far. */
  readonly stateCount: number;
  /** Steps that were tried so far while exploring; `limit` bounds them. */
  readonly stepCount: number;
  /** Paths so far; 0 while states are still being found. */
  readonly pathCount: number;
}

/** Steps between two tellings. */
const STEPS_BETWEEN = 256;

export interface PathsMeter {
  /** A step was tried while exploring. */
  tried(stateCount: number, stepCount: number): void;
  /** Paths were added. */
  walked(tree: { readonly nodeCount: number; readonly leafCount: number }): void;
}

export function createPathsMeter(
  onProgress: ((progress: PathsProgress) => void) | undefined,
): PathsMeter {
  if (onProgress === undefined) return { tried() {}, walked() {} };
  let found = { stateCount: 0, stepCount: 0 };
  let nodeCountTold = 0;
  return {
    tried(stateCount, stepCount) {
      found = { stateCount, stepCount };
      if (stepCount % STEPS_BETWEEN === 0) onProgress({ ...found, pathCount: 0 });
    },
    walked({ nodeCount, leafCount }) {
      if (nodeCount - nodeCountTold < STEPS_BETWEEN) return;
      nodeCountTold = nodeCount;
      onProgress({ ...found, pathCount: leafCount });
    },
  };
}
