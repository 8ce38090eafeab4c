/** The rows of every batch that a store booked, each once, with the accounts they concern. */
import { LEDGER_COLUMNS, LEDGER_WIDTH, type LedgerBatch } from '../../persistence/ledger-batch.ts';
import type { AccountKey, AccountState } from '../../persistence/money-store.ts';

export type Stored = AccountState & { readonly key: AccountKey };

export interface Row {
  readonly worstNanoUsd: number;
  readonly costNanoUsd: number;
  readonly reservedAtMs: number;
  readonly accounts: readonly Stored[];
}

const column = (name: (typeof LEDGER_COLUMNS)[number]): number => LEDGER_COLUMNS.indexOf(name);
const [RESERVED_AT, CHARGES, WORST, COST] = [
  column('reservedAtMs'),
  column('charges'),
  column('worstNanoUsd'),
  column('costNanoUsd'),
];

/** What calls were billed above what they had reserved. */
export const sumAbove = (rows: readonly Row[]): number =>
  rows
    .map(({ worstNanoUsd, costNanoUsd }) => Math.max(0, costNanoUsd - worstNanoUsd))
    .reduce((sum, aboveNanoUsd) => sum + aboveNanoUsd, 0);

export class BookedRows {
  /** Of every holder, in order of being booked. */
  readonly rows: Row[] = [];
  readonly #charges = new Map<string, readonly number[]>();
  readonly #seqs = new Map<number, number>();

  /** Whether the batch is booked for the first time. */
  take(batch: LedgerBatch, accounts: readonly Stored[]): boolean {
    const { holder, seq, charges, rows, rowCount } = batch;
    if (seq <= (this.#seqs.get(holder) ?? 0)) return false;
    this.#seqs.set(holder, seq);
    for (const { place, accounts: told } of charges) this.#charges.set(`${holder}:${place}`, told);
    const states = new Map(accounts.map((state) => [state.account, state]));
    for (let at = 0; at < rowCount * LEDGER_WIDTH; at += LEDGER_WIDTH) {
      const numbers = this.#charges.get(`${holder}:${rows[at + CHARGES]}`) ?? [];
      this.rows.push({
        worstNanoUsd: rows[at + WORST] as number,
        costNanoUsd: rows[at + COST] as number,
        reservedAtMs: rows[at + RESERVED_AT] as number,
        accounts: numbers.map((number) => states.get(number) as Stored),
      });
    }
    return true;
  }
}
