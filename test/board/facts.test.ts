/** The outward end of the bus: order, batches, containment, bounds. */
import { filter, map, type Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';

import type { Fact } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';
import { uncaughtErrors } from './uncaught-errors.ts';

const ofType = (type: Fact['type']): unknown => expect.objectContaining({ type });

describe('facts', () => {
  test('come in order, numbered without gaps, after the turn that caused them', async () => {
    const { board, clock, facts } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    await api.call(() => 1);
    failTimes(api, 1);
    api.reset('again');
    expect(facts).toEqual([]);
    await clock.settle();
    expect(facts.map(({ type }) => type)).toEqual([
      'call.finished',
      'state.changed',
      'call.finished',
      'operator.acted',
      'state.changed',
    ]);
    expect(facts.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    expect(facts.every(({ v, atMs }) => v === 1 && atMs === clock.nowMs())).toBe(true);
  });

  test('are delivered at once on request', async () => {
    const { board, facts } = await openVirtualBoard({ defaults: QUICK });
    failTimes(board.breaker('api'), 1);
    board.flush();
    expect(facts).toEqual([ofType('state.changed'), ofType('call.finished')]);
  });

  test('say from where to where, why, and until when', async () => {
    const { board, clock, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    clock.advance(QUICK.recoveryTimeoutMs);
    board.flush();
    expect(factsOf('state.changed')).toMatchObject([
      {
        from: 'closed',
        to: 'open.cooling',
        event: 'trip',
        cause: 'consecutive_failures',
        generation: 1,
        probeAtMs: clock.nowMs(),
      },
      { from: 'open.cooling', to: 'half_open', event: 'probe.due', generation: 2 },
    ]);
  });

  test('are the same to every subscriber, and nobody can change them', async () => {
    const { board, facts } = await openVirtualBoard({ defaults: QUICK });
    const others: Fact[] = [];
    board.facts$.subscribe((fact) => others.push(fact));
    failTimes(board.breaker('api'), 1);
    board.flush();
    expect(others[0]).toBe(facts[0]);
    expect(() => Object.assign(others[0] as object, { breaker: 'other' })).toThrow(TypeError);
  });

  test('of a call are not made while nobody listens', async () => {
    const { board, clock } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    const stampCount = countReads(clock, 'nowMs');
    await api.call(() => 1);
    await api.call(() => Promise.reject(new Error('no'))).catch(() => {});
    const seen: Fact[] = [];
    const subscription = board.facts$.subscribe((fact) => seen.push(fact));
    expect(stampCount()).toBe(0);
    await api.call(() => 1);
    subscription.unsubscribe();
    await api.call(() => 1);
    api.forceClose('nobody hears of it');
    await clock.settle();
    expect(seen).toEqual([]);
    board.facts$.subscribe((fact) => seen.push(fact));
    await api.call(() => 1);
    await clock.settle();
    expect(seen.map(({ seq }) => seq)).toEqual([1]);
  });

  test('cost a call nothing any more once the last subscriber has left', async () => {
    const { board } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    board.facts$.subscribe().unsubscribe();
    let isCalled = false;
    const call = api.call(() => (isCalled = true));
    // The short way calls the function at once.
    expect(isCalled).toBe(true);
    await call;
  });

  test('complete when the board closes, what was pending first', async () => {
    const { board } = await openVirtualBoard({ observed: false });
    const seen: string[] = [];
    const complete = () => seen.push('completed');
    board.facts$.subscribe({ next: ({ type }) => seen.push(type), complete });
    board.breaker('api').forceOpen('stop');
    await board.close();
    expect(seen).toEqual(['operator.acted', 'state.changed', 'completed']);
    board.facts$.subscribe({ complete: () => seen.push('late one completed') });
    expect(seen.at(-1)).toBe('late one completed');
  });
});

test('what goes wrong with the last facts is told before the end', async () => {
  const { board, facts } = await openVirtualBoard();
  board.facts$.subscribe(() => {
    throw new RangeError('mine');
  });
  board.breaker('api').forceClose('last');
  await board.close();
  expect(facts.map(({ type }) => type)).toEqual(['operator.acted', 'subscriber.failed']);
});

describe('a subscriber that throws', () => {
  const through: readonly [string, (facts$: Observable<Fact>) => Observable<unknown>][] = [
    ['directly', (facts$) => facts$],
    ['behind filter', (facts$) => facts$.pipe(filter(({ v }) => v === 1))],
    [
      'behind filter and map',
      (facts$) =>
        facts$.pipe(
          filter(({ v }) => v === 1),
          map(({ type }) => type),
        ),
    ],
  ];

  test.each(through)('is contained and named in a fact: %s', async (_, pipe) => {
    const errors = uncaughtErrors();
    const { board, clock, facts } = await openVirtualBoard({ defaults: QUICK, observed: false });
    pipe(board.facts$).subscribe(() => {
      throw new RangeError('mine');
    });
    board.facts$.subscribe((fact) => facts.push(fact));
    failTimes(board.breaker('api'), 1);
    await clock.settle();
    expect(facts).toEqual([
      ofType('state.changed'),
      ofType('call.finished'),
      { ...facts[2], type: 'subscriber.failed', errorName: 'RangeError' },
    ]);
    expect(await errors()).toEqual([]);
  });

  test('in its operator loses its own stream, is named, and stops nobody else', async () => {
    const errors = uncaughtErrors();
    const { board, clock, facts } = await openVirtualBoard({ defaults: QUICK });
    const heard: unknown[] = [];
    const failing = map((): never => {
      throw new SyntaxError('mine');
    });
    board.facts$.pipe(failing).subscribe((fact) => heard.push(fact));
    board.facts$.pipe(failing).subscribe({ error: (error) => heard.push(error) });
    failTimes(board.breaker('api'), 1);
    await clock.settle();
    expect(facts).toEqual([
      ofType('state.changed'),
      ofType('call.finished'),
      expect.objectContaining({ type: 'subscriber.failed', errorName: 'SyntaxError' }),
    ]);
    expect(heard).toEqual([new SyntaxError('mine')]);
    expect(await errors()).toEqual([]);
  });

  test('when it is told of the end is contained too', async () => {
    const errors = uncaughtErrors();
    const { board } = await openVirtualBoard({ observed: false });
    board.facts$.subscribe({
      complete: () => {
        throw new Error('mine');
      },
    });
    let isCompleted = false;
    board.facts$.subscribe({ complete: () => (isCompleted = true) });
    await board.close();
    expect(isCompleted).toBe(true);
    expect(await errors()).toEqual([]);
  });
});

describe('a subscriber that publishes', () => {
  test('keeps the order for everybody', async () => {
    const { board, clock } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    const orders: string[][] = [[], []];
    board.facts$.subscribe((fact) => {
      orders[0]?.push(`${fact.seq} ${fact.type}`);
      if (fact.type === 'operator.acted' && fact.act === 'force_open') api.reset('no');
    });
    board.facts$.subscribe((fact) => orders[1]?.push(`${fact.seq} ${fact.type}`));
    api.forceOpen('yes');
    await clock.settle();
    expect(orders[0]).toEqual([
      '0 operator.acted',
      '1 state.changed',
      '2 operator.acted',
      '3 state.changed',
    ]);
    expect(orders[1]).toEqual(orders[0]);
  });

  test('and asks for delivery meanwhile gets no fact before its time', async () => {
    const { board, clock } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    const seqs: number[] = [];
    board.facts$.subscribe(({ seq }) => {
      if (seq === 0) api.reset('no');
      board.flush();
    });
    board.facts$.subscribe(({ seq }) => seqs.push(seq));
    api.forceOpen('yes');
    await clock.settle();
    expect(seqs).toEqual([0, 1, 2, 3]);
  });

  test('at every fact gets its turn, and lets the event loop have its own', async () => {
    const { board } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    let count = 0;
    board.facts$.subscribe(({ type }) => {
      if (type === 'operator.acted' && ++count < 1_000) api.forceClose('again');
    });
    api.forceClose('first');
    await new Promise<void>((resolve) => {
      const look = (): void => void (count === 1_000 ? resolve() : setImmediate(look));
      look();
    });
    expect(count).toBe(1_000);
  });
});

describe('the queue', () => {
  test('is bounded, drops the newest, and says how many', async () => {
    const { board, clock, facts } = await openVirtualBoard();
    const api = board.breaker('api');
    for (let act = 0; act < 10_250; act++) api.forceClose('again');
    await clock.settle();
    expect(facts).toHaveLength(10_001);
    expect(facts.at(-1)).toMatchObject({ type: 'facts.dropped', count: 250, seq: 10_250 });
    api.forceClose('once more');
    await clock.settle();
    expect(facts.at(-1)).toMatchObject({ type: 'operator.acted', seq: 10_251 });
  });

  test('filled again by a subscriber still says what it dropped', async () => {
    const { board, clock } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    const dropped: number[] = [];
    let isFirst = true;
    board.facts$.subscribe((fact) => {
      if (fact.type === 'facts.dropped') dropped.push(fact.count);
      if (!isFirst) return;
      isFirst = false;
      for (let act = 0; act < 10_007; act++) api.forceClose('again');
    });
    api.forceClose('first');
    await clock.settle();
    expect(dropped).toEqual([7]);
  });
});

describe('a slow subscriber', () => {
  test('is reported with the time it took, and not for what it does with the report', async () => {
    const clock = new VirtualClock();
    const { board, facts } = await openVirtualBoard({ clock });
    let tookMs = 50;
    const slow = board.facts$.subscribe(() => clock.advance(tookMs));
    const api = board.breaker('api');
    api.forceClose('once');
    await clock.settle();
    expect(facts.map(({ type }) => type)).toEqual(['operator.acted']);
    tookMs = 51;
    api.forceClose('twice');
    api.forceClose('thrice');
    await clock.settle();
    expect(facts.slice(1)).toMatchObject([
      { type: 'operator.acted' },
      { type: 'operator.acted' },
      { type: 'subscriber.slow', busyMs: 102 },
    ]);
    slow.unsubscribe();
  });
});

/** Counts calls of a method from now on. */
function countReads(clock: VirtualClock, method: 'nowMs'): () => number {
  const original = clock[method].bind(clock);
  let count = 0;
  clock[method] = () => {
    count++;
    return original();
  };
  return () => count;
}

test('a call’s fact carries what the call says of itself, and nothing that it does not say', async () => {
  const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
  const tags = { tenant: 'a' };
  const operation = { operation: 'llm_call', model: 'unit', tags };
  const options = { correlationId: 'c-1' };
  await board.breaker('api').call(operation, () => Promise.resolve(), options);
  tags.tenant = 'changed afterwards';
  await board.breaker('api').call(() => Promise.resolve());
  board.flush();
  const [told, untold] = factsOf('call.finished');
  expect(told).toMatchObject({ ...operation, ...options, tags: { tenant: 'a' } });
  for (const name of Object.keys({ ...operation, ...options }))
    expect(untold).not.toHaveProperty(name);
});
