/** As many real threads as nobody should have, each with a board of its own on one file. */
import { test } from 'vitest';

import { runCrowd } from './thread-crowd.ts';

test('CRIT-93 100 threads on one file: counts exact, merged states right, no deadlock', async () => {
  await runCrowd({ threads: 100, boundMs: 600_000 });
}, 700_000);
