/** Real threads, each with a board of its own on one file. */
import { test } from 'vitest';

import { runCrowd } from './thread-crowd.ts';

const THREADS = 8;

test(`CRIT-10 CRIT-11 ${THREADS} threads on one file: counts exact, merged states right, no deadlock`, async () => {
  await runCrowd({ threads: THREADS, boundMs: 60_000 });
}, 90_000);

test('CRIT-12 threads make their calls while another holds the file, and agree when it lets go', async () => {
  // A thread that waited for the file, if only for five seconds each time, would not be done.
  await runCrowd({ threads: 4, isLocked: true, boundMs: 20_000 });
}, 30_000);
