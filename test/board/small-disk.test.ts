/** A disk that is full while a program runs: calls go on, and its states are caught up with. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { expect, test } from 'vitest';

import { atEnd, openSqliteStore, scratchFile } from '../persistence/scratch.ts';
import { childPath } from './child.ts';

/** Changes the limits of a process that runs: the disk gets room again. */
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

test.skipIf(!hasPrlimit)('a full disk breaks no call and loses no state', async () => {
  const path = scratchFile();
  const script = childPath('board-on-a-small-disk.ts');
  const child = spawn(
    'prlimit',
    ['--fsize=262144:unlimited', process.execPath, '--import', 'tsx', script, path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  atEnd(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (!line.startsWith('failed')) continue;
    const { status } = spawnSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited']);
    expect(status).toBe(0);
  }
  expect(await closed).toEqual([0, null]);
  expect(lines).toEqual([
    expect.stringContaining(path),
    'recovered',
    expect.stringMatching(/^tripped \d+$/),
  ]);
  const trippedCount = Number(lines[2]?.slice('tripped '.length));
  const { rows } = openSqliteStore(path).breakerStates.load();
  expect(rows.filter(({ state }) => state === 'open.cooling')).toHaveLength(trippedCount);
});
