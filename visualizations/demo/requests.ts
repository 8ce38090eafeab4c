/** What the demo asks: bodies as the three APIs take them, never twice the same. */
import type { JsonObject, Random } from '../../index.ts';

/** A request without address and credential. */
export interface DemoRequest {
  /** Put behind the provider's base URL. */
  readonly path: string;
  readonly body: JsonObject;
}

export type MakeRequest = (random: Random) => DemoRequest;

/** A page to answer from, as a request that costs something has it. */
const PAGE = 'A breaker trips before the wire burns, and somebody finds out why. '.repeat(36);

const THINGS = 'a fuse,a breaker,a budget,a probe,a relay,a switch,a circuit,a wire'.split(',');
const DEEDS = 'trip,open,close,burn,fail,recover,wait,cost money'.split(',');
const MANNERS = 'in a sentence,in plain words,with an example,for a child,briefly'.split(',');

const one = (random: Random, of: readonly string[]): string =>
  of[Math.floor(random() * of.length)] as string;

const question = (random: Random): string =>
  `When does ${one(random, THINGS)} ${one(random, DEEDS)}? Tell me ${one(random, MANNERS)}.`;

/** Every so many requests one asks for a stream. */
const STREAMED_SHARE = 0.33;

export const CHAT_TOKENS_MAX = 120;
export const REASONING_TOKENS_MAX = 400;

export const askChat: MakeRequest = (random) => ({
  path: '/chat/completions',
  body: {
    model: 'gpt-4o-mini',
    messages: [
      { role: 'system', content: PAGE },
      { role: 'user', content: question(random) },
    ],
    max_completion_tokens: CHAT_TOKENS_MAX,
    ...(random() < STREAMED_SHARE ? { stream: true } : {}),
  },
});

export const askReasoning: MakeRequest = (random) => ({
  path: '/responses',
  body: {
    model: 'o3',
    instructions: PAGE,
    input: question(random),
    reasoning: { effort: 'low' },
    max_output_tokens: REASONING_TOKENS_MAX,
    store: false,
  },
});

export const askEmbedding: MakeRequest = (random) => ({
  path: '/embeddings',
  body: { model: 'text-embedding-3-small', input: question(random) },
});

export const askSearch: MakeRequest = (random) => ({
  path: '/v1/responses',
  body: {
    model: 'perplexity/sonar',
    input: question(random),
    tools: [{ type: 'web_search' }],
    max_output_tokens: CHAT_TOKENS_MAX,
    ...(random() < STREAMED_SHARE ? { stream: true } : {}),
  },
});

export const askDocuments: MakeRequest = (random) => ({
  path: random() < STREAMED_SHARE ? '/query/stream' : '/query',
  body: { query: question(random), mode: 'mix', max_total_tokens: 4_000 },
});
