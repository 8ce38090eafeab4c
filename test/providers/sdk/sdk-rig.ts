/**
 * Clients as their users set them up, on a board whose time stands still, before a simulated
 * provider. What a client sends is counted twice: when it asks the protected fetch, and upstream.
 */
import Perplexity from '@perplexity-ai/perplexity_ai';
import OpenAI from 'openai';

import type { Board, BoardOptions, Breaker, Fact } from '../../../index.ts';
import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import type { ProtectedFetch } from '../../../services/providers/protected-fetch.ts';
import { openVirtualBoard } from '../../board/open-boards.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import {
  simulateOpenAI,
  type OpenAiSimulationOptions,
} from '../../kit/providers/openai/simulate-openai.ts';
import {
  simulatePerplexity,
  type PerplexitySimulationOptions,
} from '../../kit/providers/perplexity/simulate-perplexity.ts';
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

/** A client that retries waits no longer than this before it does. */
export const SOON = { 'retry-after-ms': '1' } as const;

export interface SdkRig {
  readonly board: Board;
  readonly clock: VirtualClock;
  readonly upstream: SimulatedProvider;
  readonly fetch: ProtectedFetch;
  /** The same fetch, counted. */
  readonly counted: typeof globalThis.fetch;
  /** How often a client has asked it. */
  readonly askedCount: number;
  /** The breaker that was used first. */
  readonly breaker: Breaker;
  /** Every fact so far. */
  facts(): readonly Fact[];
  /** Outcomes of the calls that have ended, in order. */
  outcomes(): string[];
  /** What the provider does from now on, with every request. */
  behave(behaviour: Behaviour): void;
}

export type OpenRig = (fetch?: FetchOptions, board?: SdkBoardOptions) => Promise<SdkRig>;
export type SdkBoardOptions = Omit<BoardOptions, 'clock'>;

async function rigOn(
  simulate: (clock: VirtualClock) => Promise<SimulatedProvider>,
  provider: 'openai' | 'perplexity',
  boardOptions: SdkBoardOptions,
  fetchOptions: FetchOptions,
): Promise<SdkRig> {
  const { board, clock, facts } = await openVirtualBoard({
    ...(boardOptions.budgets === undefined ? {} : { tokenizer: false }),
    ...boardOptions,
  });
  const upstream = await simulate(clock);
  atEnd(() => void upstream.close());
  const fetch = board.fetch(provider, fetchOptions);
  let askedCount = 0;
  const soFar = (): readonly Fact[] => {
    board.flush();
    return facts;
  };
  return {
    board,
    clock,
    upstream,
    fetch,
    counted: (...args) => {
      askedCount += 1;
      return fetch(...args);
    },
    get askedCount() {
      return askedCount;
    },
    get breaker() {
      return fetch.breakers()[0] as Breaker;
    },
    facts: soFar,
    outcomes: () =>
      soFar().flatMap((fact) => (fact.type === 'call.finished' ? [fact.outcome] : [])),
    behave: (behaviour) => upstream.script({ phases: [{ behaviour }] }),
  };
}

/** Its waits and its limits are in the board's time. */
export const openaiRig = (
  fetchOptions: FetchOptions = {},
  boardOptions: SdkBoardOptions = {},
  simulation: OpenAiSimulationOptions = {},
): Promise<SdkRig> =>
  rigOn(
    (clock) => simulateOpenAI({ seed: 7, clock, ...simulation }),
    'openai',
    boardOptions,
    fetchOptions,
  );

export const perplexityRig = (
  fetchOptions: FetchOptions = {},
  boardOptions: SdkBoardOptions = {},
  simulation: PerplexitySimulationOptions = {},
): Promise<SdkRig> =>
  rigOn(
    (clock) => simulatePerplexity({ seed: 7, clock, ...simulation }),
    'perplexity',
    boardOptions,
    fetchOptions,
  );

/** As its users get it: with two retries of its own, where `maxRetries` says nothing else. */
export const openaiClient = (rig: SdkRig, options: ClientOptions = {}): OpenAI =>
  new OpenAI({
    apiKey: SECRET,
    baseURL: rig.upstream.baseUrl,
    fetch: rig.counted,
    logLevel: 'off',
    ...options,
  });

export const perplexityClient = (rig: SdkRig, options: ClientOptions = {}): Perplexity =>
  new Perplexity({
    apiKey: SECRET,
    baseURL: rig.upstream.url,
    fetch: rig.counted,
    logLevel: 'off',
    ...options,
  });

interface ClientOptions {
  readonly apiKey?: string;
  readonly maxRetries?: number;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** What a promise is rejected with; it must be. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error(`it was not rejected, but gave ${JSON.stringify(value)}`);
}

/** What a stream gave, and the error that ended it, if one did. */
export async function piecesOf<T>(
  stream: PromiseLike<AsyncIterable<T>>,
): Promise<{ readonly pieces: readonly T[]; readonly error: Error | null }> {
  const pieces: T[] = [];
  try {
    for await (const piece of await stream) pieces.push(piece);
  } catch (error) {
    return { pieces, error: error as Error };
  }
  return { pieces, error: null };
}
