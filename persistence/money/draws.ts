/**
 * Draws from the file, durable before they are answered. A limit is kept twice: the amounts are
 * worked out while the write lock is held, and each one is added by a statement that adds nothing
 * where the limit would be passed.
 */
import { NANO_USD_MAX } from '../../services/cost/money.ts';
import { FuseboardError } from '../../services/errors.ts';
import { assertDrawItem } from '../memory-money-checks.ts';
import type { AccountState, DrawAnswer, DrawItem } from '../money-store.ts';
import { isMeter, type Accounts } from './accounts.ts';
import type { StoredAllowances } from './allowances.ts';
import type { Books } from './books.ts';
import type { Holders } from './holders.ts';

export type Draw = (holder: number, items: readonly DrawItem[]) => DrawAnswer;

export function draws(
  books: Books,
  accounts: Accounts,
  allowances: StoredAllowances,
  holders: Holders,
): Draw {
  const hold = books.file.prepare(
    `UPDATE accounts SET held_nano_usd = held_nano_usd + ?, revision = ?, writer = ?
     WHERE id = ? AND settled_nano_usd + forfeited_nano_usd + held_nano_usd + ?
       <= coalesce((SELECT limit_nano_usd FROM budgets WHERE id = budget), ${NANO_USD_MAX})`,
  );

  const take = (holder: number, account: number, amount: number, revision: number): void => {
    if (amount === 0) return;
    if (hold.run(amount, revision, holder, account, amount).changes === 0) {
      throw new FuseboardError(
        'store_corrupt',
        `The account ${account} in ${books.file.path} changed while it was locked.`,
      );
    }
    allowances.hold(holder, account, amount);
  };

  return (holder, items) => {
    items.forEach(assertDrawItem);
    const holdsAnything = items.some(
      ({ key, wantNanoUsd }) => wantNanoUsd > 0 && !isMeter(key.budget),
    );
    const draw = (): DrawAnswer => {
      holders.touch(holder);
      const revision = books.nextRevision();
      const opened = items.map(({ key }) => accounts.open(key, revision, holder));
      const { drawnNanoUsd, shortOf } = share(items, opened);
      drawnNanoUsd?.forEach((amount, place) => {
        const [item, state] = [items[place], opened[place]];
        if (item === undefined || state === undefined || isMeter(item.key.budget)) return;
        take(holder, state.account, amount, revision);
      });
      const states = opened.map((state) => accounts.state(state.account) ?? state);
      return { drawnNanoUsd, shortOf, accounts: states };
    };
    return holdsAnything ? books.writeDurably(draw) : books.write(draw);
  };
}

/** Gives every item its need, or nobody anything; then what is welcome, as far as there is room. */
function share(
  items: readonly DrawItem[],
  states: readonly AccountState[],
): Pick<DrawAnswer, 'drawnNanoUsd' | 'shortOf'> {
  const free = new Map(states.map((state) => [state.account, freeNanoUsd(state)]));
  const take = (place: number, amount: number): void => {
    const { account } = states[place] as AccountState;
    free.set(account, (free.get(account) ?? 0) - amount);
  };
  const freeAt = (place: number): number =>
    Math.max(0, free.get((states[place] as AccountState).account) ?? 0);

  for (const [place, { key, needNanoUsd }] of items.entries()) {
    if (isMeter(key.budget)) continue;
    if (needNanoUsd > freeAt(place)) return { drawnNanoUsd: null, shortOf: place };
    take(place, needNanoUsd);
  }
  const drawnNanoUsd = items.map(({ key, needNanoUsd, wantNanoUsd }, place) => {
    if (isMeter(key.budget)) return wantNanoUsd;
    const extra = Math.min(wantNanoUsd - needNanoUsd, freeAt(place));
    take(place, extra);
    return needNanoUsd + extra;
  });
  return { drawnNanoUsd, shortOf: null };
}

/** Negative when the limit was lowered below what is committed. */
const freeNanoUsd = (state: AccountState): number =>
  (state.limitNanoUsd ?? NANO_USD_MAX) -
  state.settledNanoUsd -
  state.forfeitedNanoUsd -
  state.heldNanoUsd;
