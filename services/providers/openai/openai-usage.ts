/**
 * What an answer of OpenAI's says it used. Two shapes, one of `prompt_tokens` and one of
 * `input_tokens`; in both the parts are inside their totals. A usage that contradicts itself is
 * none: it is not guessed which half of it is right.
 *
 * Source: openai 6.49.0, resources/completions.ts, resources/responses/responses.ts,
 * resources/batches.ts.
 */
import { usageOfTotals, type Usage } from '../../cost/usage.ts';
import { countAt, objectAt, textAt, WORD_LENGTH_MAX } from '../json-reading.ts';
import type { JsonObject } from '../profile.ts';

/** Totals of tokens, NaN where one is no count. */
export interface ReportedTotals {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** A usage of nothing: it is known to have cost no token. */
export const NO_USAGE: Usage = Object.freeze({ inputTokens: 0, outputTokens: 0, requests: 0 });

/** Disjoint buckets of totals; null where they are no counts or their parts are larger. */
export function usageOfReported(totals: ReportedTotals): Usage | null {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } =
    totals;
  const isWhole =
    cachedInputTokens + cacheWriteTokens <= inputTokens &&
    reasoningTokens <= outputTokens &&
    Number.isSafeInteger(inputTokens + outputTokens);
  return isWhole ? usageOfTotals('usage', totals) : null;
}

/** The usage of an answer, a chunk or a batch; null where it says none. */
export function usageIn(answer: JsonObject): Usage | null {
  const usage = readUsage(objectAt(answer, 'usage'));
  return usage === null ? null : inTier(usage, textAt(answer, 'service_tier'));
}

/** The same usage, served in a tier that has a price of its own. */
export const inTier = (usage: Usage, serviceTier: string): Usage =>
  serviceTier === '' || serviceTier.length > WORD_LENGTH_MAX ? usage : { ...usage, serviceTier };

function readUsage(usage: JsonObject | null): Usage | null {
  if (usage === null) return null;
  if (isSaid(usage.prompt_tokens)) return ofPrompt(usage);
  return isSaid(usage.input_tokens) ? ofInput(usage) : null;
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

function ofPrompt(usage: JsonObject): Usage | null {
  const input = objectAt(usage, 'prompt_tokens_details');
  const output = objectAt(usage, 'completion_tokens_details');
  const inputTokens = countAt(usage, 'prompt_tokens');
  const outputTokens = countAt(usage, 'completion_tokens');
  const reasoningTokens = countAt(output, 'reasoning_tokens');
  // Some servers bill reasoning beside the completion: then only the total holds all three.
  const isBeside = usage.total_tokens === inputTokens + outputTokens + reasoningTokens;
  return usageOfReported({
    inputTokens,
    cachedInputTokens: countAt(input, 'cached_tokens'),
    cacheWriteTokens: countAt(input, 'cache_write_tokens'),
    outputTokens: isBeside ? outputTokens + reasoningTokens : outputTokens,
    reasoningTokens,
  });
}

function ofInput(usage: JsonObject): Usage | null {
  const input = objectAt(usage, 'input_tokens_details');
  return usageOfReported({
    inputTokens: countAt(usage, 'input_tokens'),
    cachedInputTokens: countAt(input, 'cached_tokens'),
    cacheWriteTokens: countAt(input, 'cache_write_tokens'),
    outputTokens: countAt(usage, 'output_tokens'),
    reasoningTokens: countAt(objectAt(usage, 'output_tokens_details'), 'reasoning_tokens'),
  });
}
