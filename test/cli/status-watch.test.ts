/** `fuseboard status --watch` on a store, look by look. */
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { openBooksToRead } from '../../persistence/open-books.ts';
import { runStatus } from '../../visualizations/commands/status-command.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { openIn, STORE } from './books.ts';
import { scratchFolder } from './process.ts';

test('a look that finds nothing new tells nothing', async () => {
  const cwd = scratchFolder();
  await using board = await openIn(cwd);
  board.breaker('held').forceOpen('maintenance');
  board.flush();
  const clock = new VirtualClock();
  const lines: string[] = [];
  let interrupt = (): void => {};
  const output = { write: (text: string) => lines.push(text), on() {}, off() {} };
  const io = {
    ...{ stdout: output, stderr: output, env: {} },
    onInterrupt(run: () => void) {
      interrupt = run;
      return () => {};
    },
  };
  const openStored = (store: string) => Promise.resolve(openBooksToRead(store, clock));
  const args = ['--store', `sqlite:${join(cwd, STORE)}`, '--watch', '--json'];
  const ended = runStatus(args, { io, clock, openStored });
  await clock.settle();
  for (let look = 0; look < 3; look++) await clock.advanceAsync(1_000);
  expect(lines).toHaveLength(1);
  board.breaker('held').reset('over');
  board.flush();
  await clock.advanceAsync(1_000);
  expect(lines).toHaveLength(2);
  interrupt();
  expect(await ended).toBe(0);
});
