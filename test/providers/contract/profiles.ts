/**
 * The profiles that the contract holds for, each with a simulated server that speaks its API, the
 * requests that are sent, and what an independent reader makes of its frames.
 */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

import { lightragProfile, usd, type PriceOptions } from '../../../index.ts';
import type { Profile } from '../../../services/providers/profile.ts';
import type { KnownProvider } from '../../../services/providers/providers.ts';
import type { Outcome } from '../../../services/outcome.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { simulateLightRag } from '../../kit/providers/lightrag/simulate-lightrag.ts';
import { simulateOpenAI } from '../../kit/providers/openai/simulate-openai.ts';
import { simulatePerplexity } from '../../kit/providers/perplexity/simulate-perplexity.ts';
import type { SimulatedProvider, SimulationOptions } from '../../kit/providers/simulation.ts';
import {
  billedDollars,
  billedTokens,
  chatText,
  eventText,
  INPUT_NANO_USD,
  isLastChoice,
  isLastEvent,
  OUTPUT_NANO_USD,
  textAt,
  usageIn,
  type Json,
} from './readings.ts';
import { toldChat, toldLines } from './told-apis.ts';

export interface ContractProfile {
  readonly title: string;
  readonly provider: KnownProvider | Profile;
  readonly simulate: (options: SimulationOptions) => Promise<SimulatedProvider>;
  readonly path: { readonly stream: string; readonly whole: string };
  readonly body: { readonly stream: Json; readonly whole: Json };
  /** What ends a frame on the wire. */
  readonly frameEnd: '\n\n' | '\n';
  /** Text that a frame adds to the answer; empty for none. */
  readonly text: (frame: Json) => string;
  /** Whether a frame says that the answer is over. */
  readonly isEnd: (frame: Json, wire: string) => boolean;
  /** Nano-dollars that the answer so far costs, where a frame or an answer says; else null. */
  readonly billed: (answer: Json) => number | null;
  /** Nano-dollars for a token of output, where it is counted. */
  readonly outputNanoUsd: number;
  /** Nano-dollars for what was sent, where it is counted; null: as the whole stream is billed. */
  readonly inputNanoUsd: number | null;
  /** The model may have thought: what was counted says too little, and the worst is charged. */
  readonly hidesOutput: boolean;
  /** Refusals that mean something else with it than with most. */
  readonly outcomes?: Readonly<Partial<Record<Behaviour['type'], Outcome>>>;
  /** What it makes of a frame that is no JSON: it may be none of its business. */
  readonly failsOnBadJson: boolean;
}

const QUESTION = 'Say something about capacitors.';
const MESSAGES = [{ role: 'user', content: QUESTION }];
/** Tokens of the question as a chat. */
const CHAT_TOKENS = 13;
/** Tokens that an answer may have; those of the simulated model have fewer. */
const CAP_TOKENS = 40;

/** Of the models below: 1,000 nano-dollars for a token sent, 2,000 for one that comes back. */
const TOKEN_PRICES = { inputPerMillion: usd(1), outputPerMillion: usd(2) };

export const PRICES: PriceOptions = {
  overrides: ['gpt-4o-mini', 'gpt-5-mini', 'rag-model'].map((model) => ({
    model,
    ...TOKEN_PRICES,
  })),
};

/** A country that is not served says nothing of the key. */
const OPENAI_OUTCOMES = { forbidden: 'ignored' } as const;

const SSE = {
  frameEnd: '\n\n',
  outputNanoUsd: OUTPUT_NANO_USD,
  inputNanoUsd: null,
  hidesOutput: false,
  failsOnBadJson: true,
} as const;

const both = <T>(stream: T, whole: T = stream): { readonly stream: T; readonly whole: T } => ({
  stream,
  whole,
});

const chatBody = (model: string, cap: string, more: Json = {}) => {
  const whole = { model, messages: MESSAGES, [cap]: CAP_TOKENS };
  return both<Json>({ ...whole, stream: true, ...more }, whole);
};
const responseBody = (model: string) => {
  const whole = { model, input: QUESTION, max_output_tokens: CAP_TOKENS };
  return both<Json>({ ...whole, stream: true }, whole);
};
const ASKS_FOR_USAGE = { stream_options: { include_usage: true } };

const QUERY = { query: QUESTION, mode: 'naive', include_progress: true };
const LINES = {
  simulate: simulateLightRag,
  path: both('/query/stream', '/query'),
  frameEnd: '\n',
  text: (line: Json): string => textAt(line, 'response'),
  isEnd: (line: Json): boolean => 'response_time' in line,
  billed: (): null => null,
  outputNanoUsd: OUTPUT_NANO_USD,
  hidesOutput: false,
} as const;

export const PROFILES: readonly ContractProfile[] = [
  {
    ...SSE,
    title: 'openai chats',
    outcomes: OPENAI_OUTCOMES,
    provider: 'openai',
    simulate: simulateOpenAI,
    path: both('/v1/chat/completions'),
    body: chatBody('gpt-4o-mini', 'max_completion_tokens', ASKS_FOR_USAGE),
    text: chatText,
    isEnd: isLastChoice,
    billed: (answer) => billedTokens(usageIn(answer)),
  },
  {
    ...SSE,
    title: 'openai responses',
    outcomes: OPENAI_OUTCOMES,
    provider: 'openai',
    simulate: simulateOpenAI,
    path: both('/v1/responses'),
    body: responseBody('gpt-4o-mini'),
    text: eventText,
    isEnd: isLastEvent,
    billed: (answer) => billedTokens(usageIn(answer)),
  },
  {
    ...SSE,
    title: 'openai responses of a model that thinks',
    outcomes: OPENAI_OUTCOMES,
    provider: 'openai',
    simulate: simulateOpenAI,
    path: both('/v1/responses'),
    body: responseBody('gpt-5-mini'),
    text: eventText,
    isEnd: isLastEvent,
    billed: (answer) => billedTokens(usageIn(answer)),
    hidesOutput: true,
  },
  {
    ...SSE,
    title: 'perplexity agents',
    provider: 'perplexity',
    simulate: simulatePerplexity,
    path: both('/v1/responses'),
    body: responseBody('perplexity/sonar'),
    text: eventText,
    isEnd: isLastEvent,
    billed: (answer) => billedDollars(usageIn(answer)),
    hidesOutput: true,
  },
  {
    ...SSE,
    title: 'perplexity sonar chats',
    provider: 'perplexity',
    simulate: simulatePerplexity,
    path: both('/chat/completions'),
    body: chatBody('sonar', 'max_tokens'),
    text: chatText,
    isEnd: isLastChoice,
    billed: (answer) => billedDollars(usageIn(answer)),
    outputNanoUsd: 1_000,
    // Its tokens, and the dearest fee of a request while none is told.
    inputNanoUsd: CHAT_TOKENS * 1_000 + 12_000_000,
  },
  {
    ...LINES,
    title: 'lightrag queries',
    // The account is the server's own, and what it says of it are a limit's words.
    outcomes: { quota: 'rate_limited' },
    provider: lightragProfile({ model: 'rag-model' }),
    body: both<Json>(QUERY),
    inputNanoUsd: null,
    failsOnBadJson: true,
  },
  {
    ...SSE,
    title: 'chats of a jsonApi',
    outcomes: { quota: 'rate_limited' },
    provider: toldChat,
    simulate: simulateOpenAI,
    path: both('/v1/chat/completions'),
    body: chatBody('gpt-4o-mini', 'max_tokens', ASKS_FOR_USAGE),
    text: chatText,
    isEnd: (_, wire) => wire === 'data: [DONE]',
    billed: (answer) => billedTokens(usageIn(answer)),
    inputNanoUsd: countTokens(QUESTION) * INPUT_NANO_USD,
    failsOnBadJson: false,
  },
  {
    ...LINES,
    title: 'lines of a jsonApi',
    // Told by status 500 and a sentence, which nobody has explained to it.
    outcomes: { quota: 'failed', rate_limited: 'failed' },
    provider: toldLines,
    body: both<Json>({ ...QUERY, cap: CAP_TOKENS }, { ...QUERY, cap: CAP_TOKENS, stream: false }),
    inputNanoUsd: countTokens(QUESTION) * INPUT_NANO_USD,
    failsOnBadJson: false,
  },
];
