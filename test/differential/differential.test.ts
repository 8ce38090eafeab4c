/**
 * The service held against a naive reference that is told every outcome: concurrent and late calls,
 * probes, pauses, operators, budgets, time. A failure prints the seed that replays it.
 */
import fc from 'fast-check';
import { test } from 'vitest';

import { RULES, schedules } from './schedules.ts';
import { SideBySide } from './side-by-side.ts';

const RUNS = process.env['FUSEBOARD_LONG'] === '1' ? 100_000 : 6_000;

test.each(Object.entries(RULES))(
  `the service does what the reference does in ${RUNS} random lives: %s`,
  async (_, rule) => {
    await fc.assert(fc.asyncProperty(schedules(rule), SideBySide.run), { numRuns: RUNS });
  },
  RUNS * 30,
);
