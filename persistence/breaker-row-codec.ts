/**
 * A breaker's row as columns, and back. Nothing read from a file is believed: a row that does not
 * decode comes out as damage, with the reason, and never as an error.
 */
import type { Latch } from '../machines/breaker-context.ts';
import { endAtMs, isBreakerRow, rowProblem, type UncheckedRow } from './breaker-row.ts';
import type { SqlValue } from './sqlite-handle.ts';
import { BREAKER_ROW_VERSION, type BreakerRow, type SetAside } from './store.ts';

/** Columns of `breaker_states`, in the order in which rows are written and read. */
export const COLUMNS = [
  'name',
  'version',
  'state',
  'generation',
  'probe_at_ms',
  'tripped_at_ms',
  'trip_count',
  'cause',
  'budget',
  'latches',
  'operator_epoch',
  'changed_at_ms',
  'end_at_ms',
  'writer',
  'revision',
] as const;

type Column = (typeof COLUMNS)[number];

/** A row as it is stored, in the order of {@link COLUMNS}. */
export type StoredRow = { readonly [I in keyof typeof COLUMNS]: unknown };

/** A stored row that does not decode. */
export interface Damage extends SetAside {
  readonly stored: StoredRow;
  /** Written by a later version, whose process may be alive and understand it. */
  readonly isLater: boolean;
}

export interface DecodedRows {
  readonly rows: readonly BreakerRow[];
  readonly damages: readonly Damage[];
}

const NO_LATCHES: readonly Latch[] = Object.freeze([]);

/** `writer` and `revision` number the connection and the save. */
export function encodeRow(row: BreakerRow, writer: number, revision: number): readonly SqlValue[] {
  return [
    row.name,
    BREAKER_ROW_VERSION,
    row.state,
    row.generation,
    row.probeAtMs,
    row.trippedAtMs,
    row.tripCount,
    row.cause,
    row.budget,
    row.latches.length === 0 ? '[]' : JSON.stringify(row.latches.map(onlyLatch)),
    row.operatorEpoch,
    row.changedAtMs,
    endAtMs(row),
    writer,
    revision,
  ];
}

/** Separates the rows that decode from those that do not. */
export function decodeRows(stored: readonly StoredRow[]): DecodedRows {
  const rows: BreakerRow[] = [];
  const damages: Damage[] = [];
  for (const columns of stored) {
    const row = decodeRow(columns);
    if ('problem' in row) damages.push(row);
    else rows.push(row);
  }
  return { rows, damages };
}

/** The whole row as JSON text, for whoever wants to repair it. */
export const rowAsJson = (stored: StoredRow): string =>
  JSON.stringify(Object.fromEntries(COLUMNS.map((column, index) => [column, stored[index]])));

export const columnOf = (stored: StoredRow, column: Column): unknown =>
  stored[COLUMNS.indexOf(column)];

function decodeRow(stored: StoredRow): BreakerRow | Damage {
  const version = stored[1];
  if (version !== BREAKER_ROW_VERSION) {
    return damage(
      stored,
      `version must be ${BREAKER_ROW_VERSION}, got ${String(version)}`,
      typeof version === 'number' && version > BREAKER_ROW_VERSION,
    );
  }
  const row: UncheckedRow = {
    name: stored[0],
    state: stored[2],
    generation: stored[3],
    probeAtMs: stored[4],
    trippedAtMs: stored[5],
    tripCount: stored[6],
    cause: stored[7],
    budget: stored[8],
    latches: decodeLatches(stored[9]),
    operatorEpoch: stored[10],
    changedAtMs: stored[11],
  };
  if (!isBreakerRow(row)) return damage(stored, rowProblem(row) ?? '');
  if (stored[12] !== endAtMs(row)) {
    return damage(stored, `end_at_ms must be ${endAtMs(row)}, got ${String(stored[12])}`);
  }
  return row;
}

/** Text that is no JSON array is handed on as it is, to be found damaged. */
function decodeLatches(text: unknown): unknown {
  if (text === '[]') return NO_LATCHES;
  try {
    const latches: unknown = JSON.parse(String(text));
    return Array.isArray(latches) ? latches.map(onlyLatch) : text;
  } catch {
    return text;
  }
}

/** Drops keys that a latch does not have. */
const onlyLatch = (latch: Latch): Latch => ({
  name: latch.name,
  reason: latch.reason,
  by: latch.by,
  atMs: latch.atMs,
});

const damage = (stored: StoredRow, problem: string, isLater = false): Damage => ({
  name: String(stored[0]),
  problem,
  stored,
  isLater,
});
