/** Integer rates from the price table's floating dollars, read once for each model. */
import type { ModelPrice } from '@pydantic/genai-prices';

import { usd } from '../money.ts';
import { sameFees, tokenRates, PER_MILLION, type Band, type Rates } from './rates.ts';

type Kind = 'input' | 'output' | 'cache_read' | 'cache_write';

/** Models that hear, speak or draw: what they use is billed as more than text. */
const BEYOND_TEXT = /audio|realtime|live|voice|speech|transcri|tts|whisper|image|video/;
const MODES = ['audio', 'image', 'video'] as const;

/**
 * The rates of a model; null where the table has none for its tokens.
 *
 * A usage does not say in what form its tokens came. A model that puts out sound or pictures, or is
 * named for them, has the dearest of its rates; any other that of text, so that sound sent to a
 * model of text is charged too little unless its provider reports the cost itself.
 */
export function ratesOf(price: ModelPrice, modelId: string): Rates | null {
  if (price['input_mtok'] === undefined && price['output_mtok'] === undefined) return null;
  const isDearest =
    BEYOND_TEXT.test(modelId) || MODES.some((mode) => price[`output_${mode}_mtok`] !== undefined);
  const starts = [...new Set(Object.values(price).flatMap(startsOf))].sort((a, b) => a - b);
  return {
    perTokens: PER_MILLION,
    bands: [-1, ...starts].map((aboveInputTokens) => bandAbove(aboveInputTokens, price, isDearest)),
    requestFees: sameFees(perThousand(price['requests_kcount'])),
    searchFee: perThousand(price['web_searches_kcount']),
  };
}

const startsOf = (value: ModelPrice[string]): readonly number[] =>
  typeof value === 'object' ? value.tiers.map(({ start }) => start) : [];

function bandAbove(aboveInputTokens: number, price: ModelPrice, isDearest: boolean): Band {
  const rate = (key: string): number | undefined => rateAt(price[key], aboveInputTokens);
  const dearest = (kind: Kind): number | undefined => {
    const rates = [rate(`${kind}_mtok`)];
    if (isDearest) rates.push(...MODES.map((mode) => rate(modalKey(kind, mode))));
    const known = rates.filter((one) => one !== undefined);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const input = dearest('input') ?? dearest('output') ?? 0;
  const output = dearest('output') ?? input;
  return {
    aboveInputTokens,
    ...tokenRates({
      input,
      output,
      cachedInput: dearest('cache_read') ?? input,
      cacheWrite: dearest('cache_write') ?? input,
      reasoning: rate('output_reasoning_mtok') ?? output,
      citation: rate('output_citation_mtok') ?? 0,
    }),
  };
}

const modalKey = (kind: Kind, mode: string): string =>
  kind === 'cache_read' ? `cache_${mode}_read_mtok` : `${kind}_${mode}_mtok`;

/** The table's rate for requests of more input tokens than this: its last tier to have started. */
function rateAt(value: ModelPrice[string], aboveInputTokens: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return usd(value);
  let rate = value.base;
  for (const tier of [...value.tiers].sort((a, b) => a.start - b.start)) {
    if (aboveInputTokens >= tier.start) rate = tier.price;
  }
  return usd(rate);
}

const perThousand = (value: ModelPrice[string]): number => {
  const dollars = typeof value === 'object' ? value.base : (value ?? 0);
  return Math.ceil(usd(dollars) / 1000);
};
