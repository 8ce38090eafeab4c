/** How often each configured transition of the breaker's machine was taken, by whom. */
import type { AnyTransitionDefinition } from 'xstate';

import { breakerMachine } from '../../machines/breaker.ts';
import { configuredTransitions, transitionId } from '../../machines/transitions.ts';

/** Ids of every configured transition, in the order of the config. */
export const TRANSITIONS: readonly string[] = configuredTransitions(breakerMachine).map(
  ({ id }) => id,
);

const INDEXES: ReadonlyMap<string, number> = new Map(TRANSITIONS.map((id, index) => [id, index]));

/** Every breaker's machine is the same object, and so are its transitions. */
const KNOWN = new WeakMap<AnyTransitionDefinition, string>();

/** The id of a transition that was taken. */
export function idOf(transition: AnyTransitionDefinition): string {
  let id = KNOWN.get(transition);
  if (id === undefined) KNOWN.set(transition, (id = transitionId(transition)));
  return id;
}

export type Hits = Readonly<Record<string, number>>;

export class TransitionHits {
  readonly #total = new Uint32Array(TRANSITIONS.length);
  readonly #breakers = new Uint32Array(TRANSITIONS.length);
  readonly #byName = new Map<string, Uint32Array>();

  /** A breaker took a transition. */
  add(name: string, id: string): void {
    const index = INDEXES.get(id);
    if (index === undefined) return;
    let own = this.#byName.get(name);
    if (own === undefined) this.#byName.set(name, (own = new Uint32Array(TRANSITIONS.length)));
    if (own[index] === 0) increase(this.#breakers, index);
    increase(own, index);
    increase(this.#total, index);
  }

  /** The breaker is gone; what it took stays counted. */
  forget(name: string): void {
    this.#byName.delete(name);
  }

  of(name: string): Hits {
    return shown(this.#byName.get(name));
  }

  get total(): Hits {
    return shown(this.#total);
  }

  get breakers(): Hits {
    return shown(this.#breakers);
  }
}

const increase = (counts: Uint32Array, index: number): void => {
  counts[index] = (counts[index] as number) + 1;
};

/** By id; what was never taken is left out. */
function shown(counts: Uint32Array | undefined): Hits {
  const hits: Record<string, number> = {};
  counts?.forEach((count, index) => {
    if (count > 0) hits[TRANSITIONS[index] as string] = count;
  });
  return hits;
}
