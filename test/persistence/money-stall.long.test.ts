/** A main thread that stalls for longer than a lease: its writer thread keeps the lease. */
import { expect, it } from 'vitest';

import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { systemClock } from '../../services/clock.ts';
import { startChild } from './child.ts';
import { atEnd, scratchFile } from './scratch.ts';

it('forfeits nothing of a process whose main thread stands still for 35 seconds', async () => {
  const path = scratchFile();
  const child = startChild('threaded-money.ts', path, 'stalls');
  expect(await child.line()).toBe('"drawn"');
  const file = openSqlite(path);
  atEnd(() => file.close());
  const engine = sqliteMoney(file, systemClock);
  expect(await child.line()).toBe('"awake"');
  expect(engine.changes().forfeits).toEqual([]);
  expect(engine.accounts(null)).toMatchObject([{ heldNanoUsd: 60, forfeitedNanoUsd: 0 }]);
});
