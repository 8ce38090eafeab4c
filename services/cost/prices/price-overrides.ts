/** Looks up the prices that the user gave. */
import { normalName, type ModelName } from './model-name.ts';
import { narrow, type PriceSpan } from './price-dates.ts';
import type { PriceOverride, TokenPrices } from './price-options.ts';
import { NO_TIERS, type PricePlan, type ServiceTiers } from './price-of-rates.ts';
import { flatRates, sameFees, SAME, tokenRates, type Rates, type Ratio } from './rates.ts';

export interface Overrides {
  /** The override in force for a name; ends the span where another takes its place. */
  find(name: ModelName, atMs: number, span: PriceSpan): PriceOverride | null;
}

export function createOverrides(overrides: readonly PriceOverride[]): Overrides {
  const byModel = new Map<string, PriceOverride[]>();
  for (const override of overrides) {
    const model = normalName(override.model);
    byModel.set(model, [...(byModel.get(model) ?? []), override]);
  }
  return {
    find({ provider, model }, atMs, span) {
      const rows = byModel.get(model);
      if (rows === undefined) return null;
      const inForce = new Map<string | undefined, PriceOverride>();
      for (const row of rows) {
        const from = row.provider === undefined ? undefined : normalName(row.provider);
        if (provider !== undefined && from !== undefined && from !== provider) continue;
        const { effectiveFromMs = -Infinity } = row;
        narrow(span, atMs, effectiveFromMs);
        if (effectiveFromMs > atMs) continue;
        if (effectiveFromMs >= (inForce.get(from)?.effectiveFromMs ?? -Infinity)) {
          inForce.set(from, row);
        }
      }
      return (
        (provider === undefined ? undefined : inForce.get(provider)) ??
        inForce.get(undefined) ??
        dearest([...inForce.values()])
      );
    },
  };
}

/** Of prices by several providers, where the call does not say which. */
const dearest = (rows: readonly PriceOverride[]): PriceOverride | null =>
  rows.reduce<PriceOverride | null>(
    (most, row) => (most === null || weight(row) > weight(most) ? row : most),
    null,
  );

const weight = (row: PriceOverride): number =>
  row.free === true ? -1 : row.inputPerMillion + row.outputPerMillion;

export const planOfOverride = (row: PriceOverride, limit: number | null): PricePlan => ({
  source: 'override',
  version: row.version ?? versionAt(row.effectiveFromMs),
  isFree: row.free === true,
  outputTokensMax: row.free === true ? limit : (row.outputTokensMax ?? limit),
  rates: row.free === true ? flatRates(tokenRates({ input: 0, output: 0 })) : ratesOfPrices(row),
  tiers: row.free === true ? NO_TIERS : tiersOfPrices(row),
});

const versionAt = (effectiveFromMs: number | undefined): string =>
  effectiveFromMs === undefined ? 'undated' : new Date(effectiveFromMs).toISOString();

export function ratesOfPrices(prices: TokenPrices): Rates {
  const tokens = tokenRates({
    input: prices.inputPerMillion,
    output: prices.outputPerMillion,
    cachedInput: prices.cachedInputPerMillion ?? prices.inputPerMillion,
    cacheWrite: prices.cacheWritePerMillion ?? prices.inputPerMillion,
    reasoning: prices.reasoningPerMillion ?? prices.outputPerMillion,
    citation: prices.citationPerMillion ?? 0,
  });
  return flatRates(tokens, sameFees(prices.perRequest ?? 0), prices.perSearch ?? 0);
}

/** Resolved options hold every multiple as a fraction, under its tier's lower-case name. */
export const tiersOfPrices = ({ serviceTiers = {} }: TokenPrices): ServiceTiers =>
  new Map(
    Object.entries(serviceTiers).map(([tier, multiple]): [string, Ratio] => [
      tier,
      typeof multiple === 'number' ? { ...SAME, numerator: multiple, denominator: 100 } : multiple,
    ]),
  );
