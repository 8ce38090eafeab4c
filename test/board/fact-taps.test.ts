/** Taps hear facts in the turn that caused them; with nobody else there, nothing is queued. */
import { expect, test } from 'vitest';

import { createBus, type Bus } from '../../services/bus.ts';
import type { Fact, FactBody } from '../../services/facts.ts';
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

const nameOf = (fact: FactBody): string => ('breaker' in fact ? String(fact.breaker) : fact.type);

test('a tap hears a fact at once, until it is taken off', () => {
  const { bus, observed, say } = rig();
  const told: string[] = [];
  const end = bus.tapFacts((fact) => told.push(nameOf(fact)));
  say('a', 'b');
  expect(told).toEqual(['a', 'b']);
  end();
  say('c');
  expect([told.length, observed]).toEqual([2, [true, false]]);
});

test('where only taps listen no turn of the event loop is taken', () => {
  const { bus, clock, say } = rig();
  let turns = 0;
  const defer = clock.defer.bind(clock);
  clock.defer = (run) => {
    turns++;
    defer(run);
  };
  bus.tapFacts(() => {});
  say('a');
  expect(turns).toBe(0);
  bus.facts$.subscribe();
  say('b');
  expect(turns).toBe(1);
});

test('a subscriber beside a tap is told later, each fact once', async () => {
  const { bus, clock, say } = rig();
  const heard: string[] = [];
  const told: Fact[] = [];
  bus.tapFacts((fact) => heard.push(nameOf(fact)));
  say('before');
  const subscription = bus.facts$.subscribe((fact) => told.push(fact));
  say('a');
  expect([heard, told]).toEqual([['before', 'a'], []]);
  await clock.settle();
  // What only taps heard is none of the facts that are counted.
  expect(told).toMatchObject([{ v: 1, seq: 0, breaker: 'a' }]);
  subscription.unsubscribe();
  say('after');
  expect(heard).toEqual(['before', 'a', 'after']);
});

test('what was queued for a subscriber that has left is not for the next one', async () => {
  const { bus, clock, say } = rig();
  bus.tapFacts(() => {});
  bus.facts$.subscribe().unsubscribe();
  const first = bus.facts$.subscribe();
  say('early');
  first.unsubscribe();
  const told: string[] = [];
  bus.facts$.subscribe((fact) => told.push(nameOf(fact)));
  say('a');
  await clock.settle();
  expect(told).toEqual(['a']);
});

test('a tap hears what subscribers are too slow for', async () => {
  const { bus, clock, say } = rig();
  let heard = 0;
  let told = 0;
  bus.tapFacts(() => heard++);
  bus.facts$.subscribe(() => told++);
  say(...Array<string>(10_001).fill('a'));
  expect([heard, bus.droppedCount]).toEqual([10_001, 1]);
  await clock.settle();
  // With the report of the one that was dropped.
  expect([heard, told]).toEqual([10_002, 10_001]);
});

test('a tap that throws harms nobody, and is reported once', async () => {
  const { bus, clock, say } = rig();
  const heard: string[] = [];
  const told: string[] = [];
  bus.tapFacts(() => {
    throw new TypeError('oops');
  });
  bus.tapFacts((fact) => heard.push(nameOf(fact)));
  bus.facts$.subscribe((fact) => told.push(nameOf(fact)));
  say('a');
  await clock.settle();
  expect(heard).toEqual(['a', 'subscriber.failed']);
  expect(told).toEqual(['a', 'subscriber.failed']);
});

test('a closed bus is heard by nobody', () => {
  const { bus, say } = rig();
  const heard: string[] = [];
  bus.tapFacts((fact) => heard.push(nameOf(fact)));
  say('last');
  bus.close();
  say('late');
  bus.tapFacts((fact) => heard.push(nameOf(fact)))();
  expect(heard).toEqual(['last']);
});
