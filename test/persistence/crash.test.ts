/** kill -9 while writing: what was acknowledged is there, and no pair of rows is torn. */
import { expect, it } from 'vitest';

import { startChild } from './child.ts';
import { rowsOf } from './raw-file.ts';
import { coolingRow, stored } from './rows.ts';
import { openSqliteStore, scratchFile } from './scratch.ts';

it('keeps every acknowledged row, and both rows of a save or none, through kill -9', async () => {
  const path = scratchFile();
  let acknowledged = 0;
  for (const killAfter of [1, 40, 7, 150, 80]) {
    const child = startChild('save-until-killed.ts', path, String(acknowledged + 1));
    for (let heard = 0; heard < killAfter; heard++) acknowledged = Number(await child.line());
    await child.kill();
    acknowledged = Number((await child.rest()).at(-1) ?? acknowledged);

    const store = openSqliteStore(path);
    const [left, right] = ['left', 'right'].map((name) => stored(store.breakerStates, name));
    const generation = left?.generation ?? -1;
    expect([acknowledged, acknowledged + 1]).toContain(generation);
    expect(left).toEqual(coolingRow('left', generation, { generation }));
    expect(right).toEqual(coolingRow('right', generation, { generation }));
    expect(rowsOf(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    store.close();
    acknowledged = generation;
  }
}, 60_000);
