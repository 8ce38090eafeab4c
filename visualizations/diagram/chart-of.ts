/**
 * What there is to draw of a machine, any machine of XState 5: its states and transitions as data.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

import { configuredTransitions, eventName, stateNodes } from '../../machines/transitions.ts';
import type { Chart, ChartState, ChartTransition, TransitionKind } from './chart.ts';
import { actionNames, guardName, sourceName } from './implementation-names.ts';

export function chartOf(machine: AnyStateMachine): Chart {
  const configured = configuredTransitions(machine);
  const invoked = invokedNames(machine);
  const definitions = stateNodes(machine.root).flatMap((node) =>
    [...node.transitions.values(), node.always ?? []].flat(),
  );
  return {
    id: machine.id,
    description: machine.root.description ?? null,
    root: stateOf(machine.root),
    transitions: definitions.map((definition, index) =>
      // Both lists walk the same nodes in the same order.
      transitionOf(definition, configured[index]?.id ?? '', invoked),
    ),
  };
}

function stateOf(node: AnyStateNode): ChartState {
  const { config } = node;
  return {
    id: node.id,
    key: node.key,
    name: node.path.length === 0 ? node.machine.id : node.path.join('.'),
    kind: node.type,
    description: node.description ?? null,
    tags: [...node.tags],
    // XState adds actions of its own to the node, which start and stop its timers.
    entry: actionNames(config.entry),
    exit: actionNames(config.exit),
    invokes: node.invoke.map(({ id, src }) => shownId(id, src)),
    initialId: node.type === 'history' ? recalledFirst(node) : (firstOf(node)?.id ?? null),
    history: node.type === 'history' ? (node.history === 'deep' ? 'deep' : 'shallow') : null,
    states: Object.values(node.states).map(stateOf),
  };
}

const firstOf = (node: AnyStateNode): AnyStateNode | undefined =>
  node.type === 'compound' ? (node.initial.target?.[0] as AnyStateNode | undefined) : undefined;

/** Where a history leads that has nothing to recall: what it names, else its parent's first. */
function recalledFirst(node: AnyStateNode): string | null {
  const { parent } = node;
  const target: unknown = (node.config as { readonly target?: unknown }).target;
  if (parent === undefined) return null;
  if (typeof target !== 'string') return firstOf(parent)?.id ?? null;
  if (target.startsWith('#')) {
    return stateNodes(node.machine.root).find(({ id }) => id === target.slice(1))?.id ?? null;
  }
  const path = target.replace(/^\./, '').split('.');
  let found: AnyStateNode | undefined = parent;
  for (const key of path) found = found?.states[key];
  return found?.id ?? null;
}

function transitionOf(
  definition: AnyTransitionDefinition,
  id: string,
  invoked: ReadonlyMap<string, string>,
): ChartTransition {
  const eventType = definition.eventType as string;
  const targets = (definition.target ?? []) as readonly AnyStateNode[];
  return {
    id,
    sourceId: definition.source.id,
    targetIds: targets.map((target) => target.id),
    eventType,
    event: invokedEvent(eventType, invoked) ?? eventName(eventType),
    guard: definition.guard === undefined ? null : guardName(definition.guard),
    actions: actionNames(definition.actions),
    description: definition.description ?? null,
    kind: kindOf(eventType),
  };
}

function kindOf(eventType: string): TransitionKind {
  if (eventType === '') return 'always';
  if (eventType.startsWith('xstate.after.')) return 'after';
  return /^xstate\.(done|error|snapshot)\./.test(eventType) ? 'done' : 'event';
}

/** XState makes up an id for an actor that was given none: `0.machine.path.of.state`. */
const shownId = (id: string, src: unknown): string =>
  /^\d+\./.test(id) ? sourceName(src, id) : id;

/** Names of invoked actors by their ids. */
const invokedNames = (machine: AnyStateMachine): ReadonlyMap<string, string> =>
  new Map(
    stateNodes(machine.root).flatMap((node) =>
      node.invoke.map(({ id, src }) => [id, shownId(id, src)] as const),
    ),
  );

/** `fetchUser is done` rather than `0.machine.loading is done`. */
function invokedEvent(eventType: string, invoked: ReadonlyMap<string, string>): string | null {
  const [, prefix, id = ''] = /^(xstate\.(?:done|error)\.actor\.|xstate\.snapshot\.)(.+)$/.exec(
    eventType,
  ) ?? [null, '', ''];
  const name = invoked.get(id);
  return name === undefined ? null : eventName(`${prefix}${name}`);
}
