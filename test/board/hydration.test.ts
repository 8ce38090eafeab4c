/** A pristine breaker has no actor until something can move it or somebody asks for it. */
import type { AnyActorRef } from 'xstate';
import { expect, test } from 'vitest';

import type { BreakerCore } from '../../services/breaker-core.ts';
import { openSqliteStore, scratchFile } from '../persistence/scratch.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

/** Names of the actors that come to life from now on. */
async function births(options: Parameters<typeof openVirtualBoard>[0] = {}) {
  const opened = await openVirtualBoard({ defaults: { failureThreshold: 2 }, ...options });
  const born: string[] = [];
  opened.board.inspectActors((event) => {
    if (event.type === '@xstate.actor') born.push((event.actorRef as AnyActorRef).id);
  });
  return { ...opened, born };
}

test('a breaker that works needs no actor, nor does one that fails a little', async () => {
  const { board, born } = await births();
  const api = board.breaker('api');
  await api.call(() => 1);
  await api.call(() => Promise.reject(new Error('no'))).catch(() => {});
  api.acquire().ignore();
  api.snapshot();
  api.explain();
  expect(api.state).toBe('closed');
  expect(born).toEqual([]);
  expect((api as BreakerCore).isHydrated).toBe(false);
});

test('an actor comes to life when a threshold is reached', async () => {
  const { board, born } = await births();
  failTimes(board.breaker('api'), 2);
  expect(born).toEqual(['api']);
});

test('an actor comes to life when somebody asks for it, and then is the same', async () => {
  const { board, born } = await births();
  const api = board.breaker('api');
  expect(api.actor).toBe(api.actor);
  expect(born).toEqual(['api']);
});

test('coming to life is no change: nothing is written and nothing is said', async () => {
  const path = scratchFile();
  const { board, clock, facts } = await births({ store: `sqlite:${path}` });
  void board.breaker('api').actor;
  await clock.advanceAsync(100);
  expect(facts).toEqual([]);
  expect(openSqliteStore(path).breakerStates.load().rows).toEqual([]);
});

test('a restored breaker sleeps until its instant comes or a call needs it', async () => {
  const path = scratchFile();
  const before = await openVirtualBoard({ store: `sqlite:${path}`, defaults: QUICK });
  failTimes(before.board.breaker('api'), 1);
  failTimes(before.board.breaker('other'), 1);
  await before.board.close();

  const { board, clock, born } = await births({ store: `sqlite:${path}`, defaults: QUICK });
  const api = board.breaker('api');
  expect(api.snapshot()).toMatchObject({ path: 'open.cooling', cause: 'consecutive_failures' });
  expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'circuit_open' }));
  expect(born).toEqual([]);
  clock.advance(QUICK.recoveryTimeoutMs);
  expect(api.state).toBe('half_open');
  expect(born).toEqual(['api']);
});

test('a hundred thousand idle breakers hold no timer', async () => {
  const { board, clock } = await openVirtualBoard({ breakersMax: 100_000 });
  for (let number = 0; number < 100_000; number++) board.breaker(`api ${number}`);
  expect(clock.pendingCount).toBe(0);
});
