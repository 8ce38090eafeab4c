/**
 * What the demo calls, each behind a breaker of another kind: failures in a row, a count window,
 * a time window that minds slow calls.
 */
import { usd, type BreakerOptions, type KeyedRequest, type NanoUsd } from '../../index.ts';
import type { ProviderName } from './endpoints.ts';
import {
  askChat,
  askDocuments,
  askEmbedding,
  askReasoning,
  askSearch,
  type MakeRequest,
} from './requests.ts';

export interface Lane {
  readonly provider: ProviderName;
  /** What its calls share a breaker by: the model, or the kind of operation. */
  readonly scope: string;
  /** Name of its breaker. */
  readonly name: string;
  /** Part of the calls that go here. */
  readonly share: number;
  /** What its calls are for: their tag. */
  readonly feature: string;
  readonly request: MakeRequest;
  /** What a call costs, about. */
  readonly usualNanoUsd: NanoUsd;
  /** What is reserved for a call. */
  readonly worstNanoUsd: NanoUsd;
  /** When the breaker trips, in words. */
  readonly policy: string;
  /** `pace`: 1, or less where the story is walked faster. */
  readonly options: (pace: number) => BreakerOptions;
}

/** However fast the story is walked, a busy machine must be able to answer. */
const TIMEOUT_MIN_MS = 600;

/** The lane whose budget is scarce, and the one that a rule slows down: names of breakers. */
export const SCARCE = 'openai o3';
export const PACED = 'openai gpt-4o-mini';

export const LANES: readonly Lane[] = [
  {
    provider: 'openai',
    scope: 'gpt-4o-mini',
    name: PACED,
    share: 0.38,
    feature: 'assistant',
    request: askChat,
    usualNanoUsd: usd('0.00012'),
    worstNanoUsd: usd('0.00017'),
    policy: 'trips after 5 failures in a row',
    options: (pace) => ({
      failureThreshold: 5,
      openInterval: { baseMs: 800 * pace, maxMs: 3_000 * pace },
      timeoutMs: Math.max(TIMEOUT_MIN_MS, 1_500 * pace),
    }),
  },
  {
    provider: 'openai',
    scope: 'text-embedding-3-small',
    name: 'openai embeddings',
    share: 0.24,
    feature: 'search',
    request: askEmbedding,
    usualNanoUsd: usd('0.0000003'),
    worstNanoUsd: usd('0.0000005'),
    policy: 'trips when half of 20 calls failed',
    options: (pace) => ({
      trip: { policy: 'count', calls: 20, failureRatio: 0.5, minimumCalls: 10 },
      openInterval: 1_500 * pace,
      probesMax: 2,
      probesNeeded: 2,
      timeoutMs: Math.max(TIMEOUT_MIN_MS, 1_000 * pace),
      bulkhead: { callsMax: 8, queueMax: 16, queueTimeoutMs: 500 * pace },
    }),
  },
  {
    provider: 'openai',
    scope: 'o3',
    name: SCARCE,
    share: 0.18,
    feature: 'planner',
    request: askReasoning,
    usualNanoUsd: usd('0.0024'),
    worstNanoUsd: usd('0.0043'),
    policy: 'trips when half are slow or fail',
    options: (pace) => ({
      trip: {
        policy: 'time',
        windowMs: Math.max(900, 2_000 * pace),
        slowCallMs: 800 * pace,
        slowRatio: 0.5,
        failureRatio: 0.5,
        minimumCalls: 6,
      },
      openInterval: { baseMs: 1_500 * pace, maxMs: 4_000 * pace },
      timeoutMs: Math.max(2 * TIMEOUT_MIN_MS, 4_000 * pace),
      bulkhead: { callsMax: 12, queueMax: 6, queueTimeoutMs: 400 * pace },
    }),
  },
  {
    provider: 'perplexity',
    scope: 'perplexity/sonar',
    name: 'perplexity sonar',
    share: 0.1,
    feature: 'research',
    request: askSearch,
    usualNanoUsd: usd('0.0027'),
    worstNanoUsd: usd('0.024'),
    policy: 'trips after 3 failures in a row',
    options: (pace) => ({
      failureThreshold: 3,
      // Its rate limits name no time, so that this is how long it stays open for one.
      recoveryTimeoutMs: 1_200 * pace,
      openInterval: { baseMs: 800 * pace, maxMs: 1_200 * pace },
      timeoutMs: Math.max(2 * TIMEOUT_MIN_MS, 2_500 * pace),
    }),
  },
  {
    provider: 'lightrag',
    scope: 'query',
    name: 'lightrag query',
    share: 0.1,
    feature: 'documents',
    request: askDocuments,
    usualNanoUsd: usd('0.0012'),
    worstNanoUsd: usd('0.0065'),
    policy: 'trips when half are slow or fail',
    options: (pace) => ({
      trip: {
        policy: 'count',
        calls: 12,
        slowCallMs: 700 * pace,
        slowRatio: 0.5,
        failureRatio: 0.5,
        minimumCalls: 6,
      },
      recoveryTimeoutMs: 1_500 * pace,
      openInterval: { baseMs: 1_200 * pace, maxMs: 3_000 * pace },
      timeoutMs: Math.max(2 * TIMEOUT_MIN_MS, 2_500 * pace),
      bulkhead: { callsMax: 16, queueMax: 8, queueTimeoutMs: 500 * pace },
    }),
  },
];

/** Of a real provider: it is called seldom, and answers as fast as it likes. */
export const REAL_POLICY = 'trips after 3 failures in a row';
export const REAL_OPTIONS: BreakerOptions = {
  failureThreshold: 3,
  openInterval: { baseMs: 5_000, maxMs: 30_000 },
  timeoutMs: 30_000,
  bulkhead: { callsMax: 2 },
};

/** Calls per second of a real provider, over all of its lanes. */
export const REAL_RATE = 0.5;

/** `rate`: calls per second in all, had every provider been simulated. */
export function rateOf({ provider, share }: Lane, rate: number, isReal: boolean): number {
  if (!isReal) return rate * share;
  const shares = LANES.filter((lane) => lane.provider === provider).map((lane) => lane.share);
  return (REAL_RATE * share) / shares.reduce((sum, each) => sum + each, 0);
}

/** Short names for breakers: there is one key for each provider. */
export function breakerName({ provider, scope }: Pick<KeyedRequest, 'provider' | 'scope'>): string {
  const lane = LANES.find((each) => each.provider === provider && each.scope === scope);
  return lane?.name ?? `${provider} ${scope}`;
}
