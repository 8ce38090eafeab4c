import { createTestModel, getShortestPaths } from '@xstate/graph';
import { describe, expect, it } from 'vitest';

import { breakerMachine } from '../../machines/breaker.ts';
import { breakerGraph, createBreakerGraph, generatePaths } from '../kit/index.ts';

const { sameStep: _, ...everyStep } = breakerGraph;

describe('the graph of the built-in breaker', () => {
  it('reaches every configured transition, in every state in which it can be taken', () => {
    const { coverage, brokenCount } = generatePaths(breakerMachine, breakerGraph);
    expect(coverage.uncovered).toEqual([]);
    expect(coverage.total).toBeGreaterThan(60);
    expect(coverage.covered).toBe(coverage.total);
    expect(coverage.inEachState.covered).toBe(coverage.inEachState.total);
    expect(brokenCount).toBe(0);
  });

  it('is walked in less than a second', () => {
    const tookMs = Array.from({ length: 5 }, () => {
      const startMs = performance.now();
      generatePaths(breakerMachine, breakerGraph);
      return performance.now() - startMs;
    });
    // The best of some runs: other processes may slow down the others.
    expect(Math.min(...tookMs)).toBeLessThan(1_000);
  });

  it('sends current and stale outcomes, and instants around that of the probe', () => {
    const labels = new Set(
      generatePaths(breakerMachine, everyStep).paths.flatMap(({ steps }) =>
        steps.map(({ label }) => label),
      ),
    );
    for (const type of [
      'trip',
      'rate_limited',
      'probe.succeeded',
      'probe.failed',
      'key.rejected',
    ]) {
      expect(labels).toContain(type);
      expect(labels).toContain(`${type} (stale)`);
    }
    expect(labels).toContain('probe.due (early)');
    expect(labels).toContain('budget.recovered (before the probe is due)');
    expect(labels).toContain('budget.recovered (when the probe is due)');
  });

  it('does not merge states by generation, instants or epochs', () => {
    const graph = generatePaths(breakerMachine, everyStep);
    expect(graph.stateCount).toBeLessThan(200);
    const key = breakerGraph.serializeState;
    const [first] = graph.paths;
    const context = { ...first?.end.snapshot.context, generation: 99, operatorEpoch: 7 };
    const moved = { ...first?.end.snapshot, context } as never;
    expect(key(moved)).toBe(key(first?.end.snapshot as never));
  });

  it('follows how many probes a breaker needs', () => {
    const one = generatePaths(breakerMachine, createBreakerGraph({ probesNeeded: 1 }));
    expect(one.coverage.uncovered.map(({ transition }) => transition)).toEqual([
      'half_open --probe.succeeded[2]--> (stays)',
    ]);
    const four = generatePaths(breakerMachine, createBreakerGraph({ probesNeeded: 4 }));
    expect(four.coverage.uncovered).toEqual([]);
    expect(four.stateCount).toBeGreaterThan(one.stateCount);
    expect(() => createBreakerGraph({ probesNeeded: 0 })).toThrow('breakerGraph.probesNeeded');
  });

  it('is taken by the functions of @xstate/graph themselves', () => {
    const model = createTestModel(breakerMachine, everyStep as never);
    expect(model.getShortestPaths().length).toBeGreaterThan(10);
    const paths = getShortestPaths(breakerMachine, everyStep as never);
    expect(paths).toHaveLength(generatePaths(breakerMachine, everyStep).stateCount);
  });
});
