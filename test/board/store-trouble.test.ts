/** A store that cannot be used never breaks a call: it is reported once, and caught up with. */
import { describe, expect, test } from 'vitest';

import { loadSqlite } from '../../persistence/native-guard.ts';
import { openStore } from '../../persistence/open-store.ts';
import { startChild } from '../persistence/child.ts';
import { atEnd, scratchFile } from '../persistence/scratch.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

/** A board on a file, and another connection to get in its way. */
async function boardOnFile() {
  const path = scratchFile();
  const opened = await openVirtualBoard({ store: `sqlite:${path}`, defaults: QUICK });
  const other = new (loadSqlite())(path, { timeout: 0 });
  atEnd(() => void other.close());
  const statesStored = (): Record<string, string> => {
    const store = openStore(`sqlite:${path}`);
    const { rows } = store.breakerStates.load();
    store.close();
    return Object.fromEntries(rows.map(({ name, state }) => [name, state]));
  };
  return { ...opened, path, other, statesStored };
}

describe('a locked file', () => {
  test('is told of once, while calls go on; then what is owed is written', async () => {
    const { board, clock, factsOf, other, statesStored } = await boardOnFile();
    const [api, mail] = [board.breaker('api'), board.breaker('mail')];
    other.exec('BEGIN IMMEDIATE');
    failTimes(api, 1);
    await clock.advanceAsync(5_000);
    failTimes(mail, 1);
    await clock.advanceAsync(5_000);
    expect(factsOf('store.failed')).toMatchObject([
      { problem: expect.stringContaining('is locked by another connection'), pendingCount: 1 },
    ]);
    expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'circuit_open' }));
    await expect(board.breaker('other').call(() => 1)).resolves.toBe(1);
    mail.reset('again');
    await clock.advanceAsync(60_000);
    expect(api.state).toBe('half_open');
    expect(factsOf('store.failed')).toHaveLength(1);
    expect(factsOf('store.recovered')).toEqual([]);

    other.exec('ROLLBACK');
    await clock.advanceAsync(2_000);
    expect(factsOf('store.recovered')).toHaveLength(1);
    expect(statesStored()).toEqual({ api: 'half_open', mail: 'closed' });
  });

  test('is told of again when it is locked again', async () => {
    const { board, clock, factsOf, other } = await boardOnFile();
    for (const name of ['first', 'second']) {
      other.exec('BEGIN IMMEDIATE');
      failTimes(board.breaker(name), 1);
      await clock.advanceAsync(1_000);
      other.exec('ROLLBACK');
      await clock.advanceAsync(3_000);
    }
    expect(factsOf('store.failed')).toHaveLength(2);
    expect(factsOf('store.recovered')).toHaveLength(2);
  });

  test('for a moment, as by another writer, is no news', async () => {
    const { board, clock, factsOf, other, statesStored } = await boardOnFile();
    other.exec('BEGIN IMMEDIATE');
    failTimes(board.breaker('api'), 1);
    await clock.advanceAsync(9);
    other.exec('ROLLBACK');
    await clock.advanceAsync(20);
    expect(statesStored()).toEqual({ api: 'open.cooling' });
    expect(factsOf('store.failed')).toEqual([]);
    expect(factsOf('store.recovered')).toEqual([]);
  });

  test('is waited for when the board closes', async () => {
    const { board, path, statesStored } = await boardOnFile();
    const holder = startChild('hold-lock.ts', path, 'BEGIN IMMEDIATE');
    expect(await holder.line()).toBe('held');
    failTimes(board.breaker('api'), 1);
    holder.tell('let go');
    await board.close();
    expect(statesStored()).toEqual({ api: 'open.cooling' });
  });

  test('that stays locked does not keep a board from closing, which says what is lost', async () => {
    const { board, factsOf, other, statesStored } = await boardOnFile();
    other.exec('BEGIN IMMEDIATE');
    failTimes(board.breaker('api'), 1);
    await board.close();
    expect(factsOf('store.failed')).toMatchObject([{ pendingCount: 1 }]);
    other.exec('ROLLBACK');
    expect(statesStored()).toEqual({});
  });
});

describe('a file whose tables are gone', () => {
  test('can neither be read nor written, is told of once, and recovers as a whole', async () => {
    const { board, clock, factsOf, other, statesStored } = await boardOnFile();
    other.exec('ALTER TABLE breaker_states RENAME TO hidden');
    await clock.advanceAsync(2_000);
    failTimes(board.breaker('api'), 1);
    await clock.advanceAsync(2_000);
    expect(factsOf('store.failed')).toMatchObject([
      { problem: expect.stringContaining('is not laid out as its version says') },
    ]);
    await expect(board.breaker('other').call(() => 1)).resolves.toBe(1);
    other.exec('ALTER TABLE hidden RENAME TO breaker_states');
    await clock.advanceAsync(3_000);
    expect(factsOf('store.failed')).toHaveLength(1);
    expect(factsOf('store.recovered')).toHaveLength(1);
    expect(statesStored()).toEqual({ api: 'open.cooling' });
  });
});

test('a damaged row is set aside with a fact, and the breaker starts closed', async () => {
  const first = await boardOnFile();
  failTimes(first.board.breaker('api'), 1);
  failTimes(first.board.breaker('mail'), 1);
  await first.board.close();
  first.other.exec(`UPDATE breaker_states SET state = 'ajar' WHERE name = 'api'`);
  first.other.exec(`UPDATE breaker_states SET version = 99 WHERE name = 'mail'`);

  const { board, clock, factsOf } = await openVirtualBoard({ store: `sqlite:${first.path}` });
  await clock.settle();
  expect(factsOf('state.set_aside')).toMatchObject([
    { breaker: 'api', problem: expect.stringContaining('state must be one of') },
    { breaker: 'mail', problem: expect.stringContaining('version must be 1, got 99') },
  ]);
  expect(board.breaker('api').state).toBe('closed');
  expect(board.breaker('mail').state).toBe('closed');
});
