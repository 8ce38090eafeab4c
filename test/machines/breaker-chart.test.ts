/**
 * The statechart as a drawing: what it consists of, what its states admit, and that it can be kept.
 */
import { createActor } from 'xstate';
import { describe, expect, test } from 'vitest';

import {
  BREAKER_STATES,
  pristineContext,
  type BreakerContext,
  type BreakerStateName,
  type Latch,
} from '../../machines/breaker-context.ts';
import { breakerMachine } from '../../machines/breaker.ts';
import {
  ADMIT,
  gateOf,
  gateOfState,
  LIMITED,
  PROBE,
  REFUSE,
  snapshotAt,
  stateNameOf,
  valueOf,
} from '../../services/gate.ts';
import { configuredTransitions, stateNodes } from '../../machines/transitions.ts';

const nodes = stateNodes(breakerMachine.root);
const latch: Latch = { name: 'operator', reason: 'night work', by: 'ann', atMs: 5 };
const tripped = { trippedAtMs: 10, probeAtMs: 70, tripCount: 1, cause: 'custom' } as const;

/** A context that fits each state. */
const CONTEXTS: Readonly<Record<BreakerStateName, Partial<BreakerContext>>> = {
  closed: {},
  budget_limited: { budget: 'warned' },
  half_open: tripped,
  'open.cooling': tripped,
  'open.exhausted': { budget: 'exceeded' },
  'open.latched': { latches: [latch] },
};

test('the top-level states are exactly four', () => {
  const names = Object.keys(breakerMachine.root.states);
  expect(names.sort()).toEqual(['budget_limited', 'closed', 'half_open', 'open']);
});

test('open has a substate for each thing that ends it', () => {
  const names = Object.keys(breakerMachine.root.states['open']?.states ?? {});
  expect(names.sort()).toEqual(['cooling', 'exhausted', 'latched']);
});

test('every state, and the chart itself, says what it means', () => {
  expect(nodes.filter(({ description }) => !description?.trim()).map(({ id }) => id)).toEqual([]);
});

test('every transition says what it means', () => {
  const silent = configuredTransitions(breakerMachine).filter((t) => !t.description?.trim());
  expect(silent.map(({ id }) => id)).toEqual([]);
});

test('time, work and randomness reach it as events', () => {
  expect(nodes.flatMap(({ after }) => after)).toEqual([]);
  expect(nodes.flatMap(({ invoke }) => invoke)).toEqual([]);
  expect(nodes.flatMap(({ always }) => always ?? [])).toEqual([]);
});

test('it takes no event by a wildcard', () => {
  expect(breakerMachine.events.filter((type) => type.includes('*'))).toEqual([]);
});

test('guards and actions have names, so that the drawing can show them', () => {
  const named = (part: unknown): boolean =>
    typeof part === 'string' || typeof (part as { type?: unknown }).type === 'string';
  const parts = nodes.flatMap((node) => [
    ...node.entry,
    ...node.exit,
    ...[...node.transitions.values()]
      .flat()
      .flatMap(({ guard, actions }) => [...(guard === undefined ? [] : [guard]), ...actions]),
  ]);
  expect(parts.length).toBeGreaterThan(50);
  expect(parts.filter((part) => !named(part))).toEqual([]);
});

test('an endless loop would end: the number of iterations is bounded', () => {
  expect(breakerMachine.options.maxIterations).toBe(100);
});

test('two breakers share no context', () => {
  const [one, other] = [createActor(breakerMachine).start(), createActor(breakerMachine).start()];
  one.send({ type: 'operator.force_open', reason: 'why', by: 'ann', atMs: 1 });
  expect(other.getSnapshot().context).toEqual(pristineContext);
});

describe('the gate', () => {
  test.each([
    ['closed', 'admit', ADMIT],
    ['budget_limited', 'limited', LIMITED],
    ['half_open', 'probe', PROBE],
    ['open.cooling', 'refuse', REFUSE],
    ['open.exhausted', 'refuse', REFUSE],
    ['open.latched', 'refuse', REFUSE],
  ] as const)('of %s comes from its tag %s alone', (state, tag, gate) => {
    const snapshot = snapshotAt(state, { ...pristineContext, ...CONTEXTS[state] });
    expect([...snapshot.tags]).toEqual([tag]);
    expect(gateOf(snapshot)).toBe(gate);
    expect(gateOfState(state)).toBe(gate);
  });

  test('of an actor that is not active refuses', () => {
    const actor = createActor(breakerMachine).start();
    actor.stop();
    expect(gateOf(actor.getSnapshot())).toBe(REFUSE);
  });
});

describe('a breaker kept as a row', () => {
  test.each(BREAKER_STATES)('in %s is the same breaker when it is restored', (state) => {
    const context = { ...pristineContext, ...CONTEXTS[state], generation: 7, operatorEpoch: 2 };
    const kept = JSON.parse(JSON.stringify(context)) as BreakerContext;
    const actor = createActor(breakerMachine, { snapshot: snapshotAt(state, kept) }).start();
    expect(stateNameOf(actor.getSnapshot().value)).toBe(state);
    expect(actor.getSnapshot().context).toEqual(context);
  });

  test('open and past its instant wakes by the first event that says so', () => {
    const context = { ...pristineContext, ...tripped, generation: 3 };
    const actor = createActor(breakerMachine, { snapshot: snapshotAt('open.cooling', context) });
    actor.start();
    actor.send({ type: 'probe.due', atMs: 70 });
    expect(actor.getSnapshot().value).toBe('half_open');
    expect(actor.getSnapshot().context.generation).toBe(4);
  });

  test.each(BREAKER_STATES)('has the name %s in and out of XState', (state) => {
    expect(stateNameOf(valueOf(state))).toBe(state);
  });
});
