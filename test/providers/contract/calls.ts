/** How a world is set up, and what is known of a call in it. */
import {
  usd,
  type BreakerStatus,
  type FactOf,
  type FetchOptions,
  type NanoUsd,
} from '../../../index.ts';
import type { ReceivedRequest } from '../../kit/providers/received-request.ts';

/** Every answer: each word is a token, and a chunk of its own. */
export const ANSWER = 'one small city has quiet roads';
export const ANSWER_TOKENS = 6;
export const FIRST_TOKEN_MS = 2_000;
export const IDLE_MS = 3_000;
export const TOTAL_MS = 20_000;
/** A budget for every call that is not about money. */
export const PLENTY = usd(500);

export type Form = 'stream' | 'whole';

/** How a call ended, as its facts and the upstream tell. */
export interface Ended extends Pick<
  FactOf<'cost.settled'>,
  'costNanoUsd' | 'worstNanoUsd' | 'basis'
> {
  readonly outcome: FactOf<'call.finished'>['outcome'];
  /** Of its breaker, afterwards. */
  readonly state: BreakerStatus;
  /** Null: it never arrived. */
  readonly request: ReceivedRequest | null;
}

export interface WorldSettings {
  readonly fetch?: FetchOptions;
  /** Of the only budget. @default plenty */
  readonly limit?: NanoUsd;
  /** What the model says. */
  readonly answer?: string;
}

/** A request on its way, with the signal of whoever made it. */
export interface Call {
  readonly form: Form;
  readonly controller: AbortController;
  readonly response: Promise<Response>;
  /** What was known of the upstream's requests before it. */
  readonly earlierCount: number;
  readonly settledBefore: number;
  readonly finishedBefore: number;
}
