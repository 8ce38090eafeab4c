/**
 * What a request sends, as the messages whose tokens are counted. A plain chat is counted as it is;
 * anything else is written anew, so that no request is too odd to be counted.
 *
 * What cannot be counted as text is shown by its type alone and gets the counter's own bound:
 * images by their tiles; sound, files, and what the server remembers of earlier messages, 64,000
 * tokens each. That is our bound, not OpenAI's: half of a context of 128,000, and 107 minutes of
 * sound at ten tokens a second (https://platform.openai.com/docs/guides/realtime-costs).
 */
import type { ChatMessage, ChatPart } from '../../cost/tokens/token-messages.ts';
import { isJsonObject, isShallow, jsonOf, listAt, objectAt, textAt } from '../json-reading.ts';
import type { JsonObject } from '../profile.ts';

/** Levels that calls of tools have in a chat that is counted as it is. */
const CALL_LEVELS = 8;
/** Counted with the bound of what cannot be seen. */
const UNSEEN: ChatPart = Object.freeze({ type: 'unseen' });
const IMAGE: ChatPart = Object.freeze({ type: 'image' });

const CHAT_EXTRAS: readonly string[] = ['tools', 'functions', 'response_format'];

/** The chat, and what else the model reads of its request: tools, schemas. */
export function chatOf(body: JsonObject): readonly ChatMessage[] {
  const list = listAt(body, 'messages');
  const messages = list.every(isPlainMessage)
    ? (list as readonly ChatMessage[])
    : list.map(messageOf);
  const extras = extrasOf(body, CHAT_EXTRAS);
  return extras === null ? messages : [...messages, extras];
}

/** The input of the Responses API, and of APIs made after it. */
export function responseInputOf(body: JsonObject): readonly ChatMessage[] {
  const { input } = body;
  const messages: ChatMessage[] =
    typeof input === 'string'
      ? [{ role: 'user', content: input }]
      : listAt(body, 'input').map(itemOf);
  const extras = extrasOf(body, ['instructions', 'tools', 'text', 'response_format']);
  if (extras !== null) messages.push(extras);
  if (isRemembered(body)) messages.push({ role: 'user', content: [UNSEEN] });
  return messages;
}

/** The server adds what the request only names: earlier messages, a stored prompt. */
const isRemembered = (body: JsonObject): boolean =>
  isSaid(body.previous_response_id) || isSaid(body.conversation) || isSaid(body.prompt);

/** Null for what is absent, and for what is there and says nothing. */
const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== null && typeof value !== 'boolean';

/** Schemas and instructions as one message of text; null where there are none. */
function extrasOf(body: JsonObject, fields: readonly string[]): ChatMessage | null {
  let content: ChatPart[] | null = null;
  for (const field of fields) {
    const value = body[field];
    if (!isSaid(value)) continue;
    const text = typeof value === 'string' ? value : jsonOf(value);
    (content ??= []).push({ type: 'text', text });
  }
  return content === null ? null : { role: 'system', content };
}

/** Whether the counter takes a message as it is, and counts all of it. */
function isPlainMessage(message: unknown): boolean {
  if (!isJsonObject(message)) return false;
  const { content, name, tool_calls: calls, tool_call_id: id } = message;
  return (
    typeof message.role === 'string' &&
    (name === undefined || typeof name === 'string') &&
    (id === undefined || typeof id === 'string') &&
    (calls === undefined || (Array.isArray(calls) && isShallow(calls, CALL_LEVELS))) &&
    !isSaid(message.function_call) &&
    !isSaid(message.refusal) &&
    !isSaid(message.audio) &&
    (content === undefined ||
      content === null ||
      typeof content === 'string' ||
      (Array.isArray(content) && content.every(isPlainPart)))
  );
}

const isPlainPart = (part: unknown): boolean =>
  isJsonObject(part) && (typeof part.text === 'string' || isImage(part));

const isImage = (part: JsonObject): boolean => {
  const type = textAt(part, 'type');
  return type.includes('image') || type.includes('screenshot');
};

/** A message with nothing in it that the counter would refuse. */
function messageOf(message: unknown): ChatMessage {
  if (!isJsonObject(message)) return { role: 'user', content: textOf(message) };
  const content = partsOf(message.content);
  for (const field of ['name', 'refusal', 'tool_calls', 'tool_call_id', 'function_call']) {
    const value = message[field];
    if (isSaid(value)) content.push({ type: 'text', text: textOf(value) });
  }
  if (isSaid(message.audio)) content.push(UNSEEN);
  return { role: textAt(message, 'role'), content };
}

/** An item of the Responses API: a message, a call of a tool, what came of it, or another thing. */
function itemOf(item: unknown): ChatMessage {
  if (!isJsonObject(item) || typeof item.role === 'string') return messageOf(item);
  const type = textAt(item, 'type');
  if (type === 'item_reference') return { role: 'user', content: [UNSEEN] };
  if (isSaid(item.output)) {
    const output = objectAt(item, 'output');
    return { role: 'tool', content: partsOf(output === null ? item.output : [output]) };
  }
  if (type === 'function_call' || type === 'custom_tool_call') {
    const { name, arguments: sent, input } = item;
    return { role: 'assistant', content: `${textOf(name)} ${textOf(sent)}${textOf(input)}` };
  }
  return { role: 'assistant', content: textOf(item) };
}

function partsOf(content: unknown): ChatPart[] {
  if (Array.isArray(content)) return content.map(partOf);
  return isSaid(content) ? [{ type: 'text', text: textOf(content) }] : [];
}

function partOf(part: unknown): ChatPart {
  if (!isJsonObject(part)) return { type: 'text', text: textOf(part) };
  const text = textAt(part, 'text') || textAt(part, 'refusal');
  if (text !== '') return { type: 'text', text };
  if (isImage(part)) return IMAGE;
  return typeof part.text === 'string' ? { type: 'text', text: '' } : UNSEEN;
}

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : jsonOf(value);
};

/** A text, several texts, tokens, or several lists of tokens: how embeddings and prompts come. */
export function plainInputOf(value: unknown): { input?: string; inputTokens?: number } {
  if (typeof value === 'string') return { input: value };
  if (!Array.isArray(value)) return {};
  const texts: string[] = [];
  let tokens = 0;
  for (const piece of value) {
    if (typeof piece === 'string') texts.push(piece);
    else tokens += Array.isArray(piece) ? piece.length : 1;
  }
  return texts.length > 0 ? { input: texts.join('\n') } : { inputTokens: tokens };
}
