/** How a call ended, as a value: made here, and read back. */
import type { CallResult } from './breaker.ts';
import type { Refusal } from './refusal.ts';

export const succeeded = <T>(value: T) => ({ ok: true, value }) as const;
export const failed = (error: unknown) => ({ ok: false, refused: false, error }) as const;
export const refused = (refusal: Refusal) => ({ ok: false, refused: true, refusal }) as const;

/** A result's value, or its error thrown. */
export function unwrapped<T>(result: CallResult<T>): T {
  if (result.ok) return result.value;
  throw result.refused ? result.refusal.toError() : result.error;
}
