/** Where calls get their money: who waits, who goes first, and who hears that there is none. */
import { expect, it } from 'vitest';

import type { Account } from '../../services/cost/budgets/account.ts';
import { Allowances, type Taken } from '../../services/cost/budgets/allowances.ts';
import { NANO_USD_MAX } from '../../services/cost/money.ts';
import { accountOf, HandStore } from './account-rig.ts';

const LIMITS = { daily: 100, monthly: 1_000 };

class Rig {
  readonly store: HandStore;
  readonly failures: unknown[] = [];
  readonly drawn: Account[] = [];
  readonly allowances: Allowances;
  /** What is on its way back, by account. */
  readonly returning = new Map<Account, number>();

  constructor(limits: Readonly<Record<string, number>> = LIMITS) {
    this.store = new HandStore(limits);
    this.allowances = new Allowances({
      store: this.store,
      clock: this.store.clock,
      onHeard: () => {},
      onDrawn: (account) => this.drawn.push(account),
      onFailed: (error) => this.failures.push(error),
      reclaim: (account) => {
        const amount = this.returning.get(account) ?? 0;
        this.returning.delete(account);
        account.reclaim(amount);
        return amount;
      },
    });
  }

  account(id: string): Account {
    return accountOf(id, LIMITS[id as keyof typeof LIMITS]);
  }

  take(accounts: readonly Account[], amount: number, signal?: AbortSignal): Waiting {
    return new Waiting(this.allowances.take(accounts, amount, signal));
  }

  /** An account that the store has numbered, with so much drawn. */
  async drawnOf(id: string, amount: number): Promise<Account> {
    const account = this.account(id);
    const taken = this.take([account], amount);
    await this.store.answer();
    expect(taken.result).toBe('reserved');
    account.release(amount);
    return account;
  }
}

class Waiting {
  result: Taken | 'waits' | { readonly reason: unknown } = 'waits';

  constructor(taken: Promise<Taken>) {
    taken.then(
      (result) => (this.result = result),
      (reason: unknown) => (this.result = { reason }),
    );
  }
}

it('a call waits for a draw when nothing is there, and the next one does not', async () => {
  const { store, allowances, ...rig } = new Rig();
  const account = accountOf('monthly');
  expect(allowances.takeNow([account], 5)).toBe(false);
  const first = new Waiting(allowances.take([account], 5, undefined));
  expect(allowances.waitingCount).toBe(1);
  await store.answer();
  expect(first.result).toBe('reserved');
  expect(rig.drawn).toEqual([account]);
  expect(account).toMatchObject({ availableNanoUsd: 0, reservedNanoUsd: 5, waitersCount: 0 });
  account.release(5);
  expect(allowances.takeNow([account], 5)).toBe(true);
  expect(store.draws).toHaveLength(1);
});

it('before anybody knows the limit, no more is drawn than is needed', () => {
  const rig = new Rig();
  rig.take([rig.account('monthly')], 10);
  expect(rig.store.draws[0]).toMatchObject([{ needNanoUsd: 10, wantNanoUsd: 10 }]);
});

it('one draw looks at everybody who waits behind the first', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 1);
  const waiting = [10, 20, 30].map((amount) => rig.take([account], amount));
  expect(rig.store.draws).toHaveLength(2);
  expect(rig.store.draws[1]).toMatchObject([{ needNanoUsd: 9, wantNanoUsd: 9 }]);
  await rig.store.answer();
  expect(rig.store.draws[2]).toMatchObject([{ needNanoUsd: 20, wantNanoUsd: 50 }]);
  await rig.store.answer();
  expect(waiting.map(({ result }) => result)).toEqual(['reserved', 'reserved', 'reserved']);
  expect(rig.store.draws).toHaveLength(3);
  expect(rig.store.heldOf('daily')).toBe(60);
});

it('who waits goes before who comes, even if what is there would be enough', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 10);
  const dear = rig.take([account], 50);
  expect(rig.allowances.takeNow([account], 5)).toBe(false);
  const cheap = rig.take([account], 5);
  await rig.store.answer();
  expect([dear.result, cheap.result]).toEqual(['reserved', 'waits']);
  await rig.store.answer();
  expect(cheap.result).toBe('reserved');
});

it('but not before a call that is paid out of other accounts', async () => {
  const rig = new Rig();
  const other = await rig.drawnOf('monthly', 10);
  const account = rig.account('daily');
  const meter = accountOf('@day:UTC');
  meter.number = 99;
  rig.take([account, meter], 50);
  expect(rig.allowances.takeNow([other, meter], 5)).toBe(true);
});

it('several accounts give all or nothing', async () => {
  const rig = new Rig();
  const daily = rig.account('daily');
  const monthly = rig.account('monthly');
  const fits = rig.take([daily, monthly], 60);
  await rig.store.answer();
  expect(fits.result).toBe('reserved');
  const short = rig.take([monthly, daily], 50);
  await rig.store.answer();
  expect(short.result).toEqual({ shortOf: daily });
  expect([daily.reservedNanoUsd, monthly.reservedNanoUsd]).toEqual([60, 60]);
  expect(rig.store.heldOf('monthly')).toBe(60);
});

it('one who cannot be paid takes those along for whom it is not enough either, and no others', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 60);
  account.reserve(60);
  const waiting = [70, 50, 30, 45].map((amount) => rig.take([account], amount));
  await rig.store.answer();
  expect(waiting.map(({ result }) => result)).toEqual([
    { shortOf: account },
    { shortOf: account },
    'waits',
    { shortOf: account },
  ]);
  await rig.store.answer();
  expect(waiting[2]?.result).toBe('reserved');
});

it('the last nano-dollar can be had', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 99);
  account.reserve(99);
  const last = rig.take([account], 1);
  await rig.store.answer();
  expect(last.result).toBe('reserved');
  expect(rig.store.heldOf('daily')).toBe(100);
});

it('a debt is drawn along with the next call’s money', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 10);
  account.reserve(10);
  account.settle(10, 25);
  const next = rig.take([account], 20);
  expect(rig.store.draws[1]).toMatchObject([{ needNanoUsd: 35 }]);
  await rig.store.answer();
  expect(next.result).toBe('reserved');
  expect(account.availableNanoUsd).toBe(0);
});

it('a meter is only given its number, and nothing is ever drawn from it', async () => {
  const rig = new Rig();
  const meter = accountOf('@day:UTC');
  const daily = rig.account('daily');
  const taken = rig.take([daily, meter], 40);
  expect(rig.store.draws[0]?.[1]).toMatchObject({ needNanoUsd: 0, wantNanoUsd: 0 });
  await rig.store.answer();
  expect(taken.result).toBe('reserved');
  expect(meter).toMatchObject({ availableNanoUsd: 0, reservedNanoUsd: 40 });
  expect(rig.drawn).toEqual([daily]);
});

it('worst cases beyond all money are asked for as an amount that the store takes', async () => {
  const rig = new Rig();
  const account = rig.account('daily');
  const waiting = [1, 2, 3].map(() => rig.take([account], NANO_USD_MAX));
  await rig.store.answer(3);
  for (const { result } of waiting) expect(result).toEqual({ shortOf: account });
  expect(rig.failures).toEqual([]);
});

it.each(['before its draw is sent', 'while its draw is on its way', 'behind another'] as const)(
  'a caller who gives up %s takes nothing along and holds up nobody',
  async (phase) => {
    const rig = new Rig();
    const account = await rig.drawnOf('daily', 10);
    const abort = new AbortController();
    const reason = new Error('never mind');
    if (phase === 'before its draw is sent') abort.abort(reason);
    const before = phase === 'behind another' ? rig.take([account], 30) : null;
    const given = rig.take([account], 40, abort.signal);
    const after = rig.take([account], 15);
    abort.abort(reason);
    await rig.store.answer(3);
    expect(given.result).toEqual({ reason });
    expect([before?.result ?? 'reserved', after.result]).toEqual(['reserved', 'reserved']);
    expect(account.reservedNanoUsd).toBe(before === null ? 15 : 45);
    expect(account.waitersCount).toBe(0);
    expect(rig.store.heldOf('daily')).toBe(account.availableNanoUsd + account.reservedNanoUsd);
    expect(rig.allowances.waitingCount).toBe(0);
  },
);

it('a store that fails refuses those who need it, and not those for whom enough is here', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 10);
  const dear = rig.take([account], 50);
  const cheap = rig.take([account], 10);
  const late = rig.take([account], 1);
  await rig.store.fail();
  expect([dear.result, cheap.result, late.result]).toEqual([
    'unavailable',
    'reserved',
    'unavailable',
  ]);
  expect(rig.failures).toHaveLength(1);
  const again = rig.take([account], 50);
  await rig.store.answer();
  expect(again.result).toBe('reserved');
});

it('runs low, and is filled up before anybody has to wait', async () => {
  const rig = new Rig({ monthly: 100_000 });
  const account = accountOf('monthly', 100_000);
  rig.take([account], 10);
  await rig.store.answer();
  // The first draw taught the limit; the second one may take a hundredth of it.
  rig.take([account], 10);
  await rig.store.answer();
  expect(account.availableNanoUsd).toBeGreaterThan(10);
  account.lowWaterNanoUsd = account.availableNanoUsd;
  const drawCount = rig.store.draws.length;
  expect(rig.allowances.takeNow([account], 10)).toBe(true);
  expect(rig.store.draws).toHaveLength(drawCount + 1);
  expect(rig.allowances.takeNow([account], 10)).toBe(true);
  expect(rig.store.draws).toHaveLength(drawCount + 1);
  await rig.store.answer(5);
  expect(rig.store.waitingCount).toBe(0);
});

it('a draw ahead of need that fails is told, and tried again at the next call alone', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 10);
  account.lowWaterNanoUsd = 10;
  expect(rig.allowances.takeNow([account], 1)).toBe(true);
  await rig.store.fail();
  expect([rig.failures.length, rig.store.waitingCount]).toEqual([1, 0]);
  expect(rig.allowances.takeNow([account], 1)).toBe(true);
  expect(rig.store.waitingCount).toBe(1);
});

it('what is on its way back and not sent yet is used before anything is drawn', async () => {
  const rig = new Rig();
  const account = await rig.drawnOf('daily', 10);
  rig.returning.set(account, account.giveUp(0));
  const taken = rig.take([account], 8);
  await rig.store.clock.settle();
  expect(taken.result).toBe('reserved');
  expect(rig.store.draws).toHaveLength(1);
  expect(account).toMatchObject({ availableNanoUsd: 2, returningNanoUsd: 0 });
  expect(rig.drawn).toEqual([account, account]);
});

it('who waits for an account keeps it from being forgotten', async () => {
  const rig = new Rig();
  const account = rig.account('daily');
  account.isRecent = false;
  const taken = rig.take([account], 8);
  expect(account.isIdle).toBe(false);
  await rig.store.answer();
  expect(taken.result).toBe('reserved');
});

it('an account that was forgotten is not asked about for ever', async () => {
  const rig = new Rig();
  const account = rig.account('daily');
  account.retire();
  const taken = rig.take([account], 5);
  await rig.store.answer();
  expect(taken.result).toBe('unavailable');
  expect(rig.store.waitingCount).toBe(0);
});

it('closed, it sends everybody away, also those that a draw on its way would have paid', async () => {
  const rig = new Rig();
  const account = rig.account('daily');
  const waiting = [rig.take([account], 8), rig.take([account], 9)];
  rig.allowances.close();
  await rig.store.answer(2);
  expect(waiting.map(({ result }) => result)).toEqual(['unavailable', 'unavailable']);
  expect(account).toMatchObject({ reservedNanoUsd: 0, availableNanoUsd: 8, waitersCount: 0 });
});

it('asking numbers accounts, and draws nothing', async () => {
  const rig = new Rig();
  const account = rig.account('daily');
  void rig.allowances.ask([account]);
  await rig.store.answer();
  expect(account).toMatchObject({ limitNanoUsd: 100, availableNanoUsd: 0 });
  expect(account.number).toBeGreaterThan(0);
  expect(rig.store.heldOf('daily')).toBe(0);
});
