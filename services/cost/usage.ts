/** What a call used, as its provider counted it, in buckets that do not overlap. */
import { invalidArgument, isObject, textArgument } from '../check.ts';
import { FuseboardError } from '../errors.ts';
import { isNanoUsd, type NanoUsd } from './money.ts';

export const SEARCH_CONTEXT_SIZES = ['low', 'medium', 'high'] as const;
export type SearchContextSize = (typeof SEARCH_CONTEXT_SIZES)[number];

/** Absent means none was used; a usage that nobody knows is `null`, not an empty one. */
export interface Usage {
  /** Input that was neither read from nor written to a cache. Tokens. */
  readonly inputTokens?: number;
  /** Input read from the provider's cache. Tokens. */
  readonly cachedInputTokens?: number;
  /** Input written to the provider's cache. Tokens. */
  readonly cacheWriteTokens?: number;
  /** Output without reasoning. Tokens. */
  readonly outputTokens?: number;
  /** Reasoning, where the provider bills it as output. Tokens. */
  readonly reasoningTokens?: number;
  /** Sources quoted, where they are billed apart. Tokens. */
  readonly citationTokens?: number;
  /** Requests that carry a fee of their own. @default 1 */
  readonly requests?: number;
  /** Searches that carry a fee of their own. */
  readonly searches?: number;
  /** Decides some providers' request fee. */
  readonly searchContextSize?: SearchContextSize;
  /** The tier the provider served the call in, where tiers differ in price (`batch`, `flex`, …). */
  readonly serviceTier?: string;
  /** What the provider itself says it cost: wins over every price table. */
  readonly costNanoUsd?: NanoUsd;
}

const COUNTS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'citationTokens',
  'requests',
  'searches',
] as const satisfies (keyof Usage)[];
const FIELDS: ReadonlySet<string> = new Set([
  ...COUNTS,
  'searchContextSize',
  'serviceTier',
  'costNanoUsd',
] satisfies (keyof Usage)[]);

const isCountOrNone = (value: unknown): boolean =>
  value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0);

/**
 * Every part of a usage, `undefined` where it is absent: one shape, so that reading it is quick.
 */
type EveryPart = { readonly [Part in keyof Required<Usage>]: unknown };

/**
 * The usage, checked, each part read once. An empty one is a usage of nothing.
 * @throws FuseboardError invalid_argument naming the field that is no count, no amount, or unknown;
 * also for null: a usage that nobody knows is not reported at all.
 */
export function checkedUsage(path: string, value: unknown): Usage {
  if (!isObject(value)) throw invalidArgument(path, 'a usage', value);
  for (const field in value) {
    if (!FIELDS.has(field) && Object.hasOwn(value, field)) throw unknownPart(path, field);
  }
  const given = value as Usage;
  const usage: EveryPart = {
    inputTokens: given.inputTokens,
    cachedInputTokens: given.cachedInputTokens,
    cacheWriteTokens: given.cacheWriteTokens,
    outputTokens: given.outputTokens,
    reasoningTokens: given.reasoningTokens,
    citationTokens: given.citationTokens,
    requests: given.requests,
    searches: given.searches,
    searchContextSize: given.searchContextSize,
    serviceTier: given.serviceTier,
    costNanoUsd: given.costNanoUsd,
  };
  if (!areCounts(usage)) throw badCount(path, usage);
  checkSums(path, usage as Usage);
  if (usage.costNanoUsd !== undefined && !isNanoUsd(usage.costNanoUsd)) {
    throw invalidArgument(
      `${path}.costNanoUsd`,
      'an amount of money, as usd() makes it',
      usage.costNanoUsd,
    );
  }
  checkWords(path, usage);
  return usage as Usage;
}

const unknownPart = (path: string, field: string): FuseboardError =>
  new FuseboardError('invalid_argument', `${path}.${field} is not a part of a usage`, {
    hint: `The parts are ${[...FIELDS].join(', ')}.`,
  });

const areCounts = (usage: EveryPart): boolean =>
  isCountOrNone(usage.inputTokens) &&
  isCountOrNone(usage.cachedInputTokens) &&
  isCountOrNone(usage.cacheWriteTokens) &&
  isCountOrNone(usage.outputTokens) &&
  isCountOrNone(usage.reasoningTokens) &&
  isCountOrNone(usage.citationTokens) &&
  isCountOrNone(usage.requests) &&
  isCountOrNone(usage.searches);

function badCount(path: string, usage: EveryPart): FuseboardError {
  const field = COUNTS.find((name) => !isCountOrNone(usage[name])) as keyof Usage;
  return invalidArgument(`${path}.${field}`, 'an integer of at least 0', usage[field]);
}

function checkSums(path: string, usage: Usage): void {
  const total = totalInputTokens(usage) + totalOutputTokens(usage);
  if (!Number.isSafeInteger(total)) {
    throw invalidArgument(path, 'a usage of less than 2^53 tokens', total);
  }
}

function checkWords(path: string, usage: EveryPart): void {
  const { searchContextSize: size, serviceTier: tier } = usage;
  if (size !== undefined && !(SEARCH_CONTEXT_SIZES as readonly unknown[]).includes(size)) {
    throw invalidArgument(`${path}.searchContextSize`, "'low', 'medium' or 'high'", size);
  }
  if (tier !== undefined) textArgument(`${path}.serviceTier`, tier, 64);
}

/** Everything that was read: fresh, from a cache, or into a cache. Tokens. */
export const totalInputTokens = (usage: Usage): number =>
  (usage.inputTokens ?? 0) + (usage.cachedInputTokens ?? 0) + (usage.cacheWriteTokens ?? 0);

/** Everything that was written, reasoning included. Citations are no output. Tokens. */
export const totalOutputTokens = (usage: Usage): number =>
  (usage.outputTokens ?? 0) + (usage.reasoningTokens ?? 0);

/**
 * What most providers count: totals that contain their parts. OpenAI's `prompt_tokens` contains
 * `cached_tokens`, its `completion_tokens` contains `reasoning_tokens`.
 */
export interface UsageTotals {
  /** Cached and written input included. Tokens. */
  readonly inputTokens: number;
  readonly cachedInputTokens?: number | undefined;
  readonly cacheWriteTokens?: number | undefined;
  /** Reasoning included. Tokens. */
  readonly outputTokens: number;
  readonly reasoningTokens?: number | undefined;
}

/**
 * Totals split into the buckets of a usage, so that no token is billed twice.
 * @throws FuseboardError invalid_argument where a part is larger than its total.
 */
export function usageOfTotals(path: string, totals: UsageTotals): Usage {
  const { cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0 } = totals;
  const split = {
    inputTokens: totals.inputTokens - cachedInputTokens - cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: totals.outputTokens - reasoningTokens,
    reasoningTokens,
  };
  if (split.inputTokens < 0 || split.outputTokens < 0) {
    const part = split.inputTokens < 0 ? 'inputTokens' : 'outputTokens';
    throw invalidArgument(`${path}.${part}`, 'at least the sum of its parts', totals[part]);
  }
  return checkedUsage(path, split);
}
