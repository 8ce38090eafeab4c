/**
 * Batches of settlements into the file, exactly once: a holder's batches are numbered, and its last
 * number is stored in the same transaction. Each account is changed once for the whole batch.
 */
import { NANO_USD_MAX, sumNanoUsd } from '../../services/cost/money.ts';
import { FuseboardError } from '../../services/errors.ts';
import type { LedgerBatch } from '../ledger-batch.ts';
import { assertAmount, assertInstant, wrong } from '../memory-money-checks.ts';
import type { AccountState, Committed } from '../money-store.ts';
import type { Accounts } from './accounts.ts';
import type { StoredAllowances } from './allowances.ts';
import type { Books } from './books.ts';
import type { Holders } from './holders.ts';
import type { ChargedAmounts, LedgerRows } from './ledger-rows.ts';
import type { Places } from './places.ts';
import type { RollupDelta } from './rollups.ts';

export interface SettlementParts {
  readonly books: Books;
  readonly accounts: Accounts;
  readonly allowances: StoredAllowances;
  readonly holders: Holders;
  readonly places: Places;
  readonly rows: LedgerRows;
  readonly rollups: () => RollupDelta;
}

/**
 * Books a batch, or answers what its accounts say when it was booked before.
 * @throws FuseboardError invalid_argument, store_unavailable, store_corrupt; nothing was booked.
 */
export type CommitBatch = (batch: LedgerBatch) => Committed;

export function settlements(parts: SettlementParts): CommitBatch {
  const { books, accounts, allowances, holders, places, rows, rollups } = parts;
  const noteOverspend = books.file.prepare(
    'INSERT INTO overspends (account, holder, amount_nano_usd, at_ms) VALUES (?, ?, ?, ?)',
  );

  /** Answers what nothing covered. */
  const settle = (
    holder: number,
    state: AccountState,
    costNanoUsd: number,
    returnedNanoUsd: number,
    revision: number,
  ): number => {
    const allowance = allowances.of(holder, state.account);
    const held = Math.min(costNanoUsd, allowance.heldNanoUsd);
    const reclaimed = Math.min(costNanoUsd - held, allowance.forfeitedNanoUsd);
    const returned = Math.min(returnedNanoUsd, allowance.heldNanoUsd - held);
    const uncovered = state.limitNanoUsd === null ? 0 : costNanoUsd - held - reclaimed;
    accounts.save(
      {
        ...state,
        settledNanoUsd: sumNanoUsd(state.settledNanoUsd, costNanoUsd),
        forfeitedNanoUsd: state.forfeitedNanoUsd - reclaimed,
        heldNanoUsd: state.heldNanoUsd - held - returned,
        overspentNanoUsd: sumNanoUsd(state.overspentNanoUsd, uncovered),
      },
      revision,
      holder,
    );
    if (held + reclaimed + returned > 0) {
      allowances.save(holder, state.account, {
        heldNanoUsd: allowance.heldNanoUsd - held - returned,
        forfeitedNanoUsd: allowance.forfeitedNanoUsd - reclaimed,
      });
    }
    if (uncovered > 0) noteOverspend.run(state.account, holder, uncovered, books.nowMs());
    return uncovered;
  };

  const tell = ({ holder, labels, charges }: LedgerBatch): void => {
    for (const told of labels) places.tellLabels(holder, told.place, told.labels);
    for (const { place, accounts: numbers } of charges) {
      for (const number of numbers) {
        if (!accounts.wasMade(number)) throw wrong('charges', 'numbers of accounts', number);
      }
      places.tellCharges(holder, place, numbers);
    }
  };

  const addRefused = ({ holder, refused }: LedgerBatch, delta: RollupDelta): void => {
    for (const { labels, count, expectedNanoUsd, atMs } of refused) {
      if (!Number.isSafeInteger(count) || count < 0) throw wrong('refused', 'a count', count);
      assertAmount('refused.expectedNanoUsd', expectedNanoUsd);
      assertInstant('refused.atMs', atMs);
      const rollup = delta.at(places.labelsAt(holder, labels), atMs);
      rollup.refused_count += count;
      rollup.refused_nano_usd = sumNanoUsd(rollup.refused_nano_usd, expectedNanoUsd);
    }
  };

  const apply = (batch: LedgerBatch): Committed => {
    const { holder, seq } = batch;
    holders.touch(holder);
    tell(batch);
    const delta = rollups();
    const charged = rows.add(batch, delta);
    addRefused(batch, delta);
    delta.save();
    const returned = returnsByAccount(batch);
    const revision = books.nextRevision();
    const overspent: { account: number; amountNanoUsd: number }[] = [];
    for (const account of touchedBy(charged, returned)) {
      const state = accounts.state(account);
      if (state === undefined) continue;
      const cost = Math.min(charged.get(account) ?? 0, NANO_USD_MAX);
      const amountNanoUsd = settle(holder, state, cost, returned.get(account) ?? 0, revision);
      if (amountNanoUsd > 0) overspent.push({ account, amountNanoUsd });
    }
    holders.applied(holder, seq);
    return { accounts: statesOf(touchedBy(charged, returned)), overspent };
  };

  const statesOf = (numbers: Iterable<number>): AccountState[] => {
    const states: AccountState[] = [];
    for (const number of numbers) {
      const state = accounts.state(number);
      if (state !== undefined) states.push(state);
    }
    return states;
  };

  /** What the accounts of a batch that was booked before say by now. */
  const repeat = (batch: LedgerBatch): Committed => {
    const touched = new Set(batch.charges.flatMap((told) => told.accounts));
    for (const { account } of batch.returns) touched.add(account);
    return { accounts: statesOf(touched), overspent: [] };
  };

  return (batch) => {
    try {
      return books.write(() => {
        const { seq, hasLeft } = holders.appliedSeq(batch.holder);
        if (batch.seq <= seq) return repeat(batch);
        if (hasLeft) {
          throw new FuseboardError(
            'store_unavailable',
            `The holder ${batch.holder} has left the books of ${books.file.path}.`,
          );
        }
        if (batch.seq !== seq + 1) throw wrong('batch.seq', `${seq + 1}, the next`, batch.seq);
        return apply(batch);
      });
    } catch (error) {
      places.reset();
      throw error;
    }
  };
}

function returnsByAccount({ returns }: LedgerBatch): ReadonlyMap<number, number> {
  const returned = new Map<number, number>();
  for (const { account, amountNanoUsd } of returns) {
    assertAmount('returns.amountNanoUsd', amountNanoUsd);
    returned.set(account, sumNanoUsd(returned.get(account) ?? 0, amountNanoUsd));
  }
  return returned;
}

const touchedBy = (charged: ChargedAmounts, returned: ReadonlyMap<number, number>): Set<number> =>
  new Set([...charged.keys(), ...returned.keys()]);
