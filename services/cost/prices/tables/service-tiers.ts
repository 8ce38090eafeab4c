/**
 * What service tiers multiply the price of tokens by.
 *
 * OpenAI: Batch is half (https://developers.openai.com/api/docs/pricing), Flex is priced like Batch
 * (https://developers.openai.com/api/docs/guides/flex-processing), Priority by model
 * (https://openai.com/api-priority-processing/), and Fast is Priority under its later name
 * (https://vercel.com/ai-gateway/models/gpt-4.1-mini-fast; double for GPT-5.6 in the pricing page
 * of 2026-08-27). A model that no page lists gets the dearest listed; `scale` and `ultrafast` have
 * no public price and become the dearest, too.
 * Anthropic: https://platform.claude.com/docs/build-with-claude/batch-processing.
 * Google: https://developers.googleblog.com/scale-your-ai-workloads-batch-mode-gemini-api.
 * Groq: flex costs what on demand does, https://console.groq.com/docs/flex-processing.
 */
import { NO_TIERS, type ServiceTiers } from '../price-of-rates.ts';
import type { Ratio } from '../rates.ts';

const times = (numerator: number, denominator = 1): Ratio => ({ numerator, denominator });
const HALF = times(1, 2);
const DOUBLE = times(2);

const openai = (priority: Ratio): ServiceTiers =>
  new Map([
    ['batch', HALF],
    ['flex', HALF],
    ['priority', priority],
    ['fast', priority],
  ]);

const PROVIDERS: ReadonlyMap<string, ServiceTiers> = new Map([
  ['openai', openai(times(5, 2))],
  ['anthropic', new Map([['batch', HALF]])],
  ['google', new Map([['batch', HALF]])],
  ['groq', new Map([['flex', times(1)]])],
]);

/** OpenAI's priority prices over its standard ones, by the id of the model. */
const OPENAI_MODELS: ReadonlyMap<string, ServiceTiers> = new Map(
  (
    [
      ['gpt-5.6-sol', DOUBLE],
      ['gpt-5.6-terra', DOUBLE],
      ['gpt-5.6-luna', DOUBLE],
      ['gpt-5.5', times(5, 2)],
      ['gpt-5.4', DOUBLE],
      ['gpt-5.4-mini', DOUBLE],
      ['gpt-5.2', DOUBLE],
      ['gpt-5.1', DOUBLE],
      ['gpt-5', DOUBLE],
      ['gpt-5-mini', times(9, 5)],
      ['gpt-4.1', times(7, 4)],
      ['gpt-4.1-mini', times(7, 4)],
      ['gpt-4.1-nano', DOUBLE],
    ] as const
  ).map(([model, priority]) => [model, openai(priority)]),
);

/** The tiers of a model; only the standard one for a provider without a source. */
export const serviceTiersOf = (provider: string, model: string): ServiceTiers =>
  (provider === 'openai' ? OPENAI_MODELS.get(model) : undefined) ??
  PROVIDERS.get(provider) ??
  NO_TIERS;
