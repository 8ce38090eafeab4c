/** An emergency outlives its process and reaches the others that share the file. */
import { describe, expect, test } from 'vitest';

import { openBoard, type Fact } from '../../index.ts';
import { loadSqlite } from '../../persistence/native-guard.ts';
import { openStore } from '../../persistence/open-store.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { row } from '../persistence/rows.ts';
import { atEnd, scratchFile } from '../persistence/scratch.ts';
import { runChild } from './child.ts';
import { openVirtualBoard, QUICK } from './open-boards.ts';

const refused: unknown = expect.objectContaining({ code: 'circuit_latched' });

/** Boards on one file and one clock. */
async function boardsOnOneFile(count = 2) {
  const clock = new VirtualClock();
  const path = scratchFile();
  const open = () => openVirtualBoard({ store: `sqlite:${path}`, clock, defaults: QUICK });
  const opened = [];
  for (let number = 0; number < count; number++) opened.push(await open());
  const [here, there] = opened as [(typeof opened)[0], (typeof opened)[0]];
  const other = new (loadSqlite())(path, { timeout: 0 });
  atEnd(() => void other.close());
  const actsStored = () => {
    const store = openStore(`sqlite:${path}`);
    const acts = store.boardState.acts(100);
    store.close();
    return acts;
  };
  return { clock, path, open, here, there, other, actsStored };
}

describe('COST-43 emergency shutdown all breakers', () => {
  test('COST-43 emergency shutdown all breakers: another process refuses within the poll interval', async () => {
    const { clock, here, there } = await boardsOnOneFile();
    const api = here.board.breaker('api');
    expect(await api.call(() => 1)).toBe(1);
    there.board.emergencyShutdown('stop', { by: 'ann' });
    await clock.advanceAsync(249);
    expect(await api.call(() => 1)).toBe(1);
    await clock.advanceAsync(1);
    expect(() => api.acquire()).toThrow(refused);
    expect(api.explain()).toContain('Held open (emergency) by ann: stop');
    expect(here.factsOf('emergency.shutdown')).toMatchObject([
      { reason: 'stop', by: 'ann', origin: 'elsewhere' },
    ]);
    here.board.resume('over', { by: 'bob' });
    expect(await api.call(() => 1)).toBe(1);
    await clock.advanceAsync(250);
    expect(there.board.emergency).toBeNull();
    expect(there.board.breaker('api').state).toBe('closed');
    expect(there.factsOf('emergency.resumed')).toMatchObject([{ by: 'bob', origin: 'elsewhere' }]);
    expect(there.factsOf('emergency.shutdown')).toHaveLength(1);
  });

  test('COST-43 emergency shutdown all breakers: it survives a restart, and so does its end', async () => {
    const { clock, open, here, actsStored } = await boardsOnOneFile(1);
    void here.board.breaker('awake').actor;
    here.board.emergencyShutdown('stop', { by: 'ann' });
    await clock.advanceAsync(20);
    await here.board.close();

    const second = await open();
    await clock.settle();
    expect(second.board.emergency).toMatchObject({ reason: 'stop', by: 'ann' });
    expect(second.factsOf('emergency.shutdown')).toMatchObject([{ by: 'ann', origin: 'store' }]);
    for (const name of ['awake', 'asleep']) {
      expect(() => second.board.breaker(name).acquire()).toThrow(refused);
      expect(second.board.breaker(name).snapshot().latches).toEqual(['emergency']);
    }
    await clock.advanceAsync(20);
    second.board.resume('over', { by: 'bob' });
    await second.board.close();

    const third = await open();
    await clock.settle();
    expect(third.facts).toEqual([]);
    for (const name of ['awake', 'asleep']) {
      expect(await third.board.breaker(name).call(() => 1)).toBe(1);
    }
    expect(actsStored().map(({ act, by }) => `${act} ${by}`)).toEqual([
      'emergency.shutdown ann',
      'emergency.resumed bob',
    ]);
  });

  test('COST-43 emergency shutdown all breakers: a process that is killed in the same turn has told the others', async () => {
    const path = scratchFile();
    const board = await openBoard({ store: `sqlite:${path}` });
    atEnd(() => void board.close());
    const told = new Promise<Fact>((resolve) => {
      board.facts$.subscribe((fact) => {
        if (fact.type === 'emergency.shutdown') resolve(fact);
      });
    });
    const ended = await runChild('shut-down-and-die.ts', path);
    expect(ended).toMatchObject({ exitCode: null, complaints: '' });
    expect(await told).toMatchObject({ by: 'another process', origin: 'elsewhere' });
    await expect(board.breaker('api').call(() => 1)).rejects.toEqual(refused);

    const later = await openBoard({ store: `sqlite:${path}` });
    expect(later.emergency).toMatchObject({ reason: 'the bill explodes' });
    await later.close();
  }, 30_000);
});

describe('a breaker’s row and the board’s', () => {
  test('the board’s lifts a latch that was stored before it resumed', async () => {
    const { clock, open, here } = await boardsOnOneFile(1);
    void here.board.breaker('api').actor;
    here.board.emergencyShutdown('stop');
    await clock.advanceAsync(20);
    await here.board.close();

    const second = await open();
    second.board.resume('over', { by: 'ann' });
    await second.board.close();

    const third = await open();
    expect(third.board.breaker('api').snapshot()).toMatchObject({ path: 'closed', latches: [] });
    expect(await third.board.breaker('api').call(() => 1)).toBe(1);
  });

  test('the board’s holds where an operator closed the breaker meanwhile', async () => {
    const { clock, here, there } = await boardsOnOneFile();
    const [api, same] = [here.board.breaker('api'), there.board.breaker('api')];
    here.board.emergencyShutdown('stop', { by: 'ann' });
    for (let act = 0; act < 5; act++) same.forceClose('it is fine here', { by: 'cid' });
    await clock.advanceAsync(600);
    for (const breaker of [api, same]) {
      expect(breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
    }
    here.board.resume('over', { by: 'ann' });
    await clock.advanceAsync(600);
    expect([api.state, same.state]).toEqual(['closed', 'closed']);
  });

  test('the board’s holds against a row of a process that has not heard of it', async () => {
    const { clock, path, here } = await boardsOnOneFile(1);
    const api = here.board.breaker('api');
    here.board.emergencyShutdown('stop');
    expect(api.state).toBe('open');
    const store = openStore(`sqlite:${path}`);
    store.breakerStates.save([row('api', { operatorEpoch: 50 })], clock.nowMs());
    store.close();
    await clock.advanceAsync(250);
    expect(api.actor.getSnapshot().context.operatorEpoch).toBeGreaterThanOrEqual(50);
    expect(api.snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
  });

  test('a latch that is younger than the last resumption stands until the board resumes', async () => {
    const { clock, here, there } = await boardsOnOneFile();
    here.board.resume('nothing is wrong', { by: 'ann' });
    await clock.advanceAsync(600);
    const act = { reason: 'fire', by: 'cid', atMs: clock.nowMs() };
    here.board.breaker('api').actor.send({ type: 'emergency.shutdown', ...act });
    await clock.advanceAsync(600);
    expect(there.board.breaker('api').snapshot().latches).toEqual(['emergency']);
    there.board.resume('out', { by: 'bob' });
    await clock.advanceAsync(600);
    expect(here.board.breaker('api').state).toBe('closed');
    expect(there.board.breaker('api').state).toBe('closed');
  });

  test('processes come to rest: no row is written again and again', async () => {
    const { clock, here, there, other } = await boardsOnOneFile();
    for (const { board } of [here, there]) void board.breaker('api').actor;
    there.board.emergencyShutdown('stop');
    await clock.advanceAsync(250);
    here.board.resume('over', { by: 'ann' });
    await clock.advanceAsync(2_000);
    const revision = (): unknown =>
      other.prepare(`SELECT value FROM counters WHERE name = 'breaker_states.revision'`).get();
    const before = revision();
    await clock.advanceAsync(10_000);
    expect(revision()).toEqual(before);
    expect([here, there].map(({ board }) => board.breaker('api').state)).toEqual([
      'closed',
      'closed',
    ]);
  });
});

describe('two processes at once', () => {
  test('that shut down unite: one emergency, both acts kept', async () => {
    const { clock, here, there, actsStored } = await boardsOnOneFile();
    here.board.emergencyShutdown('the bill', { by: 'ann' });
    there.board.emergencyShutdown('the leak', { by: 'bob' });
    await clock.advanceAsync(250);
    expect(here.board.emergency).toMatchObject({ reason: 'the bill', by: 'ann' });
    expect(there.board.emergency).toEqual(here.board.emergency);
    expect(there.board.breaker('api').explain()).toContain('by ann: the bill');
    expect(actsStored().map(({ by }) => by)).toEqual(['ann', 'bob']);
    here.board.resume('over', { by: 'cid' });
    await clock.advanceAsync(250);
    expect(there.board.emergency).toBeNull();
  });

  test('of which one resumes lifts nothing that it had not heard of', async () => {
    const { clock, here, there } = await boardsOnOneFile();
    here.board.emergencyShutdown('the bill', { by: 'ann' });
    await clock.advanceAsync(250);
    here.board.resume('paid', { by: 'ann' });
    here.board.emergencyShutdown('the leak', { by: 'bob' });
    there.board.resume('paid', { by: 'cid' });
    expect(there.board.emergency).toMatchObject({ reason: 'the leak', by: 'bob' });
    expect(() => there.board.breaker('api').acquire()).toThrow(refused);
    await clock.advanceAsync(250);
    expect(here.board.emergency).toMatchObject({ by: 'bob' });
    there.board.resume('the leak is mended', { by: 'cid' });
    expect(there.board.emergency).toBeNull();
  });
});

describe('a store that is busy', () => {
  test('keeps no emergency from being in force; the row follows, and it is told', async () => {
    const { clock, here, there, other, actsStored } = await boardsOnOneFile();
    other.exec('BEGIN IMMEDIATE');
    here.board.emergencyShutdown('stop', { by: 'ann' });
    expect(() => here.board.breaker('api').acquire()).toThrow(refused);
    await clock.advanceAsync(5_000);
    expect(here.factsOf('store.failed')).toMatchObject([
      { problem: expect.stringContaining('is locked by another connection'), pendingCount: 1 },
    ]);
    expect(here.board.health()).toMatchObject({ status: 'critical', store: 'failing' });
    expect(there.board.emergency).toBeNull();
    other.exec('ROLLBACK');
    await clock.advanceAsync(2_250);
    expect(there.board.emergency).toMatchObject({ by: 'ann' });
    expect(here.factsOf('store.recovered')).toHaveLength(1);
    expect(here.board.health().store).toBe('ok');
    expect(actsStored()).toHaveLength(1);
  });

  test('keeps no operator from resuming', async () => {
    const { clock, here, other, actsStored } = await boardsOnOneFile(1);
    here.board.emergencyShutdown('stop');
    other.exec('BEGIN IMMEDIATE');
    here.board.resume('over', { by: 'ann' });
    expect(await here.board.breaker('api').call(() => 1)).toBe(1);
    other.exec('ROLLBACK');
    await clock.advanceAsync(2_000);
    expect(actsStored().map(({ act }) => act)).toEqual(['emergency.shutdown', 'emergency.resumed']);
  });

  test('is written when the board closes', async () => {
    const { here, other, actsStored } = await boardsOnOneFile(1);
    other.exec('BEGIN IMMEDIATE');
    here.board.emergencyShutdown('stop');
    other.exec('ROLLBACK');
    await here.board.close();
    expect(actsStored()).toHaveLength(1);
  });
});
