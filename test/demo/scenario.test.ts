import { describe, expect, test } from 'vitest';

import {
  createScenario,
  loadAt,
  PHASES,
  stretchAt,
  type Scenario,
} from '../../visualizations/demo/scenario.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const story = (seed: number, durationMs = 20_000): Scenario =>
  createScenario(seed, durationMs, seededRandom(seed));

describe('the story of the demo', () => {
  test.each([
    [0, 4_000],
    [7, 20_000],
    [4711, 3_600_000],
    [2 ** 53 - 1, 4_321],
  ])('with seed %i and %i ms has all its parts, one after the other', (seed, durationMs) => {
    const { stretches } = story(seed, durationMs);
    expect(stretches.map(({ phase }) => phase)).toEqual(PHASES);
    expect(stretches.map(({ startMs }) => startMs)).toEqual([
      0,
      ...stretches.slice(0, -1).map(({ endMs }) => endMs),
    ]);
    expect(stretches.at(-1)?.endMs).toBe(durationMs);
    // Short runs show every part too: none is shorter than a tenth of the run.
    for (const { startMs, endMs } of stretches) {
      expect(endMs - startMs).toBeGreaterThan(durationMs / 10);
    }
  });

  test('repeats with its seed and differs with another', () => {
    expect(story(7)).toEqual(story(7));
    expect(story(7).stretches).not.toEqual(story(8).stretches);
  });

  test('stands where the time says, also before its beginning and after its end', () => {
    const { stretches } = story(7);
    const phaseAt = (ms: number): string => stretchAt(story(7), ms).phase;
    expect(phaseAt(-1)).toBe('healthy');
    for (const { phase, startMs, endMs } of stretches) {
      expect([phaseAt(startMs), phaseAt(endMs - 1)]).toEqual([phase, phase]);
    }
    expect([phaseAt(20_000), phaseAt(1e9)]).toEqual(['recovery', 'recovery']);
  });

  test('is walked at its natural pace from 20 seconds on, and faster below', () => {
    expect([4_000, 10_000, 20_000, 60_000].map((ms) => story(1, ms).pace)).toEqual([
      0.2, 0.5, 1, 1,
    ]);
  });
});

test('a day is quiet in its morning and evening and busy at noon; another story is steady', () => {
  const loads = (isDay: boolean): number[] => {
    const scenario = createScenario(7, 60_000, seededRandom(7), isDay);
    return [0, 15_000, 30_000, 45_000, 60_000].map((ms) => loadAt(scenario, ms));
  };
  const [morning = 0, , noon = 0, , evening = 0] = loads(true);
  expect(morning).toBeCloseTo(0.45);
  expect(evening).toBe(morning);
  expect(noon).toBeCloseTo(1.55);
  expect(loads(false)).toEqual([1, 1, 1, 1, 1]);
});
