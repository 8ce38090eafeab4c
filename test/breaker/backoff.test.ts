/** How long a breaker stays open while its probes keep failing. */
import { expect, test } from 'vitest';

import { openBoard, type Fact, type TripInfo } from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { ending, rig, tripped, type Rig } from './rig.ts';

/** The intervals of so many trips, one failed probe after another. */
async function intervals({ breaker, clock, fail }: Rig, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let trip = 0; trip < count; trip += 1) {
    const intervalMs = (breaker.snapshot().probeAtMs ?? NaN) - clock.nowMs();
    all.push(intervalMs);
    clock.advance(intervalMs);
    await fail();
  }
  return all;
}

test('a fixed interval stays what it is', async () => {
  const made = await tripped({ openInterval: 7_000 });
  expect(await intervals(made, 4)).toEqual([7_000, 7_000, 7_000, 7_000]);
});

test('an exponential interval grows between its base and its maximum, by the dice', async () => {
  const openInterval = { baseMs: 1_000, maxMs: 30_000, factor: 2 };
  const most = await tripped({ openInterval, random: () => 1 });
  expect(await intervals(most, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  const least = await tripped({ openInterval, random: () => 0 });
  expect(await intervals(least, 4)).toEqual([1_000, 1_000, 1_000, 1_000]);
});

test('the same seed gives the same intervals, another seed gives others', async () => {
  const openInterval = { baseMs: 1_000 };
  const of = async (seed: number) =>
    intervals(await tripped({ openInterval, random: seededRandom(seed) }), 6);
  expect(await of(1)).toEqual(await of(1));
  expect(await of(1)).not.toEqual(await of(2));
});

test('a breaker that has closed begins at the base again', async () => {
  const made = await tripped({ openInterval: { baseMs: 1_000 }, random: () => 1 });
  expect(await intervals(made, 3)).toEqual([1_000, 2_000, 4_000]);
  made.clock.advance(8_000);
  await made.succeed();
  await made.fail();
  expect(await intervals(made, 2)).toEqual([1_000, 2_000]);
});

test('a function is asked with the number of the trip and its cause', async () => {
  const asked: Omit<TripInfo, 'random'>[] = [];
  const openInterval = ({ tripCount, cause }: TripInfo): number => {
    asked.push({ tripCount, cause });
    return tripCount * 1_000;
  };
  const made = await tripped({ openInterval });
  expect(await intervals(made, 3)).toEqual([1_000, 2_000, 3_000]);
  expect(asked).toEqual([
    { tripCount: 1, cause: 'consecutive_failures' },
    { tripCount: 2, cause: 'probe_failed' },
    { tripCount: 3, cause: 'probe_failed' },
    { tripCount: 4, cause: 'probe_failed' },
  ]);
});

test('a function that throws is reported, and the recovery timeout stands in for it', async () => {
  const clock = new VirtualClock();
  await using board = await openBoard({ clock });
  const facts: Fact[] = [];
  board.facts$.subscribe((fact) => facts.push(fact));
  const breaker = board.breaker('api', {
    failureThreshold: 1,
    recoveryTimeoutMs: 5_000,
    openInterval: () => expect.unreachable('thrown'),
  });
  expect(await ending(breaker.call(() => Promise.reject(new Error('down'))))).toBe('down');
  expect(breaker.snapshot().probeAtMs).toBe(clock.nowMs() + 5_000);
  board.flush();
  expect(facts.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['callback.failed', 'state.changed', 'call.finished']),
  );
});

test('nothing is thrown dice for while the breaker is closed', async () => {
  const { succeed, fail } = rig({
    failureThreshold: 100,
    openInterval: { baseMs: 1_000 },
    random: () => expect.unreachable('asked for a random number'),
  });
  await fail(50);
  expect(await succeed()).toBe('ok');
});
