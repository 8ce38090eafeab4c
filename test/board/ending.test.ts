/** Nothing of a board keeps a program from ending. How programs end is in test/processes. */
import { expect, test } from 'vitest';

import { runChild } from './child.ts';

test('a program without a store loads no database, and ends with breakers open', async () => {
  expect(await runChild('program-without-a-store.ts')).toEqual({
    exitCode: 0,
    lines: ['no database'],
    complaints: '',
  });
});

test('a program whose board somebody watches ends when it has nothing else to do', async () => {
  expect(await runChild('program-that-is-watched.ts')).toEqual({
    exitCode: 0,
    lines: ['watched'],
    complaints: '',
  });
});
