/** The board as the manager of its breakers: opened, asked for breakers, closed. */
import { expect, test } from 'vitest';

import { openBoard } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { openSqliteStore, scratchFile } from '../persistence/scratch.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

test('COST-36 manager initialization: a board opens without options, quiet and empty', async () => {
  await using board = await openBoard();
  expect(board.breakers()).toEqual([]);
  expect(board.emergency).toBeNull();
  expect(board.health().status).toBe('healthy');
});

test.each([
  ['store', 7],
  ['store', 'postgres'],
  ['breakersMax', 0],
  ['pollMs', 1],
  ['defaults', { failureThreshold: 0 }],
  ['unknown', 1],
])('COST-36 manager initialization: option %s cannot be %o', async (option, value) => {
  await expect(openBoard({ [option]: value })).rejects.toMatchObject({
    code: 'invalid_option',
    message: expect.stringContaining(option),
  });
});

test('COST-37 circuit breaker creation: with the board’s defaults, and with options of its own', async () => {
  const { board } = await openVirtualBoard({ defaults: QUICK });
  const [plain, patient] = [board.breaker('plain'), board.breaker('own', { failureThreshold: 3 })];
  for (const breaker of [plain, patient]) failTimes(breaker, 1);
  expect([plain.state, patient.state]).toEqual(['open', 'closed']);
});

test('COST-38 circuit breaker registration: one name is one breaker, and every one is listed', async () => {
  const { board } = await openVirtualBoard();
  const names = ['llm', 'search', 'mail'];
  const made = names.map((name) => board.breaker(name));
  expect(names.map((name) => board.breaker(name))).toEqual(made);
  expect(new Set(board.breakers())).toEqual(new Set(made));
  expect(() => board.breaker('llm', { failureThreshold: 9 })).toThrow(
    expect.objectContaining({ code: 'options_conflict' }),
  );
});

test('COST-39 manager shutdown cleanup: calls end, states are kept, no timer and no actor is left', async () => {
  const path = scratchFile();
  const clock = new VirtualClock();
  const { board } = await openVirtualBoard({ store: `sqlite:${path}`, clock, defaults: QUICK });
  let finish: (value: string) => void = () => {};
  const running = board.breaker('slow').call(() => new Promise<string>((end) => (finish = end)));
  failTimes(board.breaker('down'), 1);
  board.emergencyShutdown('stop', { by: 'ann' });
  board.resume('over', { by: 'ann' });
  const closing = board.close();
  finish('the answer');
  await closing;
  expect(await running).toBe('the answer');
  expect(clock.pendingCount).toBe(0);
  expect(board.breaker('down').actor.getSnapshot().status).toBe('stopped');
  await expect(board.breaker('slow').call(() => 1)).rejects.toMatchObject({ code: 'board_closed' });
  const { breakerStates, boardState } = openSqliteStore(path);
  expect(breakerStates.load().rows.map(({ name }) => name)).toContain('down');
  expect(boardState.acts(9).map(({ act }) => act)).toEqual([
    'emergency.shutdown',
    'emergency.resumed',
  ]);
});

test('COST-39 manager shutdown cleanup: also while charts are still being told', async () => {
  const { board, clock } = await openVirtualBoard();
  for (let number = 0; number < 50; number++) void board.breaker(`api ${number}`).actor;
  board.emergencyShutdown('stop');
  await board.close();
  expect(clock.pendingCount).toBe(0);
});

test('COST-40 multiple breaker coordination: one that trips leaves the others alone; all heed the board', async () => {
  const { board } = await openVirtualBoard({ defaults: QUICK });
  const breakers = ['llm', 'search', 'mail'].map((name) => board.breaker(name));
  failTimes(board.breaker('search'), 1);
  expect(breakers.map(({ state }) => state)).toEqual(['closed', 'open', 'closed']);
  board.emergencyShutdown('stop');
  expect(breakers.map(({ state }) => state)).toEqual(['open', 'open', 'open']);
  board.resume('over', { by: 'ann' });
  expect(breakers.map(({ state }) => state)).toEqual(['closed', 'open', 'closed']);
  expect(board.breaker('search').snapshot().path).toBe('open.cooling');
});

test('CRIT-32 multiple circuit breakers coordinate: facts of all come in one order, and one health covers them', async () => {
  const { board, clock, facts } = await openVirtualBoard({ defaults: QUICK });
  for (const name of ['a', 'b', 'c']) failTimes(board.breaker(name), 1);
  board.breaker('b').reset('anew');
  await clock.settle();
  const moves = facts.flatMap((fact) => (fact.type === 'state.changed' ? [fact] : []));
  expect(moves.map(({ breaker, to }) => `${breaker} ${to}`)).toEqual([
    'a open.cooling',
    'b open.cooling',
    'c open.cooling',
    'b closed',
  ]);
  expect(board.health().breakers).toMatchObject({ total: 3, open: 2, closed: 1 });
});

test('CRIT-35 resource usage scales with the number of breakers: those at rest have no actor, no timer, no row', async () => {
  const path = scratchFile();
  const { board, clock } = await openVirtualBoard({ store: `sqlite:${path}`, observed: false });
  const idle = clock.pendingCount;
  for (let number = 0; number < 10_000; number++) board.breaker(`api ${number}`);
  board.emergencyShutdown('stop');
  await clock.advanceAsync(1_000);
  board.resume('over', { by: 'ann' });
  await clock.advanceAsync(1_000);
  expect(clock.pendingCount).toBe(idle);
  expect(openSqliteStore(path).breakerStates.load().rows).toEqual([]);
});
