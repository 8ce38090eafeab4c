/** However a call is made, its end is a fact, with what the call said of itself. */
import { expect, test } from 'vitest';

import { openBoard } from '../../index.ts';
import { openVirtualBoard } from './open-boards.ts';

const labels = { tags: { tenant: 'acme' }, correlationId: 'c-1' };

test('a permit and a synchronous call say how they ended, as every call does', async () => {
  const { board, factsOf } = await openVirtualBoard();
  const breaker = board.breaker('b');
  await breaker.call(() => 1, labels);
  breaker.callSync(() => 1);
  const permit = breaker.acquire(labels);
  permit.fail(new TypeError('never told'));
  board.flush();
  const ended = { breaker: 'b', attempt: 1, recorded: 'counted' };
  expect(factsOf('call.finished')).toMatchObject([
    { ...ended, ...labels, outcome: 'succeeded' },
    { ...ended, outcome: 'succeeded' },
    { ...ended, ...labels, outcome: 'failed', errorName: 'TypeError' },
  ]);
});

test('a permit settled again says nothing more', async () => {
  const { board, factsOf } = await openVirtualBoard();
  const permit = board.breaker('b').acquire();
  expect([permit.succeed(), permit.fail()]).toEqual(['counted', 'late']);
  board.flush();
  expect(factsOf('call.finished')).toHaveLength(1);
});

test('a retried call says how each attempt ended, and which it was', async () => {
  const { board, clock, factsOf } = await openVirtualBoard({ random: () => 0 });
  const breaker = board.breaker('b', { retry: { attemptsMax: 2, retryIf: () => true } });
  let calls = 0;
  const result = breaker.call(() => {
    if (++calls === 1) throw new RangeError('once');
    return 'then';
  });
  await clock.advanceAsync(10);
  expect(await result).toBe('then');
  board.flush();
  expect(factsOf('call.finished').map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, 'failed'],
    [2, 'succeeded'],
  ]);
});

test.each([
  ['clock', { clock: {} }],
  ['random', { random: 0.5 }],
])('a board refuses a %s that is none', async (name, options) => {
  await expect(openBoard(options as never)).rejects.toThrow(`board.${name} must be`);
});
