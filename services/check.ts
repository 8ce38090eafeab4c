/** Checks of what users hand in: each failure names the option, what is allowed and what came. */
import { inspect } from 'node:util';

import { FuseboardError } from './errors.ts';

const shown = (value: unknown): string =>
  inspect(value, { depth: 1, maxStringLength: 80, breakLength: Infinity });

/** The error for an option that is not what it must be. */
export function invalidOption(path: string, allowed: string, got: unknown): FuseboardError {
  return new FuseboardError('invalid_option', `${path} must be ${allowed}, got ${shown(got)}`);
}

/** The error for an argument that is not what it must be. */
export function invalidArgument(path: string, allowed: string, got: unknown): FuseboardError {
  return new FuseboardError('invalid_argument', `${path} must be ${allowed}, got ${shown(got)}`);
}

export interface Range {
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/** The number, or its default where it is undefined. */
export function numberOption(path: string, value: unknown, range: Range, fallback: number): number {
  if (value === undefined) return fallback;
  const { min, max = Number.MAX_SAFE_INTEGER, integer = false } = range;
  const fits =
    typeof value === 'number' &&
    value >= min &&
    value <= max &&
    (integer ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (fits) return value;
  const kind = integer ? 'an integer' : 'a number';
  const bounds = range.max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  throw invalidOption(path, `${kind} ${bounds}`, value);
}

/** How many of something there may be. */
export const COUNT_RANGE: Range = { min: 1, max: 1_000_000, integer: true };
/** Milliseconds that something may last. */
export const SPAN_RANGE: Range = { min: 1 };

/** Milliseconds of at least 1; null where it is undefined. */
export function spanOption(path: string, value: unknown): number | null {
  return value === undefined ? null : numberOption(path, value, SPAN_RANGE, 0);
}

/** A share in (0, 1]; undefined stays undefined. */
export function ratioOption(path: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw invalidOption(path, 'a ratio above 0 and at most 1', value);
}

export function functionOption(path: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw invalidOption(path, 'a function', value);
  }
}

const CLOCK = ['nowMs', 'monotonicMs', 'setTimer', 'clearTimer', 'defer'] as const;

/** Refuses what is no clock; undefined passes. */
export function clockOption(path: string, value: unknown): void {
  if (value === undefined) return;
  const methods = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (CLOCK.every((method) => typeof methods[method] === 'function')) return;
  throw invalidOption(path, `a clock with ${CLOCK.join(', ')}`, value);
}

export function choiceOption<T extends string>(
  path: string,
  value: unknown,
  choices: readonly T[],
  fallback: T,
): T {
  if (value === undefined) return fallback;
  if ((choices as readonly unknown[]).includes(value)) return value as T;
  throw invalidOption(path, `one of ${choices.map((c) => `'${c}'`).join(', ')}`, value);
}

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function objectOption(path: string, value: unknown): void {
  if (!isObject(value)) throw invalidOption(path, 'an object', value);
}

/** Refuses anything but an object with known keys: a misspelt option must not pass silently. */
export function knownKeys(path: string, value: unknown, keys: readonly string[]): void {
  if (!isObject(value)) throw invalidOption(path, 'an object', value);
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      throw new FuseboardError('invalid_option', `${path}.${key} is not an option`, {
        hint: `The options are ${keys.join(', ')}.`,
      });
    }
  }
}

/** Trimmed, non-empty, bounded text. */
export function textArgument(path: string, value: unknown, lengthMax: number): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= lengthMax) return value;
  throw invalidArgument(path, `a string of 1 to ${lengthMax} characters`, value);
}
