/**
 * What any model costs at any time. Four sources, the first that knows the model answers: the
 * user's overrides, our own tables, the general table, the default price. A call that found its
 * price reads it from memory.
 *
 * The model itself is looked for in all of them before what it was made from: the price of a
 * snapshot or a fine-tune is never its base's while it has one of its own.
 */
import { modelNames, NAME_LENGTH_MAX, type ModelName, type ModelNames } from './model-name.ts';
import { always, type PriceSpan } from './price-dates.ts';
import { createPrice, type PricePlan } from './price-of-rates.ts';
import { resolvePriceOptions } from './price-option-checks.ts';
import type { PriceOptions } from './price-options.ts';
import {
  createOverrides,
  planOfOverride,
  ratesOfPrices,
  tiersOfPrices,
} from './price-overrides.ts';
import { ownPrice, planOfRow } from './price-own.ts';
import type { PriceTable } from './price-table.ts';
import { outputLimitOf } from './tables/output-limits.ts';
import { serviceTiersOf } from './tables/service-tiers.ts';
import type { Price, PriceBook, PriceQuery } from './price.ts';
import { dearer, flatRates, multiplied, tokenRates } from './rates.ts';

/** At this many remembered models the book forgets them all and learns anew. */
export const MODELS_MAX = 2048;
/** Tiers and context sizes remembered for one model; others are priced each time. */
const VARIANTS_MAX = 16;
/** What a fine-tune without a price of its own costs at least, in units of its base. */
const TUNED_MULTIPLE = { numerator: 2, denominator: 1 };

interface Variant {
  readonly tier: PriceQuery['serviceTier'];
  readonly size: PriceQuery['searchContextSize'];
  readonly price: Price;
}

/** What is remembered of a model while none of its prices changes. */
interface Entry extends Readonly<PriceSpan> {
  readonly plan: PricePlan;
  readonly standard: Price;
  readonly variants: Variant[];
}

/**
 * @param table of {@link loadPriceTable}; null for a book that knows only overrides and our tables.
 * @throws FuseboardError invalid_option for options that are not what they must be.
 */
export function createPriceBook(
  options: PriceOptions | undefined,
  table: PriceTable | null,
): PriceBook {
  const resolved = resolvePriceOptions(options);
  const overrides = createOverrides(resolved.overrides);
  const unknown: PricePlan = {
    source: 'default',
    version: options?.default === undefined ? 'built-in' : 'configured',
    isFree: false,
    outputTokensMax: resolved.default.outputTokensMax ?? null,
    rates: ratesOfPrices(resolved.default),
    tiers: tiersOfPrices(resolved.default),
  };
  const providers = new Map<string | undefined, Map<string | undefined, Entry>>();
  let rememberedCount = 0;

  function find(query: PriceQuery): Price {
    const { provider, model, serviceTier, searchContextSize, atMs } = query;
    const known = providers.get(provider)?.get(model);
    const entry =
      known !== undefined && atMs >= known.fromMs && atMs < known.untilMs
        ? known
        : learn(provider, model, atMs);
    if (serviceTier === undefined && searchContextSize === undefined) return entry.standard;
    return variantOf(entry, serviceTier, searchContextSize);
  }

  function learn(provider: string | undefined, model: string | undefined, atMs: number): Entry {
    const span = always();
    const isNamed = model !== undefined && lengthOf(provider) + model.length <= NAME_LENGTH_MAX;
    const plan = isNamed ? planFor(modelNames(provider, model), atMs, span) : unknown;
    const standard = createPrice(plan, span.untilMs, undefined, undefined);
    const entry: Entry = { ...span, plan, standard, variants: [] };
    if (isNamed) remember(provider, model, entry);
    return entry;
  }

  function remember(provider: string | undefined, model: string, entry: Entry): void {
    if (rememberedCount >= MODELS_MAX) {
      providers.clear();
      rememberedCount = 0;
    }
    const models = providers.get(provider) ?? new Map<string | undefined, Entry>();
    providers.set(provider, models);
    if (!models.has(model)) rememberedCount++;
    models.set(model, entry);
  }

  function planFor(names: ModelNames, atMs: number, span: PriceSpan): PricePlan {
    const own = firstPlan(names.exact, atMs, span);
    if (own !== null) return own;
    if (names.tunedFrom.length > 0) return tunedPlan(names.tunedFrom, atMs, span);
    const undated = firstPlan(names.undated, atMs, span);
    return undated === null ? unknown : lent(undated, names.undated[0]!.model);
  }

  /**
   * Each source is asked for every spelling before the next source. An override for a provider
   * holds for calls that name it, not for others that sell the same model.
   */
  function firstPlan(names: readonly ModelName[], atMs: number, span: PriceSpan): PricePlan | null {
    for (const name of names) {
      const { provider = name.provider } = names[0]!;
      const row = overrides.find({ provider, model: name.model }, atMs, span);
      if (row !== null) return planOfOverride(row, limitOf(name, atMs));
    }
    for (const name of names) {
      const row = ownPrice(name, atMs, span);
      if (row !== null) return planOfRow(row);
    }
    for (const name of names) {
      const found = tablePlan(name, atMs, span);
      if (found !== null) return found;
    }
    return null;
  }

  function tablePlan(name: ModelName, atMs: number, span: PriceSpan): PricePlan | null {
    const found = table?.find(name, atMs) ?? null;
    if (table === null || found === null) return null;
    span.fromMs = Math.max(span.fromMs, found.span.fromMs);
    span.untilMs = Math.min(span.untilMs, found.span.untilMs);
    return {
      source: 'genai-prices',
      version: table.version,
      isFree: found.rates === null,
      outputTokensMax: outputLimitOf(found.provider, found.model),
      rates: found.rates ?? flatRates(tokenRates({ input: 0, output: 0 })),
      tiers: serviceTiersOf(found.provider, found.model),
    };
  }

  /** A fine-tune without a price of its own costs twice its base, and at least the default. */
  function tunedPlan(bases: readonly ModelName[], atMs: number, span: PriceSpan): PricePlan {
    const { provider, model } = bases[0]!;
    const base = planFor(modelNames(provider, model), atMs, span);
    const isPriced = base.source !== 'default' && !base.isFree;
    const rates = isPriced
      ? dearer(multiplied(base.rates, TUNED_MULTIPLE), unknown.rates.bands[0]!)
      : unknown.rates;
    return lent({ ...unknown, rates, outputTokensMax: base.outputTokensMax }, model);
  }

  function limitOf(name: ModelName, atMs: number): number | null {
    const found = table?.find(name, atMs) ?? null;
    if (found !== null) return outputLimitOf(found.provider, found.model);
    return outputLimitOf(name.provider ?? '', name.model);
  }

  return { find };
}

/** The books name the model whose price it was. */
const lent = (plan: PricePlan, model: string): PricePlan => ({
  ...plan,
  version: `${plan.version} as ${model}`,
});

const lengthOf = (name: string | undefined): number => name?.length ?? 0;

function variantOf(
  { plan, untilMs, variants }: Entry,
  tier: Variant['tier'],
  size: Variant['size'],
): Price {
  for (const variant of variants) {
    if (variant.tier === tier && variant.size === size) return variant.price;
  }
  const price = createPrice(plan, untilMs, tier, size);
  if (variants.length < VARIANTS_MAX) variants.push({ tier, size, price });
  return price;
}
