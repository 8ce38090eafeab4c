/**
 * How many tokens a query costs a LightRAG server, which tells nobody: what is sent to its language
 * model, bounded by the limits of the request. A query is two calls of the model. The first finds
 * keywords, unless the request brings its own; the second answers from what was retrieved, unless
 * only the context was asked for.
 *
 * Source: https://github.com/HKUDS/LightRAG (v1.5), lightrag/operate.py, prompt.py, constants.py.
 */
import { isJsonObject, listAt, objectAt, textAt } from '../json-reading.ts';
import type { CountTokens, JsonObject } from '../profile.ts';

/** Prompt and examples by which keywords are asked for, without the query. */
export const KEYWORD_PROMPT_TOKENS = 1_000;
/** Keywords that the model answers with; few queries have more. */
export const KEYWORD_OUTPUT_TOKENS = 200;
/** The server's own limits where a request names none. */
const TOTAL_TOKENS = 30_000;
const ENTITY_TOKENS = 6_000;
const RELATION_TOKENS = 8_000;
const TOP_K = 40;
const CHUNK_TOP_K = 20;
/** A chunk of a document, and what is said about one entity, at most. */
const ITEM_TOKENS = 1_200;
/** The prompt around the context, where the server does not count it into its limit. */
const ANSWER_PROMPT_TOKENS = 1_000;
/** Around each message of a conversation. */
const MESSAGE_TOKENS = 4;
/** Limits beyond it are no limits. */
const LIMIT_MAX = 10_000_000;

/** What is asked of the server, as far as its tokens are concerned. */
export interface QueryTokens {
  /** Sent to find keywords, where the request brings none, and to be embedded. */
  readonly keywordInputTokens: number;
  readonly keywordOutputTokens: number;
  /** Sent to have an answer written; 0 where none is asked for. */
  readonly answerInputTokens: number;
}

/** Reads a query's members whatever they are. */
export function queryTokensOf(
  body: JsonObject,
  isAnswered: boolean,
  count: (text: string) => number,
  limits: { readonly contextTokens: number | null; readonly chunkTokens: number | null },
): QueryTokens {
  const query = count(textAt(body, 'query'));
  const asks = needsKeywords(body);
  const embedded = body.mode === 'bypass' ? 0 : query + ownKeywords(body, count);
  return {
    keywordInputTokens: asks ? KEYWORD_PROMPT_TOKENS + query + embedded : embedded,
    keywordOutputTokens: asks ? KEYWORD_OUTPUT_TOKENS : 0,
    answerInputTokens: isAnswered
      ? ANSWER_PROMPT_TOKENS + query + talkTokens(body, count) + contextTokens(body, limits)
      : 0,
  };
}

/** Whether the server asks its model for keywords: a search of the graph without any given. */
export function needsKeywords(body: JsonObject): boolean {
  if (body.mode === 'naive' || body.mode === 'bypass') return false;
  return listAt(body, 'hl_keywords').length + listAt(body, 'll_keywords').length === 0;
}

/** The most that is retrieved for it. A request's own limits win over `limits.contextTokens`. */
function contextTokens(
  body: JsonObject,
  limits: { readonly contextTokens: number | null; readonly chunkTokens: number | null },
): number {
  if (body.mode === 'bypass') return 0;
  const total = limitOf(body.max_total_tokens, limits.contextTokens ?? TOTAL_TOKENS);
  const chunks = limits.chunkTokens ?? limitOf(body.chunk_top_k, CHUNK_TOP_K) * ITEM_TOKENS;
  if (body.mode === 'naive') return Math.min(total, chunks);
  const entities = Math.min(
    limitOf(body.max_entity_tokens, ENTITY_TOKENS),
    limitOf(body.top_k, TOP_K) * ITEM_TOKENS,
  );
  return Math.min(total, entities + limitOf(body.max_relation_tokens, RELATION_TOKENS) + chunks);
}

/** The conversation so far, and instructions of the request's own. */
function talkTokens(body: JsonObject, count: (text: string) => number): number {
  let tokens = count(textAt(body, 'user_prompt')) + count(textAt(body, 'response_type'));
  for (const message of listAt(body, 'conversation_history')) {
    if (isJsonObject(message)) tokens += count(textAt(message, 'content')) + MESSAGE_TOKENS;
  }
  return tokens;
}

function ownKeywords(body: JsonObject, count: (text: string) => number): number {
  return count(joined(listAt(body, 'hl_keywords'))) + count(joined(listAt(body, 'll_keywords')));
}

/** Text of the chunks that an answer quotes whole; null where it quotes none. */
export function quotedTokens(answer: JsonObject, count: (text: string) => number): number | null {
  let tokens: number | null = null;
  for (const reference of listAt(answer, 'references')) {
    if (!isJsonObject(reference) || !Array.isArray(reference.content)) continue;
    tokens = (tokens ?? 0) + count(joined(listAt(reference, 'content')));
  }
  return tokens;
}

/** Counts with the tokenizer of the model, where there is one; a byte is a token at most. */
export const counterOf =
  (count: CountTokens | undefined, model: string | undefined) =>
  (text: string): number =>
    text === '' ? 0 : count === undefined ? Buffer.byteLength(text) : count(text, model);

/** Sentences that the server answers with where it found nothing, without asking its model. */
const CANNED = ['No relevant context found for the query.', '[no-context]'];

/** Older servers do not say `llm_generated`; their sentences are known. */
export const isCanned = (answer: string): boolean =>
  CANNED.some((words) => answer.length < 256 && answer.endsWith(words));

/** A chat of Ollama's as the query that the server makes of it; any other body as it is. */
export function queryBodyOf(path: string, body: JsonObject): JsonObject {
  if (path.includes('/api/generate')) {
    return { query: body.prompt, user_prompt: body.system, mode: 'bypass' };
  }
  if (!path.includes('/api/chat')) return body;
  const messages = listAt(body, 'messages');
  const last = messages.at(-1);
  const query = textAt(isJsonObject(last) ? last : null, 'content');
  const conversation_history = messages.slice(0, -1);
  return { query, conversation_history, user_prompt: body.system, ...modeOf(query) };
}

/** The mode that a chat's last message may begin with, such as `/naive `. */
function modeOf(content: string): JsonObject {
  if (content.startsWith('/naive')) return { mode: 'naive' };
  return content.startsWith('/bypass') ? { mode: 'bypass' } : {};
}

/** The answer's text, of `/query` or of a chat; null where there is none. */
export function answerIn(body: JsonObject): string | null {
  if (typeof body.response === 'string') return body.response;
  const content = objectAt(body, 'message')?.content;
  return typeof content === 'string' ? content : null;
}

const joined = (texts: readonly unknown[]): string =>
  texts.filter((text) => typeof text === 'string').join(' ');

const limitOf = (value: unknown, fallback: number): number =>
  typeof value === 'number' && value >= 1 ? Math.min(Math.ceil(value), LIMIT_MAX) : fallback;
