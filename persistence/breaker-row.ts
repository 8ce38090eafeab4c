/**
 * What makes a breaker's row possible, and which of two rows for one breaker stands. Both stores
 * use these rules; the SQLite store states the second one again in SQL, and a property test holds
 * the two together.
 */
import type { BudgetLevel, Latch, LatchName, TripCause } from '../machines/breaker-context.ts';
import { FuseboardError } from '../services/errors.ts';
import { BREAKER_STATES, type BreakerRow, type LoadedStates } from './store.ts';

const STATES: ReadonlySet<unknown> = new Set(BREAKER_STATES);

const keysOf = <K extends string>(record: Readonly<Record<K, true>>): ReadonlySet<unknown> =>
  new Set(Object.keys(record));

const CAUSES = keysOf<TripCause>({
  consecutive_failures: true,
  failure_rate: true,
  slow_rate: true,
  custom: true,
  rate_limited: true,
  probe_failed: true,
  probe_expired: true,
});

const BUDGET_LEVELS = keysOf<BudgetLevel>({ ok: true, warned: true, exceeded: true });

const LATCH_NAMES = keysOf<LatchName>({
  emergency: true,
  operator: true,
  unauthorized: true,
  quota: true,
});

/** What is shared by every answer that tells nothing. */
export const NO_ROWS: LoadedStates = Object.freeze({
  rows: Object.freeze([]),
  setAside: Object.freeze([]),
});

/** The instant until which a row holds by itself: 0 when it does not, Infinity when latched. */
export const endAtMs = (row: Pick<BreakerRow, 'latches' | 'probeAtMs'>): number =>
  row.latches.length > 0 ? Infinity : (row.probeAtMs ?? 0);

/** Whether a stored row stands against a new one: later operator's act, else later end ahead. */
export function outlasts(stored: BreakerRow, incoming: BreakerRow, nowMs: number): boolean {
  if (stored.operatorEpoch !== incoming.operatorEpoch) {
    return stored.operatorEpoch > incoming.operatorEpoch;
  }
  return endAtMs(stored) > endAtMs(incoming) && endAtMs(stored) > nowMs;
}

/** The fields of a row before anybody has looked at them. */
export type UncheckedRow = { readonly [K in keyof BreakerRow]: unknown };

/** Whether every field is of its kind and the fields do not contradict each other. */
export function isBreakerRow(row: UncheckedRow): row is BreakerRow {
  return rowProblem(row) === null;
}

/** Says what is impossible about a row, or null when it is a {@link BreakerRow}. */
export function rowProblem(row: UncheckedRow): string | null {
  const { latches } = row;
  if (typeof row.name !== 'string') return allowed('name', 'a string', row.name);
  if (!STATES.has(row.state)) return allowed('state', listed(STATES), row.state);
  if (!isCount(row.generation)) return allowed('generation', COUNT, row.generation);
  if (!isInstantOrNull(row.probeAtMs)) return allowed('probeAtMs', INSTANT_OR_NULL, row.probeAtMs);
  if (!isInstantOrNull(row.trippedAtMs)) {
    return allowed('trippedAtMs', INSTANT_OR_NULL, row.trippedAtMs);
  }
  if (!isCount(row.tripCount)) return allowed('tripCount', COUNT, row.tripCount);
  if (row.cause !== null && !CAUSES.has(row.cause)) {
    return allowed('cause', `null or ${listed(CAUSES)}`, row.cause);
  }
  if (!BUDGET_LEVELS.has(row.budget)) return allowed('budget', listed(BUDGET_LEVELS), row.budget);
  if (!Array.isArray(latches)) return allowed('latches', 'an array', latches);
  const problem = latches.map(latchProblem).find((found) => found !== null);
  if (problem !== undefined) return problem;
  if (!isCount(row.operatorEpoch)) return allowed('operatorEpoch', COUNT, row.operatorEpoch);
  if (!isInstant(row.changedAtMs)) return allowed('changedAtMs', INSTANT, row.changedAtMs);
  return contradiction(row.state, latches.length, row.probeAtMs);
}

/** @throws FuseboardError invalid_argument for a row that could not be read back. */
export function assertBreakerRow(row: UncheckedRow): asserts row is BreakerRow {
  const problem = rowProblem(row);
  if (problem === null) return;
  const name = String(row.name);
  throw new FuseboardError('invalid_argument', `The row of breaker ${show(name)}: ${problem}.`, {
    breaker: name,
  });
}

function latchProblem(latch: { readonly [K in keyof Latch]?: unknown } | null): string | null {
  if (typeof latch !== 'object' || latch === null) return allowed('latches', 'objects', latch);
  const { name, reason, by, atMs } = latch;
  if (!LATCH_NAMES.has(name)) return allowed('latches.name', listed(LATCH_NAMES), name);
  if (typeof reason !== 'string') return allowed('latches.reason', 'a string', reason);
  if (typeof by !== 'string') return allowed('latches.by', 'a string', by);
  return isInstant(atMs) ? null : allowed('latches.atMs', INSTANT, atMs);
}

function contradiction(state: unknown, latchCount: number, probeAtMs: unknown): string | null {
  if (state === 'open.latched' && latchCount === 0) return 'state open.latched needs a latch';
  if (state !== 'open.latched' && latchCount > 0) return 'only state open.latched has latches';
  if (state === 'open.cooling' && probeAtMs === null) return 'state open.cooling needs probeAtMs';
  return null;
}

const COUNT = 'an integer of at least 0';
const INSTANT = 'milliseconds of at least 0';
const INSTANT_OR_NULL = `null or ${INSTANT}`;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isInstant = (value: unknown): boolean => Number.isFinite(value) && Number(value) >= 0;
const isInstantOrNull = (value: unknown): boolean => value === null || isInstant(value);

const listed = (names: ReadonlySet<unknown>): string => `one of ${[...names].join(', ')}`;

const allowed = (field: string, kind: string, got: unknown): string =>
  `${field} must be ${kind}, got ${show(got)}`;

/** Short, whatever it is. */
function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
