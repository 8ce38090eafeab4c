/**
 * No order of events overspends a budget, loses a cent, leaves a caller waiting, or a timer behind.
 * Judged by an auditor of its own, who sees what stores carry out and what reaches the upstream.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { anyStep, anyWorld, World, type Weights } from './world.ts';

const isLong = process.env['FUSEBOARD_LONG'] === '1';
const RUNS = isLong ? 20_000 : 150;

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => void process.on('unhandledRejection', note));
afterAll(() => void process.off('unhandledRejection', note));

const lives = (weights: Weights, length: number) =>
  fc.asyncProperty(
    fc.scheduler(),
    anyWorld,
    fc.array(anyStep(weights), { minLength: 1, maxLength: length, size: 'max' }),
    async (scheduler, options, steps) => {
      unhandled.length = 0;
      const world = await World.open(options);
      const problems = await world.live(scheduler, steps);
      expect([...problems, ...unhandled]).toEqual([]);
    },
  );

it.each([
  ['in one period, with a store that answers', { long: 0, trouble: 0 }],
  ['across periods and leases', { long: 3, trouble: 0 }],
  ['with stores that fail and boards that close', { long: 1, trouble: 2 }],
] as const)('money is neither overspent nor lost %s', async (_, weights) => {
  await fc.assert(lives(weights, 30), { numRuns: RUNS });
});
