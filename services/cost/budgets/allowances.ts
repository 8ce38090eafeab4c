/**
 * Where calls get their money: reserved at once out of what this process has drawn, or after one
 * draw from the store. Draws are made one after another, for whoever waits longest and with an eye
 * to those behind; below a low-water mark the next one is made before anybody has to wait for it.
 */
import type { DrawItem, MoneyStore } from '../../../persistence/money-store.ts';
import { onAbort } from '../../abort.ts';
import type { Clock } from '../../clock.ts';
import type { Account } from './account.ts';
import { sumNanoUsd } from '../money.ts';

/** Callers behind the first one that a draw looks at. */
const LOOK_AHEAD_MAX = 1_000;

/** How a caller's wait for money ended: reserved; no money there; or the store could not say. */
export type Taken = 'reserved' | 'unavailable' | { readonly shortOf: Account };

interface Waiter {
  readonly accounts: readonly Account[];
  readonly worstNanoUsd: number;
  readonly end: (taken: Taken) => void;
}

export interface AllowancesOptions {
  readonly store: Pick<MoneyStore, 'draw'>;
  readonly clock: Clock;
  /** The store has told about an account. */
  readonly onHeard: (account: Account) => void;
  /** An account holds money that nobody has reserved yet. */
  readonly onDrawn: (account: Account) => void;
  /** A draw failed. */
  readonly onFailed: (error: unknown) => void;
  /** Takes back what was given up and the store was not told of yet. Answers how much. */
  readonly reclaim: (account: Account) => number;
}

export class Allowances {
  readonly #options: AllowancesOptions;
  readonly #waiters: Waiter[] = [];
  /** Accounts that run low while nobody waits yet. */
  readonly #low = new Set<Account>();
  #isDrawing = false;

  constructor(options: AllowancesOptions) {
    this.#options = options;
  }

  get waitingCount(): number {
    return this.#waiters.length;
  }

  /** Has the store tell about some accounts, and number them. Draws nothing. */
  async ask(accounts: readonly Account[]): Promise<void> {
    const { store, onHeard } = this.#options;
    const items = accounts.map(({ key }) => ({ key, needNanoUsd: 0, wantNanoUsd: 0 }));
    const answer = await store.draw(items);
    answer.accounts.forEach((state, index) => {
      const account = accounts[index] as Account;
      account.hear(state, false);
      onHeard(account);
    });
  }

  /** Reserves from every account or from none. False: the caller must wait for a draw. */
  takeNow(accounts: readonly Account[], worstNanoUsd: number): boolean {
    // Whoever came before and waits for money goes first.
    if (this.#waiters.length > 0 && this.#isWaitedFor(accounts)) return false;
    return this.#reserve(accounts, worstNanoUsd);
  }

  /** Waits for a draw. Rejects with the signal's reason when the caller gives up. */
  take(
    accounts: readonly Account[],
    worstNanoUsd: number,
    signal: AbortSignal | undefined,
  ): Promise<Taken> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const leave = (): void => {
        disregard();
        awaitMoney(accounts, -1);
      };
      const disregard = onAbort(signal, () => {
        const index = this.#waiters.indexOf(waiter);
        if (index < 0) return;
        this.#waiters.splice(index, 1);
        leave();
        reject(signal?.reason as Error);
      });
      const end = (taken: Taken): void => {
        leave();
        resolve(taken);
      };
      const waiter: Waiter = { accounts, worstNanoUsd, end };
      awaitMoney(accounts, 1);
      this.#waiters.push(waiter);
      void this.#draw();
    });
  }

  /** Nobody gets money any more. */
  close(): void {
    this.#low.clear();
    for (const waiter of this.#waiters.splice(0)) waiter.end('unavailable');
  }

  #isWaitedFor(accounts: readonly Account[]): boolean {
    return this.#waiters.some((waiter) =>
      waiter.accounts.some((account) => !account.isMeter && accounts.includes(account)),
    );
  }

  #reserve(accounts: readonly Account[], worstNanoUsd: number): boolean {
    for (const account of accounts) if (!account.has(worstNanoUsd)) return false;
    for (const account of accounts) {
      account.reserve(worstNanoUsd);
      if (account.availableNanoUsd < account.lowWaterNanoUsd) this.#runLow(account);
    }
    return true;
  }

  #runLow(account: Account): void {
    if (this.#low.has(account)) return;
    this.#low.add(account);
    void this.#draw();
  }

  /** One draw after another until nobody waits and nothing runs low. */
  async #draw(): Promise<void> {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    try {
      for (;;) {
        this.#serve();
        const first = this.#waiters[0];
        const accounts = first?.accounts.filter(lacks(first)) ?? this.#lowAccounts();
        for (const account of accounts) this.#low.delete(account);
        if (accounts.length === 0) return;
        if (this.#reclaim(accounts)) continue;
        await this.#drawFor(first, accounts);
      }
    } finally {
      this.#isDrawing = false;
    }
  }

  #lowAccounts(): Account[] {
    const accounts = [...this.#low].filter(({ isRetired }) => !isRetired);
    this.#low.clear();
    return accounts;
  }

  /** Whether anything was on its way back that is here again. */
  #reclaim(accounts: readonly Account[]): boolean {
    const { reclaim, onDrawn } = this.#options;
    const reclaimed = accounts.filter((account) => reclaim(account) > 0);
    for (const account of reclaimed) onDrawn(account);
    return reclaimed.length > 0;
  }

  /** Gives to those who wait, in order, for as long as there is enough. */
  #serve(): void {
    for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
      if (!this.#reserve(first.accounts, first.worstNanoUsd)) return;
      this.#waiters.shift();
      first.end('reserved');
    }
  }

  async #drawFor(first: Waiter | undefined, accounts: readonly Account[]): Promise<void> {
    const { store, clock, onHeard, onDrawn, onFailed } = this.#options;
    const items = accounts.map((account) => this.#itemOf(account, first));
    let answer;
    awaitMoney(accounts, 1);
    try {
      answer = await store.draw(items);
    } catch (error) {
      onFailed(error);
      this.#serveFromHere();
      return;
    } finally {
      awaitMoney(accounts, -1);
    }
    const nowMs = clock.monotonicMs();
    accounts.forEach((account, index) => {
      const state = answer.accounts[index];
      if (state !== undefined) account.hear(state, false);
      const drawnNanoUsd = answer.drawnNanoUsd?.[index] ?? 0;
      if (drawnNanoUsd > 0) {
        account.drew(drawnNanoUsd, nowMs);
        onDrawn(account);
      }
      account.setLowWater();
      onHeard(account);
    });
    if (answer.drawnNanoUsd === null) this.#refuse(accounts, answer.shortOf, first);
    // What has no number by now gets none by being asked about for ever.
    else if (accounts.some(({ number }) => number < 0)) this.#serveFromHere();
  }

  /** Nothing comes from the store: what is here already goes to those for whom it is enough. */
  #serveFromHere(): void {
    for (const { accounts, worstNanoUsd, end } of this.#waiters.splice(0)) {
      end(this.#reserve(accounts, worstNanoUsd) ? 'reserved' : 'unavailable');
    }
  }

  #itemOf(account: Account, first: Waiter | undefined): DrawItem {
    const { key } = account;
    // A meter is only asked for its number: there is nothing to draw from it.
    if (account.isMeter) return { key, needNanoUsd: 0, wantNanoUsd: 0 };
    const worstNanoUsd = first?.worstNanoUsd ?? 0;
    const needNanoUsd = Math.max(0, worstNanoUsd - account.availableNanoUsd);
    let wantNanoUsd = needNanoUsd;
    for (let place = 1; place < Math.min(this.#waiters.length, LOOK_AHEAD_MAX); place++) {
      const waiter = this.#waiters[place] as Waiter;
      if (!waiter.accounts.includes(account)) continue;
      wantNanoUsd = sumNanoUsd(wantNanoUsd, waiter.worstNanoUsd);
    }
    const targetNanoUsd = account.targetNanoUsd(worstNanoUsd) - account.availableNanoUsd;
    return { key, needNanoUsd, wantNanoUsd: Math.max(wantNanoUsd, targetNanoUsd) };
  }

  /** Refuses the first who waits, and everybody whom this answer concerns as well. */
  #refuse(accounts: readonly Account[], shortOf: number | null, first: Waiter | undefined): void {
    const account = accounts[shortOf ?? 0];
    if (account === undefined || first === undefined) return;
    const leftNanoUsd = account.availableNanoUsd + account.leftInStoreNanoUsd;
    for (const waiter of [...this.#waiters]) {
      const isShort = waiter.accounts.includes(account) && waiter.worstNanoUsd > leftNanoUsd;
      if (waiter !== first && !isShort) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.end({ shortOf: account });
    }
  }
}

const lacks =
  ({ worstNanoUsd }: Waiter) =>
  (account: Account): boolean =>
    !account.has(worstNanoUsd);

/** Notes that money of some accounts is about to be used, or no longer is. */
function awaitMoney(accounts: readonly Account[], difference: 1 | -1): void {
  for (const account of accounts) account.waitersCount += difference;
}
