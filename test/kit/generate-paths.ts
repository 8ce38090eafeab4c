/**
 * Test paths from a machine's graph.
 *
 *   transitions  a transition tour: the shortest way to every state, and from there every step
 *   shortest     the shortest way to every state
 *   simple       every way to every state that meets no state twice
 *
 * Paths that another one continues are dropped. Every path is replayed through the machine, event
 * by event, so what a step says is what the machine does, never what a merged state stood for.
 */
import type { AnyStateMachine } from 'xstate';

import { checkMachine } from './check-machine.ts';
import { createChoices, type EventOptions } from './event-cases.ts';
import type { GeneratedPath, GeneratedPaths, PathStep } from './generated-paths.ts';
import { createMachineModel } from './machine-model.ts';
import { configuredTransitions, nameOf } from '../../machines/transitions.ts';
import { coverageOf, type Move } from './path-coverage.ts';
import { describePath, tellApart, type Strategy } from './path-sentences.ts';
import { addShortestPaths, addSimplePaths, addTour } from './path-strategies.ts';
import { pathTo, PathTree, type TreeNode } from './path-tree.ts';
import { checkPathsOptions, type GeneratePathsOptions } from './paths-options.ts';
import { createPathsMeter } from './paths-meter.ts';
import { exploreGraph } from './state-graph.ts';
import { stateKey, type SerializeState } from './state-key.ts';

/**
 * Generates test paths.
 * @throws FuseboardError invalid_machine, invalid_option
 */
export function generatePaths<TMachine extends AnyStateMachine>(
  machine: TMachine,
  options: GeneratePathsOptions<TMachine> = {},
): GeneratedPaths {
  checkMachine(machine);
  const { strategy, limit, pathStepsMax } = checkPathsOptions(options);
  const { serializeState, ...events } = options as unknown as LooseOptions;
  const choicesOf = createChoices(events);
  const model = createMachineModel(machine, options.input);
  const meter = createPathsMeter(options.onProgress);
  const graph = exploreGraph(machine, model, { choicesOf, serializeState, limit, meter });
  const [start] = graph.values();
  if (start === undefined) throw new Error('a machine has at least its start');
  const tree = new PathTree(model, start.state, choicesOf);
  const { sameStep } = options;
  const walk = { graph, tree, machineId: machine.id, pathStepsMax, sameStep, meter };
  if (strategy === 'transitions') addTour(walk);
  else if (strategy === 'shortest') addShortestPaths(walk);
  else addSimplePaths(walk, (state) => stateKey(state, serializeState));

  const leaves = [...tree.leaves()];
  const tried = [...graph.values()].flatMap(({ state, steps }) =>
    steps.map(({ to }): Move => ({ from: state, to })),
  );
  const walked = [...movesBelow(tree.root)];
  return {
    machineId: machine.id,
    paths: toPaths(machine, strategy, tree.root, leaves),
    coverage: coverageOf(machine, start.state, walked, tried),
    transitions: configuredTransitions(machine).map(({ id }) => id),
    stateCount: graph.size,
    stepCount: tried.length,
    brokenCount: tree.brokenCount,
  };
}

/** The options without the machine's types, for what works on any machine. */
interface LooseOptions extends EventOptions {
  readonly serializeState: SerializeState | undefined;
}

function* movesBelow(node: TreeNode): Generator<Move> {
  for (const child of node.children.values()) {
    yield { from: node.state, to: child.state };
    yield* movesBelow(child);
  }
}

function toPaths(
  machine: AnyStateMachine,
  strategy: Strategy,
  { state: start }: TreeNode,
  leaves: readonly TreeNode[],
): readonly GeneratedPath[] {
  const configured = new Map(configuredTransitions(machine).map((one) => [one.id, one]));
  const walks = leaves.map((leaf) => pathTo(leaf).map(toStep));
  const from = nameOf(start.snapshot);
  const descriptions = tellApart(
    walks.map((steps) => describePath(strategy, from, steps, configured)),
    walks.map((steps) => steps.slice(0, -1).map((step) => step.label)),
  );
  return leaves.map(({ state: end }, index) => {
    const to = nameOf(end.snapshot);
    return {
      description: descriptions[index] ?? '',
      steps: walks[index] ?? [],
      from,
      to,
      start,
      end,
    };
  });
}

function toStep({ state, choice, parent }: TreeNode): PathStep {
  const before = parent?.state ?? state;
  const afterMs = choice?.event === null ? Math.min(...before.timers.map((t) => t.inMs)) : null;
  return {
    from: nameOf(before.snapshot),
    to: nameOf(state.snapshot),
    label: afterMs === null ? (choice?.label ?? '') : `after ${afterMs} ms`,
    event: choice?.event ?? state.events[0] ?? { type: '' },
    afterMs,
    snapshot: state.snapshot,
    transitions: state.transitions,
  };
}
