/** Runs of the demo that were interrupted, for tests of what becomes of them. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { writePosition } from '../../visualizations/demo/position.ts';
import { createScenario, type Phase } from '../../visualizations/demo/scenario.ts';
import { scratchFolder } from '../cli/process.ts';
import { seededRandom } from '../kit/seeded-random.ts';

export const DATABASE = '.fuseboard/demo.db';
export const POSITION = `${DATABASE}.position.json`;

const STORY = createScenario(7, 20_000, seededRandom(7));
export const startOf = (phase: Phase): number =>
  STORY.stretches.find((each) => each.phase === phase)?.startMs ?? NaN;

/** A folder in which a run of 20 seconds was interrupted shortly before a part of its story. */
export function interruptedBefore(phase: Phase): string {
  const cwd = scratchFolder();
  mkdirSync(join(cwd, dirname(POSITION)));
  writePosition(join(cwd, POSITION), {
    version: 1,
    seed: 7,
    durationMs: STORY.durationMs,
    elapsedMs: Math.max(0, startOf(phase) - 200),
    isComplete: false,
    pid: null,
    atMs: 0,
  });
  return cwd;
}
