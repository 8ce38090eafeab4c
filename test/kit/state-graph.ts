/**
 * Every state that a machine can reach with the given events, and every step between them, found
 * by `@xstate/graph`. Its traversal keeps the first state found of each key; since steps are kept
 * in the order in which they were tried, the shortest way to a key leads to exactly that state.
 */
import { getAdjacencyMap } from '@xstate/graph';
import type { ActorLogic, AnyStateMachine, EventObject, Snapshot } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import { messageOf, take, WAIT, type Choice } from './event-cases.ts';
import type { MachineModel, ModelState } from './machine-model.ts';
import type { PathsMeter } from './paths-meter.ts';
import { asText, stateKey, type SerializeState } from './state-key.ts';

export interface GraphStep {
  readonly choice: Choice;
  readonly to: ModelState;
  readonly toKey: string;
}

export interface GraphState {
  readonly key: string;
  readonly state: ModelState;
  readonly steps: readonly GraphStep[];
  /** The shortest way from the start, as choices. */
  readonly way: readonly Choice[];
}

/** States by key, in the order of their distance from the start. */
export type StateGraph = ReadonlyMap<string, GraphState>;

type Walked = Snapshot<unknown> & { readonly model: ModelState };
interface Walk extends EventObject {
  readonly choice: Choice;
}

/** What `@xstate/graph` finds, with its branded keys taken as the strings they are. */
type Adjacency = Readonly<
  Record<
    string,
    {
      readonly state: Walked;
      readonly transitions: Readonly<
        Record<string, { readonly event: Walk; readonly state: Walked }>
      >;
    }
  >
>;

const walked = (model: ModelState): Walked => ({
  status: 'active',
  output: undefined,
  error: undefined,
  model,
});

export interface ExploreOptions {
  readonly choicesOf: (state: ModelState) => readonly Choice[];
  readonly serializeState: SerializeState | undefined;
  /** Steps that may be tried. */
  readonly limit: number;
  readonly meter: PathsMeter;
}

/** Explores a machine. @throws FuseboardError invalid_machine */
export function exploreGraph(
  machine: AnyStateMachine,
  model: MachineModel,
  options: ExploreOptions,
): StateGraph {
  const { choicesOf, limit, meter } = options;
  const start = startOf(machine, model);
  const seen = new Map<string, ModelState>();
  let stepCount = 0;
  const keyOf = (state: ModelState): string => {
    const key = stateKey(state, options.serializeState);
    if (!seen.has(key)) seen.set(key, state);
    return key;
  };
  const logic: Pick<ActorLogic<Walked, Walk>, 'transition' | 'getInitialSnapshot'> = {
    getInitialSnapshot: () => walked(start),
    transition: (from, { choice }) => {
      stepCount += 1;
      if (stepCount > limit) throw tooMany(machine, limit, [...seen.values()]);
      meter.tried(seen.size, stepCount);
      return walked(take(model, from.model, choice));
    },
  };
  const adjacency = getAdjacencyMap<Walked, Walk, unknown>(logic as ActorLogic<Walked, Walk>, {
    events: ({ model: state }) =>
      choicesOf(state).map((choice) => ({ type: choice.label, choice })),
    serializeState: ({ model: state }) => keyOf(state),
    // The prefix keeps labels such as '1' in the order in which they were tried.
    serializeEvent: ({ choice }) => `${choice.event === null ? WAIT : 'send'} ${choice.label}`,
  }) as unknown as Adjacency;
  return graphOf(
    keyOf(start),
    Object.entries(adjacency).map(([key, { state, transitions }]) => ({
      key,
      state: state.model,
      steps: Object.values(transitions).map(({ event, state: { model: to } }) => ({
        choice: event.choice,
        to,
        toKey: keyOf(to),
      })),
    })),
  );
}

/** The state in which a machine starts. @throws FuseboardError invalid_machine */
export function startOf(machine: AnyStateMachine, model: MachineModel): ModelState {
  const start = model.initial();
  if (start.snapshot.status !== 'error') return start;
  const { error } = start.snapshot as { error?: unknown };
  throw new FuseboardError(
    'invalid_machine',
    `The machine '${machine.id}' threw while it started: ${messageOf(error)}`,
    {
      cause: error,
      ...(typeof machine.config.context === 'function'
        ? { hint: 'If its context is made from input, pass input.' }
        : {}),
    },
  );
}

/** Adds the shortest ways, breadth first. */
function graphOf(start: string, states: readonly Omit<GraphState, 'way'>[]): StateGraph {
  const byKey = new Map(states.map((state) => [state.key, state]));
  const graph = new Map<string, GraphState>();
  const ways = new Map<string, readonly Choice[]>([[start, []]]);
  for (const [key, way] of ways) {
    const state = byKey.get(key);
    if (state === undefined) continue;
    graph.set(key, { ...state, way });
    for (const { choice, toKey } of state.steps) {
      if (!ways.has(toKey)) ways.set(toKey, [...way, choice]);
    }
  }
  return graph;
}

function tooMany(
  machine: AnyStateMachine,
  limit: number,
  states: readonly ModelState[],
): FuseboardError {
  return new FuseboardError(
    'invalid_machine',
    `Traversal limit exceeded: the machine '${machine.id}' has more than ${limit} steps to try; ` +
      `${states.length} different states were found until then. ${busiest(states)}`.trimEnd(),
    {
      hint:
        'Merge states that behave alike: serializeState: (snapshot) => JSON.stringify([snapshot.value, …]) ' +
        'with only the part of the context that guards look at, counters clamped. Or raise limit.',
    },
  );
}

/** Names the parts of the context that made the most states. */
function busiest(states: readonly ModelState[]): string {
  const values = new Map<string, Set<string>>();
  for (const { snapshot } of states) {
    for (const [key, value] of Object.entries(snapshot.context as Record<string, unknown>)) {
      const seen = values.get(key) ?? new Set();
      values.set(key, seen.add(asText(value)));
    }
  }
  const counts = [...values].map(([key, seen]) => ({ key, count: seen.size }));
  const top = counts.filter(({ count }) => count > 10).sort((a, b) => b.count - a.count);
  if (top.length === 0) return '';
  const said = top.slice(0, 3).map(({ key, count }) => `context.${key} took ${count} values`);
  return `${said.join(', ')}.`;
}
