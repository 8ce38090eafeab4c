/**
 * Paths of a machine as a tree of replayed steps: paths share what they have in common, so each
 * prefix is replayed once, on real states, and a path that another one continues vanishes by
 * itself. The leaves are the paths that are left.
 */
import { take, type Choice } from './event-cases.ts';
import type { MachineModel, ModelState } from './machine-model.ts';

export interface TreeNode {
  readonly state: ModelState;
  /** How it was reached; null at the root. */
  readonly choice: Choice | null;
  readonly parent: TreeNode | null;
  readonly children: Map<string, TreeNode>;
}

export class PathTree {
  readonly root: TreeNode;
  readonly #model: MachineModel;
  readonly #choicesOf: (state: ModelState) => readonly Choice[];
  readonly #choices = new Map<TreeNode, ReadonlyMap<string, Choice>>();
  /** Sequences that could not be replayed to their end, because states in one bucket differ. */
  brokenCount = 0;
  nodeCount = 1;
  /** Paths so far: ends that no other path continues. */
  leafCount = 1;

  constructor(
    model: MachineModel,
    start: ModelState,
    choicesOf: (state: ModelState) => readonly Choice[],
  ) {
    this.#model = model;
    this.#choicesOf = choicesOf;
    this.root = { state: start, choice: null, parent: null, children: new Map() };
  }

  /** Takes the step of that label, its event made anew; undefined where there is none. */
  tryStep(node: TreeNode, label: string): TreeNode | undefined {
    const known = node.children.get(label);
    if (known !== undefined) return known;
    const choice = this.#choicesAt(node).get(label);
    if (choice === undefined) {
      this.brokenCount += 1;
      return undefined;
    }
    const state = take(this.#model, node.state, choice);
    const child: TreeNode = { state, choice, parent: node, children: new Map() };
    if (node.children.size > 0) this.leafCount += 1;
    node.children.set(label, child);
    this.nodeCount += 1;
    return child;
  }

  /** Adds a path. It ends early where a state that it really goes through lacks the next step. */
  add(way: readonly Choice[]): void {
    let node: TreeNode | undefined = this.root;
    for (const { label } of way) {
      node = this.tryStep(node, label);
      if (node === undefined) return;
    }
  }

  #choicesAt(node: TreeNode): ReadonlyMap<string, Choice> {
    let choices = this.#choices.get(node);
    if (choices === undefined) {
      choices = new Map(this.#choicesOf(node.state).map((choice) => [choice.label, choice]));
      this.#choices.set(node, choices);
    }
    return choices;
  }

  /** Ends of the paths that no other path continues, in the order in which they were added. */
  *leaves(node: TreeNode = this.root): Generator<TreeNode> {
    if (node.children.size === 0) yield node;
    for (const child of node.children.values()) yield* this.leaves(child);
  }
}

/** The nodes from below the root to a leaf. */
export function pathTo(leaf: TreeNode): readonly TreeNode[] {
  const path: TreeNode[] = [];
  for (let node: TreeNode | null = leaf; node?.parent; node = node.parent) path.unshift(node);
  return path;
}
