/** How long a simulated provider takes: distributions, drawn from a seeded generator. */
import { invalidOption, knownKeys, numberOption } from '../../../services/check.ts';
import { TIMER_DELAY_MAX_MS } from '../../../services/clock.ts';
import type { Random } from '../../../services/random.ts';

/**
 * Milliseconds: always the same, or drawn anew each time.
 *
 * - `uniform`: every span from `minMs` to `maxMs` alike.
 * - `exponential`: many short, few long, `meanMs` on average.
 * - `lognormal`: what the latencies of services look like; half of them are below `medianMs`, 95 of
 *   100 below `p95Ms`.
 */
export type Latency =
  | number
  | { readonly type: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly type: 'exponential'; readonly meanMs: number }
  | { readonly type: 'lognormal'; readonly medianMs: number; readonly p95Ms: number };

/** The 95th percentile of the standard normal distribution. */
const NORMAL_P95 = 1.6448536269514722;
const SPAN = { min: 0, max: TIMER_DELAY_MAX_MS };

/** Draws one latency after the other. @throws FuseboardError invalid_option */
export function latencyDraws(path: string, latency: Latency, random: Random): () => number {
  const span = (name: string, value: unknown): number =>
    numberOption(`${path}${name}`, value, SPAN, 0);
  if (typeof latency === 'number') {
    const fixedMs = span('', latency);
    return () => fixedMs;
  }
  const draw = distribution(path, latency, random, span);
  return () => Math.min(TIMER_DELAY_MAX_MS, draw());
}

function distribution(
  path: string,
  latency: Exclude<Latency, number>,
  random: Random,
  span: (name: string, value: unknown) => number,
): () => number {
  switch (latency?.type) {
    case 'uniform': {
      knownKeys(path, latency, ['type', 'minMs', 'maxMs']);
      const minMs = span('.minMs', latency.minMs);
      const maxMs = span('.maxMs', latency.maxMs);
      if (maxMs < minMs) throw invalidOption(`${path}.maxMs`, `at least ${minMs}`, maxMs);
      return () => minMs + (maxMs - minMs) * random();
    }
    case 'exponential': {
      knownKeys(path, latency, ['type', 'meanMs']);
      const meanMs = span('.meanMs', latency.meanMs);
      return () => -meanMs * Math.log(1 - random());
    }
    case 'lognormal': {
      knownKeys(path, latency, ['type', 'medianMs', 'p95Ms']);
      const medianMs = span('.medianMs', latency.medianMs);
      const p95Ms = span('.p95Ms', latency.p95Ms);
      if (medianMs === 0) throw invalidOption(`${path}.medianMs`, 'above 0', medianMs);
      if (p95Ms < medianMs) throw invalidOption(`${path}.p95Ms`, `at least ${medianMs}`, p95Ms);
      const sigma = Math.log(p95Ms / medianMs) / NORMAL_P95;
      return () => medianMs * Math.exp(sigma * normal(random));
    }
    default:
      throw invalidOption(path, 'milliseconds, or uniform, exponential or lognormal', latency);
  }
}

/** A number of the standard normal distribution, by Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
