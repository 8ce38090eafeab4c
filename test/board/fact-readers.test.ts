/** Readers of facts: they are told when they ask, and in between only of much. */
import { expect, test } from 'vitest';

import { createBus, type Bus } from '../../services/bus.ts';
import type { Fact } from '../../services/facts.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

interface Rig {
  readonly bus: Bus;
  readonly clock: VirtualClock;
  readonly observed: boolean[];
  say(...names: readonly string[]): void;
}

function rig(): Rig {
  const clock = new VirtualClock();
  const observed: boolean[] = [];
  const bus = createBus(clock, (isObserved) => observed.push(isObserved));
  const say = (...names: readonly string[]): void => {
    for (const breaker of names) bus.publish({ type: 'breaker.evicted', breaker });
  };
  return { bus, clock, observed, say };
}

const nameOf = (fact: Fact): string => ('breaker' in fact ? String(fact.breaker) : fact.type);

test('a reader is told when it asks, and not before', async () => {
  const { bus, clock, observed, say } = rig();
  const told: string[] = [];
  const reader = bus.readFacts((fact) => told.push(nameOf(fact)));
  say('a', 'b');
  await clock.settle();
  expect(told).toEqual([]);
  reader.read();
  expect(told).toEqual(['a', 'b']);
  reader.read();
  reader.end();
  say('c');
  reader.read();
  expect([told, observed]).toEqual([
    ['a', 'b'],
    [true, false],
  ]);
});

test('a thousand facts do not wait for a reader to ask', async () => {
  const { bus, clock, say } = rig();
  let count = 0;
  bus.readFacts(() => count++);
  say(...Array<string>(999).fill('a'));
  await clock.settle();
  expect(count).toBe(0);
  say('last');
  expect(count).toBe(0);
  await clock.settle();
  expect(count).toBe(1_000);
});

test('beside a subscriber a reader is told when the subscriber is', async () => {
  const { bus, clock, say } = rig();
  const told: string[] = [];
  bus.readFacts((fact) => told.push(`reader ${nameOf(fact)}`));
  say('before');
  const subscription = bus.facts$.subscribe((fact) => told.push(nameOf(fact)));
  // What was said before its time is not for the subscriber.
  expect(told).toEqual(['reader before']);
  say('a');
  await clock.settle();
  expect(told.slice(1)).toEqual(['a', 'reader a']);
  subscription.unsubscribe();
  say('after');
  await clock.settle();
  expect(told).toHaveLength(3);
  bus.flush();
  expect(told.slice(3)).toEqual(['reader after']);
});

test('what nobody asked for is for nobody else', async () => {
  const { bus, clock, say } = rig();
  const reader = bus.readFacts(() => {});
  say('unread');
  reader.end();
  const told: string[] = [];
  bus.facts$.subscribe((fact) => told.push(nameOf(fact)));
  say('a');
  await clock.settle();
  expect(told).toEqual(['a']);
});

test('a reader is told nothing of before its time', () => {
  const { bus, say } = rig();
  const first = bus.readFacts(() => {});
  say('unread');
  first.end();
  const told: string[] = [];
  const second = bus.readFacts((fact) => told.push(nameOf(fact)));
  say('a');
  second.read();
  expect(told).toEqual(['a']);
});

test('a reader that throws harms nobody, and is reported', () => {
  const { bus, say } = rig();
  const told: string[] = [];
  bus.readFacts(() => {
    throw new TypeError('oops');
  });
  const other = bus.readFacts((fact) => told.push(nameOf(fact)));
  say('a');
  other.read();
  other.read();
  expect(told).toEqual(['a', 'subscriber.failed']);
});

test('a closed bus has told its readers all, and takes no more', () => {
  const { bus, say } = rig();
  const told: string[] = [];
  bus.readFacts((fact) => told.push(nameOf(fact)));
  say('last');
  bus.close();
  say('late');
  expect(told).toEqual(['last']);
  bus.readFacts((fact) => told.push(nameOf(fact))).read();
  expect(told).toEqual(['last']);
});
