/**
 * The built-in breaker's statechart, walked on the real service. What the chart does on these
 * paths is also written down, in breaker-paths.txt: a change of behaviour is a change of that file
 * (`npx vitest run test/kit-tests/breaker-paths.test.ts -u`).
 */
import * as vitest from 'vitest';

import { breakerMachine } from '../../machines/breaker.ts';
import type { BreakerOptions } from '../../index.ts';
import { breakerGraph, breakerUnderTest, describePaths, generatePaths } from '../kit/index.ts';

const { describe, expect, it } = vitest;

const options: BreakerOptions = { failureThreshold: 3, recoveryTimeoutMs: 30_000, probesNeeded: 2 };
const tour = generatePaths(breakerMachine, breakerGraph);

describePaths(tour, {
  vitest,
  title: 'the breaker, on paths through its statechart',
  create: () => breakerUnderTest(options),
  expected: breakerGraph.serializeState,
});

it('the statechart does on these paths what is written down', async () => {
  const key = (snapshot: unknown) => breakerGraph.serializeState(snapshot as never);
  const moves = new Map<string, Set<string>>();
  for (const { start, steps } of tour.paths) {
    let from = key(start.snapshot);
    for (const { label, snapshot, transitions } of steps) {
      const to = transitions.length === 0 ? 'nothing happens' : key(snapshot);
      moves.set(from, (moves.get(from) ?? new Set()).add(`  ${label} → ${to}`));
      from = key(snapshot);
    }
  }
  const text = [...moves].map(([from, out]) => `${from}\n${[...out].sort().join('\n')}\n`);
  await expect(text.sort().join('\n')).toMatchFileSnapshot('breaker-paths.txt');
});

describe('a breaker under test', () => {
  it('does what the words stand for, and says which state follows', async () => {
    const { does, waits, lateOutcomes, breaker } = breakerUnderTest(options);
    expect(await does('trip')).toBe('open.cooling');
    expect(await does('probe.due (early)')).toBe('open.cooling');
    expect(await does('probe.due')).toBe('half_open');
    expect(await does('probe.succeeded')).toBe('half_open');
    expect(await does('operator.force_open')).toBe('open.latched');
    expect(await lateOutcomes()).toBe('open.latched');
    expect(await waits(86_400_000)).toBe('open.latched');
    expect(await does('operator.reset')).toBe('closed');
    expect(breaker.snapshot().latches).toEqual([]);
  });

  it('refuses words that stand for nothing, here or at all', async () => {
    const { does } = breakerUnderTest(options);
    await expect(does('explode')).rejects.toThrow(`A breaker knows no 'explode'.`);
    await expect(does('probe.due (early)')).rejects.toThrow(
      `In closed there is no 'probe.due (early)'.`,
    );
  });

  it('notices calls that are let through by a state that refuses them', async () => {
    const { does, breaker } = breakerUnderTest(options);
    breaker.configure({ mode: 'observe' });
    await expect(does('trip')).rejects.toThrow('In open.cooling a call was met with admission');
  });

  it('refuses options under which paths mean nothing', () => {
    expect(() => breakerUnderTest({ mode: 'off' })).toThrow('breaker.mode');
    expect(() => breakerUnderTest({ recoveryTimeoutMs: 0 })).toThrow('no instant precedes a probe');
    expect(() => breakerUnderTest({ failureThreshold: 0 })).toThrow('breaker.failureThreshold');
  });

  it.each(['policies that never trip', 'policies that trip too soon'])(
    'notices %s',
    async (kind) => {
      const isNever = kind.includes('never');
      const { does, breaker } = breakerUnderTest({ failureThreshold: 3 });
      breaker.configure({ failureThreshold: isNever ? 4 : 2 });
      const state = does('trip');
      if (isNever) expect(await state).toBe('closed');
      else await expect(state).rejects.toThrow('tripped after 2 failures in a row');
    },
  );
});
