/** kill -9 while processes spend: nothing is overspent, and nothing is lost from the books. */
import { test } from 'vitest';

import { killRun } from './kill-run.ts';
import { expectNothingLost, seedOr } from './kill-verdict.ts';

const KILLS = 50;

test(`CRIT-105 budget enforcement: ${KILLS} kills among 8 processes overspend and lose nothing`, async () => {
  const seed = seedOr(105);
  const replay = `FUSEBOARD_SEED=${seed} npx vitest run test/money-processes/kill.test.ts`;
  expectNothingLost(await killRun(KILLS, seed), KILLS, replay);
}, 180_000);
