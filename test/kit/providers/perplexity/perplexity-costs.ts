/**
 * What the simulated Perplexity charges, as it reports it: dollars in JSON. Worked out in integer
 * nano-dollars from tables of its own, so that the product's prices are checked and not repeated.
 *
 * Prices: docs.perplexity.ai/getting-started/pricing, read 2026-10-07.
 */
import type { JsonObject } from '../usage-fault.ts';

/** Nano-dollars for a token. A million tokens at a dollar are 1000 each. */
interface TokenPrices {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

const AGENT_MODELS: Readonly<Record<string, TokenPrices>> = {
  'perplexity/sonar': { input: 250, cached: 62.5, output: 2_500 },
  'openai/gpt-5.5': { input: 5_000, cached: 500, output: 30_000 },
};
/** Of a model that the table does not know: it is billed all the same. */
const OTHER_MODEL: TokenPrices = { input: 2_000, cached: 200, output: 8_000 };

/** Nano-dollars for a call. */
const TOOL_FEES: Readonly<Record<string, number>> = {
  web_search: 2_500_000,
  fetch_url: 500_000,
  people_search: 5_000_000,
  finance_search: 5_000_000,
  sandbox: 30_000_000,
  image_search: 2_500_000,
};

interface SonarPrices {
  readonly input: number;
  readonly output: number;
  /** Nano-dollars for a request, by search context size; deep research has none. */
  readonly fees?: Fees;
}

interface Fees {
  readonly low: number;
  readonly [contextSize: string]: number;
}

const PRO_FEES = { low: 6_000_000, medium: 10_000_000, high: 14_000_000 };
const SONAR: SonarPrices = {
  input: 1_000,
  output: 1_000,
  fees: { low: 5_000_000, medium: 8_000_000, high: 12_000_000 },
};
const SONAR_MODELS: Readonly<Record<string, SonarPrices>> = {
  sonar: SONAR,
  'sonar-pro': { input: 3_000, output: 15_000, fees: PRO_FEES },
  'sonar-reasoning-pro': { input: 2_000, output: 8_000, fees: PRO_FEES },
  'sonar-deep-research': { input: 2_000, output: 8_000 },
};
const CITATION = 2_000;
const REASONING = 3_000;
const SEARCH_QUERY = 5_000_000;

export const isSonarModel = (model: string): boolean => Object.hasOwn(SONAR_MODELS, model);

const dollars = (nanoUsd: number): number => Math.ceil(nanoUsd) / 1_000_000_000;

export interface AgentSpend {
  readonly model: string;
  /** Cached ones included. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Calls of each tool. */
  readonly tools: Readonly<Record<string, number>>;
}

/** `usage.cost` of the Agent API. */
export function agentCost(spend: AgentSpend): JsonObject {
  const { model, inputTokens, cachedTokens, outputTokens, tools } = spend;
  const known = Object.hasOwn(AGENT_MODELS, model) ? AGENT_MODELS[model] : undefined;
  const prices = known ?? OTHER_MODEL;
  const input = Math.ceil((inputTokens - cachedTokens) * prices.input);
  const cached = Math.ceil(cachedTokens * prices.cached);
  const output = Math.ceil(outputTokens * prices.output);
  const calls = Object.entries(tools).reduce(
    (sum, [tool, count]) => sum + (TOOL_FEES[tool] ?? 0) * count,
    0,
  );
  return {
    currency: 'USD',
    input_cost: dollars(input),
    output_cost: dollars(output),
    ...(cached === 0 ? {} : { cache_read_cost: dollars(cached) }),
    ...(calls === 0 ? {} : { tool_calls_cost: dollars(calls) }),
    total_cost: dollars(input + cached + output + calls),
  };
}

export interface SonarSpend {
  readonly model: string;
  readonly promptTokens: number;
  /** Without thoughts. */
  readonly completionTokens: number;
  /** These three are billed apart by deep research only. */
  readonly reasoningTokens: number;
  readonly citationTokens: number;
  readonly searchQueries: number;
  /** `low`, `medium` or `high`. */
  readonly contextSize: string;
}

/** `usage.cost` of the former Sonar API. */
export function sonarCost(spend: SonarSpend): JsonObject {
  const prices = SONAR_MODELS[spend.model] ?? SONAR;
  const input = spend.promptTokens * prices.input;
  const output = spend.completionTokens * prices.output;
  if (prices.fees !== undefined) {
    const fee = prices.fees[spend.contextSize] ?? prices.fees.low;
    return {
      input_tokens_cost: dollars(input),
      output_tokens_cost: dollars(output),
      request_cost: dollars(fee),
      total_cost: dollars(input + output + fee),
    };
  }
  const citations = spend.citationTokens * CITATION;
  const reasoning = spend.reasoningTokens * REASONING;
  const searches = spend.searchQueries * SEARCH_QUERY;
  return {
    input_tokens_cost: dollars(input),
    output_tokens_cost: dollars(output),
    citation_tokens_cost: dollars(citations),
    reasoning_tokens_cost: dollars(reasoning),
    search_queries_cost: dollars(searches),
    total_cost: dollars(input + output + citations + reasoning + searches),
  };
}
