import { createMachine } from 'xstate';
import { describe, expect, it } from 'vitest';

import { describePaths, generatePaths, type DescribePathsOptions } from '../kit/index.ts';
import { CollectingRunner } from './collecting-runner.ts';
import { FAULTS, fuseMachine, fuseUnderTest, shown, type Fault } from './fuse.ts';

const tour = generatePaths(fuseMachine);

async function failuresOf(
  options: DescribePathsOptions,
  paths = tour,
): Promise<ReadonlyMap<string, string>> {
  const vitest = new CollectingRunner();
  describePaths(paths, { vitest, ...options });
  return vitest.failures();
}

const create = (fault?: Fault, hasTime?: boolean) => ({
  create: () => fuseUnderTest(fault, hasTime),
  expected: shown,
});

describe('described paths', () => {
  it('pass for a system that does what the model does, and cover every transition', async () => {
    const vitest = new CollectingRunner();
    describePaths(tour, { vitest, ...create() });
    expect(vitest.suites).toEqual(['fuse']);
    expect(vitest.tests).toHaveLength(tour.paths.length + 1);
    expect(vitest.tests.at(-1)?.title).toBe('takes every configured transition on these paths');
    expect(await vitest.failures()).toEqual(new Map());
  });

  it.each(FAULTS)('catch the fault: %s', async (fault) => {
    expect((await failuresOf(create(fault))).size).toBeGreaterThan(0);
  });

  it('see what the system shows, and nothing else', async () => {
    const onlyState = (fault?: Fault) => () => {
      const system = fuseUnderTest(fault);
      return { ...system, state: () => (system.state() as { state: string }).state };
    };
    const failuresWith = (fault?: Fault) =>
      failuresOf({ create: onlyState(fault), expected: ({ value }) => value as unknown });
    expect((await failuresWith()).size).toBe(0);
    expect((await failuresWith('it trips one failure too early')).size).toBeGreaterThan(0);
    expect((await failuresWith('a success does not forget failures')).size).toBe(0);
  });

  it('need the silence to catch a timer that outlives its cause', async () => {
    const isCaught = async (fault: Fault, hasTime: boolean): Promise<boolean> =>
      (await failuresOf(create(fault, hasTime))).size > 0;
    expect(await isCaught('a reset leaves the timer running', false)).toBe(false);
    expect(await isCaught('a reset leaves the timer running', true)).toBe(true);
  });

  it('catch less with shortest paths than with the tour', async () => {
    const shortest = generatePaths(fuseMachine, { strategy: 'shortest' });
    const caught: Fault[] = [];
    for (const fault of FAULTS) {
      const failures = await failuresOf({ ...create(fault, false), coverageMin: 0 }, shortest);
      if (failures.size > 0) caught.push(fault);
    }
    expect(caught.length).toBeLessThan(FAULTS.length);
  });

  it('say which step went wrong', async () => {
    const failures = await failuresOf(create('money spent while probing is not noticed'));
    expect([...failures.values()][0]).toMatch(/after spent in probing: the system is not where/);
  });

  it('fail on coverage when a path was not executed to its end', async () => {
    const failures = await failuresOf(create('a failed probe is taken for a success'));
    expect([...failures.keys()]).toContain('takes every configured transition on these paths');
  });

  it('ask for no more coverage than they are told to', async () => {
    const shortest = generatePaths(fuseMachine, { strategy: 'shortest' });
    expect(
      (await failuresOf({ ...create(undefined, false), coverageMin: 0.2 }, shortest)).size,
    ).toBe(0);
    const failures = await failuresOf({ ...create(undefined, false), coverageMin: 1 }, shortest);
    expect(failures.get('takes every configured transition on these paths')).toMatch(
      /transitions that no path took/,
    );
  });

  it('compare with what the user expects in a state', async () => {
    const failures = await failuresOf({
      create: () => ({ ...fuseUnderTest(), state: () => 42 }),
      expected: () => 42,
      coverageMin: 0,
    });
    expect(failures.size).toBe(0);
  });

  it('compare a value that is not text with the value of the state', async () => {
    const nested = createMachine({
      id: 'nested',
      initial: 'a',
      states: { a: { on: { go: 'b.c' } }, b: { initial: 'c', states: { c: {} } } },
    });
    const systemIn = (end: unknown) => () => {
      let state: unknown = 'a';
      return { state: () => state, events: { go: () => (state = end) } };
    };
    const paths = generatePaths(nested);
    expect((await failuresOf({ create: systemIn({ b: 'c' }) }, paths)).size).toBe(0);
    expect((await failuresOf({ create: systemIn('b.c') }, paths)).size).toBe(0);
    expect((await failuresOf({ create: systemIn({ b: 'd' }) }, paths)).size).toBe(2);
  });

  it('hand the silence to the system, which may say what must follow', async () => {
    const doorbell = createMachine({
      id: 'bell',
      initial: 'quiet',
      states: { quiet: { on: { press: 'rings' } }, rings: { on: { timeout: 'quiet' } } },
    });
    const bell = (forgets: boolean) => () => {
      let state = 'quiet';
      return {
        state: () => state,
        events: { press: () => (state = 'rings'), timeout: () => (state = 'quiet') },
        async silence({ snapshot, nothingMoved, follows }) {
          await nothingMoved('a moment');
          if (!snapshot.matches('rings')) return;
          if (!forgets) state = 'quiet';
          await follows({ type: 'timeout' }, 'a minute');
        },
      } satisfies ReturnType<DescribePathsOptions['create']>;
    };
    const paths = generatePaths(doorbell);
    const pressOnly = {
      ...paths,
      paths: generatePaths(doorbell, { strategy: 'shortest' }).paths,
    };
    expect((await failuresOf({ create: bell(false) }, paths)).size).toBe(0);
    expect((await failuresOf({ create: bell(false) }, pressOnly)).size).toBe(0);
    const [message] = [...(await failuresOf({ create: bell(true) }, pressOnly)).values()];
    expect(message).toMatch(/in the silence, after a minute/);
  });

  it('let a system that can tell say which transitions it took', async () => {
    const failures = await failuresOf({
      ...create(),
      create: () => ({ ...fuseUnderTest(), taken: () => [] }),
    });
    expect([...failures.keys()]).toEqual(['takes every configured transition on these paths']);
  });

  it('dispose of the system after each path, also of one that fails', async () => {
    let disposed = 0;
    const failures = await failuresOf({
      create: () => ({ events: {}, state: () => 'closed', dispose: () => (disposed += 1) }),
    });
    expect(disposed).toBe(tour.paths.length);
    expect([...failures.values()][0]).toMatch(/does not say how to do '\w+': add it to events/);
  });

  it('import vitest themselves when it is not handed in', async () => {
    // Inside a test there is nothing to describe any more; vitest itself says so.
    await expect(describePaths(tour, { create: () => fuseUnderTest() })).rejects.toThrow(
      /describe|suite|test function/i,
    );
  });

  it('refuse options that mean nothing', () => {
    const vitest = new CollectingRunner();
    const describeWith = (options: object) => () =>
      describePaths(tour, { vitest, ...create(), ...options });
    expect(describeWith({ create: undefined })).toThrow('describePaths.create must be given');
    expect(describeWith({ coverageMin: 2 })).toThrow('describePaths.coverageMin must be a number');
    expect(describeWith({ coverage: 1 })).toThrow('describePaths.coverage is not an option');
  });
});
