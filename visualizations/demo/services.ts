/**
 * The three dependencies that the demo calls, each behind a breaker of another kind: failures in a
 * row, a count window, and a time window that minds slow calls.
 */
import type OpenAI from 'openai';

import {
  usd,
  type BreakerOptions,
  type Operation,
  type TokenPrices,
  type Usage,
} from '../../index.ts';
import type { Speed } from './behaviour.ts';
import { openaiOutcome } from './openai-outcome.ts';
import { tokensIn } from './upstream-answers.ts';

export interface Service {
  readonly name: string;
  /** Part of the calls that go here. */
  readonly share: number;
  readonly operation: Operation & {
    readonly model: string;
    readonly inputTokens: number;
    readonly maxOutputTokens: number;
  };
  readonly prices: TokenPrices;
  readonly speed: Speed;
  /** When the breaker trips, in words. */
  readonly policy: string;
  /** `pace`: 1, or less where the story is walked faster. */
  readonly options: (pace: number) => BreakerOptions;
  /** Resolves with what the answer used. */
  readonly call: (client: OpenAI, model: string, signal: AbortSignal | undefined) => Promise<Usage>;
}

/** However fast the story is walked, a busy machine must be able to answer. */
const TIMEOUT_MIN_MS = 600;

const classify: NonNullable<BreakerOptions['classify']> = (settled) =>
  openaiOutcome(settled, Date.now());

const OUTPUT_TOKENS_MAX = 400;

/** A page to answer from, as a request that costs something has it. */
const PAGE = 'A breaker trips before the wire burns, and somebody finds out why. '.repeat(36);

const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'system', content: PAGE },
  { role: 'user', content: 'Why do circuits have breakers?' },
];

const chat: Service['call'] = async (client, model, signal) => {
  const { usage } = await client.chat.completions.create(
    { model, messages: MESSAGES, max_completion_tokens: OUTPUT_TOKENS_MAX },
    { signal },
  );
  return { inputTokens: usage?.prompt_tokens ?? 0, outputTokens: usage?.completion_tokens ?? 0 };
};

const PHRASE = 'a fuse in a board';

const embed: Service['call'] = async (client, model, signal) => {
  const { usage } = await client.embeddings.create({ model, input: PHRASE }, { signal });
  return { inputTokens: usage.prompt_tokens };
};

/** What a request says of itself before it is made: the tokens are counted as they are billed. */
const chatOperation = (model: string, feature: string): Service['operation'] => ({
  operation: 'llm_call',
  model,
  inputTokens: tokensIn(MESSAGES),
  maxOutputTokens: OUTPUT_TOKENS_MAX,
  tags: { feature },
});

export const SERVICES: readonly Service[] = [
  {
    name: 'chat',
    share: 0.45,
    operation: chatOperation('gpt-4o-mini', 'assistant'),
    prices: { inputPerMillion: usd('0.15'), outputPerMillion: usd('0.60') },
    speed: { quickestMs: 60, slowestMs: 140, slowFactor: 5 },
    policy: 'trips after 5 failures in a row',
    options: (pace) => ({
      failureThreshold: 5,
      openInterval: { baseMs: 800 * pace, maxMs: 3_000 * pace },
      timeoutMs: Math.max(TIMEOUT_MIN_MS, 1_500 * pace),
      provider: 'openai',
      classify,
    }),
    call: chat,
  },
  {
    name: 'embeddings',
    share: 0.3,
    operation: {
      operation: 'embedding_call',
      model: 'text-embedding-3-small',
      inputTokens: tokensIn(PHRASE),
      maxOutputTokens: 0,
      tags: { feature: 'search' },
    },
    prices: { inputPerMillion: usd('0.02'), outputPerMillion: usd(0) },
    speed: { quickestMs: 15, slowestMs: 45, slowFactor: 5 },
    policy: 'trips when half of 20 calls failed',
    options: (pace) => ({
      trip: { policy: 'count', calls: 20, failureRatio: 0.5, minimumCalls: 10 },
      openInterval: 1_500 * pace,
      probesMax: 2,
      probesNeeded: 2,
      timeoutMs: Math.max(TIMEOUT_MIN_MS, 1_000 * pace),
      bulkhead: { callsMax: 8, queueMax: 16, queueTimeoutMs: 500 * pace },
      provider: 'openai',
      classify,
    }),
    call: embed,
  },
  {
    name: 'reasoning',
    share: 0.25,
    operation: chatOperation('o3', 'planner'),
    prices: { inputPerMillion: usd(2), outputPerMillion: usd(8) },
    speed: { quickestMs: 180, slowestMs: 380, slowFactor: 6 },
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
      provider: 'openai',
      classify,
    }),
    call: chat,
  },
];

const SPEEDS = new Map(SERVICES.map(({ operation, speed }) => [operation.model, speed]));
const ANY_SPEED: Speed = { quickestMs: 50, slowestMs: 100, slowFactor: 5 };

export const speedOf = (model: string): Speed => SPEEDS.get(model) ?? ANY_SPEED;
