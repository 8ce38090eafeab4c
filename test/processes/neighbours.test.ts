/** Processes that share a file: what one comes to, the others learn, and outlive it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { scratchFolder } from '../cli/process.ts';
import { lookInto } from './crash-site.ts';
import { start, type Program } from './programs.ts';

const POLL_MS = 250;
/** What a busy machine may add. */
const NOISE_MS = 5_000;

/** Starts a process on the file; its breaker is in that state. */
async function neighbour(path: string, state: string): Promise<Program> {
  const program = await start('neighbour.ts', path);
  expect(await program.line()).toBe(state);
  return program;
}

/** Lets one process act, and waits until another has learnt of it. */
async function learns(other: Program, state: string, one: Program, act: string): Promise<void> {
  one.tell(act);
  const [own, , ownAtMs] = (await one.line()).split(' ');
  expect(own).toBe(state);
  const [learnt, event, atMs] = (await other.line()).split(' ');
  expect([learnt, event]).toEqual([state, 'peer.changed']);
  expect(Number(atMs) - Number(ownAtMs)).toBeLessThan(POLL_MS + NOISE_MS);
}

test('CRIT-11 two processes learn of trips and operators from each other, and outlive a kill', async () => {
  const path = join(scratchFolder(), 'board.db');
  const [first, second] = [await neighbour(path, 'closed'), await neighbour(path, 'closed')];
  await learns(second, 'open.cooling', first, 'trip');
  await learns(first, 'closed', second, 'close');
  await learns(first, 'open.latched', second, 'open');
  await learns(second, 'closed', first, 'close');
  await learns(first, 'open.cooling', second, 'trip');

  first.kill();
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });
  const third = await neighbour(path, 'open.cooling');
  await learns(third, 'closed', second, 'close');
  await learns(second, 'open.latched', third, 'open');
  for (const program of [second, third]) program.kill();
  await Promise.all([second.ended, third.ended]);
  const { rows, integrity } = lookInto(path);
  expect(integrity).toBe('ok');
  expect(rows).toMatchObject([{ name: 'api', state: 'open.latched', operatorEpoch: 5 }]);
});
