/** Real threads, each with a board of its own on one file. */
import { test } from 'vitest';

import { runCrowd } from './thread-crowd.ts';

const THREADS = 8;
const BOUND_MS = 60_000;

test(`CRIT-10 CRIT-11 ${THREADS} threads on one file: counts exact, merged states right, no deadlock`, async () => {
  await runCrowd({ threads: THREADS, boundMs: BOUND_MS });
}, 90_000);

test('CRIT-12 threads make their calls while another holds the file, and agree when it lets go', async () => {
  await runCrowd({ threads: 4, isLocked: true, boundMs: BOUND_MS });
}, 90_000);
