/** When states are written, and what becomes of one that cannot be. */
import { expect, test } from 'vitest';

import { memoryStore } from '../../persistence/memory.ts';
import type { BreakerRow } from '../../persistence/store.ts';
import { FuseboardError } from '../../services/errors.ts';
import { Deadlines } from '../../services/deadlines.ts';
import type { FactBody } from '../../services/facts.ts';
import { StateKeeper } from '../../services/state-keeper.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { row } from '../persistence/rows.ts';

function keeperOf(rows: Record<string, BreakerRow>) {
  const clock = new VirtualClock();
  const { breakerStates: states } = memoryStore();
  const facts: FactBody[] = [];
  const saves: string[][] = [];
  const failing = { isOn: false };
  const keeper = new StateKeeper({
    states: {
      ...states,
      save: (saved, nowMs) => {
        saves.push(saved.map(({ name }) => name));
        if (failing.isOn) throw new FuseboardError('store_unavailable', 'off');
        states.save(saved, nowMs);
      },
    },
    clock,
    deadlines: new Deadlines(clock),
    publish: (fact) => facts.push(fact),
    rowOf: (name) => rows[name] ?? null,
  });
  return { keeper, clock, facts, saves, states, failing };
}

test('a trip is written at the end of its turn, with everything else that is owed', async () => {
  const { keeper, clock, saves } = keeperOf({ a: row('a'), b: row('b'), c: row('c') });
  keeper.keep('a', false);
  keeper.keep('b', true);
  keeper.keep('c', true);
  expect(saves).toEqual([]);
  await clock.settle();
  expect(saves).toEqual([['a', 'b', 'c']]);
  clock.advance(1_000);
  expect(saves).toHaveLength(1);
});

test('other changes are written within ten milliseconds, together', () => {
  const { keeper, clock, saves } = keeperOf({ a: row('a'), b: row('b') });
  keeper.keep('a', false);
  clock.advance(9);
  keeper.keep('b', false);
  expect(saves).toEqual([]);
  clock.advance(1);
  expect(saves).toEqual([['a', 'b']]);
  expect(clock.pendingCount).toBe(0);
});

test('a row that nobody could read back is set aside, and keeps no other from being written', () => {
  const impossible = { ...row('bad'), generation: NaN };
  const { keeper, facts, states } = keeperOf({ a: row('a'), bad: impossible, c: row('c') });
  for (const name of ['a', 'bad', 'c']) keeper.keep(name, false);
  expect(keeper.flush()).toBe(true);
  expect(states.load().rows.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(keeper.owes('bad')).toBe(false);
  expect(facts).toEqual([
    {
      type: 'state.set_aside',
      breaker: 'bad',
      problem: expect.stringContaining('generation must be an integer'),
    },
  ]);
});

test('nothing is kept after the last write', async () => {
  const { keeper, clock, saves } = keeperOf({ a: row('a') });
  keeper.close();
  keeper.keep('a', true);
  keeper.keep('a', false);
  expect(clock.pendingCount).toBe(0);
  await clock.settle();
  clock.advance(1_000);
  expect(saves).toEqual([]);
});

test('a store that fails is tried at growing intervals, whatever changes meanwhile', async () => {
  const { keeper, clock, saves, failing } = keeperOf({ a: row('a'), b: row('b') });
  failing.isOn = true;
  keeper.keep('a', true);
  await clock.settle();
  expect(saves).toHaveLength(1);
  for (let change = 0; change < 10; change++) keeper.keep('b', true);
  await clock.settle();
  expect(saves).toHaveLength(1);
  const instants = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_000, 2_000];
  for (const [tries, ms] of instants.entries()) {
    clock.advance(ms - 1);
    expect(saves).toHaveLength(tries + 1);
    clock.advance(1);
    expect(saves).toHaveLength(tries + 2);
  }
  failing.isOn = false;
  clock.advance(2_000);
  expect(saves.at(-1)).toEqual(['a', 'b']);
  expect(clock.pendingCount).toBe(0);
});

test('very many states are written a slice a turn, and all of them at once on request', async () => {
  const names = Array.from({ length: 1_201 }, (_, number) => `b${number}`);
  const { keeper, clock, saves } = keeperOf(
    Object.fromEntries(names.map((name) => [name, row(name)])),
  );
  for (const name of names) keeper.keep(name, true);
  await clock.settle();
  expect(saves.map((saved) => saved.length)).toEqual([500, 500, 201]);
  expect(saves.flat()).toEqual(names);
  expect(names.some((name) => keeper.owes(name))).toBe(false);
  for (const name of names) keeper.keep(name, false);
  expect(keeper.flush()).toBe(true);
  expect(saves.at(-1)).toEqual(names);
});
