/** Several boards on one file: each learns what the others know, by one rule. */
import { describe, expect, test } from 'vitest';

import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

/** Boards on one file and one clock, with a breaker each. */
async function boardsOnOneFile(count = 2) {
  const clock = new VirtualClock();
  const store = `sqlite:${scratchFile()}`;
  const opened = [];
  for (let number = 0; number < count; number++) {
    opened.push(await openVirtualBoard({ store, clock, defaults: QUICK }));
  }
  const breakers = opened.map(({ board }) => board.breaker('api'));
  const [here, there] = breakers as [(typeof breakers)[0], (typeof breakers)[0]];
  /** Until everybody has written and everybody has looked. */
  const exchange = (): Promise<void> => clock.advanceAsync(600);
  return { clock, opened, breakers, here, there, exchange };
}

describe('a trip elsewhere', () => {
  test('opens the breaker here within the poll interval, until the same instant', async () => {
    const { clock, here, there, opened } = await boardsOnOneFile();
    failTimes(there, 1);
    await clock.settle();
    await clock.advanceAsync(249);
    expect(here.state).toBe('closed');
    await clock.advanceAsync(1);
    expect(here.snapshot()).toMatchObject({
      path: 'open.cooling',
      probeAtMs: there.snapshot().probeAtMs,
      cause: 'consecutive_failures',
    });
    expect(opened[0]?.factsOf('state.changed')).toMatchObject([{ event: 'peer.changed' }]);
    clock.advance(QUICK.recoveryTimeoutMs);
    expect([here.state, there.state]).toEqual(['half_open', 'half_open']);
  });

  test('is known to a breaker that is first asked for afterwards', async () => {
    const { exchange, opened } = await boardsOnOneFile();
    const [first, second] = opened.map(({ board }) => board);
    if (first === undefined || second === undefined) throw new Error('no boards');
    failTimes(first.breaker('other'), 1);
    await exchange();
    expect(second.breaker('other').state).toBe('open');
  });

  test('that ends later wins; one that ends earlier changes nothing', async () => {
    const { clock, exchange, here, there } = await boardsOnOneFile();
    const pause = (ms: number) => ({
      outcome: 'rate_limited' as const,
      retryAtMs: clock.nowMs() + ms,
    });
    here.acquire().record(pause(90_000));
    there.acquire().record(pause(30_000));
    const { probeAtMs, generation } = here.snapshot();
    await exchange();
    expect(here.snapshot()).toMatchObject({ probeAtMs, generation });
    expect(there.snapshot()).toMatchObject({ path: 'open.cooling', probeAtMs });
  });

  test('whose end has passed says nothing', async () => {
    const { clock, exchange, here, there } = await boardsOnOneFile();
    there.acquire().record({ outcome: 'rate_limited', retryAtMs: clock.nowMs() + 1_000 });
    clock.jumpWall(5_000);
    await exchange();
    expect(here.snapshot()).toMatchObject({ path: 'closed', generation: 0 });
  });

  test('is not undone by a success here: every process has its own probes', async () => {
    const { clock, exchange, here, there } = await boardsOnOneFile();
    failTimes(there, 1);
    await exchange();
    clock.advance(QUICK.recoveryTimeoutMs);
    here.acquire().succeed();
    await exchange();
    expect([here.state, there.state]).toEqual(['closed', 'half_open']);
    there.acquire().fail();
    await exchange();
    expect([here.state, there.state]).toEqual(['open', 'open']);
  });
});

describe('an operator elsewhere', () => {
  test('closes the breaker here', async () => {
    const { exchange, here, there, opened } = await boardsOnOneFile();
    failTimes(here, 1);
    await exchange();
    expect(there.state).toBe('open');
    there.forceClose('checked', { by: 'ann' });
    await exchange();
    expect(here.snapshot()).toMatchObject({ path: 'closed', probeAtMs: null, tripCount: 0 });
    expect(opened[0]?.factsOf('state.changed').at(-1)).toMatchObject({ event: 'peer.changed' });
  });

  test('opens it here, and a reset anywhere lifts that everywhere', async () => {
    const { exchange, breakers, here, there } = await boardsOnOneFile(3);
    there.forceOpen('maintenance', { by: 'ann' });
    await exchange();
    for (const breaker of breakers) {
      expect(breaker.snapshot().latches).toEqual(['operator']);
      expect(breaker.explain()).toContain('by ann: maintenance');
    }
    here.reset('over');
    await exchange();
    expect(breakers.map(({ state }) => state)).toEqual(['closed', 'closed', 'closed']);
  });

  test('wins over trips of before, however long they were', async () => {
    const { clock, exchange, here, there } = await boardsOnOneFile();
    here.acquire().record({ outcome: 'rate_limited', retryAtMs: clock.nowMs() + 3_600_000 });
    there.forceClose('checked');
    await exchange();
    expect([here.state, there.state]).toEqual(['closed', 'closed']);
  });

  test('is not overruled by an older row that is read before the act is written', async () => {
    const { clock, exchange, here, there } = await boardsOnOneFile();
    await clock.advanceAsync(245);
    failTimes(here, 1);
    await clock.settle();
    there.forceClose('checked');
    await clock.advanceAsync(5);
    expect(there.state).toBe('closed');
    await exchange();
    expect([here.state, there.state]).toEqual(['closed', 'closed']);
  });

  test('who acts at the same time as another yields to the one who holds it open', async () => {
    const { exchange, here, there } = await boardsOnOneFile();
    here.forceClose('fine');
    there.forceOpen('not fine');
    await exchange();
    expect([here.snapshot().path, there.snapshot().path]).toEqual(['open.latched', 'open.latched']);
  });

  test('lifts a rejected key everywhere by rotating it once', async () => {
    const { exchange, here, there } = await boardsOnOneFile();
    here.acquire().record('unauthorized');
    await exchange();
    expect(there.snapshot().latches).toEqual(['unauthorized']);
    there.rotateKey({ by: 'ann' });
    await exchange();
    expect([here.state, there.state]).toEqual(['closed', 'closed']);
  });
});

test('boards that agree write nothing more', async () => {
  const { clock, exchange, here, opened } = await boardsOnOneFile(3);
  failTimes(here, 1);
  await exchange();
  const counts = opened.map(({ facts }) => facts.length);
  const before = opened.map(({ board }) => board.breaker('api').snapshot());
  await clock.advanceAsync(10_000);
  expect(opened.map(({ facts }) => facts.length)).toEqual(counts);
  expect(opened.map(({ board }) => board.breaker('api').snapshot())).toEqual(before);
});

test('a breaker that sleeps is not woken by a row that says nothing', async () => {
  const { exchange, opened, here, there } = await boardsOnOneFile();
  const born: string[] = [];
  opened[0]?.board.inspectActors(({ type }) => born.push(type));
  there.actor.send({ type: 'budget.warned', atMs: 1 });
  await exchange();
  expect(here.state).toBe('closed');
  expect(born).toEqual([]);
});
