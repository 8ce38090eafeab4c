/** A crashed actor is rebuilt where it was; one that keeps crashing is quarantined. */
import { describe, expect, test } from 'vitest';

import type { Breaker } from '../../index.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { crash } from './crash.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';
import { uncaughtErrors } from './uncaught-errors.ts';

const crashTimes = (breaker: Breaker, times: number): void => {
  for (let number = 0; number < times; number++) crash(breaker.actor);
};

describe('a crashed actor', () => {
  test('is rebuilt in the state it was in, as another actor, and a fact says so', async () => {
    const errors = uncaughtErrors();
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    const { actor } = api;
    const before = api.snapshot();
    crash(actor);
    expect(actor.getSnapshot().status).toBe('error');
    expect(api.snapshot()).toEqual(before);
    expect(api.actor).not.toBe(actor);
    expect(api.actor.getSnapshot()).toMatchObject({ status: 'active', value: { open: 'cooling' } });
    board.flush();
    expect(factsOf('actor.rebuilt')).toMatchObject([
      { breaker: 'api', crashCount: 1, errorName: 'RangeError' },
    ]);
    expect(await errors()).toEqual([]);
  });

  test('keeps nothing from happening: the probe comes when it was due, and closes', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    crash(api.actor);
    clock.advance(QUICK.recoveryTimeoutMs);
    expect(api.state).toBe('half_open');
    crash(api.actor);
    const probe = api.acquire();
    expect(probe.isProbe).toBe(true);
    crash(api.actor);
    expect(probe.succeed()).toBe('counted');
    expect(api.state).toBe('closed');
  });

  test('that somebody stopped is rebuilt as well: a breaker is never deaf', async () => {
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    api.actor.stop();
    failTimes(api, 1);
    expect(api.state).toBe('open');
    board.flush();
    expect(factsOf('actor.rebuilt')).toMatchObject([{ errorName: 'ActorStopped' }]);
  });

  test('by an error event, which XState’s own machinery acts on, is rebuilt as well', async () => {
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    api.actor.send({ type: 'xstate.error.actor.other', error: new TypeError('mine') } as never);
    failTimes(api, 1);
    expect(api.state).toBe('open');
    board.flush();
    expect(factsOf('actor.rebuilt')).toMatchObject([{ errorName: 'TypeError' }]);
  });
});

describe('an actor that crashes six times within a minute', () => {
  test('is quarantined: every call is refused, and nothing moves it', async () => {
    const { board, clock, factsOf } = await openVirtualBoard();
    const api = board.breaker('api');
    crashTimes(api, 5);
    await expect(api.call(() => 1)).resolves.toBe(1);
    crashTimes(api, 1);
    expect(api.snapshot()).toMatchObject({ path: 'closed', isQuarantined: true });
    await expect(api.call(() => 1)).rejects.toMatchObject({ code: 'quarantined', breaker: 'api' });
    expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'quarantined' }));
    expect(api.explain()).toContain('quarantined until reset()');
    board.flush();
    expect(factsOf('breaker.quarantined')).toMatchObject([{ breaker: 'api', gate: 'refuse' }]);
    expect(factsOf('actor.rebuilt')).toHaveLength(5);
    clock.advance(3_600_000);
    expect(api.snapshot().isQuarantined).toBe(true);
  });

  test('is not brought to life by reading it: the actor stays the dead one', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    crashTimes(api, 6);
    expect(api.actor).toBe(api.actor);
    expect(api.actor.getSnapshot().status).toBe('error');
    await expect(api.call(() => 1)).rejects.toMatchObject({ code: 'quarantined' });
  });

  test('admits instead where its options say so', async () => {
    const { board, factsOf } = await openVirtualBoard({
      defaults: { ...QUICK, onQuarantine: 'admit' },
    });
    const api = board.breaker('api');
    failTimes(api, 1);
    crashTimes(api, 6);
    await expect(api.call(() => 1)).resolves.toBe(1);
    failTimes(api, 3);
    await expect(api.call(() => 1)).resolves.toBe(1);
    board.flush();
    expect(factsOf('breaker.quarantined')).toMatchObject([{ gate: 'admit' }]);
  });

  test('tells an operator that it is not moved, instead of taking the act in silence', async () => {
    const { board, factsOf } = await openVirtualBoard({ defaults: { onQuarantine: 'admit' } });
    const api = board.breaker('api');
    crashTimes(api, 6);
    for (const act of [
      () => api.forceOpen('stop'),
      () => api.forceClose('go'),
      () => api.rotateKey(),
    ]) {
      expect(act).toThrow(
        expect.objectContaining({
          code: 'quarantined',
          hint: expect.stringContaining('reset()'),
        }),
      );
    }
    board.flush();
    expect(factsOf('operator.acted')).toEqual([]);
  });

  test('comes back by reset, closed, and may crash six times anew', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    crashTimes(api, 6);
    api.reset('mended');
    expect(api.snapshot()).toMatchObject({ path: 'closed', isQuarantined: false });
    await expect(api.call(() => 1)).resolves.toBe(1);
    crashTimes(api, 5);
    expect(api.snapshot().isQuarantined).toBe(false);
    failTimes(api, 1);
    expect(api.state).toBe('open');
  });

  test('sends callers away who wait for a probe’s verdict', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: { ...QUICK, probeWait: {} } });
    const api = board.breaker('api');
    failTimes(api, 1);
    clock.advance(QUICK.recoveryTimeoutMs);
    api.acquire();
    const waiting = api.call(() => 1);
    crashTimes(api, 6);
    await expect(waiting).rejects.toMatchObject({ code: 'quarantined' });
  });

  test('leaves no trace in the store: the last good state is restored', async () => {
    const path = scratchFile();
    const first = await openVirtualBoard({ store: `sqlite:${path}`, defaults: QUICK });
    failTimes(first.board.breaker('api'), 1);
    crashTimes(first.board.breaker('api'), 6);
    await first.board.close();
    const { board } = await openVirtualBoard({ store: `sqlite:${path}`, defaults: QUICK });
    expect(board.breaker('api').snapshot()).toMatchObject({
      path: 'open.cooling',
      isQuarantined: false,
    });
  });
});

test('crashes that are a minute apart quarantine nothing', async () => {
  const { board, clock } = await openVirtualBoard();
  const api = board.breaker('api');
  for (let number = 0; number < 30; number++) {
    crash(api.actor);
    clock.advance(12_000);
  }
  expect(api.snapshot().isQuarantined).toBe(false);
});
