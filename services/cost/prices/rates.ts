/**
 * What a model's units cost, as integers, and how a usage is charged at them. A rate that a service
 * tier multiplies stays exact: the numerator goes to the rates, the denominator to what they are
 * for.
 */
import { chargeNanoUsd, sumNanoUsd, ZERO, type NanoUsd } from '../money.ts';
import { totalInputTokens, type SearchContextSize, type Usage } from '../usage.ts';

export const PER_MILLION = 1_000_000;

/** Nano-dollars for {@link Rates.perTokens} tokens of each kind. Integers. */
export interface TokenRates {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  readonly citation: number;
}

/** The rates of requests with more input than some bound, whole request. */
export interface Band extends TokenRates {
  /** Cached and written input included; -1 for the first band. Tokens. */
  readonly aboveInputTokens: number;
}

/** A fee for each request, by how much of the web it reads. */
export type RequestFees = Readonly<Record<SearchContextSize, number>>;

export interface Rates {
  /** How many tokens the rates of the bands are for: a million times some integer. */
  readonly perTokens: number;
  /** At least one; from short requests to long ones. */
  readonly bands: readonly Band[];
  /** Nano-dollars. */
  readonly requestFees: RequestFees;
  /** Nano-dollars. */
  readonly searchFee: number;
}

/** A positive fraction, exactly. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

export const SAME: Ratio = { numerator: 1, denominator: 1 };
export const NO_FEES: RequestFees = { low: 0, medium: 0, high: 0 };

export const sameFees = (fee: number): RequestFees => ({ low: fee, medium: fee, high: fee });

/** Token rates of which some follow from others, where nobody stated them. */
export function tokenRates(
  rates: Pick<TokenRates, 'input' | 'output'> & Partial<TokenRates>,
): TokenRates {
  const { input, output } = rates;
  return {
    input,
    cachedInput: rates.cachedInput ?? input,
    cacheWrite: rates.cacheWrite ?? input,
    output,
    reasoning: rates.reasoning ?? output,
    citation: rates.citation ?? 0,
  };
}

/** Rates that do not depend on the length of the request. */
export const flatRates = (
  rates: TokenRates,
  requestFees: RequestFees = NO_FEES,
  searchFee = 0,
): Rates => ({
  perTokens: PER_MILLION,
  bands: [{ aboveInputTokens: -1, ...rates }],
  requestFees,
  searchFee,
});

/** The same rates, with every token at a multiple. Fees for requests and searches stay. */
export function multiplied(rates: Rates, ratio: Ratio): Rates {
  if (ratio.numerator === ratio.denominator) return rates;
  const divisor = greatestCommonDivisor(ratio.numerator, ratio.denominator);
  const factor = ratio.numerator / divisor;
  return {
    ...rates,
    perTokens: rates.perTokens * (ratio.denominator / divisor),
    bands: rates.bands.map((band) => ({
      ...mapRates(band, (rate) => rate * factor),
      aboveInputTokens: band.aboveInputTokens,
    })),
  };
}

/** Each token at the dearer of two rates; both must be for a million tokens. */
export function dearer(rates: Rates, floor: TokenRates): Rates {
  const bands = rates.bands.map((band) => ({
    aboveInputTokens: band.aboveInputTokens,
    input: Math.max(band.input, floor.input),
    cachedInput: Math.max(band.cachedInput, floor.cachedInput),
    cacheWrite: Math.max(band.cacheWrite, floor.cacheWrite),
    output: Math.max(band.output, floor.output),
    reasoning: Math.max(band.reasoning, floor.reasoning),
    citation: Math.max(band.citation, floor.citation),
  }));
  return { ...rates, bands };
}

const mapRates = (rates: TokenRates, change: (rate: number) => number): TokenRates => ({
  input: change(rates.input),
  cachedInput: change(rates.cachedInput),
  cacheWrite: change(rates.cacheWrite),
  output: change(rates.output),
  reasoning: change(rates.reasoning),
  citation: change(rates.citation),
});

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** The band that a request of so many input tokens falls in. */
export function bandOf(bands: readonly Band[], inputTokens: number): Band {
  let index = bands.length - 1;
  while (index > 0 && inputTokens <= bands[index]!.aboveInputTokens) index--;
  return bands[index]!;
}

/** The price of a usage: each component rounded up once. */
export function chargeUsage(rates: Rates, usage: Usage, size: SearchContextSize): NanoUsd {
  const { perTokens } = rates;
  const band = bandOf(rates.bands, totalInputTokens(usage));
  let total = withCharge(ZERO, usage.inputTokens, band.input, perTokens);
  total = withCharge(total, usage.cachedInputTokens, band.cachedInput, perTokens);
  total = withCharge(total, usage.cacheWriteTokens, band.cacheWrite, perTokens);
  total = withCharge(total, usage.outputTokens, band.output, perTokens);
  total = withCharge(total, usage.reasoningTokens, band.reasoning, perTokens);
  total = withCharge(total, usage.citationTokens, band.citation, perTokens);
  total = withCharge(total, usage.requests ?? 1, rates.requestFees[size], 1);
  return withCharge(total, usage.searches, rates.searchFee, 1);
}

/** Most usages have few parts, and most requests no fee: what is not there is not worked out. */
function withCharge(
  total: NanoUsd,
  count: number | undefined,
  nanoUsd: number,
  per: number,
): NanoUsd {
  if (count === undefined || count === 0) return total;
  return sumNanoUsd(total, chargeNanoUsd(count, nanoUsd, per));
}

/** The price of one request with so many uncached input and output tokens. */
export function chargePlain(
  rates: Rates,
  inputTokens: number,
  outputTokens: number,
  requestFee: number,
): NanoUsd {
  const { bands, perTokens } = rates;
  const band = bands.length === 1 ? bands[0]! : bandOf(bands, inputTokens);
  const tokens = sumNanoUsd(
    chargeNanoUsd(inputTokens, band.input, perTokens),
    chargeNanoUsd(outputTokens, band.output, perTokens),
  );
  return sumNanoUsd(tokens, requestFee);
}
