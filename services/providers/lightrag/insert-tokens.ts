/**
 * How many tokens the documents of an insert will cost the server's models, which work on them in
 * the background and report to nobody. A document is cut into chunks; of each, a language model
 * extracts entities, is asked once more for what it missed, and everything is embedded.
 *
 * Source: https://github.com/HKUDS/LightRAG (v1.5), lightrag/operate.py, prompt.py, constants.py.
 */
import type { Usage } from '../../cost/usage.ts';
import { listAt } from '../json-reading.ts';
import type { JsonObject } from '../profile.ts';

/** The server's own sizes: a chunk, and what it shares with the one before. */
const CHUNK_TOKENS = 1_200;
const OVERLAP_TOKENS = 100;
/** Instructions and examples around a chunk, sent with each of two calls. */
const PROMPT_TOKENS = 3_000;
const CALLS = 2;
/** What the model extracts from a chunk: first, and when asked for more. */
const FIRST_OUTPUT_TOKENS = 1_000;
const MORE_OUTPUT_TOKENS = 500;

/** Null where the documents are not in the request: an upload, a scan of a folder. */
export function insertUsageOf(
  body: JsonObject | null,
  count: (text: string) => number,
): Usage | null {
  const texts = textsOf(body);
  if (texts === null) return null;
  let inputTokens = 0;
  let outputTokens = 0;
  for (const text of texts) {
    const tokens = count(text);
    const chunks = Math.max(1, Math.ceil(tokens / (CHUNK_TOKENS - OVERLAP_TOKENS)));
    const chunkTokens = tokens + (chunks - 1) * OVERLAP_TOKENS;
    // Twice to the language model, the second time with its first answer, and once to the embedder.
    inputTokens += chunkTokens * (CALLS + 1);
    inputTokens += chunks * (CALLS * PROMPT_TOKENS + FIRST_OUTPUT_TOKENS);
    outputTokens += chunks * (FIRST_OUTPUT_TOKENS + MORE_OUTPUT_TOKENS);
  }
  return { inputTokens, outputTokens };
}

function textsOf(body: JsonObject | null): readonly string[] | null {
  if (typeof body?.text === 'string') return [body.text];
  if (!Array.isArray(body?.texts)) return null;
  return listAt(body, 'texts').filter((text) => typeof text === 'string');
}
