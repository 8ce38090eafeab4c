import { expect, test } from 'vitest';

import { planRun, type RunWish } from '../../visualizations/demo/plan.ts';
import type { Position } from '../../visualizations/demo/position.ts';

const ANY: RunWish = { seed: undefined, durationMs: undefined, isFresh: false };
const interrupted: Position = {
  version: 1,
  seed: 7,
  durationMs: 40_000,
  elapsedMs: 11_200,
  isComplete: false,
  pid: null,
  atMs: 0,
};
const resumed = {
  seed: 7,
  durationMs: 40_000,
  fromMs: 11_200,
  isResumed: true,
  isEndless: false,
  dropped: null,
};
const endless = { seed: 4711, durationMs: 60_000, fromMs: 0, isResumed: false, isEndless: true };
const anew = { ...endless, dropped: null };
const dropped = 'the run with seed 7, interrupted at 11.2 s of 40.0 s, is dropped';

test.each<[string, Partial<RunWish>, Position | null, object]>([
  ['a first start begins a run', {}, null, anew],
  [
    'flags are heard',
    { seed: 1, durationMs: 5_000 },
    null,
    { ...anew, seed: 1, durationMs: 5_000, isEndless: false },
  ],
  ['an interrupted run goes on', {}, interrupted, resumed],
  [
    'an interrupted day goes on, and another follows',
    {},
    { ...interrupted, isEndless: true },
    { ...resumed, isEndless: true },
  ],
  [
    'also where its own seed and length are named',
    { seed: 7, durationMs: 40_000 },
    interrupted,
    resumed,
  ],
  ['another seed begins anew', { seed: 8 }, interrupted, { ...anew, seed: 8, dropped }],
  [
    'another length begins anew',
    { durationMs: 20_000 },
    interrupted,
    { ...anew, durationMs: 20_000, isEndless: false, dropped },
  ],
  ['a fresh start begins anew', { isFresh: true }, interrupted, { ...anew, dropped }],
  ['after a complete run a new one begins', {}, { ...interrupted, isComplete: true }, anew],
])('%s', (_, wish, last, plan) => {
  expect(planRun({ ...ANY, ...wish }, last)).toEqual(plan);
});
