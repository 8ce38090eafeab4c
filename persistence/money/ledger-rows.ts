/**
 * Rows of the ledger: from the columns of a batch into the file, each reservation once. A batch is
 * checked row by row as it is written; one bad row takes the whole batch back.
 */
import { isNanoUsd } from '../../services/cost/money.ts';
import { COST_BASES, LEDGER_COLUMNS, LEDGER_WIDTH, type LedgerBatch } from '../ledger-batch.ts';
import { wrong } from '../memory-money-checks.ts';
import type { SqlValue } from '../sqlite-handle.ts';
import type { Books } from './books.ts';
import type { Charges, Places } from './places.ts';
import type { RollupDelta } from './rollups.ts';

const column = (name: (typeof LEDGER_COLUMNS)[number]): number => LEDGER_COLUMNS.indexOf(name);
const NUMBER = column('number');
const RESERVED_AT = column('reservedAtMs');
const SETTLED_AT = column('settledAtMs');
const LABELS = column('labels');
const CHARGES = column('charges');
const EXPECTED = column('expectedNanoUsd');
const WORST = column('worstNanoUsd');
const COST = column('costNanoUsd');
const TABLE = column('tableNanoUsd');
const BASIS = column('basis');
const OUTCOME = column('outcome');
const INPUT = column('inputTokens');
const CACHED_INPUT = column('cachedInputTokens');
const OUTPUT = column('outputTokens');
const DURATION = column('durationMs');

const ASSUMED = COST_BASES.indexOf('assumed');
/** Place of `succeeded` in the runtime's list of outcomes. */
const SUCCEEDED = 0;
const OUTCOMES_MAX = 100;

/** What a batch's rows charge to each account, by its number. */
export type ChargedAmounts = Map<number, number>;

export interface LedgerRows {
  /**
   * Inside a write. Answers what is charged; a row whose reservation was settled before counts for
   * nothing. @throws FuseboardError invalid_argument
   */
  add(batch: LedgerBatch, rollups: RollupDelta): ChargedAmounts;
}

export function storedRows({ file }: Books, places: Places): LedgerRows {
  const insert = file.prepare(
    `INSERT INTO ledger VALUES (${'?, '.repeat(LEDGER_WIDTH)}?) ON CONFLICT DO NOTHING`,
  );

  return {
    add(batch, rollups) {
      const { holder, rows, rowCount } = batch;
      assertRowCount(batch);
      const bySet = new Map<Charges, number>();
      for (let at = 0, end = rowCount * LEDGER_WIDTH; at < end; at += LEDGER_WIDTH) {
        const number = counted(rows, at + NUMBER, 'number');
        const reservedAtMs = instant(rows, at + RESERVED_AT, 'reservedAtMs');
        const labels = places.labelsAt(holder, rows[at + LABELS] as number);
        const charges = places.chargesAt(holder, rows[at + CHARGES] as number);
        const expected = amount(rows, at + EXPECTED, 'expectedNanoUsd');
        const cost = amount(rows, at + COST, 'costNanoUsd') ?? NaN;
        if (Number.isNaN(cost)) throw wrong('costNanoUsd', 'an amount', NaN);
        const basis = listed(rows, at + BASIS, 'basis', COST_BASES.length);
        const outcome = listed(rows, at + OUTCOME, 'outcome', OUTCOMES_MAX);
        const input = tokens(rows[at + INPUT]);
        const cachedInput = tokens(rows[at + CACHED_INPUT]);
        const output = tokens(rows[at + OUTPUT]);
        const { changes } = insert.run(
          holder,
          number,
          reservedAtMs,
          instant(rows, at + SETTLED_AT, 'settledAtMs'),
          labels,
          charges.id,
          expected,
          amount(rows, at + WORST, 'worstNanoUsd'),
          cost,
          amount(rows, at + TABLE, 'tableNanoUsd'),
          basis,
          outcome,
          input,
          cachedInput,
          output,
          finite(rows[at + DURATION]),
        );
        if (changes === 0) continue;
        bySet.set(charges, (bySet.get(charges) ?? 0) + cost);
        const rollup = rollups.at(labels, reservedAtMs);
        rollup.call_count += 1;
        if (outcome === SUCCEEDED) rollup.succeeded_count += 1;
        if (basis === ASSUMED) rollup.assumed_count += 1;
        rollup.cost_nano_usd += cost;
        rollup.expected_nano_usd += expected ?? 0;
        rollup.input_tokens += (input ?? 0) + (cachedInput ?? 0);
        rollup.output_tokens += output ?? 0;
      }
      return byAccount(bySet);
    },
  };
}

function byAccount(bySet: ReadonlyMap<Charges, number>): ChargedAmounts {
  const amounts: ChargedAmounts = new Map();
  for (const [{ accounts }, cost] of bySet) {
    for (const account of accounts) amounts.set(account, (amounts.get(account) ?? 0) + cost);
  }
  return amounts;
}

function assertRowCount({ rows, rowCount }: LedgerBatch): void {
  const max = Math.floor(rows.length / LEDGER_WIDTH);
  if (Number.isSafeInteger(rowCount) && rowCount >= 0 && rowCount <= max) return;
  throw wrong('batch.rowCount', `from 0 to ${max}`, rowCount);
}

function counted(rows: Float64Array, at: number, field: string): number {
  const value = rows[at] as number;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(field, 'a whole number', value);
}

function instant(rows: Float64Array, at: number, field: string): number {
  const value = rows[at] as number;
  if (Number.isFinite(value)) return value;
  throw wrong(field, 'wall-clock milliseconds', value);
}

/** Null where nobody knows. */
function amount(rows: Float64Array, at: number, field: string): SqlValue & (number | null) {
  const value = rows[at] as number;
  if (isNanoUsd(value)) return value;
  if (Number.isNaN(value)) return null;
  throw wrong(field, 'a whole number of nano-dollars from 0 to 2^53 - 1', value);
}

function listed(rows: Float64Array, at: number, field: string, count: number): number {
  const value = rows[at] as number;
  if (Number.isInteger(value) && value >= 0 && value < count) return value;
  throw wrong(field, `a place from 0 to ${count - 1}`, value);
}

/** What is no count counts as unknown: no settlement fails for it. */
const tokens = (value: number | undefined): number | null =>
  value !== undefined && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : null;

const finite = (value: number | undefined): number | null =>
  Number.isFinite(value) ? (value as number) : null;
