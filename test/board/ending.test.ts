/** A program that just ends loses nothing, and nothing of a board keeps it from ending. */
import { expect, test } from 'vitest';

import { openSqliteStore, scratchFile } from '../persistence/scratch.ts';
import { runChild } from './child.ts';

const endings: readonly (readonly [how: string, exitCode: number])[] = [
  ['falling off its end', 0],
  ['exit', 0],
  ['exit in a promise', 0],
  ['exit while locked', 0],
  ['throw', 1],
];

test.each(endings)(
  'a program that ends by %s has stored its states and told its facts',
  async (how, exitCode) => {
    const path = scratchFile();
    const ended = await runChild('program-that-ends.ts', path, how);
    expect(ended).toMatchObject({
      exitCode,
      complaints: exitCode === 0 ? '' : expect.stringContaining('the program’s own'),
    });
    expect(openSqliteStore(path).breakerStates.load().rows).toMatchObject([
      { name: 'api', state: 'open.cooling', cause: 'consecutive_failures' },
      { name: 'held', state: 'open.latched', latches: [{ by: 'ann', reason: 'by hand' }] },
    ]);
    expect(ended.lines).toEqual([
      'breaker.configured',
      'state.changed',
      'operator.acted',
      'state.changed',
    ]);
  },
);

test('a program without a store loads no database, and ends with breakers open', async () => {
  expect(await runChild('program-without-a-store.ts')).toEqual({
    exitCode: 0,
    lines: ['no database'],
    complaints: '',
  });
});
