/** How many tokens a chat has: its texts, and the frame around each message. */
import { invalidArgument, isObject } from '../../check.ts';
import type { FuseboardError } from '../../errors.ts';
import { boundTokens, exactTokens, TokenSum, type TokenCount } from './token-count.ts';

/** A message of a chat, as chat APIs take it. Only what is counted is named. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | null | readonly ChatPart[] | undefined;
  readonly name?: string | undefined;
  /** Counted as the JSON that it is. */
  readonly tool_calls?: readonly unknown[] | undefined;
  readonly tool_call_id?: string | undefined;
}

/** A part of a message. What is neither text nor an image gets a bound. */
export interface ChatPart {
  readonly type: string;
  readonly text?: string | undefined;
  readonly refusal?: string | undefined;
}

/** Counts one text. */
export type CountText = (text: string) => TokenCount;

/**
 * OpenAI's frame: three tokens around a message, one more for a name, and three that begin the
 * answer. Source: OpenAI cookbook, How_to_count_tokens_with_tiktoken.
 */
const MESSAGE_TOKENS = 3;
const NAME_TOKENS = 1;
const ANSWER_TOKENS = 3;
/** What other models put around a message at most (Llama 3 four, Mistral seven). */
const FOREIGN_FRAME_TOKENS = 8;

/**
 * An image of 1024 x 1024 pixels, and the largest one, with 85 tokens and 170 for each of up to
 * eight tiles. Other models than OpenAI's bound theirs too: Llama 3.2 at 6,404.
 * Source: platform.openai.com/docs/guides/images-vision; docs.together.ai/docs/vision-overview.
 */
const IMAGE: TokenCount = { tokens: 765, tokensMax: 1_445, isExact: false };
/** For gpt-4o-mini: 2,833 and 5,667 for each tile. */
const MINI_IMAGE: TokenCount = { tokens: 25_501, tokensMax: 48_169, isExact: false };
const FOREIGN_IMAGE: TokenCount = { tokens: 1_600, tokensMax: 6_404, isExact: false };
/** A file or sound named by its id, of which nothing can be told: half a context of 128,000. */
const UNKNOWN_PART_TOKENS_MAX = 64_000;

/** @throws FuseboardError invalid_argument for what is no list of messages. */
export function countChat(
  messages: readonly ChatMessage[],
  countText: CountText,
  model: string | undefined,
  isOwn: boolean,
): TokenCount {
  if (!Array.isArray(messages)) {
    throw invalidArgument('messages', 'a list of messages', messages);
  }
  const total = new TokenSum(ANSWER_TOKENS, isOwn ? ANSWER_TOKENS : FOREIGN_FRAME_TOKENS, isOwn);
  const frame = isOwn ? OWN_FRAME : FOREIGN_FRAME;
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index] as unknown;
    if (!isObject(message)) throw invalidArgument(`messages[${index}]`, 'a message', message);
    const { role, content, name, tool_call_id: id, tool_calls: calls } = message as MessageFields;
    total.add(frame);
    if (typeof role !== 'string') throw noText(index, 'role', role);
    total.add(countText(role));
    if (typeof content === 'string') total.add(countText(content));
    else if (content !== undefined && content !== null) {
      addParts(total, content, index, countText, model, isOwn);
    }
    if (name !== undefined) {
      if (typeof name !== 'string') throw noText(index, 'name', name);
      total.add(countText(name));
      total.add(NAME);
    }
    if (id !== undefined) total.add(bound(id, countText));
    if (calls !== undefined) total.add(bound(calls, countText));
  }
  return total;
}

type MessageFields = { readonly [Name in keyof ChatMessage]: unknown };

const OWN_FRAME = exactTokens(MESSAGE_TOKENS);
const FOREIGN_FRAME: TokenCount = {
  tokens: MESSAGE_TOKENS,
  tokensMax: FOREIGN_FRAME_TOKENS,
  isExact: false,
};
const NAME = exactTokens(NAME_TOKENS);

const noText = (index: number, field: string, value: unknown): FuseboardError =>
  invalidArgument(`messages[${index}].${field}`, 'a string', value);

function addParts(
  total: TokenSum,
  content: unknown,
  index: number,
  countText: CountText,
  model: string | undefined,
  isOwn: boolean,
): void {
  if (!Array.isArray(content)) {
    throw invalidArgument(`messages[${index}].content`, 'a string or a list of parts', content);
  }
  content.forEach((part: unknown, place) => {
    if (typeof part === 'string') total.add(countText(part));
    else if (isObject(part)) total.add(countPart(part as ChatPart, countText, model, isOwn));
    else throw invalidArgument(`messages[${index}].content[${place}]`, 'a part', part);
  });
}

function countPart(
  part: ChatPart,
  countText: CountText,
  model: string | undefined,
  isOwn: boolean,
): TokenCount {
  if (typeof part.text === 'string') return countText(part.text);
  if (typeof part.refusal === 'string') return countText(part.refusal);
  if (typeof part.type === 'string' && part.type.includes('image')) {
    if (!isOwn) return FOREIGN_IMAGE;
    return model?.includes('gpt-4o-mini') === true ? MINI_IMAGE : IMAGE;
  }
  const { tokens, tokensMax } = bound(part, countText);
  return { tokens, tokensMax: Math.max(tokensMax, UNKNOWN_PART_TOKENS_MAX), isExact: false };
}

/** What reaches the model in a form that only its provider knows: no more than its JSON's bytes. */
function bound(value: unknown, countText: CountText): TokenCount {
  const json = typeof value === 'string' ? value : jsonOf(value);
  return { tokens: countText(json).tokens, tokensMax: boundTokens(json).tokensMax, isExact: false };
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch (cause) {
    throw invalidArgument('messages', `what JSON can say (${String(cause)})`, value);
  }
}
