/**
 * The ledger's rows in memory: of each, what it takes to bear out a total. The newest are kept;
 * older ones leave their cost in the checkpoints of what they were charged to.
 */
import { sumNanoUsd } from '../services/cost/money.ts';
import type { LedgerVerdict } from './cost-report.ts';
import type { MemoryAccount, MemoryAccounts } from './memory-money-accounts.ts';
import type { Rollup, Rollups } from './memory-money-rollups.ts';

/** At least this many of the newest rows are kept, at most one chunk more. */
export const ROWS_KEPT = 100_000;
const CHUNK_ROWS = 1_024;

interface Chunk {
  rowCount: number;
  readonly atMs: Float64Array;
  readonly costNanoUsd: Float64Array;
  readonly charged: (readonly MemoryAccount[])[];
  readonly rollups: Rollup[];
}

export interface MemoryRows {
  readonly rowCount: number;
  append(
    atMs: number,
    costNanoUsd: number,
    charged: readonly MemoryAccount[],
    rollup: Rollup,
  ): void;
  /** Removes rows of calls reserved before an instant. Answers how many. */
  compact(beforeMs: number): number;
  /** Recomputes every total. */
  verify(accounts: MemoryAccounts, rollups: Rollups): LedgerVerdict;
}

export function memoryRows(rowsKept = ROWS_KEPT): MemoryRows {
  let chunks: Chunk[] = [];
  let newest: Chunk | undefined;
  let rowCount = 0;

  const append: MemoryRows['append'] = (atMs, costNanoUsd, charged, rollup) => {
    if (newest === undefined || newest.rowCount === CHUNK_ROWS) {
      newest = emptyChunk();
      chunks.push(newest);
      while (rowCount - (chunks[0]?.rowCount ?? 0) >= rowsKept) dropOldest();
    }
    const place = newest.rowCount++;
    newest.atMs[place] = atMs;
    newest.costNanoUsd[place] = costNanoUsd;
    newest.charged.push(charged);
    newest.rollups.push(rollup);
    rowCount += 1;
  };

  const dropOldest = (): void => {
    const oldest = chunks.shift() as Chunk;
    for (let place = 0; place < oldest.rowCount; place++) leaveCheckpoint(oldest, place);
    rowCount -= oldest.rowCount;
  };

  return {
    get rowCount() {
      return rowCount;
    },
    append,

    compact(beforeMs) {
      const before = chunks;
      const beforeCount = rowCount;
      chunks = [];
      newest = undefined;
      rowCount = 0;
      for (const chunk of before) {
        for (let place = 0; place < chunk.rowCount; place++) {
          const { atMs, costNanoUsd, charged, rollup } = rowAt(chunk, place);
          if (atMs < beforeMs) leaveCheckpoint(chunk, place);
          else append(atMs, costNanoUsd, charged, rollup);
        }
      }
      return beforeCount - rowCount;
    },

    verify(accounts, rollups) {
      const settled = new Map<MemoryAccount, number>();
      const spent = new Map<Rollup, number>();
      for (const account of accounts.numbered.values()) {
        settled.set(account, account.checkpointNanoUsd);
      }
      for (const rollup of rollups.all()) spent.set(rollup, rollup.checkpointNanoUsd);
      for (const chunk of chunks) {
        for (let place = 0; place < chunk.rowCount; place++) {
          const { costNanoUsd, charged, rollup } = rowAt(chunk, place);
          for (const account of charged) addTo(settled, account, costNanoUsd);
          addTo(spent, rollup, costNanoUsd);
        }
      }
      const mismatches: LedgerVerdict['mismatches'][number][] = [];
      const compare = (what: string, storedNanoUsd: number, recomputedNanoUsd: number): void => {
        if (storedNanoUsd === recomputedNanoUsd) return;
        mismatches.push({ what, storedNanoUsd, recomputedNanoUsd });
      };
      for (const [account, recomputed] of settled) {
        const name = nameOf(account);
        compare(`settled of ${name}`, account.settledNanoUsd, recomputed);
        compare(`held of ${name}`, account.heldNanoUsd, heldByLeases(account));
      }
      for (const [rollup, recomputed] of spent) {
        const hour = new Date(rollup.hourMs).toISOString();
        compare(`cost of the hour ${hour}`, rollup.costNanoUsd, recomputed);
      }
      return { rowCount, accountCount: accounts.numbered.size, mismatches };
    },
  };
}

const emptyChunk = (): Chunk => ({
  rowCount: 0,
  atMs: new Float64Array(CHUNK_ROWS),
  costNanoUsd: new Float64Array(CHUNK_ROWS),
  charged: [],
  rollups: [],
});

const rowAt = (chunk: Chunk, place: number) => ({
  atMs: chunk.atMs[place] as number,
  costNanoUsd: chunk.costNanoUsd[place] as number,
  charged: chunk.charged[place] as readonly MemoryAccount[],
  rollup: chunk.rollups[place] as Rollup,
});

function leaveCheckpoint(chunk: Chunk, place: number): void {
  const { costNanoUsd, charged, rollup } = rowAt(chunk, place);
  for (const account of charged) {
    account.checkpointNanoUsd = sumNanoUsd(account.checkpointNanoUsd, costNanoUsd);
  }
  rollup.checkpointNanoUsd = sumNanoUsd(rollup.checkpointNanoUsd, costNanoUsd);
}

/** Adds to a total that is still asked for. */
function addTo<K>(totals: Map<K, number>, key: K, amountNanoUsd: number): void {
  const total = totals.get(key);
  if (total !== undefined) totals.set(key, sumNanoUsd(total, amountNanoUsd));
}

const heldByLeases = (account: MemoryAccount): number => {
  let held = 0;
  for (const lease of account.leases) held += lease.heldNanoUsd;
  return held;
};

const nameOf = ({ key: { budget, value, period } }: MemoryAccount): string =>
  `${JSON.stringify(budget)}, value ${JSON.stringify(value)}, period ${JSON.stringify(period)}`;
