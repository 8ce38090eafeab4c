/** What holders lost by dying: moved from held to forfeited, and told to whoever asks later. */
import type { Forfeit } from '../money-store.ts';
import type { Accounts } from './accounts.ts';
import type { StoredAllowances } from './allowances.ts';
import type { Books } from './books.ts';
import type { Holders } from './holders.ts';
import type { Places } from './places.ts';

export interface Forfeits {
  /** Forfeits what dead and silent holders other than `self` left. Writes only if there are any. */
  sweep(self: number): Forfeit[];
  /** Those of a later revision. */
  since(revision: number): Forfeit[];
}

export function storedForfeits(
  books: Books,
  holders: Holders,
  accounts: Accounts,
  allowances: StoredAllowances,
  places: Places,
): Forfeits {
  const insert = books.file.prepare(
    `INSERT INTO forfeits (revision, holder, account, amount_nano_usd, at_ms)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const select = books.file
    .prepare(
      `SELECT f.holder, f.account, a.budget, f.amount_nano_usd
       FROM forfeits f JOIN accounts a ON a.id = f.account
       WHERE f.revision > ? ORDER BY f.id`,
    )
    .raw();
  const last = books.file.prepare('SELECT coalesce(max(id), 0) FROM forfeits').pluck();
  const later = books.file
    .prepare(
      `SELECT f.holder, f.account, a.budget, f.amount_nano_usd
       FROM forfeits f JOIN accounts a ON a.id = f.account
       WHERE f.id > ? ORDER BY f.id`,
    )
    .raw();

  const forfeit = (holder: number, revision: number): void => {
    for (const { account, amountNanoUsd } of allowances.held(holder)) {
      insert.run(revision, holder, account, amountNanoUsd, books.nowMs());
      const state = accounts.state(account);
      if (state === undefined) continue;
      const heldNanoUsd = state.heldNanoUsd - amountNanoUsd;
      const forfeitedNanoUsd = state.forfeitedNanoUsd + amountNanoUsd;
      accounts.save({ ...state, heldNanoUsd, forfeitedNanoUsd }, revision, 0);
    }
    allowances.forfeitAll(holder);
  };

  return {
    sweep(self) {
      const lost = holders.findLost(self);
      if (lost.length === 0) return [];
      return books.write(() => {
        const before = last.get() as number;
        const revision = books.nextRevision();
        for (const one of lost) {
          if (!holders.lose(one)) continue;
          forfeit(one.holder, revision);
          if (one.state === 'dead') places.forget(one.holder);
        }
        return (later.all(before) as ForfeitRow[]).map(forfeitOf);
      });
    },
    since: (revision) => (select.all(revision) as ForfeitRow[]).map(forfeitOf),
  };
}

type ForfeitRow = readonly [number, number, string, number];

const forfeitOf = ([holder, account, budget, amountNanoUsd]: ForfeitRow): Forfeit => ({
  holder,
  account,
  budget,
  amountNanoUsd,
});
