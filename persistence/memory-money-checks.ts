/**
 * Checks of what the books are handed: the error names the field, what is allowed and what came.
 */
import { inspect } from 'node:util';

import { isNanoUsd } from '../services/cost/money.ts';
import { FuseboardError } from '../services/errors.ts';
import type { AccountKey, AuditEntry, DrawItem } from './money-store.ts';

const DETAILS_MAX = 4_096;

export const wrong = (field: string, allowed: string, got: unknown): FuseboardError =>
  new FuseboardError(
    'invalid_argument',
    `${field} must be ${allowed}, got ${inspect(got, { depth: 1, maxStringLength: 80 })}`,
  );

export function assertAmount(field: string, got: number): void {
  if (!isNanoUsd(got)) throw wrong(field, 'a whole number of nano-dollars from 0 to 2^53 - 1', got);
}

export function assertInstant(field: string, got: number): void {
  if (!Number.isFinite(got)) throw wrong(field, 'wall-clock milliseconds', got);
}

export function assertKey(key: AccountKey): void {
  for (const field of ['budget', 'value', 'period'] as const) {
    if (typeof key[field] !== 'string') throw wrong(`key.${field}`, 'a text', key[field]);
  }
  for (const field of ['startMs', 'endMs'] as const) {
    const atMs = key[field];
    if (atMs !== null) assertInstant(`key.${field}`, atMs);
  }
}

export function assertDrawItem({ key, needNanoUsd, wantNanoUsd }: DrawItem): void {
  assertKey(key);
  assertAmount('needNanoUsd', needNanoUsd);
  assertAmount('wantNanoUsd', wantNanoUsd);
  if (wantNanoUsd < needNanoUsd) {
    throw wrong('wantNanoUsd', `at least the need of ${needNanoUsd}`, wantNanoUsd);
  }
}

/** The entry as it is kept. */
export function checkedEntry(entry: AuditEntry): AuditEntry {
  const { act, subject, reason, by, atMs, details } = entry;
  assertInstant('entry.atMs', atMs);
  const length = JSON.stringify(details).length;
  if (length > DETAILS_MAX) {
    throw wrong('entry.details', `JSON of at most ${DETAILS_MAX} characters`, length);
  }
  return Object.freeze({ act, subject, reason, by, atMs, details: Object.freeze({ ...details }) });
}
