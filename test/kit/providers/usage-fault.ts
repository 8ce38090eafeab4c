/** Usage as providers get it wrong. */
import { isObject } from '../../../services/check.ts';

/** Parsed or written JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * What is wrong with the usage: it is not there, null, zero, has negative or fractional numbers,
 * numbers as text, numbers beyond 2^53, or more cached tokens than there were in the prompt. An
 * object takes its place.
 */
export type UsageFault =
  | 'missing'
  | 'null'
  | 'zero'
  | 'negative'
  | 'fractional'
  | 'strings'
  | 'endless'
  | 'cached_above_input'
  | JsonObject;

export const USAGE_FAULTS = [
  'missing',
  'null',
  'zero',
  'negative',
  'fractional',
  'strings',
  'endless',
  'cached_above_input',
] as const satisfies UsageFault[];

/** Members that count cached tokens, in any of the APIs. */
const CACHED = ['cached_tokens', 'cache_read_input_tokens'];

/** The usage with its fault; undefined where it is missing. */
export function spoiltUsage(usage: JsonObject, fault: UsageFault | null): unknown {
  switch (fault) {
    case null:
      return usage;
    case 'missing':
      return undefined;
    case 'null':
      return null;
    case 'zero':
      return mapped(usage, () => 0);
    case 'negative':
      return mapped(usage, (value) => -value - 1);
    case 'fractional':
      return mapped(usage, (value) => value + 0.5);
    case 'strings':
      return mapped(usage, String);
    case 'endless':
      return mapped(usage, () => 1e300);
    case 'cached_above_input':
      return mapped(usage, (value, key) => (CACHED.includes(key) ? value + 1_000_000 : value));
    default:
      return fault;
  }
}

function mapped(value: JsonObject, change: (value: number, key: string) => unknown): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (typeof member === 'number') return [key, change(member, key)];
      return [key, isObject(member) ? mapped(member as JsonObject, change) : member];
    }),
  );
}
