/** Callers that wait: by priority, then by arrival, abortable, each for a limited time. */
import { getEventListeners } from 'node:events';

import { beforeEach, describe, expect, test } from 'vitest';

import { Deadlines } from '../../services/deadlines.ts';
import { WaitingList } from '../../services/waiting-list.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

let clock: VirtualClock;
let list: WaitingList;
let log: string[];

beforeEach(() => {
  clock = new VirtualClock();
  list = new WaitingList(clock, new Deadlines(clock));
  log = [];
});

interface Waits {
  readonly priority?: number;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

const join = (name: string, { priority = 0, signal, timeoutMs }: Waits = {}): void => {
  const timeoutError = (): string => 'too late';
  const wait = { priority, signal, timeoutMs: timeoutMs ?? null, timeoutError };
  list.join(wait).then(
    () => log.push(name),
    (reason: unknown) => log.push(`${name}: ${String(reason)}`),
  );
};

test('who came first goes first', async () => {
  for (const name of ['a', 'b', 'c']) join(name);
  list.admitFirst();
  list.admitFirst();
  await clock.settle();
  expect(log).toEqual(['a', 'b']);
  expect(list.size).toBe(1);
});

test('a higher priority goes first, behind its equals', async () => {
  join('a');
  join('urgent 1', { priority: 5 });
  join('b');
  join('urgent 2', { priority: 5 });
  join('later', { priority: -1 });
  join('most urgent', { priority: 5.5 });
  list.admitAll();
  await clock.settle();
  expect(log).toEqual(['most urgent', 'urgent 1', 'urgent 2', 'a', 'b', 'later']);
});

test('an empty list lets nobody in', () => {
  expect(list.admitFirst()).toBe(false);
});

describe('a caller who gives up', () => {
  test('leaves at once, with the very reason, and is not let in later', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const waiting = list.join({
      priority: 0,
      signal: controller.signal,
      timeoutMs: null,
      timeoutError: () => 'too late',
    });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(list.size).toBe(0);
    expect(list.admitFirst()).toBe(false);
  });

  test('before joining never waits', async () => {
    join('a', { signal: AbortSignal.abort('gone') });
    await clock.settle();
    expect(log).toEqual(['a: gone']);
    expect(list.size).toBe(0);
  });

  test('does not take the place of another one', async () => {
    const controller = new AbortController();
    join('a');
    join('b', { signal: controller.signal });
    join('c');
    controller.abort('gone');
    list.admitAll();
    await clock.settle();
    expect(log).toEqual(['b: gone', 'a', 'c']);
  });
});

describe('a caller whose time is over', () => {
  test('leaves at its instant', async () => {
    join('a', { timeoutMs: 100 });
    await clock.advanceAsync(99);
    expect(log).toEqual([]);
    await clock.advanceAsync(1);
    expect(log).toEqual(['a: too late']);
    expect(list.size).toBe(0);
  });

  test('keeps the process alive until then, another one does not', () => {
    join('patient');
    expect(clock.heldCount).toBe(0);
    join('a', { timeoutMs: 100 });
    expect(clock.heldCount).toBe(1);
    clock.advance(100);
    expect(clock.heldCount).toBe(0);
  });
});

test('sending everybody away gives each a reason of its own', async () => {
  let count = 0;
  join('a', { timeoutMs: 100 });
  join('b');
  list.rejectAll(() => `closed ${(count += 1)}`);
  await clock.settle();
  expect(log).toEqual(['a: closed 1', 'b: closed 2']);
  expect(list.size).toBe(0);
  expect(clock.pendingCount).toBe(0);
});

test('however it ends, no listener and no timer is left', async () => {
  const { signal } = new AbortController();
  for (let round = 0; round < 100; round += 1) {
    join('let in', { signal, timeoutMs: 1_000 });
    list.admitFirst();
    join('too late', { signal, timeoutMs: 10 });
    clock.advance(10);
    join('sent away', { signal, timeoutMs: 1_000 });
    list.rejectAll(() => 'closed');
  }
  await clock.settle();
  expect(log).toHaveLength(300);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(clock.pendingCount).toBe(0);
});
