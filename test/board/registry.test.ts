/** One name, one breaker: made when first asked for, bounded, and never two for one name. */
import { describe, expect, test } from 'vitest';

import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';
import { forgetGarbage } from './garbage.ts';

const refused = (code: string, message: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('a breaker by name', () => {
  test('is made once and found again, with or without its options', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 3 });
    expect(board.breaker('api')).toBe(api);
    expect(board.breaker('api', { failureThreshold: 3 })).toBe(api);
    expect(board.breakers()).toEqual([api]);
  });

  test('takes equal options for the same ones, however deep', async () => {
    const { board } = await openVirtualBoard();
    const options = () => ({ trip: { policy: 'time', windowMs: 500, slowCallMs: 20 } }) as const;
    const api = board.breaker('api', options());
    expect(board.breaker('api', options())).toBe(api);
  });

  test('is refused under other options, which are named', async () => {
    const { board } = await openVirtualBoard();
    board.breaker('api', { failureThreshold: 3, timeoutMs: 10, ignore: TypeError });
    expect(() => board.breaker('api', { failureThreshold: 4, timeoutMs: 10 })).toThrow(
      refused('options_conflict', 'breaker "api" exists with other options'),
    );
    expect(() => board.breaker('api', { failureThreshold: 4, timeoutMs: 10 })).toThrow(
      /failureThreshold, ignore$/,
    );
    expect(() => board.breaker('api', {})).toThrow(/failureThreshold, timeoutMs, ignore$/);
  });

  test('is compared by the options it was made with, not by those it was given later', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 3 });
    api.configure({ failureThreshold: 9 });
    expect(board.breaker('api', { failureThreshold: 3 })).toBe(api);
    expect(() => board.breaker('api', { failureThreshold: 9 })).toThrow(
      refused('options_conflict', 'failureThreshold'),
    );
  });

  test('gets the defaults of the board, and its own trip policy replaces theirs', async () => {
    const { board } = await openVirtualBoard({ defaults: { failureThreshold: 2 } });
    const plain = board.breaker('plain');
    failTimes(plain, 2);
    expect(plain.state).toBe('open');
    const counting = board.breaker('counting', { trip: { policy: 'count', calls: 10 } });
    failTimes(counting, 9);
    expect(counting.state).toBe('closed');
    expect(board.breaker('plain', { failureThreshold: 2 })).toBe(plain);
  });

  test.each([
    ['', 'a string of 1 to 256 characters'],
    ['x'.repeat(257), 'a string of 1 to 256 characters'],
    [undefined, 'got undefined'],
    [7, 'got 7'],
  ])('cannot be called %o', async (name, message) => {
    const { board } = await openVirtualBoard();
    expect(() => board.breaker(name as string)).toThrow(refused('invalid_argument', message));
  });

  test.each([[null], [5], ['fast'], [[]]])('takes no options like %o', async (options) => {
    const { board } = await openVirtualBoard();
    const ask = () => board.breaker('api', options as never);
    expect(ask).toThrow(refused('invalid_option', 'breaker must be an object'));
    board.breaker('api');
    expect(ask).toThrow(refused('invalid_option', 'breaker must be an object'));
  });
});

describe('a full registry', () => {
  test('evicts a pristine closed breaker, and says so', async () => {
    const { board, clock, factsOf } = await openVirtualBoard({ breakersMax: 2 });
    board.breaker('a');
    board.breaker('b');
    board.breaker('c');
    expect(board.breakers().map(({ name }) => name)).toEqual(['b', 'c']);
    await clock.settle();
    expect(factsOf('breaker.evicted')).toEqual([expect.objectContaining({ breaker: 'a' })]);
  });

  test('keeps every breaker of which something is known', async () => {
    const { board } = await openVirtualBoard({ breakersMax: 6, defaults: QUICK });
    failTimes(board.breaker('open'), 1);
    failTimes(board.breaker('one failure', { failureThreshold: 5 }), 1);
    board.breaker('called').acquire();
    board.breaker('acted on').forceClose('checked');
    board.breaker('configured').configure({ mode: 'off' });
    const window = board.breaker('window', { trip: { policy: 'count', calls: 9 } });
    failTimes(window, 1);
    expect(() => board.breaker('one more')).toThrow(
      refused('registry_full', 'the board holds 6 breakers'),
    );
    expect(board.breakers()).toHaveLength(6);
    expect(window.snapshot().window).toMatchObject({ failures: 1 });
  });

  test('takes new ones again once a breaker has closed and its row is written', async () => {
    const { board, clock } = await openVirtualBoard({ breakersMax: 1, defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    clock.advance(QUICK.recoveryTimeoutMs);
    api.acquire().succeed();
    expect(api.state).toBe('closed');
    expect(() => board.breaker('other')).toThrow(refused('registry_full', '1 breakers'));
    await clock.advanceAsync(10);
    expect(board.breaker('other').name).toBe('other');
  });

  test('finds an evicted breaker again while anybody holds it', async () => {
    const { board } = await openVirtualBoard({ breakersMax: 1 });
    const held = board.breaker('held', { failureThreshold: 3 });
    board.breaker('other');
    expect(board.breakers().map(({ name }) => name)).toEqual(['other']);
    failTimes(held, 2);
    expect(board.breaker('held')).toBe(held);
    expect(held.snapshot().consecutiveFailures).toBe(2);
    expect(() => board.breaker('held', { failureThreshold: 4 })).toThrow(
      refused('options_conflict', 'failureThreshold'),
    );
  });

  test('takes an evicted breaker back when its state changes, past the bound if need be', async () => {
    const { board } = await openVirtualBoard({ breakersMax: 1, defaults: QUICK });
    const held = board.breaker('held');
    failTimes(board.breaker('other'), 1);
    expect(board.breakers().map(({ name }) => name)).toEqual(['other']);
    failTimes(held, 1);
    expect(board.breakers().map(({ name }) => name)).toEqual(['other', 'held']);
  });

  test('makes room for an evicted breaker that comes back, where it can', async () => {
    const { board } = await openVirtualBoard({ breakersMax: 2, defaults: QUICK });
    const held = board.breaker('held');
    board.breaker('b');
    board.breaker('c');
    expect(board.breakers().map(({ name }) => name)).toEqual(['b', 'c']);
    failTimes(held, 1);
    expect(board.breakers().map(({ name }) => name)).toEqual(['c', 'held']);
  });

  test('lets an evicted breaker notice slow calls as before', async () => {
    const { board, clock } = await openVirtualBoard({ breakersMax: 1 });
    const slow = { slowCallMs: 100, slowRatio: 0.5, minimumCalls: 1 };
    const held = board.breaker('held', { trip: { policy: 'count', calls: 5, ...slow } });
    held.acquire().succeed();
    board.breaker('other');
    held.acquire();
    clock.advance(100);
    expect(held.state).toBe('open');
  });

  test('leaves the actor of an evicted breaker alive for whoever talks with it', async () => {
    const { board } = await openVirtualBoard({ breakersMax: 1 });
    const { actor } = board.breaker('held');
    board.breaker('other');
    actor.send({ type: 'operator.force_open', reason: 'stop', by: 'ann', atMs: 1 });
    expect(board.breaker('held').state).toBe('open');
  });

  test('forgets an evicted breaker that nobody holds', async () => {
    const { board, clock } = await openVirtualBoard({ breakersMax: 1, observed: false });
    const reference = (() => {
      const breaker = board.breaker('unheld');
      void breaker.actor;
      return new WeakRef(breaker);
    })();
    board.inspectActors(() => {});
    board.breaker('other');
    await clock.settle();
    forgetGarbage();
    expect(reference.deref()).toBeUndefined();
    expect(board.breaker('unheld').snapshot().generation).toBe(0);
  });
});
