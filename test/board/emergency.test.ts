/** The emergency of a whole board: at once, for everybody, until somebody answers for its end. */
import type { AnyActorRef } from 'xstate';
import { describe, expect, test } from 'vitest';

import { createBreaker, type BreakerEvent, type BreakerOptions } from '../../index.ts';
import { forgetGarbage } from './garbage.ts';
import { openVirtualBoard, QUICK, failTimes } from './open-boards.ts';

const refused: unknown = expect.objectContaining({
  code: 'circuit_latched',
  message: expect.stringContaining('by an emergency of its board'),
  hint: expect.stringContaining('board.resume('),
});

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return 'nothing';
};

describe('COST-43 emergency shutdown all breakers', () => {
  test('COST-43 emergency shutdown all breakers: ten thousand refuse in the same turn, and none is woken', async () => {
    const { board, clock } = await openVirtualBoard({ observed: false });
    const born: string[] = [];
    board.inspectActors((event) => {
      if (event.type === '@xstate.actor') born.push((event.actorRef as AnyActorRef).id);
    });
    const breakers = Array.from({ length: 10_000 }, (_, number) => board.breaker(`api ${number}`));
    await Promise.all(breakers.map((breaker) => breaker.call(() => 1)));
    let madeCount = 0;
    board.emergencyShutdown('the bill explodes', { by: 'ann' });
    const calls = breakers.map((breaker) => breaker.tryCall(() => madeCount++));
    const answers = await Promise.all(calls);
    const codes = new Set(answers.map((one) => (one.ok || !one.refused ? '' : one.refusal.code)));
    expect([...codes]).toEqual(['circuit_latched']);
    expect(() => breakers[9_999]?.acquire()).toThrow(refused);
    await clock.advanceAsync(1_000);
    expect(() => breakers[0]?.acquire()).toThrow(refused);
    expect(madeCount).toBe(0);
    expect(born).toEqual([]);

    board.resume('the key was stolen, and is rotated', { by: 'bob' });
    const again = await Promise.all(breakers.map((breaker) => breaker.call(() => 'made')));
    expect(new Set(again)).toEqual(new Set(['made']));
    expect(born).toEqual([]);
  });

  test('COST-43 emergency shutdown all breakers: whatever the way in, the options and the mode', async () => {
    const { board } = await openVirtualBoard();
    const kinds: readonly BreakerOptions[] = [
      {},
      { trip: { policy: 'time' } },
      { timeoutMs: 100, retry: {} },
      { bulkhead: { callsMax: 1 } },
      { mode: 'observe' },
      { mode: 'off' },
    ];
    const breakers = kinds.map((options, number) => board.breaker(`api ${number}`, options));
    const run = () => 'made';
    for (const breaker of breakers) await breaker.call(run);
    board.emergencyShutdown('stop');
    for (const breaker of [...breakers, board.breaker('made later', { mode: 'off' })]) {
      await expect(breaker.call(run)).rejects.toEqual(refused);
      await expect(breaker.call({ operation: 'x' }, run)).rejects.toEqual(refused);
      await expect(breaker.wrap(run)()).rejects.toEqual(refused);
      expect(await breaker.tryCall(run)).toMatchObject({ refusal: { code: 'circuit_latched' } });
      expect(thrownBy(() => breaker.callSync(run))).toEqual(refused);
      expect(thrownBy(() => breaker.acquire())).toEqual(refused);
      expect(breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
      expect(breaker.explain()).toContain('Held open (emergency) by unknown: stop');
      expect(breaker.actor.getSnapshot().matches({ open: 'latched' })).toBe(true);
    }
    expect(board.breaker('api 4').explain()).toContain(`refuses in mode 'observe' too`);
    expect(board.breaker('api 4').explain()).not.toContain('no call is refused');
    board.resume('over', { by: 'ann' });
    for (const breaker of breakers) expect(await breaker.call(run)).toBe('made');
  });

  const at = 1_700_000_000_000;
  const budget = (level: 'warned' | 'exceeded'): BreakerEvent => ({
    type: `budget.${level}`,
    atMs: at,
  });
  test.each<[state: string, after: string, events: readonly BreakerEvent[]]>([
    ['closed', 'closed', []],
    ['budget_limited', 'budget_limited', [budget('warned')]],
    ['open.exhausted', 'open.exhausted', [budget('exceeded')]],
    [
      'open.cooling',
      'open.cooling',
      [{ type: 'rate_limited', generation: 0, atMs: at, probeAtMs: at + 9_000 }],
    ],
    [
      'half_open',
      'half_open',
      [
        { type: 'rate_limited', generation: 0, atMs: at, probeAtMs: at },
        { type: 'probe.due', atMs: at },
      ],
    ],
    [
      'open.latched',
      'open.latched',
      [{ type: 'operator.force_open', reason: 'r', by: 'b', atMs: at }],
    ],
  ])(
    'COST-43 emergency shutdown all breakers: from %s a breaker goes to open, and afterwards to %s',
    async (state, after, events) => {
      const { board, clock } = await openVirtualBoard();
      const api = board.breaker('api');
      for (const event of events) api.actor.send(event);
      expect(api.snapshot().path).toBe(state);
      board.emergencyShutdown('stop', { by: 'ann' });
      clock.advance(1);
      expect(api.snapshot()).toMatchObject({ state: 'open', path: 'open.latched' });
      expect(api.snapshot().latches[0]).toBe('emergency');
      board.resume('over', { by: 'ann' });
      expect(api.snapshot().path).toBe(after);
      expect(api.snapshot().latches).not.toContain('emergency');
    },
  );

  test('calls in flight go on, and whoever waits is sent away', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    const single = board.breaker('single', { bulkhead: { callsMax: 1, queueMax: 9 } });
    let finish: (value: string) => void = () => {};
    const running = single.call(() => new Promise<string>((resolve) => (finish = resolve)));
    const queued = single.call(() => 'never');

    const probing = board.breaker('probing', { probeWait: {} });
    failTimes(probing, 1);
    clock.advance(60_000);
    const probe = probing.acquire();
    const waiting = probing.call(() => 'never');

    const trying = board.breaker('trying', {
      failureThreshold: 9,
      retry: { delayMs: 5_000, retryIf: () => true },
    });
    const pausing = trying.call(() => Promise.reject(new Error('the first attempt')));
    await clock.settle();

    board.emergencyShutdown('stop', { by: 'ann' });
    await expect(queued).rejects.toEqual(refused);
    await expect(waiting).rejects.toEqual(refused);
    await expect(pausing).rejects.toThrow('the first attempt');
    finish('the answer');
    expect(await running).toBe('the answer');
    expect(probe.succeed()).toBe('counted');
    expect(probing.snapshot().latches).toEqual(['emergency']);
  });

  test('who takes a place in a queue in the turn of the shutdown is sent away as well', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api', { bulkhead: { callsMax: 1, queueMax: 9 } });
    const permit = api.acquire();
    // Comes between the look at the gate and the queue.
    void Promise.resolve().then(() => board.emergencyShutdown('stop'));
    const late = api.call(() => 'never');
    const outcome = expect(late).rejects.toEqual(refused);
    await clock.advanceAsync(1);
    await outcome;
    permit.succeed();
  });
});

describe('resume', () => {
  test.each<[what: string, reason: unknown, options: unknown, names: string]>([
    ['without a reason', undefined, { by: 'ann' }, 'the reason of resume'],
    ['with an empty reason', '', { by: 'ann' }, 'the reason of resume'],
    ['without an identity', 'over', undefined, 'the options of resume'],
    ['with an empty object', 'over', {}, `by, the operator's identity`],
    ['with an empty identity', 'over', { by: '' }, `by, the operator's identity`],
    ['with a number for an identity', 'over', { by: 7 }, 'got 7'],
  ])('%s is refused, and lifts nothing', async (_, reason, options, names) => {
    const { board } = await openVirtualBoard();
    board.emergencyShutdown('stop');
    expect(() => board.resume(reason as string, options as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringContaining(names),
      }),
    );
    expect(board.emergency).toMatchObject({ reason: 'stop' });
    expect(() => board.breaker('api').acquire()).toThrow(refused);
  });

  test('is the only way out: operators of a breaker do not lift an emergency', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api');
    failTimes(api, 5);
    board.emergencyShutdown('stop', { by: 'ann' });
    api.forceClose('please', { by: 'cid' });
    api.reset('please', { by: 'cid' });
    api.rotateKey({ by: 'cid' });
    clock.advance(3_600_000);
    expect(api.snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
    expect(() => api.acquire()).toThrow(refused);
    board.resume('over', { by: 'bob' });
    expect(api.state).toBe('closed');
  });

  test('is not to be had from an actor: a chart that somebody resumes admits nothing', async () => {
    const { board, clock } = await openVirtualBoard({ observed: false });
    const api = board.breaker('api');
    await api.call(() => 1);
    board.emergencyShutdown('stop', { by: 'ann' });
    expect(api.state).toBe('open');
    const act = { reason: 'let me in', by: 'cid', atMs: clock.nowMs() };
    api.actor.send({ type: 'emergency.resumed', ...act });
    expect(() => api.acquire()).toThrow(refused);
    await expect(api.call(() => 1)).rejects.toEqual(refused);
    expect(api.explain()).toContain('The board was shut down by ann: stop');
  });

  test('lifts an emergency of which only a breaker knows', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api');
    const act = { reason: 'fire', by: 'cid', atMs: clock.nowMs() };
    api.actor.send({ type: 'emergency.shutdown', ...act });
    expect(() => api.acquire()).toThrow(refused);
    expect(board.emergency).toBeNull();
    board.resume('out', { by: 'ann' });
    expect(api.state).toBe('closed');
  });

  test('ends an emergency that began later by the wall clock, which has jumped back', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api');
    void api.actor;
    board.emergencyShutdown('stop');
    clock.advance(1);
    expect(api.state).toBe('open');
    clock.jumpWall(-3_600_000);
    board.resume('over', { by: 'ann' });
    expect(api.state).toBe('closed');
    expect(await api.call(() => 1)).toBe(1);
  });
});

describe('what is said', () => {
  test('both acts are facts, and a second shutdown leaves the first in force', async () => {
    const { board, clock, factsOf } = await openVirtualBoard();
    const nowMs = clock.nowMs();
    board.emergencyShutdown('the first', { by: 'ann' });
    clock.advance(5);
    board.emergencyShutdown('the second', { by: 'bob' });
    expect(board.emergency).toEqual({ reason: 'the first', by: 'ann', atMs: nowMs });
    board.resume('over', { by: 'cid' });
    expect(board.emergency).toBeNull();
    await clock.settle();
    expect(factsOf('emergency.shutdown')).toMatchObject([
      { reason: 'the first', by: 'ann', sinceMs: nowMs, origin: 'here' },
      { reason: 'the second', by: 'bob', origin: 'here' },
    ]);
    expect(factsOf('emergency.resumed')).toMatchObject([
      { reason: 'over', by: 'cid', origin: 'here' },
    ]);
  });

  test.each([
    ['a missing reason', undefined, undefined],
    ['an overlong reason', 'x'.repeat(1_025), undefined],
    ['an identity that is none', 'stop', { by: 5 }],
    ['a string for options', 'stop', 'ann'],
  ])('a shutdown with %s is refused', async (_, reason, options) => {
    const { board } = await openVirtualBoard();
    expect(() => board.emergencyShutdown(reason as string, options as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
    expect(board.emergency).toBeNull();
  });

  test('a closed board has nothing to shut down or resume', async () => {
    const { board } = await openVirtualBoard();
    await board.close();
    const closed: unknown = expect.objectContaining({ code: 'board_closed' });
    expect(() => board.emergencyShutdown('stop')).toThrow(closed);
    expect(() => board.resume('over', { by: 'ann' })).toThrow(closed);
  });
});

test('CRIT-34 emergency procedures work across all managed breakers, evicted ones too', async () => {
  const { board } = await openVirtualBoard({ breakersMax: 2 });
  const breakers = Array.from({ length: 6 }, (_, number) => board.breaker(`api ${number}`));
  for (const breaker of breakers) await breaker.call(() => 1);
  board.emergencyShutdown('stop');
  for (const breaker of breakers) expect(() => breaker.acquire()).toThrow(refused);
  board.resume('over', { by: 'ann' });
  for (const breaker of breakers) expect(await breaker.call(() => 1)).toBe(1);
});

test('CRIT-107 emergency controls activate at once, between two calls of one turn', async () => {
  const { board } = await openVirtualBoard();
  const api = board.breaker('api');
  await api.call(() => 1);
  const order: string[] = [];
  const first = api.call(() => order.push('first'));
  board.emergencyShutdown('stop');
  const second = api.call(() => order.push('second'));
  await Promise.allSettled([first, second]);
  expect(order).toEqual(['first']);
});

test('a breaker that was woken and resumed makes room for others, and its epoch is kept', async () => {
  const { board, clock } = await openVirtualBoard({ breakersMax: 1 });
  const epochOf = (name: string): number =>
    board.breaker(name).actor.getSnapshot().context.operatorEpoch;
  expect(epochOf('api')).toBe(0);
  board.emergencyShutdown('stop');
  board.resume('over', { by: 'ann' });
  board.breaker('api').forceClose('checked');
  await clock.advanceAsync(20);
  expect(board.breaker('other').state).toBe('closed');
  await clock.advanceAsync(20);
  forgetGarbage();
  expect(epochOf('api')).toBe(1);
});

test('a breaker without a board knows no emergency of one', async () => {
  const breaker = createBreaker();
  expect(await breaker.call(() => 1)).toBe(1);
  expect(breaker.explain()).not.toContain('emergency');
});
