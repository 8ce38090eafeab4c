/** Looks up our own price tables: what models charge that the general table does not have. */
import { tunedBase, withoutDate, type ModelName } from './model-name.ts';
import { narrow, type PriceSpan } from './price-dates.ts';
import { FINE_TUNED } from './tables/fine-tuned.ts';
import type { OwnPrice } from './tables/own-price.ts';
import { PERPLEXITY } from './tables/perplexity.ts';
import { outputLimitOf } from './tables/output-limits.ts';
import { serviceTiersOf } from './tables/service-tiers.ts';
import type { PricePlan } from './price-of-rates.ts';
import { flatRates, tokenRates } from './rates.ts';

const TABLE = byModel(PERPLEXITY);
const TUNED = byModel(FINE_TUNED);

function byModel(rows: readonly OwnPrice[]): ReadonlyMap<string, readonly OwnPrice[]> {
  const table = new Map<string, OwnPrice[]>();
  for (const row of rows) table.set(row.model, [...(table.get(row.model) ?? []), row]);
  return table;
}

/** The row in force for a model; ends the span where another takes its place. */
export function ownPrice(name: ModelName, atMs: number, span: PriceSpan): OwnPrice | null {
  const base = tunedBase(name.model);
  if (base === null) return rowAt(TABLE.get(name.model), name, atMs, span);
  return rowAt(TUNED.get(base) ?? TUNED.get(withoutDate(base)), name, atMs, span);
}

/**
 * A name without a provider may be anybody's: it is taken for a row's only where no slash says that
 * it has a vendor, for `perplexity/sonar` is another model at Perplexity than elsewhere.
 */
function rowAt(
  rows: readonly OwnPrice[] | undefined,
  { provider, model }: ModelName,
  atMs: number,
  span: PriceSpan,
): OwnPrice | null {
  let inForce: OwnPrice | null = null;
  for (const row of rows ?? []) {
    if (row.provider !== (provider ?? (model.includes('/') ? '' : row.provider))) continue;
    const { effectiveFromMs = -Infinity } = row;
    narrow(span, atMs, effectiveFromMs);
    if (effectiveFromMs <= atMs && effectiveFromMs >= (inForce?.effectiveFromMs ?? -Infinity)) {
      inForce = row;
    }
  }
  return inForce;
}

export const planOfRow = (row: OwnPrice): PricePlan => ({
  source: 'table',
  version: row.version,
  isFree: false,
  outputTokensMax: outputLimitOf(row.provider, row.model),
  rates: flatRates(tokenRates(row), row.requestFees, row.searchFee),
  tiers: serviceTiersOf(row.provider, row.model),
});
