/** Tapes are bounded in all: the one that was written longest ago goes, and no other. */
import { expect, test } from 'vitest';

import { TAPE_MAX } from '../../visualizations/inspector/protocol.ts';
import { Tapes } from '../../visualizations/inspector/tapes.ts';
import { openVirtualBoard } from '../board/open-boards.ts';

async function taped() {
  const { board, clock } = await openVirtualBoard({ observed: false, breakersMax: 5_000 });
  const tapes = new Tapes({ clock, nextTick: () => 1, onTaken: () => {}, onEvent: () => {} });
  board.inspectActors((event) => tapes.hear(event));
  const write = (name: string, count = 1): void => {
    const { actor } = board.breaker(name);
    for (let sent = 0; sent < count; sent++) actor.send({ type: 'probe.due', atMs: sent });
  };
  const lengthOf = (name: string): number => tapes.since(name, null).tape.length;
  return { write, lengthOf };
}

test('of more than a thousand tapes the one that was written longest ago is forgotten', async () => {
  const { write, lengthOf } = await taped();
  for (let index = 0; index < 1_000; index++) write(`b${index}`);
  write('b0');
  write('newcomer');
  expect(['b0', 'b1', 'b2', 'newcomer'].map(lengthOf)).toEqual([2, 0, 1, 1]);
});

test('of more than twenty thousand events those of the tape written longest ago are', async () => {
  const { write, lengthOf } = await taped();
  for (let index = 0; index < 100; index++) write(`b${index}`, TAPE_MAX);
  write('newcomer', 2);
  expect(['b0', 'b1', 'b99', 'newcomer'].map(lengthOf)).toEqual([0, TAPE_MAX, TAPE_MAX, 2]);
});

test('a breaker that is busy for long takes no tape from one that is quiet', async () => {
  const { write, lengthOf } = await taped();
  write('quiet');
  write('busy', 20_100);
  expect(['quiet', 'busy'].map(lengthOf)).toEqual([1, TAPE_MAX]);
});
