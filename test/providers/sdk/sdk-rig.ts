/**
 * Clients as their users set them up: on a board whose time stands still, before a simulated
 * provider. What a client sends is counted twice: when it asks the protected fetch, and upstream.
 */
import Perplexity from '@perplexity-ai/perplexity_ai';
import OpenAI from 'openai';

import type { Board, BoardOptions, Breaker, Fact } from '../../../index.ts';
import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import type { ProtectedFetch } from '../../../services/providers/protected-fetch.ts';
import { openVirtualBoard } from '../../board/open-boards.ts';
import { simulateOpenAI } from '../../kit/providers/openai/simulate-openai.ts';
import { simulatePerplexity } from '../../kit/providers/perplexity/simulate-perplexity.ts';
import type { Plan } from '../../kit/providers/plan.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import type { SimulatedProvider } from '../../kit/providers/simulation.ts';
import type { VirtualClock } from '../../kit/virtual-clock.ts';
import { atEnd } from '../../persistence/scratch.ts';

/** What no error, fact or name may repeat. */
export const SECRET = 'sk-proj-0123456789abcdef';
export const PROMPT = 'The password of the safe is rosebud.';

export const CHAT = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: PROMPT }],
  max_tokens: 100,
};

export interface SdkRig {
  readonly board: Board;
  readonly clock: VirtualClock;
  readonly upstream: SimulatedProvider;
  readonly fetch: ProtectedFetch;
  readonly facts: readonly Fact[];
  /** The breaker that was used first. */
  readonly breaker: Breaker;
  /** How often a client has asked the protected fetch. */
  readonly askedCount: number;
  /** The same fetch, counted. */
  readonly counted: typeof globalThis.fetch;
  /** Outcomes of the calls that have ended, in order. */
  outcomes(): string[];
  /** Lets time pass until a promise has settled, a second at most for each look. */
  pass<T>(promise: Promise<T>): Promise<T>;
}

const HOURS_MAX = 48;

async function rigOn(
  upstream: SimulatedProvider,
  provider: 'openai' | 'perplexity',
  boardOptions: BoardOptions & { readonly clock?: VirtualClock },
  fetchOptions: FetchOptions,
): Promise<SdkRig> {
  const { board, clock, facts } = await openVirtualBoard({ tokenizer: false, ...boardOptions });
  atEnd(() => void upstream.close());
  const fetch = board.fetch(provider, fetchOptions);
  let askedCount = 0;
  return {
    board,
    clock,
    upstream,
    fetch,
    facts,
    get breaker() {
      return fetch.breakers()[0] as Breaker;
    },
    get askedCount() {
      return askedCount;
    },
    counted: (...args) => {
      askedCount += 1;
      return fetch(...args);
    },
    outcomes: () => {
      board.flush();
      return facts.flatMap((fact) => (fact.type === 'call.finished' ? [fact.outcome] : []));
    },
    pass: (promise) => passing(clock, promise),
  };
}

/** An hour a step: what is waited for here is a deadline, and not another process. */
async function passing<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  for (let hour = 0; hour < HOURS_MAX && !isOver; hour++) await clock.advanceAsync(3_600_000);
  return promise;
}
