/** How the upstream behaves in each part of the story: a plan for every request. */
import type { Random } from '../../index.ts';
import type { Scenario } from './scenario.ts';
import { stretchAt } from './scenario.ts';

/** What the upstream does with one request. */
export type Plan =
  | {
      readonly act: 'answer';
      readonly delayMs: number;
      /** Share of the output that the request allows. @default one sentence */
      readonly outputShare?: number;
    }
  /** 503: overloaded. */
  | { readonly act: 'overloaded'; readonly delayMs: number }
  /** 429 that names the time after which calls are welcome again. */
  | { readonly act: 'rate_limited'; readonly delayMs: number; readonly retryAfterMs: number }
  /** 429 that no waiting helps: the account is out of credit. */
  | { readonly act: 'over_quota'; readonly delayMs: number }
  /** The connection is cut instead of an answer. */
  | { readonly act: 'reset'; readonly delayMs: number }
  /** No answer, ever. */
  | { readonly act: 'hang' };

/** What a request asks for. */
export interface Asked {
  readonly path: 'chat' | 'embeddings';
  readonly model: string;
}

/** How fast a model answers when all is well, and how much slower when it is not. */
export interface Speed {
  readonly quickestMs: number;
  readonly slowestMs: number;
  readonly slowFactor: number;
}

/** No answer is shorter than this share of what it may be. */
const OUTPUT_SHARE_MIN = 0.3;

/** Rate limits end with their part of the story; what they name is kept between these. */
const RETRY_MIN_MS = 1_200;
const RETRY_MAX_MS = 2_500;

export interface BehaviourOptions {
  readonly scenario: Scenario;
  readonly random: Random;
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: () => number;
  readonly speedOf: (model: string) => Speed;
}

export function createBehaviour(options: BehaviourOptions): (asked: Asked) => Plan {
  const { scenario, random, speedOf } = options;
  const { pace } = scenario;
  const between = (fromMs: number, toMs: number): number =>
    (fromMs + random() * (toMs - fromMs)) * pace;

  return ({ path, model }) => {
    const elapsedMs = options.elapsedMs();
    const { phase, startMs, endMs } = stretchAt(scenario, elapsedMs);
    const { quickestMs, slowestMs, slowFactor } = speedOf(model);
    const answer = (factor = 1): Plan => ({
      act: 'answer',
      delayMs: factor * between(quickestMs, slowestMs),
      outputShare: OUTPUT_SHARE_MIN + (1 - OUTPUT_SHARE_MIN) * random(),
    });
    switch (phase) {
      case 'healthy':
        return answer();
      case 'slow':
        return answer(slowFactor);
      case 'outage': {
        const die = random();
        if (die < 0.74) return { act: 'overloaded', delayMs: between(5, 40) };
        if (die < 0.88) return { act: 'hang' };
        if (die < 0.96) return { act: 'reset', delayMs: between(5, 40) };
        return answer(slowFactor);
      }
      case 'rate_limit': {
        // Limits are per model: the one for embeddings has room.
        if (path === 'embeddings') return answer();
        const retryAfterMs = Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, endMs - elapsedMs));
        return { act: 'rate_limited', delayMs: between(5, 20), retryAfterMs };
      }
      case 'recovery': {
        const left = (endMs - elapsedMs) / (endMs - startMs);
        if (left > 0.8 && random() < 0.04) return { act: 'overloaded', delayMs: between(5, 40) };
        return answer(1 + 0.6 * Math.max(0, left));
      }
    }
  };
}
