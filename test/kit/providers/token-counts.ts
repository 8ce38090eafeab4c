/**
 * Counts tokens for the simulated providers: OpenAI's encodings, loaded with the first server. The
 * frame around the messages of a chat is counted here, apart from what the product counts.
 */
import { isObject } from '../../../services/check.ts';
import type { Tokenizer } from '../../../services/cost/tokens/tokenizer.ts';

export type CountTokens = (text: string) => number;

let current: Promise<Tokenizer> | undefined;
let older: Promise<Tokenizer> | undefined;

async function load(...models: readonly string[]): Promise<Tokenizer> {
  const { loadTokenizer } = await import('../../../services/cost/tokens/tokenizer.ts');
  return loadTokenizer(models);
}

/** Counts with o200k_base, which stands in for models whose encoding is not public. */
export async function currentTokens(): Promise<CountTokens> {
  const tokenizer = await (current ??= load());
  return (text) => tokenizer.countText(text).tokens;
}

/** Counts with cl100k_base, as OpenAI's embedding models do. */
export async function embeddingTokens(): Promise<CountTokens> {
  const model = 'text-embedding-3-small';
  const tokenizer = await (older ??= load(model));
  return (text) => tokenizer.countText(text, model).tokens;
}

/** Three tokens around each message, one for a name, and three that begin the answer. */
export function chatTokens(messages: readonly unknown[], count: CountTokens): number {
  let tokens = 3;
  for (const message of messages) {
    if (!isObject(message)) continue;
    const { role, content, name } = message as Readonly<Record<string, unknown>>;
    tokens += 3 + count(typeof role === 'string' ? role : '') + contentTokens(content, count);
    if (typeof name === 'string') tokens += 1 + count(name);
  }
  return tokens;
}

/** Of a text, or of the texts in a list of parts. */
export function contentTokens(content: unknown, count: CountTokens): number {
  if (typeof content === 'string') return count(content);
  if (!Array.isArray(content)) return 0;
  return (content as readonly unknown[]).reduce<number>((sum, part) => {
    const text: unknown = isObject(part) ? (part as { readonly text?: unknown }).text : part;
    return sum + (typeof text === 'string' ? count(text) : 0);
  }, 0);
}
