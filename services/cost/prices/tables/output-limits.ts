/**
 * The most that models can put out, by the id that the price table has for them. An id covers its
 * snapshots and variants, so that a limit here is that of the largest. Unknown stays unknown.
 *
 * Sources, read 2026-11-22. OpenAI: GPT-4o and GPT-5 in UiPath's list of models, gpt-4o-mini
 * in Microsoft's of fine-tunable ones, GPT-4.1 in OpenAI's own page of gpt-4.1-nano and Vercel's of
 * the others, o3 and o4-mini in RooCodeInc/Roo-Code#2691, GPT-5.6 in Vercel's gateway. Anthropic:
 * the notes of Effect-TS/effect's ai-anthropic 4.0.0-beta.106 (64,000 for 4.5, 128,000 from 4.6),
 * the rest from Portkey-AI/models general/anthropic.json. Google: UiPath's list.
 */
const LIMITS: ReadonlyMap<string, number> = new Map([
  ['openai/gpt-4o', 16_384],
  ['openai/gpt-4o-mini', 16_384],
  ['openai/gpt-4.1', 32_768],
  ['openai/gpt-4.1-mini', 32_768],
  ['openai/gpt-4.1-nano', 32_768],
  ['openai/o3', 100_000],
  ['openai/o4-mini', 100_000],
  ['openai/gpt-5', 128_000],
  ['openai/gpt-5-mini', 128_000],
  ['openai/gpt-5-nano', 128_000],
  ['openai/gpt-5.1', 128_000],
  ['openai/gpt-5.6-sol', 128_000],
  ['openai/gpt-5.6-terra', 128_000],
  ['openai/gpt-5.6-luna', 128_000],
  ['anthropic/claude-3-haiku', 4_096],
  ['anthropic/claude-3-sonnet', 4_096],
  ['anthropic/claude-3-5-haiku-latest', 8_192],
  ['anthropic/claude-3-5-sonnet', 8_192],
  ['anthropic/claude-3-7-sonnet-latest', 128_000],
  ['anthropic/claude-opus-4-0', 128_000],
  ['anthropic/claude-sonnet-4-0', 128_000],
  ['anthropic/claude-opus-4-1', 32_000],
  ['anthropic/claude-haiku-4-5', 64_000],
  ['anthropic/claude-sonnet-4-5', 64_000],
  ['anthropic/claude-opus-4-5', 64_000],
  ['anthropic/claude-sonnet-4-6', 128_000],
  ['anthropic/claude-opus-4-6', 128_000],
  ['anthropic/claude-opus-4-7', 128_000],
  ['anthropic/claude-opus-4-8', 128_000],
  ['google/gemini-2.5-pro', 65_536],
  ['google/gemini-2.5-flash', 65_536],
]);

/** Tokens; null where no source is at hand. Azure serves OpenAI's models under their names. */
export const outputLimitOf = (provider: string, model: string): number | null =>
  LIMITS.get(`${provider === 'azure' ? 'openai' : provider}/${model}`) ?? LIMITS.get(model) ?? null;
