/**
 * A board opened on the file of an earlier one goes on where that one was, at the same instants.
 */
import { beforeEach, describe, expect, test } from 'vitest';

import type { BreakerEvent, BreakerOptions } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { forgetGarbage } from './garbage.ts';
import { failTimes, openVirtualBoard } from './open-boards.ts';

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_000_000;

let path: string;
beforeEach(() => (path = scratchFile()));

/** A breaker on the shared file, in a program that starts so many milliseconds after the first. */
async function start(laterMs: number, options: BreakerOptions = {}) {
  const clock = new VirtualClock({ startMs: START_MS + laterMs });
  const defaults = { failureThreshold: 1, recoveryTimeoutMs: MINUTE_MS, ...options };
  const { board } = await openVirtualBoard({ store: `sqlite:${path}`, clock, defaults });
  return { board, clock, api: board.breaker('api') };
}

/** The first program: does something, and closes. */
async function before(run: (first: Awaited<ReturnType<typeof start>>) => unknown): Promise<void> {
  const first = await start(0);
  await run(first);
  await first.board.close();
}

const budget = (level: 'warned' | 'exceeded' | 'recovered'): BreakerEvent => ({
  type: `budget.${level}`,
  atMs: START_MS,
});

const refusal = (code: string): unknown => expect.objectContaining({ code });

describe('a breaker that cools', () => {
  test('cools for what remains, and probes at the instant it would have', async () => {
    await before(({ api }) => failTimes(api, 1));
    const { api, clock } = await start(20_000);
    expect(api.snapshot()).toMatchObject({
      path: 'open.cooling',
      probeAtMs: START_MS + MINUTE_MS,
      cause: 'consecutive_failures',
      tripCount: 1,
      changedAtMs: START_MS,
    });
    expect(() => api.acquire()).toThrow(refusal('circuit_open'));
    clock.advance(39_999);
    expect(() => api.acquire()).toThrow(refusal('circuit_open'));
    clock.advance(1);
    expect(api.state).toBe('half_open');
  });

  test('whose instant passed meanwhile is half open for the first caller', async () => {
    await before(({ api }) => failTimes(api, 1));
    const { api } = await start(MINUTE_MS);
    const probe = api.acquire();
    expect(probe.isProbe).toBe(true);
    probe.succeed();
    expect(api.state).toBe('closed');
  });

  test('whose instant passed meanwhile is half open without a caller, too', async () => {
    await before(({ api }) => failTimes(api, 1));
    const { api, clock } = await start(10 * MINUTE_MS);
    clock.advance(0);
    expect(api.state).toBe('half_open');
  });

  test('goes on with its backoff', async () => {
    const openInterval = { baseMs: 1_000, maxMs: 64_000 };
    await before(async ({ board, clock }) => {
      const api = board.breaker('backoff', { openInterval });
      failTimes(api, 1);
      clock.advance(1_000);
      failTimes(api, 1);
      expect(api.snapshot().tripCount).toBe(2);
    });
    const { board, clock } = await start(1_000);
    const api = board.breaker('backoff', { openInterval });
    clock.advance(MINUTE_MS);
    api.acquire().fail();
    expect(api.snapshot().tripCount).toBe(3);
  });

  test('lets no outcome of the time before move it', async () => {
    await before(({ api }) => failTimes(api, 1));
    const first = await start(1_000);
    expect(first.api.snapshot().generation).toBe(1);
    first.clock.advance(MINUTE_MS);
    expect(first.api.snapshot()).toMatchObject({ state: 'half_open', generation: 2 });
    await first.board.close();
    const second = await start(2 * MINUTE_MS);
    expect(second.api.snapshot()).toMatchObject({ state: 'half_open', generation: 2 });
  });
});

describe('a breaker that is held open', () => {
  test('keeps every latch with its reason and its author', async () => {
    await before(({ api }) => {
      api.acquire().record('over_quota');
      api.actor.send({ type: 'key.rejected', generation: 1, reason: 'HTTP 401', atMs: START_MS });
      api.forceOpen('maintenance', { by: 'ann' });
      const emergency = { reason: 'fire', by: 'bob', atMs: START_MS } as const;
      api.actor.send({ type: 'emergency.shutdown', ...emergency });
    });
    const { api, clock } = await start(1_000);
    clock.advance(60 * MINUTE_MS);
    expect(api.snapshot()).toMatchObject({
      path: 'open.latched',
      latches: ['emergency', 'operator', 'unauthorized', 'quota'],
    });
    expect(() => api.acquire()).toThrow(refusal('circuit_latched'));
    expect(api.explain()).toContain('Held open (emergency) by bob: fire');
    expect(api.explain()).toContain('Held open (operator) by ann: maintenance');
    expect(api.explain()).toContain('Held open (unauthorized) by provider: HTTP 401');
    api.reset('over');
    expect(api.snapshot().latches).toEqual(['emergency']);
  });

  test('returns to the trip that lies below', async () => {
    await before(({ api }) => {
      failTimes(api, 1);
      api.actor.send({ type: 'key.rejected', generation: 1, reason: 'x', atMs: START_MS });
    });
    const { api, clock } = await start(1_000);
    api.rotateKey();
    expect(api.snapshot()).toMatchObject({ path: 'open.cooling', latches: [] });
    clock.advance(59_000);
    expect(api.state).toBe('half_open');
  });
});

describe('a breaker whose budget is strained', () => {
  test('is limited still, and marks its calls as degraded', async () => {
    await before(({ api }) => api.actor.send(budget('warned')));
    const { api } = await start(1_000);
    expect(api.state).toBe('budget_limited');
    expect(await api.call(({ isDegraded }) => isDegraded)).toBe(true);
    failTimes(api, 1);
    expect(api.state).toBe('open');
  });

  test('refuses still when it is spent, until it recovers', async () => {
    await before(({ api }) => api.actor.send(budget('exceeded')));
    const { api, clock } = await start(1_000);
    clock.advance(MINUTE_MS);
    expect(() => api.acquire()).toThrow(refusal('budget_exceeded'));
    api.actor.send(budget('recovered'));
    expect(api.state).toBe('closed');
  });

  test('remembers a trip beneath it', async () => {
    await before(({ api }) => {
      failTimes(api, 1);
      api.actor.send(budget('exceeded'));
    });
    const { api, clock } = await start(1_000);
    expect(api.snapshot()).toMatchObject({ path: 'open.exhausted', tripCount: 1 });
    api.actor.send({ type: 'budget.recovered', atMs: clock.nowMs() });
    expect(api.snapshot().path).toBe('open.cooling');
    clock.advance(59_000);
    expect(api.state).toBe('half_open');
  });

  test('closes into it after a probe', async () => {
    await before(({ api }) => {
      api.actor.send(budget('warned'));
      failTimes(api, 1);
    });
    const { api } = await start(MINUTE_MS);
    api.acquire().succeed();
    expect(api.state).toBe('budget_limited');
  });
});

describe('a breaker that is half open', () => {
  test('starts its probes anew', async () => {
    const options = { probesMax: 2, probesNeeded: 2 };
    const first = await start(0, options);
    failTimes(first.api, 1);
    first.clock.advance(MINUTE_MS);
    first.api.acquire().succeed();
    first.api.acquire();
    expect(first.api.snapshot()).toMatchObject({ probesSucceededCount: 1, probesOutCount: 1 });
    first.board.flush();

    const { api } = await start(MINUTE_MS, options);
    expect(api.snapshot()).toMatchObject({
      path: 'half_open',
      probesSucceededCount: 0,
      probesOutCount: 0,
    });
    const probes = [api.acquire(), api.acquire()];
    expect(() => api.acquire()).toThrow(refusal('probes_busy'));
    probes[0]?.succeed();
    expect(api.state).toBe('half_open');
    probes[1]?.succeed();
    expect(api.state).toBe('closed');
  });
});

describe('a breaker that is closed', () => {
  test('is closed, with nothing counted', async () => {
    await before(({ api, board, clock }) => {
      failTimes(api, 1);
      clock.advance(MINUTE_MS);
      api.acquire().succeed();
      failTimes(board.breaker('window', { trip: { policy: 'count' } }), 3);
    });
    const { api, board } = await start(2 * MINUTE_MS);
    expect(api.snapshot()).toMatchObject({
      path: 'closed',
      generation: 3,
      tripCount: 0,
      cause: null,
      consecutiveFailures: 0,
    });
    const window = board.breaker('window', { trip: { policy: 'count' } });
    expect(window.snapshot().window).toEqual({ calls: 0, failures: 0, slow: 0 });
  });

  test('is closed by an operator’s act, which counts among processes', async () => {
    await before(({ api }) => {
      failTimes(api, 1);
      api.forceClose('checked');
    });
    const { api } = await start(1_000);
    expect(api.state).toBe('closed');
    expect(api.actor.getSnapshot().context.operatorEpoch).toBe(1);
  });
});

test('every breaker of the file is there, whether or not anybody asks', async () => {
  await before(({ board }) => {
    for (let number = 0; number < 300; number++) failTimes(board.breaker(`api ${number}`), 1);
  });
  const { board, clock } = await start(1_000);
  expect(board.breakers().map(({ name }) => name)).toEqual(['api']);
  expect(board.breaker('api 299').state).toBe('open');
  await board.close();
  clock.advance(1);
  const again = await start(2_000);
  expect(again.board.breaker('api 298').state).toBe('open');
});

test('a breaker that was restored, closed, evicted and forgotten is not restored again', async () => {
  await before(({ api }) => failTimes(api, 1));
  const clock = new VirtualClock({ startMs: START_MS + MINUTE_MS });
  const { board } = await openVirtualBoard({ store: `sqlite:${path}`, clock, breakersMax: 1 });
  await (async () => {
    board.breaker('api').acquire().succeed();
    await clock.advanceAsync(10);
    board.breaker('other');
  })();
  await clock.settle();
  forgetGarbage();
  expect(board.breaker('api').snapshot()).toMatchObject({ path: 'closed', generation: 0 });
});

test('a full registry leaves a stored state for later', async () => {
  await before(({ api }) => failTimes(api, 1));
  const clock = new VirtualClock({ startMs: START_MS });
  const { board } = await openVirtualBoard({
    store: `sqlite:${path}`,
    clock,
    breakersMax: 1,
    defaults: { failureThreshold: 1 },
  });
  const other = board.breaker('other');
  failTimes(other, 1);
  expect(() => board.breaker('api')).toThrow(refusal('registry_full'));
  expect(clock.pendingCount).toBe(1);
  clock.advance(MINUTE_MS);
  other.acquire().succeed();
  await clock.advanceAsync(10);
  expect(board.breaker('api').snapshot()).toMatchObject({ path: 'open.cooling' });
});
