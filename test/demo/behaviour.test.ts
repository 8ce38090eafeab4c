import { expect, test } from 'vitest';

import { createBehaviour, type Plan } from '../../visualizations/demo/behaviour.ts';
import { createScenario, type Phase } from '../../visualizations/demo/scenario.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const SPEED = { quickestMs: 100, slowestMs: 200, slowFactor: 5 };
const scenario = createScenario(7, 20_000, seededRandom(7));

/** The plans of 1,000 requests spread over a part of the story. */
function plansIn(phase: Phase, path: 'chat' | 'embeddings' = 'chat'): Plan[] {
  const { startMs, endMs } = scenario.stretches.find((each) => each.phase === phase) as {
    startMs: number;
    endMs: number;
  };
  let elapsedMs = startMs;
  const decide = createBehaviour({
    scenario,
    random: seededRandom(1),
    elapsedMs: () => elapsedMs,
    speedOf: () => SPEED,
  });
  return Array.from({ length: 1_000 }, (_, index) => {
    elapsedMs = startMs + (index / 1_000) * (endMs - startMs);
    return decide({ path, model: 'any' });
  });
}

const acts = (plans: readonly Plan[]): string[] => [...new Set(plans.map(({ act }) => act))].sort();
const delays = (plans: readonly Plan[]): number[] =>
  plans.flatMap((plan) => (plan.act === 'answer' ? [plan.delayMs] : []));

test('a healthy upstream answers everything at its usual speed', () => {
  const plans = plansIn('healthy');
  expect(acts(plans)).toEqual(['answer']);
  expect(Math.min(...delays(plans))).toBeGreaterThanOrEqual(100);
  expect(Math.max(...delays(plans))).toBeLessThan(200);
});

test('a slow upstream answers everything, several times slower', () => {
  const plans = plansIn('slow');
  expect(acts(plans)).toEqual(['answer']);
  expect(Math.min(...delays(plans))).toBeGreaterThanOrEqual(500);
});

test('an outage is 503s, hangs and cut connections, and hardly an answer', () => {
  const plans = plansIn('outage');
  expect(acts(plans)).toEqual(['answer', 'hang', 'overloaded', 'reset']);
  expect(delays(plans).length).toBeLessThan(80);
});

test('a rate limit names a time that opens a breaker and ends about when the limit does', () => {
  const waits = plansIn('rate_limit').map((plan) =>
    plan.act === 'rate_limited' ? plan.retryAfterMs : NaN,
  );
  expect(Math.min(...waits)).toBe(1_200);
  expect(Math.max(...waits)).toBe(2_500);
  expect(acts(plansIn('rate_limit', 'embeddings'))).toEqual(['answer']);
});

test('a recovering upstream fails now and then at first, and ends at its usual speed', () => {
  const plans = plansIn('recovery');
  expect(acts(plans.slice(0, 200))).toEqual(['answer', 'overloaded']);
  expect(acts(plans.slice(200))).toEqual(['answer']);
  expect(Math.max(...delays(plans.slice(-20)))).toBeLessThan(205);
});
