/** Costs that others report, into the file: each id once, as long as its rows are kept. */
import { isNanoUsd, sumNanoUsd } from '../../services/cost/money.ts';
import type { OutsideCost } from '../ledger-batch.ts';
import { assertAmount, assertInstant, assertKey, wrong } from '../memory-money-checks.ts';
import type { AccountState } from '../money-store.ts';
import type { Accounts } from './accounts.ts';
import type { Books } from './books.ts';
import type { Places } from './places.ts';
import type { RollupDelta } from './rollups.ts';

export type BookOutside = (
  costs: readonly OutsideCost[],
  writer: number,
) => { readonly isNew: readonly boolean[]; readonly accounts: readonly AccountState[] };

/** @throws FuseboardError invalid_argument; nothing was booked. */
export function outsideCosts(
  books: Books,
  accounts: Accounts,
  places: Places,
  rollups: () => RollupDelta,
): BookOutside {
  const { file } = books;
  const known = file.prepare('SELECT 1 FROM outside_costs WHERE id = ?').pluck();
  const insert = file.prepare('INSERT INTO outside_costs VALUES (?, ?, ?, ?, ?, ?, ?)');
  const compactedTo = file.prepare('SELECT max(before_ms) FROM compactions').pluck();

  const charge = (cost: OutsideCost, revision: number, writer: number): number[] => {
    const numbers = new Set<number>();
    for (const key of cost.accounts) {
      numbers.add(accounts.open(key, revision, writer).account);
    }
    for (const number of numbers) {
      const state = accounts.state(number) as AccountState;
      const settledNanoUsd = sumNanoUsd(state.settledNanoUsd, cost.costNanoUsd);
      accounts.save({ ...state, settledNanoUsd }, revision, writer);
    }
    return [...numbers];
  };

  return (costs, writer) => {
    costs.forEach(assertOutside);
    return books.writeDurably(() => {
      const keptFromMs = (compactedTo.get() ?? -Infinity) as number;
      const revision = books.nextRevision();
      const delta = rollups();
      const touched = new Set<number>();
      const isNew = costs.map((cost) => {
        const { id, atMs, kind, costNanoUsd, inputTokens, outputTokens } = cost;
        if (known.get(id) !== undefined) return false;
        if (atMs < keptFromMs) {
          throw wrong('cost.atMs', `${keptFromMs} or later, where ids are still known`, atMs);
        }
        const labels = places.labels(cost.labels);
        const rollup = delta.at(labels, atMs);
        let charges: number | null = null;
        if (kind === 'billed') {
          rollup.billed_nano_usd = sumNanoUsd(rollup.billed_nano_usd, costNanoUsd);
        } else {
          const numbers = charge(cost, revision, writer);
          charges = places.charges(numbers);
          for (const number of numbers) touched.add(number);
          rollup.cost_nano_usd = sumNanoUsd(rollup.cost_nano_usd, costNanoUsd);
          rollup.outside_nano_usd = sumNanoUsd(rollup.outside_nano_usd, costNanoUsd);
          rollup.input_tokens += inputTokens ?? 0;
          rollup.output_tokens += outputTokens ?? 0;
        }
        insert.run(id, atMs, labels, charges, costNanoUsd, inputTokens, outputTokens);
        return true;
      });
      delta.save();
      const states = [...touched].map((number) => accounts.state(number) as AccountState);
      return { isNew, accounts: states };
    });
  };
}

function assertOutside({ id, atMs, costNanoUsd, accounts, ...cost }: OutsideCost): void {
  if (typeof id !== 'string' || id === '') throw wrong('cost.id', 'a text that is not empty', id);
  assertInstant('cost.atMs', atMs);
  assertAmount('cost.costNanoUsd', costNanoUsd);
  if (cost.kind !== 'booked' && cost.kind !== 'billed') {
    throw wrong('cost.kind', 'booked or billed', cost.kind);
  }
  for (const field of ['inputTokens', 'outputTokens'] as const) {
    const count = cost[field];
    if (count !== null && !isNanoUsd(count)) throw wrong(`cost.${field}`, 'a count or null', count);
  }
  accounts.forEach(assertKey);
}
