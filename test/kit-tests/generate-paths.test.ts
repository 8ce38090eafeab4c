import {
  assign,
  createMachine,
  fromPromise,
  raise,
  sendParent,
  setup,
  type AnyStateMachine,
} from 'xstate';
import { describe, expect, it } from 'vitest';

import {
  actorUnderTest,
  describePaths,
  generatePaths,
  type GeneratedPath,
  type GeneratedPaths,
} from '../kit/index.ts';
import { CollectingRunner } from './collecting-runner.ts';
import { fuseMachine } from './fuse.ts';

/** A path as one line: `closed -OPEN-> open -after 10 ms-> closed`. */
const line = ({ from, steps }: GeneratedPath): string =>
  [from, ...steps.map(({ label, to }) => `-${label}-> ${to}`)].join(' ');
const lines = ({ paths }: GeneratedPaths): readonly string[] => paths.map(line);

/** Runs the paths on a living actor; what failed, and what was not covered. */
async function executed(
  machine: AnyStateMachine,
  paths = generatePaths(machine),
): Promise<readonly string[]> {
  const vitest = new CollectingRunner();
  describePaths(paths, { vitest, create: () => actorUnderTest(machine) });
  return [...(await vitest.failures()).values()];
}

const door = createMachine({
  id: 'door',
  initial: 'closed',
  states: {
    closed: { on: { OPEN: 'open', LOCK: 'locked' } },
    open: { on: { CLOSE: 'closed' } },
    locked: { on: { UNLOCK: 'closed' } },
  },
});

describe('the strategies', () => {
  it('transitions: walk every step between all states', () => {
    const paths = generatePaths(door);
    expect(lines(paths)).toEqual([
      'closed -OPEN-> open -CLOSE-> closed',
      'closed -LOCK-> locked -UNLOCK-> closed',
    ]);
    expect(paths.coverage).toEqual({
      covered: 4,
      total: 4,
      uncovered: [],
      inEachState: { covered: 4, total: 4 },
    });
  });

  it('shortest: lead to every state', () => {
    const paths = generatePaths(door, { strategy: 'shortest' });
    expect(lines(paths)).toEqual(['closed -OPEN-> open', 'closed -LOCK-> locked']);
    expect(paths.coverage.covered).toBe(2);
    expect(paths.coverage.uncovered.map(({ reason }) => reason)).toEqual([
      'not_on_these_paths',
      'not_on_these_paths',
    ]);
  });

  it('simple: lead to every state in every way that meets none twice', () => {
    const square = createMachine({
      id: 'square',
      initial: 'a',
      states: {
        a: { on: { right: 'b', down: 'c' } },
        b: { on: { down: 'd', left: 'a' } },
        c: { on: { right: 'd', up: 'a' } },
        d: {},
      },
    });
    expect(lines(generatePaths(square, { strategy: 'simple' }))).toEqual([
      'a -right-> b -down-> d',
      'a -down-> c -right-> d',
    ]);
  });

  it('take 17 of 17 transitions of a machine with guards and counters', () => {
    const tour = generatePaths(fuseMachine);
    expect(tour.coverage).toMatchObject({ covered: 17, total: 17, uncovered: [] });
    const shortest = generatePaths(fuseMachine, { strategy: 'shortest' });
    const simple = generatePaths(fuseMachine, { strategy: 'simple' });
    expect(shortest.paths.length).toBeLessThan(tour.paths.length);
    expect(shortest.coverage.covered).toBeLessThan(simple.coverage.covered);
    expect(simple.coverage.covered).toBeLessThan(17);
  });

  it('drop paths that another one continues, and give each its own description', () => {
    for (const strategy of ['transitions', 'shortest', 'simple'] as const) {
      const { paths } = generatePaths(fuseMachine, { strategy });
      const all = paths.map((path) => `${line(path)} `);
      for (const one of all) expect(all.filter((other) => other.startsWith(one))).toEqual([one]);
      expect(new Set(paths.map(({ description }) => description)).size).toBe(paths.length);
    }
  });

  it('say in words what a path shows, with what the machine says about it', () => {
    const machine = createMachine({
      id: 'described',
      initial: 'a',
      states: {
        a: { on: { GO: { target: 'b', description: 'Off we go.' }, STAY: { actions: () => {} } } },
        b: { on: { NO: { guard: () => false, target: 'a' } } },
      },
    });
    expect(generatePaths(machine).paths.map(({ description }) => description)).toEqual([
      'in b, NO changes nothing',
      'in a, STAY stays there',
    ]);
    const { paths } = generatePaths(door, { strategy: 'shortest' });
    expect(paths[0]?.description).toBe('reaches open by OPEN');
  });
});

describe('time', () => {
  const delays = createMachine({
    id: 'delays',
    initial: 'open',
    states: {
      open: { after: { 1_000: 'half', 2_000: 'never' }, on: { RESET: 'closed' } },
      half: { on: { OK: 'closed' } },
      closed: {},
      never: {},
    },
  });

  it('lets only the smaller of two delays in one state come', () => {
    const paths = generatePaths(delays);
    expect(lines(paths)).toEqual([
      'open -RESET-> closed',
      'open -after 1000 ms-> half -OK-> closed',
    ]);
    expect(paths.coverage.uncovered).toEqual([
      {
        transition: 'open --after 2000 ms--> never',
        reason: 'event_never_given',
        because: `'open' is always left before 'after 2000 ms'`,
      },
    ]);
  });

  it('lets a delay of a parent come when the children have used it up', async () => {
    const nested = createMachine({
      id: 'nested',
      initial: 'busy',
      states: {
        busy: {
          initial: 'tick',
          after: { 2_500: 'done' },
          states: { tick: { after: { 1_000: 'tock' } }, tock: { after: { 1_000: 'tick' } } },
        },
        done: { type: 'final' },
      },
    });
    expect(lines(generatePaths(nested))).toEqual([
      'busy.tick -after 1000 ms-> busy.tock -after 1000 ms-> busy.tick -after 500 ms-> done',
    ]);
    expect(await executed(nested)).toEqual([]);
  });

  it('knows delays by name and by function, and a guard that lets one pass', async () => {
    const named = setup({
      types: { context: {} as { ms: number } },
      delays: { short: 10, long: ({ context }) => context.ms },
    }).createMachine({
      id: 'named',
      context: { ms: 30 },
      initial: 'a',
      states: {
        a: { after: { short: { guard: () => false, target: 'c' }, long: 'b' } },
        b: {},
        c: {},
      },
    });
    const paths = generatePaths(named);
    expect(lines(paths)).toEqual(['a -after 10 ms-> a -after 20 ms-> b']);
    expect(paths.coverage.uncovered[0]?.reason).toBe('guard_never_true');
  });

  it('takes delayed raises and their cancelling for what they are', async () => {
    const raised = createMachine({
      id: 'raised',
      initial: 'a',
      states: {
        a: { entry: raise({ type: 'late' }, { delay: 50 }), on: { GO: 'b', late: 'c' } },
        b: { on: { late: 'c' } },
        c: {},
      },
    });
    expect(lines(generatePaths(raised))).toContain('a -GO-> b -after 50 ms-> c');
    expect(await executed(raised)).toEqual([]);
  });

  it('lets delays that are due together come together', async () => {
    const both = createMachine({
      id: 'both',
      type: 'parallel',
      states: {
        x: { initial: 'a', states: { a: { after: { 100: 'b' } }, b: {} } },
        y: { initial: 'a', states: { a: { after: { 100: 'b' } }, b: {} } },
      },
    });
    expect(lines(generatePaths(both))).toEqual(['x.a + y.a -after 100 ms-> x.b + y.b']);
    expect(await executed(both)).toEqual([]);
  });
});

describe('the features of statecharts', () => {
  it('always, raise and onDone are taken inside a step, and counted', async () => {
    const machine = createMachine({
      id: 'inner',
      initial: 'a',
      states: {
        a: { on: { GO: 'b' } },
        b: { initial: 'x', onDone: 'c', states: { x: { always: 'y' }, y: { type: 'final' } } },
        c: { entry: raise({ type: 'HOP' }), on: { HOP: 'd' } },
        d: {},
      },
    });
    const paths = generatePaths(machine);
    expect(lines(paths)).toEqual(['a -GO-> d']);
    expect(paths.coverage).toMatchObject({ covered: 4, total: 4 });
    expect(await executed(machine)).toEqual([]);
  });

  it('transitions that are taken while starting count', () => {
    const machine = createMachine({
      id: 'early',
      initial: 'a',
      states: { a: { always: 'b' }, b: {} },
    });
    const paths = generatePaths(machine);
    expect(paths.coverage.covered).toBe(1);
    expect(paths.paths.map(({ description }) => description)).toEqual(['starts in b']);
  });

  it('parallel regions, nested states and history', async () => {
    const player = createMachine({
      id: 'player',
      type: 'parallel',
      states: {
        sound: {
          initial: 'on',
          states: { on: { on: { MUTE: 'off' } }, off: { on: { MUTE: 'on' } } },
        },
        tape: {
          initial: 'stopped',
          states: {
            stopped: { on: { PLAY: 'running.last' } },
            running: {
              initial: 'normal',
              on: { STOP: 'stopped' },
              states: { normal: { on: { FAST: 'fast' } }, fast: {}, last: { type: 'history' } },
            },
          },
        },
      },
    });
    const paths = generatePaths(player);
    expect(paths.coverage).toMatchObject({ covered: 5, total: 5 });
    expect(lines(paths).join('\n')).toMatch(/tape\.running\.fast -STOP-> .* -PLAY-> .*fast/);
    expect(await executed(player)).toEqual([]);
  });

  it('invoked actors: how they end is an event, and nothing of them runs', async () => {
    let runs = 0;
    const machine = createMachine({
      id: 'job',
      initial: 'working',
      states: {
        working: {
          invoke: {
            id: 'work',
            src: fromPromise(() => Promise.resolve((runs += 1))),
            onDone: [{ guard: ({ event }) => event.output === 7, target: 'lucky' }, 'done'],
            onError: 'failed',
          },
        },
        lucky: {},
        done: {},
        failed: {},
      },
    });
    const events = [
      { type: 'xstate.done.actor.work', output: 1 },
      { type: 'xstate.done.actor.work', output: 7 },
    ] as never[];
    const paths = generatePaths(machine, { events });
    expect(paths.coverage).toMatchObject({ covered: 3, total: 3 });
    expect(await executed(machine, paths)).toEqual([]);
    expect(runs).toBe(0);
  });

  it('wildcards, forbidden events and final states', async () => {
    const machine = createMachine({
      id: 'wild',
      initial: 'a',
      on: { QUIT: '.end' },
      states: {
        a: { on: { 'job.*': 'b', QUIT: undefined } },
        b: { on: { 'x.y': 'a', '*': 'c' } },
        c: {},
        end: { type: 'final' },
      },
    });
    const paths = generatePaths(machine);
    expect(paths.coverage).toMatchObject({ covered: 5, total: 5 });
    expect(await executed(machine, paths)).toEqual([]);
    const cases = generatePaths(machine, { events: [{ type: 'job.done' }, { type: 'job.lost' }] });
    expect(lines(cases).join('\n')).toMatch(/-job\.lost->/);
  });

  it('a machine that is meant as a child has a parent to send to', async () => {
    const child = createMachine({
      id: 'child',
      initial: 'a',
      states: {
        a: { on: { GO: { target: 'b', actions: sendParent({ type: 'hello' }) } } },
        b: {},
      },
    });
    expect(await executed(child)).toEqual([]);
  });

  it('actions are not run while paths are generated', () => {
    let ran = 0;
    const machine = createMachine({
      id: 'effects',
      initial: 'a',
      states: {
        a: { entry: () => (ran += 1), on: { GO: { target: 'b', actions: () => (ran += 1) } } },
        b: {},
      },
    });
    generatePaths(machine);
    expect(ran).toBe(0);
  });
});

describe('events with data', () => {
  const till = setup({
    types: {
      context: {} as { owed: number },
      events: {} as { type: 'ADD'; amount: number } | { type: 'PAY'; amount: number },
    },
    guards: {
      isDear: ({ event }) => event.type === 'ADD' && event.amount > 5,
      isEnough: ({ context, event }) => event.type === 'PAY' && event.amount >= context.owed,
    },
    actions: {
      add: assign({
        owed: ({ context, event }) => context.owed + (event.type === 'ADD' ? event.amount : 0),
      }),
    },
  }).createMachine({
    id: 'till',
    context: { owed: 0 },
    initial: 'open',
    states: {
      open: {
        on: {
          ADD: [
            { guard: 'isDear', target: 'checked' },
            { target: 'paying', actions: 'add' },
          ],
        },
      },
      checked: {},
      paying: { on: { PAY: { guard: 'isEnough', target: 'paid' } } },
      paid: {},
    },
  });

  it('are tried in every case that is listed', () => {
    const events = [
      { type: 'ADD', amount: 1 },
      { type: 'ADD', amount: 9 },
      { type: 'PAY', amount: 1 },
      { type: 'PAY', amount: 0 },
    ] as const;
    const paths = generatePaths(till, { events });
    expect(paths.coverage).toMatchObject({ covered: 3, total: 3 });
    expect(lines(paths)).toContain('open -ADD {"amount":9}-> checked');
    expect(lines(paths)).toContain('open -ADD {"amount":1}-> paying -PAY {"amount":0}-> paying');
  });

  it('say which guard was never true, and which event was never given', () => {
    const events = [{ type: 'ADD', amount: 1 }] as const;
    const listed = generatePaths(till, { events }).coverage.uncovered;
    expect(listed.map(({ transition, reason }) => [transition, reason])).toEqual([
      ['open --ADD[0]--> checked', 'guard_never_true'],
      ['paying --PAY--> paid', 'guard_never_true'],
    ]);
    const given = generatePaths(till, { events: () => events }).coverage.uncovered;
    expect(given[1]).toEqual({
      transition: 'paying --PAY--> paid',
      reason: 'event_never_given',
      because: `'PAY' is never given in 'paying'`,
    });
  });

  it('say which state was never reached, and which branch never has its turn', () => {
    const machine = createMachine({
      id: 'dead',
      initial: 'a',
      states: {
        a: { on: { GO: [{ target: 'b' }, { target: 'c' }] } },
        b: {},
        c: { on: { BACK: 'a' } },
      },
    });
    expect(generatePaths(machine).coverage.uncovered.map(({ reason }) => reason)).toEqual([
      'always_overruled',
      'state_never_reached',
    ]);
  });

  it('may depend on the state, and are made anew on every path', () => {
    const relay = setup({
      types: {
        context: {} as { turn: number },
        events: {} as { type: 'pass'; turn: number } | { type: 'back' },
      },
      guards: {
        isTurn: ({ context, event }) => event.type === 'pass' && event.turn === context.turn,
      },
      actions: { next: assign({ turn: ({ context }) => context.turn + 1 }) },
    }).createMachine({
      id: 'relay',
      context: { turn: 0 },
      initial: 'a',
      states: {
        a: { on: { pass: { guard: 'isTurn', target: 'b', actions: 'next' } } },
        b: {
          on: {
            pass: { guard: 'isTurn', target: 'c', actions: 'next' },
            back: { target: 'a', actions: 'next' },
          },
        },
        c: {},
      },
    });
    const words = new WeakMap<object, string>();
    const paths = generatePaths(relay, {
      strategy: 'simple',
      serializeState: ({ value }) => JSON.stringify(value),
      serializeEvent: (event) => words.get(event) ?? event.type,
      events: ({ context }) => {
        const stale = { type: 'pass', turn: context.turn - 1 } as const;
        words.set(stale, 'pass (stale)');
        return [{ type: 'pass', turn: context.turn } as const, stale, { type: 'back' } as const];
      },
    });
    expect(lines(paths)).toEqual(['a -pass-> b -pass-> c']);
    expect(paths.paths[0]?.steps.map(({ event }) => event)).toEqual([
      { type: 'pass', turn: 0 },
      { type: 'pass', turn: 1 },
    ]);
  });

  it('that differ in what text does not show are all tried, equal ones once', () => {
    const shop = setup({
      types: { events: {} as { type: 'ADD'; price: () => number } },
      guards: { isDear: ({ event }) => event.price() > 5 },
    }).createMachine({
      id: 'shop',
      initial: 'open',
      states: { open: { on: { ADD: { guard: 'isDear', target: 'full' } } }, full: {} },
    });
    const price = () => 9;
    const events = [
      { type: 'ADD', price: () => 1 },
      { type: 'ADD', price },
      { type: 'ADD', price },
    ] as const;
    expect(lines(generatePaths(shop, { events }))).toEqual([
      'open -ADD {"price":"(function price)"}-> open',
      'open -ADD {"price":"(function price)"}, case 2-> full',
    ]);
  });

  it('can be left out by a filter of its own', () => {
    const paths = generatePaths(door, { filterEvents: (_, { type }) => type !== 'LOCK' });
    expect(lines(paths)).toEqual(['closed -OPEN-> open -CLOSE-> closed']);
  });
});

describe('states that are merged', () => {
  const counter = createMachine({
    id: 'counter',
    context: { count: 0 },
    initial: 'on',
    states: {
      on: { on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } } },
    },
  });

  it('show on a path what the machine really holds, not what stood for it', () => {
    const { paths } = generatePaths(counter, {
      serializeState: ({ context }) => String(Math.min(context.count, 2)),
    });
    expect(paths).toHaveLength(1);
    const counts = paths[0]?.steps.map(
      ({ snapshot }) => (snapshot.context as { count: number }).count,
    );
    expect(counts).toEqual([1, 2, 3]);
  });

  it('count the paths that could not be replayed', () => {
    const fickle = createMachine({
      id: 'fickle',
      context: { count: 0 },
      initial: 'a',
      states: {
        a: { on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } } },
      },
    });
    let calls = 0;
    const paths = generatePaths(fickle, {
      serializeState: ({ context }) => String(Math.min(context.count, 3)),
      events: () => ((calls += 1) <= 4 ? [{ type: 'ADD' }] : []),
    });
    expect(paths.brokenCount).toBeGreaterThan(0);
  });

  it('keep labels that look like numbers in their order', () => {
    const digits = createMachine({
      id: 'digits',
      initial: 'a',
      states: { a: { on: { 2: 'b', 1: 'c' } }, b: {}, c: {} },
    });
    const events = [{ type: '2' }, { type: '1' }];
    expect(
      lines(generatePaths(digits, { events: ({ value }) => (value === 'a' ? events : []) })),
    ).toEqual(['a -2-> b', 'a -1-> c']);
  });
});

describe('size', () => {
  const ring = (states: number): AnyStateMachine =>
    createMachine({
      id: 'ring',
      initial: 's0',
      states: Object.fromEntries(
        Array.from({ length: states }, (_, index) => [
          `s${index}`,
          { on: { NEXT: `s${(index + 1) % states}`, BACK: 's0' } },
        ]),
      ),
    });

  it('drops the prefixes of thousands of paths', () => {
    const wide = createMachine({
      id: 'wide',
      initial: 'hub',
      states: {
        hub: {
          on: Object.fromEntries(
            Array.from({ length: 3_000 }, (_, index) => [`E${index}`, { target: 'rim' }]),
          ),
        },
        rim: {},
      },
    });
    expect(generatePaths(wide).paths).toHaveLength(3_000);
  });

  it('finds its way through long paths', () => {
    const { paths, coverage } = generatePaths(ring(300));
    expect(coverage.covered).toBe(600);
    expect(Math.max(...paths.map(({ steps }) => steps.length))).toBe(300);
  });
});
