/** The same as kill.test.ts, for long. */
import { test } from 'vitest';

import { killRun } from './kill-run.ts';
import { expectNothingLost, seedOr } from './kill-verdict.ts';

const KILLS = 1_000;

test(`CRIT-105 budget enforcement: ${KILLS} kills among 8 processes overspend and lose nothing`, async () => {
  const seed = seedOr(1_105);
  const file = 'test/money-processes/kill.long.test.ts';
  const replay = `FUSEBOARD_SEED=${seed} FUSEBOARD_LONG=1 npx vitest run ${file}`;
  expectNothingLost(await killRun(KILLS, seed), KILLS, replay);
}, 1_800_000);
