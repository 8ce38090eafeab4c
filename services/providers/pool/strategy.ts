/**
 * Strategies: in which order members are looked at, how many of them before one is chosen, and
 * which of those is the better. Looking costs an estimate each, so most look at no more than they
 * need.
 */
import type { Random } from '../../random.ts';

export const STRATEGIES = ['priority', 'weighted', 'cheapest', 'fastest'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** What strategies know of a member. */
export interface Contender {
  readonly priority: number;
  readonly weight: number;
  /** Expected nano-dollars of this request; null where nobody knows. Told once it was looked at. */
  readonly expectedNanoUsd: number | null;
  /** Expected milliseconds to its first byte. */
  readonly expectedMs: number;
}

export interface Strategy {
  /** Contenders that are looked at before one is chosen. */
  readonly drawCount: number;
  /** Index of the one to look at next; `from` is not empty. */
  draw(from: readonly Contender[]): number;
  /** Negative where `a` is the better one; 0 keeps the one drawn first. */
  compare(a: Contender, b: Contender): number;
}

const COSTS_UNKNOWN = Infinity;
const keepFirst = (): number => 0;

export function createStrategy(name: StrategyName, random: Random): Strategy {
  switch (name) {
    case 'priority':
      return { drawCount: 1, draw: (from) => drawFirst(from, random), compare: keepFirst };
    case 'weighted':
      return { drawCount: 1, draw: (from) => drawWeighted(from, random), compare: keepFirst };
    case 'cheapest':
      return { drawCount: Infinity, draw: () => 0, compare: compareCosts };
    case 'fastest':
      return {
        drawCount: 2,
        draw: (from) => Math.floor(random() * from.length),
        compare: (a, b) => a.expectedMs - b.expectedMs,
      };
  }
}

/**
 * One by chance, in proportion to its weight. Drawing again among the rest when one turns out to
 * refuse leaves the others' proportions as they are.
 */
export function drawWeighted(from: readonly Contender[], random: Random): number {
  let sum = 0;
  for (const { weight } of from) sum += weight;
  let left = random() * sum;
  for (let index = 0; index < from.length - 1; index += 1) {
    left -= (from[index] as Contender).weight;
    if (left < 0) return index;
  }
  return from.length - 1;
}

/** One with the lowest priority number; among several by weight. */
function drawFirst(from: readonly Contender[], random: Random): number {
  let lowest = Infinity;
  for (const { priority } of from) lowest = Math.min(lowest, priority);
  const firsts = from.filter(({ priority }) => priority === lowest);
  const drawn = firsts.length === 1 ? 0 : drawWeighted(firsts, random);
  return from.indexOf(firsts[drawn] as Contender);
}

function compareCosts(a: Contender, b: Contender): number {
  const costOfA = a.expectedNanoUsd ?? COSTS_UNKNOWN;
  const costOfB = b.expectedNanoUsd ?? COSTS_UNKNOWN;
  return costOfA === costOfB ? 0 : costOfA - costOfB;
}
