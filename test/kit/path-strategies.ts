/** Three ways through a state graph. Each adds its paths to a tree, which replays them. */
import type { AnyMachineSnapshot } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import type { ModelState } from './machine-model.ts';
import type { PathsMeter } from './paths-meter.ts';
import type { PathTree, TreeNode } from './path-tree.ts';
import type { StateGraph } from './state-graph.ts';

/** A step, as `sameStep` sees it. */
export interface StepToTell {
  readonly from: AnyMachineSnapshot;
  readonly to: AnyMachineSnapshot;
  /** The event in words. */
  readonly label: string;
  /** Ids of the configured transitions it takes. */
  readonly transitions: readonly string[];
}

export interface Walk {
  readonly graph: StateGraph;
  readonly tree: PathTree;
  readonly machineId: string;
  readonly pathStepsMax: number;
  readonly sameStep: ((step: StepToTell) => string) | undefined;
  readonly meter: PathsMeter;
}

/** The shortest way to every state. */
export function addShortestPaths(walk: Walk): void {
  for (const { way } of walk.graph.values()) {
    walk.tree.add(way);
    checkSize(walk);
  }
}

/** The shortest way to every state, and from there every step that differs from the others. */
export function addTour(walk: Walk): void {
  const isNew = createFilter(walk);
  for (const { state, steps, way } of walk.graph.values()) {
    for (const { choice, to } of steps) {
      if (isNew(state, to, choice.label)) walk.tree.add([...way, choice]);
      checkSize(walk);
    }
  }
}

/** Every way that meets no state twice. The graph says which steps are worth replaying. */
export function addSimplePaths(walk: Walk, keyOf: (state: ModelState) => string): void {
  const { tree, graph } = walk;
  const visit = (node: TreeNode, key: string, met: ReadonlySet<string>): void => {
    const isNew = createFilter(walk);
    for (const { choice, to, toKey } of graph.get(key)?.steps ?? []) {
      if (met.has(toKey) || !isNew(node.state, to, choice.label)) continue;
      const next = tree.tryStep(node, choice.label);
      checkSize(walk);
      if (next !== undefined && keyOf(next.state) === toKey) {
        visit(next, toKey, new Set(met).add(toKey));
      }
    }
  };
  const start = keyOf(tree.root.state);
  visit(tree.root, start, new Set([start]));
}

function createFilter(walk: Walk): (from: ModelState, to: ModelState, label: string) => boolean {
  const { sameStep } = walk;
  if (sameStep === undefined) return () => true;
  const seen = new Set<string>();
  return (from, to, label) => {
    const key = sameStep({
      from: from.snapshot,
      to: to.snapshot,
      label,
      transitions: to.transitions,
    });
    return seen.size < seen.add(key).size;
  };
}

function checkSize({ tree, pathStepsMax, machineId, meter }: Walk): void {
  meter.walked(tree);
  if (tree.nodeCount <= pathStepsMax) return;
  throw new FuseboardError(
    'invalid_machine',
    `The paths through the machine '${machineId}' take more than ${pathStepsMax} steps together.`,
    {
      hint:
        `Merge states with serializeState or steps with sameStep, raise pathStepsMax, ` +
        `or use the strategy 'transitions', whose paths grow with the graph and not beyond it.`,
    },
  );
}
