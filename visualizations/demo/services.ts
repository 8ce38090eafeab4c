/**
 * The three dependencies that the demo calls, each behind a breaker of another kind: failures in a
 * row, a count window, and a time window that minds slow calls.
 */
import type OpenAI from 'openai';

import type { BreakerOptions, Operation } from '../../index.ts';
import type { Speed } from './behaviour.ts';
import { openaiOutcome } from './openai-outcome.ts';

export interface Service {
  readonly name: string;
  /** Part of the calls that go here. */
  readonly share: number;
  readonly operation: Operation & { readonly model: string };
  readonly speed: Speed;
  /** When the breaker trips, in words. */
  readonly policy: string;
  /** `pace`: 1, or less where the story is walked faster. */
  readonly options: (pace: number) => BreakerOptions;
  readonly call: (
    client: OpenAI,
    model: string,
    signal: AbortSignal | undefined,
  ) => Promise<unknown>;
}

/** However fast the story is walked, a busy machine must be able to answer. */
const TIMEOUT_MIN_MS = 600;

const classify: NonNullable<BreakerOptions['classify']> = (settled) =>
  openaiOutcome(settled, Date.now());

const chat = (client: OpenAI, model: string, signal: AbortSignal | undefined): Promise<unknown> =>
  client.chat.completions.create(
    { model, messages: [{ role: 'user', content: 'Why do circuits have breakers?' }] },
    { signal },
  );

export const SERVICES: readonly Service[] = [
  {
    name: 'chat',
    share: 0.45,
    operation: { operation: 'llm_call', model: 'gpt-4o-mini' },
    speed: { quickestMs: 60, slowestMs: 140, slowFactor: 5 },
    policy: 'trips after 5 failures in a row',
    options: (pace) => ({
      failureThreshold: 5,
      openInterval: { baseMs: 800 * pace, maxMs: 3_000 * pace },
      timeoutMs: Math.max(TIMEOUT_MIN_MS, 1_500 * pace),
      classify,
    }),
    call: chat,
  },
  {
    name: 'embeddings',
    share: 0.3,
    operation: { operation: 'embedding_call', model: 'text-embedding-3-small' },
    speed: { quickestMs: 15, slowestMs: 45, slowFactor: 5 },
    policy: 'trips when half of 20 calls failed',
    options: (pace) => ({
      trip: { policy: 'count', calls: 20, failureRatio: 0.5, minimumCalls: 10 },
      openInterval: 1_500 * pace,
      probesMax: 2,
      probesNeeded: 2,
      timeoutMs: Math.max(TIMEOUT_MIN_MS, 1_000 * pace),
      bulkhead: { callsMax: 8, queueMax: 16, queueTimeoutMs: 500 * pace },
      classify,
    }),
    call: (client, model, signal) =>
      client.embeddings.create({ model, input: 'a fuse in a board' }, { signal }),
  },
  {
    name: 'reasoning',
    share: 0.25,
    operation: { operation: 'llm_call', model: 'o3' },
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
      classify,
    }),
    call: chat,
  },
];

const SPEEDS = new Map(SERVICES.map(({ operation, speed }) => [operation.model, speed]));
const ANY_SPEED: Speed = { quickestMs: 50, slowestMs: 100, slowFactor: 5 };

export const speedOf = (model: string): Speed => SPEEDS.get(model) ?? ANY_SPEED;
