/** `.actor` is a real XState actor: other machines watch it and talk to it. */
import { assign, createActor, createMachine, sendTo, setup, waitFor } from 'xstate';
import { from, firstValueFrom, filter } from 'rxjs';
import { describe, expect, test } from 'vitest';

import type { BreakerActor } from '../../index.ts';
import { crash } from './crash.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';
import { uncaughtErrors } from './uncaught-errors.ts';

const openNow = { type: 'operator.force_open', reason: 'by hand', by: 'ann', atMs: 1 } as const;

describe('a breaker’s actor', () => {
  test('moves the breaker by the events that another machine sends it', async () => {
    const { board, factsOf } = await openVirtualBoard();
    const api = board.breaker('api');
    const watchdog = createActor(
      setup({ types: { context: {} as { breaker: BreakerActor } } }).createMachine({
        context: { breaker: api.actor },
        on: {
          alarm: { actions: sendTo(({ context }) => context.breaker, openNow) },
          calm: {
            actions: sendTo(({ context }) => context.breaker, {
              type: 'operator.reset',
              reason: 'calm',
              by: 'ann',
              atMs: 2,
            }),
          },
        },
      }),
    ).start();
    watchdog.send({ type: 'alarm' });
    expect(api.snapshot()).toMatchObject({ path: 'open.latched', latches: ['operator'] });
    expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'circuit_latched' }));
    watchdog.send({ type: 'calm' });
    expect(api.state).toBe('closed');
    board.flush();
    expect(factsOf('state.changed')).toMatchObject([
      { to: 'open.latched', event: 'external' },
      { to: 'closed', event: 'external' },
    ]);
  });

  test('can be waited for and read like any other', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    const opened = waitFor(api.actor, (snapshot) => snapshot.matches({ open: 'cooling' }));
    const heard = firstValueFrom(from(api.actor).pipe(filter((s) => s.hasTag('refuse'))));
    failTimes(api, 1);
    expect((await opened).context).toMatchObject({ tripCount: 1, cause: 'consecutive_failures' });
    expect((await heard).value).toEqual({ open: 'cooling' });
    expect(api.actor.getSnapshot().can(openNow)).toBe(true);
  });

  test('lets another machine follow the breaker’s states', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    const banner = createActor(
      createMachine({
        context: { text: 'fine' },
        on: {
          trouble: { actions: assign({ text: 'down' }) },
          fine: { actions: assign({ text: 'fine' }) },
        },
      }),
    ).start();
    api.actor.subscribe((snapshot) =>
      banner.send({ type: snapshot.hasTag('admit') ? 'fine' : 'trouble' }),
    );
    failTimes(api, 1);
    expect(banner.getSnapshot().context.text).toBe('down');
    clock.advance(QUICK.recoveryTimeoutMs);
    api.acquire().succeed();
    expect(banner.getSnapshot().context.text).toBe('fine');
  });

  test('hears of a change only after the breaker itself', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    const seen: unknown[] = [];
    api.actor.subscribe(() => seen.push([api.state, api.snapshot().generation]));
    failTimes(api, 1);
    expect(seen).toEqual([['open', 1]]);
  });

  test('queues what its subscribers send, and each change is named by its own event', async () => {
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    api.actor.subscribe((snapshot) => {
      if (snapshot.matches({ open: 'cooling' })) api.actor.send(openNow);
    });
    failTimes(api, 1);
    expect(api.snapshot().path).toBe('open.latched');
    board.flush();
    expect(factsOf('state.changed')).toMatchObject([
      { to: 'open.cooling', event: 'trip' },
      { to: 'open.latched', event: 'external' },
    ]);
  });

  test('does nothing about events that mean nothing to it', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    const { actor } = api;
    const events: unknown[] = [
      { type: 'hello' },
      { type: 'trip' },
      { type: 'trip', generation: 0 },
      { type: 'trip', generation: 0, cause: 'custom', atMs: NaN, probeAtMs: NaN },
      { type: 'rate_limited', generation: 0 },
      { type: 'rate_limited', generation: 0, atMs: 'x', probeAtMs: 'y' },
      { type: 'probe.succeeded' },
      { type: 'peer.changed' },
      { type: 'peer.changed', operatorEpoch: 9, latches: 7 },
    ];
    for (const event of events) actor.send(event as never);
    expect(api.snapshot()).toMatchObject({ path: 'closed', generation: 0 });
    expect(api.actor).toBe(actor);
  });
});

describe('what others attach to an actor', () => {
  test('may throw at every change: the breaker moves on and says which callback it was', async () => {
    const errors = uncaughtErrors();
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    const throwing = (): never => {
      throw new RangeError('mine');
    };
    api.actor.subscribe(throwing);
    api.actor.subscribe({ next: throwing });
    api.actor.system.inspect(throwing);
    const heard: string[] = [];
    api.actor.subscribe((snapshot) => heard.push(JSON.stringify(snapshot.value)));
    failTimes(api, 1);
    api.reset('again');
    expect(heard).toEqual(['{"open":"cooling"}', '"closed"']);
    board.flush();
    const callbacks = factsOf('callback.failed').map(({ callback }) => callback);
    expect(new Set(callbacks)).toEqual(new Set(['actor.subscribe', 'actor.system.inspect']));
    expect(await errors()).toEqual([]);
  });

  test('and has no handler for errors is not the end of the process when the actor dies', async () => {
    const errors = uncaughtErrors();
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    api.actor.subscribe(() => {});
    crash(api.actor);
    expect(await errors()).toEqual([]);
    expect(api.state).toBe('closed');
  });
});
