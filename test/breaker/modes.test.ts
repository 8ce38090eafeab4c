/** Modes: `enforce` refuses, `observe` only says what it would do, `off` counts nothing at all. */
import { describe, expect, test } from 'vitest';

import {
  openBoard,
  type Board,
  type Breaker,
  type BreakerOptions,
  type Fact,
} from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { due, ending, pending, rig, setBudget, tripped } from './rig.ts';

const fail = (breaker: Breaker) => ending(breaker.call(() => Promise.reject(new Error('down'))));

interface Observed {
  readonly board: Board;
  readonly breaker: Breaker;
  readonly clock: VirtualClock;
  /** Codes of refusals so far, and whether they were enforced. */
  refusals(): string[];
}

async function observed(options: BreakerOptions): Promise<Observed> {
  const clock = new VirtualClock();
  const board = await openBoard({ clock });
  const facts: Fact[] = [];
  board.facts$.subscribe((fact) => facts.push(fact));
  return {
    board,
    clock,
    breaker: board.breaker('api', { failureThreshold: 1, ...options }),
    refusals() {
      board.flush();
      return facts.flatMap((fact) =>
        fact.type === 'call.refused'
          ? [`${fact.code}${fact.enforced ? '' : ', had it been enforced'}`]
          : [],
      );
    },
  };
}

describe('observe', () => {
  test('lets every call through, trips, and says which calls it would have refused', async () => {
    const { board, breaker, refusals } = await observed({ mode: 'observe' });
    expect(await fail(breaker)).toBe('down');
    expect(breaker.state).toBe('open');
    expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
    expect(breaker.callSync(() => 'sync')).toBe('sync');
    expect(breaker.acquire().succeed()).toBe('late');
    expect(refusals()).toEqual(Array(3).fill('circuit_open, had it been enforced'));
    await board.close();
  });

  test('counts no call that it would have refused', async () => {
    const { breaker, clock } = await tripped({ mode: 'observe' });
    for (let call = 0; call < 10; call += 1) await fail(breaker);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', tripCount: 1 });
    clock.advance(60_000);
    expect(breaker.state).toBe('half_open');
  });

  test('recovers by a call that would have been the probe', async () => {
    const { breaker } = await due({ mode: 'observe' });
    const probe = pending();
    const first = ending(breaker.call(() => probe.promise));
    await Promise.resolve();
    expect(await fail(breaker)).toBe('down');
    expect(breaker.state).toBe('half_open');
    probe.resolve('back');
    expect(await first).toBe('back');
    expect(breaker.state).toBe('closed');
  });

  test('lets calls through a breaker that an operator, a key or money holds open', async () => {
    const made = rig({ mode: 'observe' });
    made.breaker.forceOpen('maintenance');
    expect(await made.succeed()).toBe('ok');
    made.breaker.reset('done');
    setBudget(made, 'exceeded');
    expect(await made.succeed()).toBe('ok');
    expect(made.breaker.snapshot().path).toBe('open.exhausted');
  });

  test('lets calls through a full bulkhead, without making them wait', async () => {
    const full = { mode: 'observe', bulkhead: { callsMax: 1, queueMax: 5 } } as const;
    const { board, breaker, clock, refusals } = await observed(full);
    const call = pending();
    const first = ending(breaker.call(() => call.promise));
    await clock.settle();
    expect(await ending(breaker.call(() => 'through'))).toBe('through');
    expect(breaker.callSync(() => 'sync')).toBe('sync');
    const permit = breaker.acquire();
    permit.succeed();
    call.resolve('first');
    expect(await first).toBe('first');
    expect(refusals()).toEqual(Array(3).fill('bulkhead_full, had it been enforced'));
    breaker.configure({ mode: 'enforce' });
    const held = breaker.acquire();
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'bulkhead_full' }));
    held.succeed();
    await board.close();
  });

  test('says in its explanation that it only observes', () => {
    const { breaker } = rig({ mode: 'observe' });
    expect(breaker.explain()).toContain('It only observes: no call is refused.');
  });
});

describe('off', () => {
  test('lets every call through and counts nothing', async () => {
    const { board, breaker, refusals } = await observed({ mode: 'off' });
    for (let call = 0; call < 10; call += 1) expect(await fail(breaker)).toBe('down');
    expect(() => breaker.callSync(() => expect.unreachable('sync'))).toThrow('sync');
    expect(breaker.acquire().fail()).toBe('late');
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      mode: 'off',
      consecutiveFailures: 0,
      inFlightCount: 0,
    });
    expect(refusals()).toEqual([]);
    await board.close();
  });

  test('lets calls through an open breaker, and leaves it open', async () => {
    const { breaker, succeed } = await tripped();
    breaker.configure({ mode: 'off' });
    expect(await succeed()).toBe('ok');
    expect(breaker.state).toBe('open');
    breaker.configure({ mode: 'enforce' });
    expect(await succeed()).toBe('circuit_open');
  });

  test('has no bulkhead', async () => {
    const { breaker, clock } = rig({ mode: 'off', bulkhead: { callsMax: 1 } });
    const call = pending();
    const first = ending(breaker.call(() => call.promise));
    await clock.settle();
    expect(await ending(breaker.call(() => 'through'))).toBe('through');
    breaker.acquire().succeed();
    call.resolve('first');
    expect(await first).toBe('first');
  });

  test('still watches in-flight calls', async () => {
    const { breaker } = rig({ mode: 'off' });
    const call = pending();
    const first = ending(breaker.call(() => call.promise));
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(breaker.snapshot().inFlightCount).toBe(1);
    call.resolve('ok');
    await first;
    expect(breaker.snapshot().inFlightCount).toBe(0);
  });

  test('says in its explanation that it is off', () => {
    const { breaker } = rig({ mode: 'off' });
    expect(breaker.explain()).toContain('It is off: nothing is counted and nothing refused.');
  });
});

describe('a mode that changes while calls run', () => {
  test('counts those that began under enforce', async () => {
    const { breaker } = rig({ failureThreshold: 1 });
    const permit = breaker.acquire();
    breaker.configure({ mode: 'observe' });
    expect(permit.fail()).toBe('counted');
    expect(breaker.state).toBe('open');
  });

  test('does not count those that began under off', async () => {
    const { breaker } = rig({ failureThreshold: 1, mode: 'off' });
    const permit = breaker.acquire();
    breaker.configure({ mode: 'enforce' });
    expect(permit.fail()).toBe('late');
    expect(breaker.state).toBe('closed');
  });
});
