/** Counts which of a machine's configured transitions were really taken. */
import type { AnyStateMachine } from 'xstate';

import { checkMachine } from './check-machine.ts';
import { configuredTransitions } from '../../machines/transitions.ts';

export interface TransitionCoverage {
  /** Notes transitions as taken. */
  record(transitions: Iterable<string>): void;
  /** Ids of the transitions taken so far, in the order of the config. */
  taken(): readonly string[];
  /** Ids of the transitions not taken so far. */
  missing(): readonly string[];
  /** Share of the configured transitions taken, from 0 to 1; 1 for a machine without any. */
  readonly ratio: number;
}

/** Coverage of a machine, empty. @throws FuseboardError invalid_machine */
export function transitionCoverage(machine: AnyStateMachine): TransitionCoverage {
  return coverageOfIds(configuredTransitions(checkMachine(machine)).map(({ id }) => id));
}

/** Coverage of a list of transitions, empty. */
export function coverageOfIds(ids: readonly string[]): TransitionCoverage {
  const all = new Set(ids);
  const taken = new Set<string>();
  return {
    record(transitions) {
      for (const id of transitions) if (all.has(id)) taken.add(id);
    },
    taken: () => ids.filter((id) => taken.has(id)),
    missing: () => ids.filter((id) => !taken.has(id)),
    get ratio() {
      return all.size === 0 ? 1 : taken.size / all.size;
    },
  };
}
