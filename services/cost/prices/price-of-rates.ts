/** Makes prices of rates: one for each service tier and search context size that is asked for. */
import { ZERO } from '../money.ts';
import type { Price, PriceSource } from './price.ts';
import { chargePlain, chargeUsage, multiplied, SAME, type Rates, type Ratio } from './rates.ts';
import type { SearchContextSize } from '../usage.ts';

/** What multiplies the rates of tokens, by the lower-case name of a service tier. */
export type ServiceTiers = ReadonlyMap<string, Ratio>;

/** Everything that a source says of a model for a while. */
export interface PricePlan {
  readonly source: PriceSource;
  readonly version: string;
  /** True where free was said explicitly; then the rates do not matter. */
  readonly isFree: boolean;
  readonly outputTokensMax: number | null;
  readonly rates: Rates;
  readonly tiers: ServiceTiers;
}

export const NO_TIERS: ServiceTiers = new Map();

/** Names for the tier that everybody gets. `auto` is what a request says, never what it got. */
const STANDARD = new Set(['default', 'standard', 'auto', 'on_demand']);

export function createPrice(
  plan: PricePlan,
  validUntilMs: number,
  askedTier: string | undefined,
  askedSize: SearchContextSize | undefined,
): Price {
  const { source, version, isFree, outputTokensMax } = plan;
  const head = { source, version, isFree, outputTokensMax, validUntilMs };
  if (isFree) return Object.freeze({ ...head, charge: () => ZERO, chargeTokens: () => ZERO });

  const rates = multiplied(plan.rates, ratioOf(plan.tiers, askedTier));
  const size = askedSize ?? dearestSize(plan.rates);
  const requestFee = plan.rates.requestFees[size];
  return Object.freeze<Price>({
    ...head,
    charge(usage) {
      const { serviceTier = askedTier, searchContextSize = size } = usage;
      const used =
        serviceTier === askedTier
          ? rates
          : multiplied(plan.rates, ratioOf(plan.tiers, serviceTier));
      return chargeUsage(used, usage, searchContextSize);
    },
    chargeTokens: (inputTokens, outputTokens) =>
      chargePlain(rates, inputTokens, outputTokens, requestFee),
  });
}

/** A tier that nobody knows costs as much as the dearest that is known, and never less than 1. */
function ratioOf(tiers: ServiceTiers, name: string | undefined): Ratio {
  if (name === undefined) return SAME;
  const tier = name.toLowerCase();
  const known = tiers.get(tier) ?? (STANDARD.has(tier) ? SAME : undefined);
  if (known !== undefined) return known;
  let dearest = SAME;
  for (const ratio of tiers.values()) {
    if (ratio.numerator * dearest.denominator > dearest.numerator * ratio.denominator) {
      dearest = ratio;
    }
  }
  return dearest;
}

function dearestSize({ requestFees }: Rates): SearchContextSize {
  const { low, medium, high } = requestFees;
  if (high >= medium && high >= low) return 'high';
  return medium >= low ? 'medium' : 'low';
}
