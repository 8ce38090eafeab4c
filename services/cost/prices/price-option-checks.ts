/** Reads, checks and freezes what a user says about prices. */
import { invalidOption, isObject, knownKeys, numberOption } from '../../check.ts';
import { FuseboardError } from '../../errors.ts';
import { NAME_LENGTH_MAX, normalName } from './model-name.ts';
import { isNanoUsd } from '../money.ts';
import {
  DEFAULT_PRICE,
  type PriceOptions,
  type PriceOverride,
  type ResolvedPriceOptions,
  type TokenPrices,
} from './price-options.ts';
import type { Ratio } from './rates.ts';

const AMOUNTS = [
  'inputPerMillion',
  'outputPerMillion',
  'cachedInputPerMillion',
  'cacheWritePerMillion',
  'reasoningPerMillion',
  'citationPerMillion',
  'perRequest',
  'perSearch',
] as const satisfies readonly (keyof TokenPrices)[];
const NEEDED: ReadonlySet<string> = new Set(['inputPerMillion', 'outputPerMillion']);
const PRICE_KEYS = [...AMOUNTS, 'outputTokensMax', 'serviceTiers'];
const HEAD_KEYS = ['provider', 'model', 'effectiveFromMs', 'version', 'free'];

/** The latest instant that a Date can name. */
const INSTANT_MAX_MS = 8.64e15;
const MULTIPLE_MAX = 1000;
const PERCENT: Ratio = { numerator: 1, denominator: 100 };
const OVERRIDES_MAX = 10_000;
const TIERS_MAX = 32;

/** @throws FuseboardError invalid_option naming what is wrong, as `prices.overrides[2].model`. */
export function resolvePriceOptions(options: PriceOptions | undefined): ResolvedPriceOptions {
  if (options === undefined) return Object.freeze({ overrides: [], default: DEFAULT_PRICE });
  knownKeys('prices', options, ['overrides', 'default']);
  const given: unknown = options.overrides ?? [];
  if (!Array.isArray(given) || given.length > OVERRIDES_MAX) {
    throw invalidOption('prices.overrides', `an array of at most ${OVERRIDES_MAX}`, given);
  }
  const overrides = given.map((value, index) => override(`prices.overrides[${index}]`, value));
  refuseDuplicates(overrides);
  return Object.freeze({
    overrides: Object.freeze(overrides),
    default:
      options.default === undefined
        ? DEFAULT_PRICE
        : tokenPrices('prices.default', options.default, PRICE_KEYS),
  });
}

function override(path: string, value: unknown): PriceOverride {
  knownKeys(path, value, [...HEAD_KEYS, ...PRICE_KEYS]);
  const given = value as PriceOverride;
  nameOption(`${path}.model`, given.model);
  if (given.provider !== undefined) nameOption(`${path}.provider`, given.provider);
  if (given.version !== undefined) nameOption(`${path}.version`, given.version);
  numberOption(
    `${path}.effectiveFromMs`,
    given.effectiveFromMs,
    { min: 0, max: INSTANT_MAX_MS, integer: true },
    0,
  );
  const free: unknown = given.free;
  if (free !== undefined && typeof free !== 'boolean') {
    throw invalidOption(`${path}.free`, 'true or false', free);
  }
  if (given.free !== true) return tokenPrices(path, given, [...HEAD_KEYS, ...PRICE_KEYS]);
  knownKeys(path, value, HEAD_KEYS);
  return Object.freeze({ ...given });
}

function tokenPrices<T extends TokenPrices>(path: string, given: T, keys: readonly string[]): T {
  knownKeys(path, given, keys);
  for (const key of AMOUNTS) amountOption(`${path}.${key}`, given[key], NEEDED.has(key));
  if (AMOUNTS.every((key) => (given[key] ?? 0) === 0)) {
    throw new FuseboardError('invalid_option', `${path} charges nothing`, {
      hint: `Free is never a price of zero: say { model, free: true } in prices.overrides.`,
    });
  }
  numberOption(
    `${path}.outputTokensMax`,
    given.outputTokensMax,
    { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true },
    1,
  );
  const { serviceTiers } = given;
  if (serviceTiers === undefined) return Object.freeze({ ...given });
  return Object.freeze({
    ...given,
    serviceTiers: tierOptions(`${path}.serviceTiers`, serviceTiers, given),
  });
}

/** Every multiple as a fraction, under the lower-case name of its tier. */
function tierOptions(
  path: string,
  given: unknown,
  prices: TokenPrices,
): Readonly<Record<string, Ratio>> {
  if (!isObject(given)) throw invalidOption(path, 'an object', given);
  const entries = Object.entries(given);
  if (entries.length > TIERS_MAX) {
    throw invalidOption(path, `an object of at most ${TIERS_MAX} tiers`, entries.length);
  }
  return Object.freeze(
    Object.fromEntries(
      entries.map(([tier, multiple]) => {
        const ratio = tierOption(`${path}.${tier}`, multiple);
        const dearest = Math.max(...AMOUNTS.map((key) => prices[key] ?? 0)) * ratio.numerator;
        if (Number.isSafeInteger(dearest)) return [tier.toLowerCase(), ratio];
        throw invalidOption(`${path}.${tier}`, 'a multiple that keeps prices below 2^53', multiple);
      }),
    ),
  );
}

function tierOption(path: string, multiple: unknown): Ratio {
  if (typeof multiple === 'number') {
    const percent = numberOption(
      path,
      multiple,
      { min: 1, max: MULTIPLE_MAX * 100, integer: true },
      100,
    );
    return Object.freeze({ ...PERCENT, numerator: percent });
  }
  if (!isObject(multiple)) {
    throw invalidOption(path, 'a whole number of percent or { numerator, denominator }', multiple);
  }
  knownKeys(path, multiple, ['numerator', 'denominator']);
  const { numerator, denominator } = multiple as Partial<Ratio>;
  const range = { min: 1, max: MULTIPLE_MAX, integer: true };
  return Object.freeze({
    numerator: numberOption(`${path}.numerator`, numerator ?? null, range, 1),
    denominator: numberOption(`${path}.denominator`, denominator ?? null, range, 1),
  });
}

function amountOption(path: string, value: unknown, isNeeded: boolean): void {
  if ((value === undefined && !isNeeded) || isNanoUsd(value)) return;
  throw invalidOption(path, 'an amount of money, as usd() makes it', value);
}

function nameOption(path: string, value: unknown): void {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= NAME_LENGTH_MAX) return;
  throw invalidOption(path, `a string of 1 to ${NAME_LENGTH_MAX} characters`, value);
}

function refuseDuplicates(overrides: readonly PriceOverride[]): void {
  const first = new Map<string, number>();
  overrides.forEach(({ provider = '', model, effectiveFromMs = 0 }, index) => {
    const key = JSON.stringify([normalName(provider), normalName(model), effectiveFromMs]);
    const before = first.get(key);
    if (before === undefined) return void first.set(key, index);
    throw new FuseboardError(
      'invalid_option',
      `prices.overrides[${index}] contradicts prices.overrides[${before}]`,
      { hint: 'Both price the same model from the same instant: give one an effectiveFromMs.' },
    );
  });
}
