/**
 * The prices of `@pydantic/genai-prices`, as rates. Loaded when money is first configured: its
 * import takes some 90 ms. Asked once for a model and a time; its own arithmetic is in floating
 * dollars and takes microseconds, so that no charge is ever made by it.
 */
import type { calcPrice, findProvider, ModelInfo, PriceCalculation } from '@pydantic/genai-prices';

import { always, narrowByTable, type PriceSpan } from './price-dates.ts';
import { namesModel } from './price-match.ts';
import { ratesOf } from './price-table-rates.ts';
import type { ModelName } from './model-name.ts';
import type { Rates } from './rates.ts';

/** The version that the table's rows in the books are named by. */
export const GENAI_PRICES_VERSION = '0.1.8';

export interface TablePrice {
  /** The table's id of the provider. */
  readonly provider: string;
  /** The table's id of the model. */
  readonly model: string;
  /** Null where the table says that the model is free. */
  readonly rates: Rates | null;
  readonly span: PriceSpan;
}

export interface PriceTable {
  readonly version: string;
  /** Null where the table does not know the model, or has no price for its tokens. */
  find(name: ModelName, atMs: number): TablePrice | null;
}

/** Loads the table. Later calls share the first's import. */
export async function loadPriceTable(): Promise<PriceTable> {
  const { calcPrice, findProvider } = await import('@pydantic/genai-prices');
  return priceTable(calcPrice, findProvider);
}

/** Who is asked for a model where nobody says whose it is: makers that sell their own models. */
const MAKERS = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'cohere',
  'deepseek',
  'x-ai',
  'voyageai',
  'moonshotai',
  'minimax',
];

function priceTable(calculate: typeof calcPrice, provider: typeof findProvider): PriceTable {
  function match(providerId: string, model: string, atMs: number): PriceCalculation | null {
    try {
      const found = calculate({}, model, { providerId, timestamp: new Date(atMs) });
      return found !== null && namesModel(found.model.match, model) ? found : null;
    } catch {
      return null;
    }
  }

  return {
    version: GENAI_PRICES_VERSION,
    find(name, atMs) {
      const seller =
        name.provider === undefined ? undefined : provider({ providerId: name.provider });
      let found: PriceCalculation | null = null;
      for (const id of seller === undefined ? MAKERS : [seller.id]) {
        found ??= match(id, name.model, atMs);
      }
      return found === null ? null : priceOf(found, atMs);
    },
  };
}

function priceOf(
  { provider, model, model_price }: PriceCalculation,
  atMs: number,
): TablePrice | null {
  const rates = ratesOf(model_price, model.id);
  if (rates === null && !isFree(model)) return null;
  const span = always();
  narrowByTable(span, atMs, model.prices);
  return { provider: provider.id, model: model.id, rates, span };
}

/** No price is no answer, unless the provider sells the model as free by name. */
const isFree = ({ id, prices }: ModelInfo): boolean =>
  id.endsWith(':free') && !Array.isArray(prices) && Object.keys(prices).length === 0;
