/** Every step of the built-in breaker's whole graph, not only one of each kind, executed. */
import { expect } from 'vitest';

import type { BreakerOptions } from '../../index.ts';
import { breakerMachine } from '../../machines/breaker.ts';
import { breakerGraph, breakerUnderTest, describePaths, generatePaths } from '../kit/index.ts';
import { CollectingRunner } from './collecting-runner.ts';

const { sameStep: _, ...graph } = breakerGraph;

/** Walks thousands of paths on real breakers with these options. Two probes must be needed. */
export async function walkEveryStep(options: BreakerOptions): Promise<void> {
  const paths = generatePaths(breakerMachine, graph);
  const vitest = new CollectingRunner();
  describePaths(paths, {
    vitest,
    create: () => breakerUnderTest(options),
    expected: breakerGraph.serializeState,
  });
  expect(paths.paths.length).toBeGreaterThan(4_000);
  expect(await vitest.failures()).toEqual(new Map());
}
