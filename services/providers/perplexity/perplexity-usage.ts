/**
 * What an answer of Perplexity's says it used, and what it says it cost, which wins over every
 * price table. The Agent API counts `input_tokens`, the older Sonar chats `prompt_tokens`.
 *
 * Source: perplexity-node, src/generated/api.ts; for the tools' counts (`invocation`) answers as
 * https://docs.perplexity.ai/docs/agent-api shows them.
 */
import { isNanoUsd, NANO_PER_USD, NANO_USD_MAX, usd, type NanoUsd } from '../../cost/money.ts';
import { SEARCH_CONTEXT_SIZES, type SearchContextSize, type Usage } from '../../cost/usage.ts';
import { countAt, isJsonObject, objectAt, textAt } from '../json-reading.ts';
import type { JsonObject } from '../profile.ts';
import { usageOfReported } from '../openai/openai-usage.ts';

/**
 * The usage of an answer or a chunk; null where it says none, or what is none. Its reported cost
 * stays where only the parts of its tokens contradict each other.
 * @param askedSize the search context size of the request.
 */
export function perplexityUsageIn(
  answer: JsonObject,
  askedSize: SearchContextSize | undefined,
): Usage | null {
  const usage = objectAt(answer, 'usage');
  if (usage === null) return null;
  const costNanoUsd = reportedCost(objectAt(usage, 'cost'));
  const cost = costNanoUsd === null ? {} : { costNanoUsd };
  if (isSaid(usage.prompt_tokens)) return ofSonar(usage, cost, askedSize);
  if (isSaid(usage.input_tokens)) return ofAgent(usage, cost);
  return costNanoUsd === null ? null : { costNanoUsd };
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

type Cost = Pick<Usage, 'costNanoUsd'>;

/** Sonar counts reasoning and citations beside prompt and completion, and bills them apart. */
function ofSonar(
  usage: JsonObject,
  cost: Cost,
  askedSize: SearchContextSize | undefined,
): Usage | null {
  const counts = {
    inputTokens: countAt(usage, 'prompt_tokens'),
    outputTokens: countAt(usage, 'completion_tokens'),
    reasoningTokens: countAt(usage, 'reasoning_tokens'),
    citationTokens: countAt(usage, 'citation_tokens'),
    searches: countAt(usage, 'num_search_queries'),
  };
  if (!Number.isSafeInteger(sumOf(Object.values(counts)))) return null;
  const searchContextSize = sizeOf(usage.search_context_size) ?? askedSize;
  return { ...counts, ...(searchContextSize === undefined ? {} : { searchContextSize }), ...cost };
}

function ofAgent(usage: JsonObject, cost: Cost): Usage | null {
  const input = objectAt(usage, 'input_tokens_details');
  const totals = {
    inputTokens: countAt(usage, 'input_tokens'),
    cachedInputTokens: countAt(input, 'cache_read_input_tokens'),
    cacheWriteTokens: countAt(input, 'cache_creation_input_tokens'),
    outputTokens: countAt(usage, 'output_tokens'),
    reasoningTokens: countAt(objectAt(usage, 'output_tokens_details'), 'reasoning_tokens'),
  };
  const searches = searchesIn(objectAt(usage, 'tool_calls_details'));
  if (!Number.isSafeInteger(sumOf(Object.values(totals)) + searches)) return null;
  const tokens = usageOfReported(totals);
  if (tokens === null && cost.costNanoUsd === undefined) return null;
  return { ...tokens, searches, ...cost };
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Calls of the tools that search: `web_search` or `search_web`, `people_search` and the like. */
function searchesIn(tools: JsonObject | null): number {
  let searches = 0;
  for (const [name, details] of Object.entries(tools ?? {})) {
    if (!name.includes('search')) continue;
    searches += isJsonObject(details) ? countAt(details, 'invocation') : countAt(tools, name);
  }
  return searches;
}

/** What a size is called; undefined for what is none. */
export const sizeOf = (value: unknown): SearchContextSize | undefined =>
  SEARCH_CONTEXT_SIZES.find((size) => size === value);

/** The size that a request asks for. */
export const askedSizeIn = (body: JsonObject | null): SearchContextSize | undefined =>
  sizeOf(objectAt(body, 'web_search_options')?.search_context_size);

/** Less than this share of a nano-dollar is a float's noise, as sums like 0.1 + 0.2 leave it. */
const NOISE = 0.001;
const USD_MAX = NANO_USD_MAX / NANO_PER_USD;

/** The total in dollars as nano-dollars, rounded up; null where it is no amount of dollars. */
function reportedCost(cost: JsonObject | null): NanoUsd | null {
  const total = cost?.total_cost;
  const currency = textAt(cost, 'currency');
  if (currency !== '' && currency !== 'USD') return null;
  if (typeof total !== 'number' || !(total >= 0 && total < USD_MAX)) return null;
  const nearest = usd(total);
  const up = nearest + (total * NANO_PER_USD - nearest > NOISE ? 1 : 0);
  return isNanoUsd(up) ? up : null;
}
