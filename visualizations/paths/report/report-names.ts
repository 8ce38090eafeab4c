/**
 * Transitions and states of a report by number: their names stand in it once, as data, and
 * everything else points there.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';

import { stateNodes } from '../../../machines/transitions.ts';
import type { Drawing } from '../../diagram/drawing.ts';

export interface ReportNames {
  /** -1 for one that is none of the machine's. */
  transition(id: string): number;
  /** Numbers with spaces between. */
  transitions(ids: readonly string[]): string;
  /** The active state nodes, the root left out: numbers with spaces between. */
  active(snapshot: AnyMachineSnapshot): string;
  /** The names as JSON that can stand in a script element. */
  readonly json: string;
}

export function reportNames(
  machine: AnyStateMachine,
  transitions: readonly string[],
  drawing: Pick<Drawing, 'edges'>,
): ReportNames {
  const edgesOf = transitions.map((id) =>
    drawing.edges
      .filter((edge) => edge.transitions.some((one) => one.id === id))
      .map((edge) => edge.id),
  );
  const states = stateNodes(machine.root).map(({ id }) => id);
  const transitionAt = new Map(transitions.map((id, at) => [id, at]));
  const stateAt = new Map(states.map((id, at) => [id, at]));
  return {
    transition: (id) => transitionAt.get(id) ?? -1,
    transitions: (ids) => ids.flatMap((id) => transitionAt.get(id) ?? []).join(' '),
    active: (snapshot) =>
      snapshot._nodes
        .flatMap(({ id }) => (id === machine.root.id ? [] : (stateAt.get(id) ?? [])))
        .join(' '),
    json: JSON.stringify({ transitions, states, edgesOf }).replaceAll('<', String.raw`\u003c`),
  };
}
