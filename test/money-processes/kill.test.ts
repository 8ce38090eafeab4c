/** kill -9 while processes spend: nothing is overspent, and nothing is lost from the books. */
import { expect, test } from 'vitest';

import { killRun } from './kill-run.ts';

const KILLS = 50;
const SEED = Number(process.env['FUSEBOARD_SEED'] ?? 105);

test(`CRIT-105 budget enforcement: ${KILLS} kills of 8 processes overspend and lose nothing`, async () => {
  const replay = `FUSEBOARD_SEED=${SEED} npx vitest run test/money-processes/kill.test.ts`;
  const run = await killRun(KILLS, SEED);
  const { watcher, kills, wrong, mismatches } = run;
  console.log({ ...run, changes: watcher.changes() });
  expect({ wrong, mismatches, seen: watcher.breaches }, replay).toEqual({
    wrong: [],
    mismatches: [],
    seen: [],
  });
  expect(kills).toBe(KILLS);
}, 180_000);
