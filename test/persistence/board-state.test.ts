/** The row of a whole board, and the acts that made it so, in whatever store. */
import { describe, expect, it } from 'vitest';

import { stateAfter } from '../../persistence/board-state.ts';
import { memoryStore } from '../../persistence/memory.ts';
import type { BoardAct, BoardState, Store } from '../../persistence/store.ts';
import { openRaw, rowsOf } from './raw-file.ts';
import { openSqliteStore, scratchFile } from './scratch.ts';

const QUIET: BoardState = { epoch: 0, emergency: null, resumed: null };

const shutdown = (by: string, knownEpoch = 0, atMs = 1): BoardAct => ({
  act: 'emergency.shutdown',
  reason: `${by} says`,
  by,
  atMs,
  knownEpoch,
});
const resumed = (by: string, knownEpoch: number, atMs = 9): BoardAct => ({
  ...shutdown(by, knownEpoch, atMs),
  act: 'emergency.resumed',
});
const word = ({ reason, by, atMs }: BoardAct) => ({ reason, by, atMs });

describe('what acts make of a state', () => {
  const shut = stateAfter(QUIET, [shutdown('ann')]);

  it('a shutdown is in force as it began, whoever shuts down again', () => {
    expect(shut).toEqual({ epoch: 1, emergency: word(shutdown('ann')), resumed: null });
    const again = stateAfter(shut, [shutdown('bob', 1, 5)]);
    expect(again).toEqual({ epoch: 2, emergency: word(shutdown('ann')), resumed: null });
  });

  it('a resumption lifts what its author knew of', () => {
    expect(stateAfter(shut, [resumed('bob', 1)])).toEqual({
      epoch: 2,
      emergency: null,
      resumed: word(resumed('bob', 1)),
    });
  });

  it('a resumption lifts nothing that began since its author looked', () => {
    expect(stateAfter(shut, [resumed('bob', 0)])).toEqual({ ...shut, epoch: 2 });
  });

  it('acts that wait for the store together are taken in their order', () => {
    const both = [shutdown('ann', 0), resumed('ann', 0)];
    expect(stateAfter(QUIET, both).emergency).toBeNull();
    expect(stateAfter(QUIET, [...both, shutdown('bob', 0, 20)]).emergency?.by).toBe('bob');
    // Somebody else had shut down meanwhile.
    expect(stateAfter(stateAfter(QUIET, [shutdown('cid')]), both).emergency?.by).toBe('cid');
  });

  it('the latest resumption is remembered', () => {
    const late = stateAfter(QUIET, [resumed('ann', 0, 100)]);
    expect(stateAfter(late, [resumed('bob', 1, 50)]).resumed?.by).toBe('ann');
    expect(stateAfter(late, [resumed('bob', 1, 150)]).resumed?.by).toBe('bob');
  });
});

describe.each<[string, () => Store]>([
  ['memory', memoryStore],
  ['SQLite', () => openSqliteStore(scratchFile())],
])('the state of a board in %s', (_, open) => {
  it('is quiet at first', () => {
    const { boardState } = open();
    expect(boardState.load()).toEqual(QUIET);
    expect(boardState.acts(10)).toEqual([]);
    expect(boardState.changes()).toBeNull();
  });

  it('is what the acts make of it, and keeps them', () => {
    const { boardState } = open();
    const acts = [shutdown('Großbrand 🔥'), resumed("'; --", 0)];
    const first = boardState.apply(acts.slice(0, 1));
    expect(boardState.load()).toEqual(first);
    expect(first.emergency).toEqual(word(acts[0] as BoardAct));
    const second = boardState.apply([resumed("'; --", 1)]);
    expect(second).toEqual(boardState.after(first, [resumed("'; --", 1)]));
    expect(boardState.load()).toEqual(second);
    expect(boardState.acts(10)).toEqual([acts[0], resumed("'; --", 1)]);
    expect(boardState.acts(1)).toEqual([resumed("'; --", 1)]);
  });

  it.each([
    ['atMs', { atMs: NaN }],
    ['atMs', { atMs: Infinity }],
    ['knownEpoch', { knownEpoch: 0.5 }],
    ['knownEpoch', { knownEpoch: -1 }],
  ])('refuses an act of impossible %s and writes none of its neighbours', (field, fields) => {
    const { boardState } = open();
    expect(() => boardState.apply([shutdown('ann'), { ...shutdown('bob'), ...fields }])).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringContaining(field),
      }),
    );
    expect(boardState.load()).toEqual(QUIET);
    expect(boardState.acts(10)).toEqual([]);
  });

  it('says that it is closed', () => {
    const store = open();
    store.close();
    expect(() => store.boardState.apply([shutdown('ann')])).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
  });
});

describe('the state of a board in a file', () => {
  it('is seen by another connection, once', () => {
    const path = scratchFile();
    const [here, there] = [openSqliteStore(path), openSqliteStore(path)];
    for (const { boardState } of [here, there]) boardState.load();
    const state = there.boardState.apply([shutdown('ann')]);
    expect(here.boardState.changes()).toEqual(state);
    expect(here.boardState.changes()).toBeNull();
    expect(there.boardState.changes()).toBeNull();
  });

  it('is synced to disk, and leaves the connection as it was', () => {
    const path = scratchFile();
    const { boardState } = openSqliteStore(path);
    const raw = openRaw(path);
    raw.exec('BEGIN IMMEDIATE');
    expect(() => boardState.apply([shutdown('ann')])).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
    raw.exec('ROLLBACK');
    boardState.apply([shutdown('ann')]);
    expect(rowsOf(path, 'SELECT count(*) AS count FROM board_acts')).toEqual([{ count: 1 }]);
  });

  it('keeps an act once that is applied again, as after an answer that was lost', () => {
    const { boardState } = openSqliteStore(scratchFile());
    boardState.apply([shutdown('ann')]);
    boardState.apply([shutdown('ann')]);
    expect(boardState.acts(10)).toEqual([shutdown('ann')]);
  });

  it.each([
    ['changed', `UPDATE board_acts SET by_whom = 'nobody'`],
    ['removed', 'DELETE FROM board_acts'],
  ])('has acts that cannot be %s', (_, sql) => {
    const path = scratchFile();
    openSqliteStore(path).boardState.apply([shutdown('ann')]);
    expect(() => openRaw(path).exec(sql)).toThrow('board_acts is append-only');
  });
});
