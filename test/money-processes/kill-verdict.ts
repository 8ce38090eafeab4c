/** What a run with kills must have come to. */
import { expect } from 'vitest';

import type { KillRun } from './kill-run.ts';

/** Of the environment, or its own: the same plan of calls, answers and kills. */
export const seedOr = (own: number): number => Number(process.env['FUSEBOARD_SEED'] ?? own);

/** `replay`: the command that runs it again. */
export function expectNothingLost(run: KillRun, kills: number, replay: string): void {
  const { wrong, mismatches, watcher } = run;
  expect({ wrong, mismatches, seenBeyondLimits: watcher.breaches }, replay).toEqual({
    wrong: [],
    mismatches: [],
    seenBeyondLimits: [],
  });
  expect(run.kills, replay).toBe(kills);
  // Or the kills came when nothing was going on, and all of the above says little.
  expect(run.rowCount, replay).toBeGreaterThan(kills * 5);
  expect(run.unbookedCount, replay).toBeGreaterThan(kills / 2);
  expect(run.forfeitedNanoUsd, replay).toBeGreaterThan(0);
  expect(run.raises, replay).toBeGreaterThan(kills / 20);
  expect(watcher.changes(), replay).toBeGreaterThan(kills);
}
