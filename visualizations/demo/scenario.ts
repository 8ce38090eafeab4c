/**
 * The story that the simulated providers are walked through: healthy, slow, outage, rate limit,
 * recovery. A seed decides how long each part is; where the story stands depends on nothing but the
 * time, so that a run that was interrupted can go on from any second.
 */
import type { Random } from '../../index.ts';

export const PHASES = ['healthy', 'slow', 'outage', 'rate_limit', 'recovery'] as const;
export type Phase = (typeof PHASES)[number];

/** One part of the story. Milliseconds from its beginning. */
export interface Stretch {
  readonly phase: Phase;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Scenario {
  readonly seed: number;
  readonly durationMs: number;
  /** In order, without gaps, from 0 to `durationMs`. */
  readonly stretches: readonly Stretch[];
  /** 1 from 20 seconds on; below, latencies and intervals shrink with the run. */
  readonly pace: number;
  /** Whether little is going on in its morning and its evening, and much at its noon. */
  readonly isDay: boolean;
}

/** A run this long, or longer, is walked at its natural pace. */
const NATURAL_MS = 20_000;

/** How fast a story of this length is walked. */
export const paceOf = (durationMs: number): number => Math.min(1, durationMs / NATURAL_MS);

/** By so much of the average, traffic of a day falls and rises. */
const DAY_SWING = 0.55;

/** The parts' lengths, which the seed changes by up to a tenth. */
const SHARES: Readonly<Record<Phase, number>> = {
  healthy: 0.12,
  slow: 0.2,
  outage: 0.22,
  rate_limit: 0.15,
  recovery: 0.31,
};

export function createScenario(
  seed: number,
  durationMs: number,
  random: Random,
  isDay = false,
): Scenario {
  const lengths = PHASES.map((phase) => SHARES[phase] * (0.9 + 0.2 * random()));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let startMs = 0;
  const stretches = PHASES.map((phase, index): Stretch => {
    const isLast = index === PHASES.length - 1;
    const lengthMs = Math.round(((lengths[index] ?? 0) / total) * durationMs);
    const stretch = { phase, startMs, endMs: isLast ? durationMs : startMs + lengthMs };
    startMs = stretch.endMs;
    return stretch;
  });
  return { seed, durationMs, stretches, pace: paceOf(durationMs), isDay };
}

/** How much is going on at an instant of the story; 1 on average. */
export const loadAt = ({ isDay, durationMs }: Scenario, elapsedMs: number): number =>
  isDay ? 1 - DAY_SWING * Math.cos((2 * Math.PI * elapsedMs) / durationMs) : 1;

/** Where the story stands; before it the first part, after it the last. */
export function stretchAt(scenario: Scenario, elapsedMs: number): Stretch {
  const { stretches } = scenario;
  return (stretches.find(({ endMs }) => elapsedMs < endMs) ?? stretches.at(-1)) as Stretch;
}

/** How people call it. */
export const phaseName = (phase: Phase): string => phase.replace('_', ' ');
