/** How many tokens a chat has: its texts, and the frame around each message. */
import { invalidArgument, isObject } from '../../check.ts';
import { addTokens, boundTokens, exactTokens, type TokenCount } from './token-count.ts';

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
  let total = exactTokens(ANSWER_TOKENS);
  if (!isOwn) total = { tokens: ANSWER_TOKENS, tokensMax: FOREIGN_FRAME_TOKENS, isExact: false };
  messages.forEach((message: ChatMessage, index) => {
    if (!isObject(message)) throw invalidArgument(`messages[${index}]`, 'a message', message);
    total = addTokens(total, frame(isOwn));
    total = addTokens(total, countText(textOf(message.role, `messages[${index}].role`)));
    total = addTokens(total, countContent(message.content, index, countText, model, isOwn));
    if (message.name !== undefined) {
      total = addTokens(total, countText(textOf(message.name, `messages[${index}].name`)));
      total = addTokens(total, exactTokens(NAME_TOKENS));
    }
    if (message.tool_call_id !== undefined) {
      total = addTokens(total, bound(message.tool_call_id, countText));
    }
    if (message.tool_calls !== undefined) {
      total = addTokens(total, bound(message.tool_calls, countText));
    }
  });
  return total;
}

const frame = (isOwn: boolean): TokenCount =>
  isOwn
    ? exactTokens(MESSAGE_TOKENS)
    : { tokens: MESSAGE_TOKENS, tokensMax: FOREIGN_FRAME_TOKENS, isExact: false };

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw invalidArgument(path, 'a string', value);
}

function countContent(
  content: ChatMessage['content'],
  index: number,
  countText: CountText,
  model: string | undefined,
  isOwn: boolean,
): TokenCount {
  if (content === undefined || content === null) return exactTokens(0);
  if (typeof content === 'string') return countText(content);
  if (!Array.isArray(content)) {
    throw invalidArgument(`messages[${index}].content`, 'a string or a list of parts', content);
  }
  return content
    .map((part: unknown, place) => {
      if (typeof part === 'string') return countText(part);
      if (isObject(part)) return countPart(part as ChatPart, countText, model, isOwn);
      throw invalidArgument(`messages[${index}].content[${place}]`, 'a part', part);
    })
    .reduce(addTokens, exactTokens(0));
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
