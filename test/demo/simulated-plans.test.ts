/** The story as the simulated providers are told it: judged by the kit's own reading of a plan. */
import { describe, expect, test } from 'vitest';

import { PROVIDERS, type ProviderName } from '../../visualizations/demo/endpoints.ts';
import { createScenario, PHASES, type Phase } from '../../visualizations/demo/scenario.ts';
import { planOf } from '../../visualizations/demo/simulated-plans.ts';
import type { Behaviour } from '../kit/providers/behaviours.ts';
import { compilePlan, type Decision } from '../kit/providers/plan.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const PATHS: Readonly<Record<ProviderName, readonly string[]>> = {
  openai: ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'],
  perplexity: ['/v1/responses'],
  lightrag: ['/query', '/query/stream'],
};

const scenario = createScenario(7, 20_000, seededRandom(7));
const stretchOf = (phase: Phase) =>
  scenario.stretches.find((each) => each.phase === phase) ?? { startMs: NaN, endMs: NaN };

/** What becomes of 500 requests spread over a part of the story. */
function decided(provider: ProviderName, phase: Phase, path: string, fromMs = 0): Decision[] {
  const { startMs, endMs } = stretchOf(phase);
  const decide = compilePlan(planOf(provider, scenario, fromMs));
  const random = seededRandom(1);
  return Array.from({ length: 500 }, (_, index) => {
    const atMs = startMs + (index / 500) * (endMs - startMs);
    return decide({ number: index + 1, sinceMs: atMs - fromMs, path, chance: random() });
  });
}

const types = (decisions: readonly Decision[]): string[] =>
  [...new Set(decisions.map(({ behaviour }) => behaviour.type))].sort();

const retries = (decisions: readonly Decision[]): number[] =>
  decisions.flatMap(({ behaviour }: { readonly behaviour: Behaviour }) =>
    behaviour.type === 'rate_limited' ? [behaviour.retryAfterMs ?? NaN] : [],
  );

const EVERY = PROVIDERS.flatMap((name) => PATHS[name].map((path) => [name, path] as const));

describe.each(EVERY)('%s at %s', (provider, path) => {
  test('answers all that is asked while it is healthy, and several times slower while slow', () => {
    const healthy = decided(provider, 'healthy', path);
    expect(types(healthy)).toEqual(['answer']);
    expect(new Set(healthy.map(({ latencyFactor }) => latencyFactor))).toEqual(new Set([1]));
    const slow = decided(provider, 'slow', path);
    expect(types(slow)).toEqual(['answer']);
    expect(slow[0]?.latencyFactor).toBeGreaterThanOrEqual(4);
  });

  test('hardly answers in its outage', () => {
    const outage = decided(provider, 'outage', path);
    const isSearch = provider === 'perplexity';
    expect(types(outage)).toEqual([
      'answer',
      'overloaded',
      ...(isSearch ? [] : ['reset', 'stall']),
    ]);
    expect(outage.filter(({ behaviour }) => behaviour.type === 'answer').length).toBeLessThan(40);
  });

  test('gets better until all is well', () => {
    const factors = decided(provider, 'recovery', path).map(({ latencyFactor }) => latencyFactor);
    expect(factors[0]).toBeCloseTo(1.6);
    expect(factors.at(-1)).toBeCloseTo(1, 1);
  });

  test('taken up in the midst of the story does as it would have done', () => {
    const seen = (fromMs: number) =>
      PHASES.flatMap((phase) => (stretchOf(phase).startMs < fromMs ? [] : [phase])).map((phase) =>
        decided(provider, phase, path, fromMs).map(({ behaviour, latencyFactor }) => [
          behaviour,
          latencyFactor.toFixed(9),
        ]),
      );
    const fromMs = stretchOf('rate_limit').startMs;
    expect(seen(fromMs)).toEqual(seen(0).slice(-2));
    const middleMs = (stretchOf('recovery').startMs + scenario.durationMs) / 2;
    const decide = compilePlan(planOf(provider, scenario, middleMs));
    const first = decide({ number: 1, sinceMs: 0, path, chance: 0.99 });
    expect(first.latencyFactor).toBeCloseTo(1.3);
  });
});

describe('a rate limit', () => {
  test('names a time that opens a breaker and ends about when the limit does', () => {
    const named = retries(decided('openai', 'rate_limit', '/v1/chat/completions'));
    expect(named).toHaveLength(500);
    expect(Math.min(...named)).toBe(1_200);
    expect(Math.max(...named)).toBe(2_500);
    expect(named).toEqual(named.toSorted((a, b) => b - a));
  });

  test('is of a model: the one for embeddings has room', () => {
    expect(types(decided('openai', 'rate_limit', '/v1/embeddings'))).toEqual(['answer']);
  });

  test('comes at Perplexity after its account was out of credit, and names no time', () => {
    const all = decided('perplexity', 'rate_limit', '/v1/responses');
    const limited = all.findIndex(({ behaviour }) => behaviour.type === 'rate_limited');
    expect(types(all.slice(0, limited))).toEqual(['quota']);
    expect(types(all.slice(limited))).toEqual(['rate_limited']);
    expect(retries(all).every(Number.isNaN)).toBe(true);
  });
});
