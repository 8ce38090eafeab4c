import { assign, createActor, createMachine, fromPromise, setup } from 'xstate';
import { describe, expect, it } from 'vitest';

import { isFuseboardError } from '../../index.ts';
import { generatePaths, type GeneratePathsOptions } from '../kit/index.ts';

/** The refusal of a machine: its message, and its hint. */
function refusal(machine: unknown, options: GeneratePathsOptions = {}): readonly [string, string] {
  try {
    generatePaths(machine as never, options as never);
  } catch (error) {
    if (!isFuseboardError(error)) throw error;
    expect(error.code).toBe('invalid_machine');
    return [error.message, error.hint ?? ''];
  }
  throw new Error('it was taken');
}

const machine = createMachine({ id: 'fine', initial: 'a', states: { a: {} } });

describe('what is no machine is refused, saying what it is', () => {
  it.each([
    ['undefined', undefined, 'undefined', 'createMachine'],
    ['null', null, 'null', 'createMachine'],
    ['a number', 5, 'number', 'createMachine'],
    ['a factory', () => machine, 'a function', 'Export the machine that it makes.'],
    ['a config', { initial: 'a', states: { a: {} } }, 'a plain config', 'createMachine(config)'],
    ['setup()', setup({}), 'what setup() returns', 'setup(…).createMachine(…)'],
    ['an actor', createActor(machine), 'an actor', 'Export the machine'],
    ['other logic', fromPromise(() => Promise.resolve(1)), 'actor logic', 'use a machine'],
    ['an old machine', { __xstatenode: true, states: {} }, 'another XState version', 'XState 5'],
  ])('%s', (_, value, what, hint) => {
    const [message, told] = refusal(value);
    expect(message).toContain(`must be an XState 5 machine, got`);
    expect(message).toContain(what);
    expect(told).toContain(hint);
  });
});

describe('a machine that cannot be walked is refused, saying why', () => {
  const counter = createMachine({
    id: 'counter',
    context: { count: 0, name: 'x' },
    initial: 'on',
    states: {
      on: { on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } } },
    },
  });

  it('it is endless: the limit, what makes the states, and how to merge them', () => {
    const [message, hint] = refusal(counter, { limit: 100 });
    expect(message).toBe(
      `Traversal limit exceeded: the machine 'counter' has more than 100 steps to try; ` +
        '101 different states were found until then. context.count took 101 values.',
    );
    expect(hint).toContain('serializeState: (snapshot) => JSON.stringify([snapshot.value, …])');
  });

  it('its paths are too many', () => {
    const names = Array.from({ length: 9 }, (_, index) => `s${index}`);
    const all = Object.fromEntries(names.map((name) => [name, name]));
    const clique = createMachine({
      id: 'clique',
      initial: 's0',
      states: Object.fromEntries(names.map((name) => [name, { on: all }])),
    });
    const [message, hint] = refusal(clique, { strategy: 'simple', pathStepsMax: 1_000 });
    expect(message).toContain(`'clique' take more than 1000 steps together`);
    expect(hint).toContain(`'transitions'`);
    expect(generatePaths(clique).coverage.covered).toBe(81);
  });

  it('a guard reads data that nobody gave: which event lacks cases', () => {
    const strict = setup({
      types: { events: {} as { type: 'ADD'; item: { price: number } } },
      guards: { isDear: ({ event }) => event.item.price > 5 },
    }).createMachine({
      id: 'strict',
      initial: 'a',
      states: { a: { on: { ADD: { guard: 'isDear', target: 'b' } } }, b: {} },
    });
    const [message, hint] = refusal(strict);
    expect(message).toContain(`'strict' threw while it handled 'ADD' in state 'a'`);
    expect(message).toContain(`guard 'isDear'`);
    expect(message).not.toContain('\n');
    expect(hint).toContain(`events: [{ type: 'ADD', … }]`);
    const given = refusal(strict, { events: [{ type: 'ADD' }] });
    expect(given[1]).toBe('');
  });

  it('an assign throws', () => {
    const [message] = refusal(
      createMachine({
        id: 'broken',
        initial: 'a',
        states: {
          a: {
            on: {
              GO: {
                actions: assign(() => {
                  throw new Error('boom');
                }),
              },
            },
          },
        },
      }),
    );
    expect(message).toBe(`The machine 'broken' threw while it handled 'GO' in state 'a': boom`);
  });

  it('it needs input', () => {
    const needy = createMachine({
      id: 'needy',
      context: ({ input }) => ({ max: (input as { max: number }).max }),
      initial: 'a',
      states: { a: {} },
    });
    const [message, hint] = refusal(needy);
    expect(message).toContain(`'needy' threw while it started: Cannot read properties`);
    expect(hint).toContain('pass input');
    expect(generatePaths(needy, { input: { max: 1 } }).paths).toHaveLength(1);
  });

  it('a delay or a guard has no implementation', () => {
    const loose = setup({}) as unknown as { createMachine: typeof createMachine };
    const delayed = loose.createMachine({
      id: 'late',
      initial: 'a',
      states: { a: { after: { someday: 'b' } }, b: {} },
    });
    expect(refusal(delayed)).toEqual([
      `The machine 'late' names a delay 'someday' in state 'late.a' that it does not define.`,
      'Define it: setup({ delays: { someday: 1_000 } }).',
    ]);
    const guarded = loose.createMachine({
      id: 'guarded',
      initial: 'a',
      states: { a: { on: { GO: { guard: 'nowhere', target: 'b' } } }, b: {} },
    });
    const [message, hint] = refusal(guarded);
    expect(message).toContain(`Guard 'nowhere' is not implemented`);
    expect(hint).toBe('');
  });

  it('it never comes to rest', () => {
    const loop = createMachine({
      id: 'loop',
      initial: 'a',
      states: { a: { always: 'b' }, b: { always: 'a' } },
    });
    expect(refusal(loop)[0]).toContain(`'loop' threw while it started: Infinite loop detected`);
    const instant = createMachine({
      id: 'instant',
      initial: 'a',
      states: { a: { after: { 0: 'b' } }, b: { after: { 0: 'a' } } },
    });
    expect(refusal(instant)[0]).toContain(`'instant' fires 10000 delayed events within 0 ms`);
  });

  it('its context cannot be written as text', () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    const round = createMachine({
      id: 'round',
      context: { circle },
      initial: 'a',
      states: { a: {} },
    });
    expect(refusal(round)[0]).toContain(`context of the machine 'round' cannot be written as text`);
    expect(refusal(round)[1]).toContain('serializeState');
  });

  it('events are not what they must be', () => {
    const [message] = refusal(counter, { events: () => [{ kind: 'ADD' }] as never });
    expect(message).toContain('must return an array of objects with a type');
  });
});

it('options that mean nothing are refused, naming what is allowed', () => {
  const generate = (options: object) => () => generatePaths(machine, options);
  expect(generate({ strategy: 'longest' })).toThrow(
    `paths.strategy must be one of 'transitions', 'shortest', 'simple', got 'longest'`,
  );
  expect(generate({ limit: 0 })).toThrow('paths.limit must be an integer of at least 1');
  expect(generate({ serializeState: 5 })).toThrow('paths.serializeState must be a function');
  expect(generate({ filter: () => true })).toThrow('paths.filter is not an option');
});

it('contexts with what JSON drops make different states', () => {
  const odd = setup({
    types: { context: {} as { value: unknown }, events: {} as { type: 'SET'; to: unknown } },
  }).createMachine({
    id: 'odd',
    context: { value: 0 },
    initial: 'a',
    states: { a: { on: { SET: { actions: assign({ value: ({ event }) => event.to }) } } } },
  });
  const values = [1n, new Map([[1, 2]]), new Set([1]), Number.NaN, undefined, null, () => {}];
  const events = values.map((to) => ({ type: 'SET', to }) as const);
  const { stateCount } = generatePaths(odd, { events });
  expect(stateCount).toBe(1 + values.length);
});
