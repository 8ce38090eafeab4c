/**
 * Recomputes every total from what it is made of: accounts and hours from rows, outside costs and
 * checkpoints; what is held, forfeited and overspent from its own records. Reads everything, as it
 * was at one instant, and believes no total.
 */
import type { LedgerVerdict } from '../cost-report.ts';
import { sumNanoUsd } from '../../services/cost/money.ts';
import type { Books } from './books.ts';
import { HOUR_MS, hourOf } from './rollups.ts';

/** Mismatches that are told; there may be more. */
const MISMATCHES_MAX = 1_000;

type Sums<K> = Map<K, number>;
type Mismatch = LedgerVerdict['mismatches'][number];

export type Verify = () => LedgerVerdict;

export function verification(books: Books): Verify {
  const { file } = books;
  const rows = file
    .prepare(
      `SELECT charges, labels, CAST(reserved_at_ms / ${HOUR_MS} AS INTEGER) AS hour,
              total(cost_nano_usd), count(*)
       FROM ledger GROUP BY charges, labels, hour`,
    )
    .raw();
  const outside = file
    .prepare(
      `SELECT charges, labels, at_ms, cost_nano_usd FROM outside_costs WHERE charges IS NOT NULL`,
    )
    .raw();
  const sets = file.prepare('SELECT id, accounts FROM charge_sets').raw();
  const accounts = file
    .prepare(
      `SELECT id, budget, value, period, settled_nano_usd, held_nano_usd, forfeited_nano_usd,
              overspent_nano_usd, checkpoint_nano_usd
       FROM accounts ORDER BY id`,
    )
    .raw();
  const rollups = file
    .prepare('SELECT hour, labels, cost_nano_usd, checkpoint_nano_usd FROM rollups')
    .raw();
  const allowances = file
    .prepare(
      `SELECT account, total(held_nano_usd), total(forfeited_nano_usd + fenced_nano_usd)
       FROM allowances GROUP BY account`,
    )
    .raw();
  const overspends = file
    .prepare('SELECT account, total(amount_nano_usd) FROM overspends GROUP BY account')
    .raw();

  return () =>
    books.read(() => {
      const verdict = mismatchList();
      const charged: Sums<number> = new Map();
      const spent: Sums<string> = new Map();
      let rowCount = 0;
      for (const row of rows.all() as [number, number, number, number, number][]) {
        const [charges, labels, hour, cost, count] = row;
        add(charged, charges, cost);
        add(spent, `${hour} ${labels}`, cost);
        rowCount += count;
      }
      for (const row of outside.all() as [number, number, number, number][]) {
        const [charges, labels, atMs, cost] = row;
        add(charged, charges, cost);
        add(spent, `${hourOf(atMs)} ${labels}`, cost);
        rowCount += 1;
      }

      const settled: Sums<number> = new Map();
      for (const [id, list] of sets.all() as [number, string][]) {
        const cost = charged.get(id);
        if (cost === undefined) continue;
        for (const account of JSON.parse(list) as number[]) add(settled, account, cost);
      }
      const held: Sums<number> = new Map();
      const lost: Sums<number> = new Map();
      for (const [account, holds, lostAmount] of allowances.all() as [number, number, number][]) {
        held.set(account, holds);
        lost.set(account, lostAmount);
      }
      const overspent = new Map(overspends.all() as [number, number][]);

      let accountCount = 0;
      for (const row of accounts.all() as AccountRow[]) {
        const [id, budget, value, period, ...amounts] = row;
        const [settledStored, heldStored, forfeitedStored, overspentStored, checkpoint] = amounts;
        const name = `'${budget}'${value === '' ? '' : ` of '${value}'`} in '${period}'`;
        accountCount += 1;
        const recomputed = sumNanoUsd(checkpoint, settled.get(id) ?? 0);
        verdict.compare(`settled on ${name}`, settledStored, recomputed);
        verdict.compare(`held on ${name}`, heldStored, held.get(id) ?? 0);
        verdict.compare(`forfeited on ${name}`, forfeitedStored, lost.get(id) ?? 0);
        verdict.compare(`overspent on ${name}`, overspentStored, overspent.get(id) ?? 0);
      }
      for (const row of rollups.all() as [number, number, number, number][]) {
        const [hour, labels, cost, checkpoint] = row;
        const key = `${hour} ${labels}`;
        const recomputed = sumNanoUsd(checkpoint, spent.get(key) ?? 0);
        spent.delete(key);
        verdict.compare(hourName(hour, labels), cost, recomputed);
      }
      for (const [key, cost] of spent) {
        const [hour, labels] = key.split(' ').map(Number);
        verdict.compare(hourName(hour ?? 0, labels ?? 0), 0, cost);
      }
      return { rowCount, accountCount, mismatches: verdict.mismatches };
    });
}

type AccountRow = readonly [number, string, string, string, number, number, number, number, number];

const add = <K>(sums: Sums<K>, key: K, amount: number): void =>
  void sums.set(key, sumNanoUsd(sums.get(key) ?? 0, amount));

const hourName = (hour: number, labels: number): string =>
  `cost in the hour ${new Date(hour * HOUR_MS).toISOString()} under the labels ${labels}`;

function mismatchList() {
  const mismatches: Mismatch[] = [];
  return {
    mismatches,
    compare(what: string, storedNanoUsd: number, recomputedNanoUsd: number): void {
      if (storedNanoUsd === recomputedNanoUsd || mismatches.length >= MISMATCHES_MAX) return;
      mismatches.push({ what, storedNanoUsd, recomputedNanoUsd });
    },
  };
}
