/**
 * The transitions that a machine's config contains: every object, each branch of an array, those
 * of parents and of the root, `after`, `always`, `onDone` and `onError` included. Coverage counts
 * these and nothing else. Also the words in which paths speak of states and events.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition, StateValue } from 'xstate';

/** One transition of a machine's config. */
export interface ConfiguredTransition {
  /**
   * `source --event[branch]--> targets`, unique in its machine; the branch only where several are.
   */
  readonly id: string;
  /** Dotted path of the state it leaves; the machine's id for the root. */
  readonly source: string;
  /** Id of the source's state node. */
  readonly sourceId: string;
  /** The event's descriptor; empty for `always`. */
  readonly eventType: string;
  readonly isGuarded: boolean;
  /** What the config says about it. */
  readonly description: string | undefined;
}

/** Every transition of the machine, in the order of its config. */
export function configuredTransitions(machine: AnyStateMachine): readonly ConfiguredTransition[] {
  return stateNodes(machine.root).flatMap((node) =>
    [...node.transitions.values(), node.always ?? []].flat().map((transition) => ({
      id: transitionId(transition),
      source: nodeName(node),
      sourceId: node.id,
      eventType: transition.eventType as string,
      isGuarded: transition.guard !== undefined,
      description: transition.description,
    })),
  );
}

/** The node and all below it, in document order. */
export function stateNodes(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(stateNodes)];
}

/** The id of a transition, the same for every copy of its machine. */
export function transitionId(transition: AnyTransitionDefinition): string {
  const { source, target } = transition;
  const eventType = transition.eventType as string;
  const branches =
    eventType === '' ? (source.always ?? []) : (source.transitions.get(eventType) ?? []);
  const branch = branches.length > 1 ? `[${branches.indexOf(transition)}]` : '';
  const targets = target?.map((node) => nodeName(node as AnyStateNode)).join(' + ');
  return `${nodeName(source)} --${eventName(eventType)}${branch}--> ${targets ?? '(stays)'}`;
}

const nodeName = (node: AnyStateNode): string =>
  node.path.length === 0 ? node.machine.id : node.path.join('.');

/** The name of a snapshot's state. */
export const nameOf = (snapshot: { readonly value: unknown }): string =>
  stateName(snapshot.value as StateValue);

/** A state value as text: `open.cooling`; regions of a parallel state as `door.shut + lamp.off`. */
export function stateName(value: StateValue): string {
  if (typeof value === 'string') return value;
  const leaves = Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined || isEmpty(inner)
      ? [key]
      : stateName(inner)
          .split(' + ')
          .map((leaf) => `${key}.${leaf}`),
  );
  return leaves.join(' + ');
}

const isEmpty = (value: StateValue): boolean =>
  typeof value === 'object' && Object.keys(value).length === 0;

const SPECIAL: readonly (readonly [RegExp, (match: readonly string[]) => string])[] = [
  [/^$/, () => 'always'],
  [/^xstate\.after\.(\d+)\./, ([, ms]) => `after ${ms} ms`],
  [/^xstate\.after\.([^.]+)\./, ([, name]) => `after ${name}`],
  [/^xstate\.done\.state\.(.+)$/, ([, id]) => `${id} is done`],
  [/^xstate\.done\.actor\.(.+)$/, ([, id]) => `${id} is done`],
  [/^xstate\.error\.actor\.(.+)$/, ([, id]) => `${id} failed`],
  [/^xstate\.snapshot\.(.+)$/, ([, id]) => `${id} changed`],
];

/** An event type in words: XState's own types are spelt out, others stay as they are. */
export function eventName(type: string): string {
  for (const [pattern, say] of SPECIAL) {
    const match = pattern.exec(type);
    if (match !== null) return say(match);
  }
  return type;
}
