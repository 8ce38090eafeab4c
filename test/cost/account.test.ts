/** One account as this process sees it: integers that always add up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AccountState } from '../../persistence/money-store.ts';
import type { Account } from '../../services/cost/budgets/account.ts';
import { accountOf } from './account-rig.ts';

const stateOf = (about: Partial<AccountState> = {}): AccountState => ({
  account: 1,
  limitNanoUsd: 1_000,
  settledNanoUsd: 0,
  forfeitedNanoUsd: 0,
  heldNanoUsd: 0,
  overspentNanoUsd: 0,
  ...about,
});

/** An account that the store has told about. */
const heard = (about: Partial<AccountState> = {}, id = 'daily'): Account => {
  const account = accountOf(id);
  account.hear(stateOf(about), false);
  return account;
};

const sumOf = (account: Account): number =>
  account.availableNanoUsd +
  account.reservedNanoUsd +
  account.openNanoUsd +
  account.sentNanoUsd +
  account.returningNanoUsd;

describe('what adds up', () => {
  const amount = fc.nat({ max: 100 });
  const step = fc.oneof(
    fc.record({ does: fc.constant('draw' as const), amount }),
    fc.record({ does: fc.constant('reserve' as const), amount }),
    fc.record({
      does: fc.constant('settle' as const),
      place: fc.nat(),
      cost: fc.nat({ max: 150 }),
    }),
    fc.record({ does: fc.constant('release' as const), place: fc.nat() }),
    fc.record({ does: fc.constant('giveUp' as const), amount }),
    fc.record({ does: fc.constant('commit' as const) }),
  );

  it('whatever happens, it believes to hold what the store says it holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const account = heard();
        const reserved: number[] = [];
        // The store's side, as plainly as it can be said.
        const store = { held: 0, settled: 0, overspent: 0 };
        let returning = 0;
        const commit = (): void => {
          account.send();
          const cost = account.sentNanoUsd;
          const covered = Math.min(cost, store.held);
          store.held -= covered;
          store.settled += cost;
          store.overspent += cost - covered;
          const returned = Math.min(returning, store.held);
          // Debts take what was about to go back before the store does.
          expect(returned).toBe(returning);
          store.held -= returned;
          account.overspent(cost - covered);
          account.returned(returning);
          returning = 0;
          const { held: heldNanoUsd, settled: settledNanoUsd } = store;
          account.hear(stateOf({ heldNanoUsd, settledNanoUsd }), true);
        };
        for (const one of steps) {
          switch (one.does) {
            case 'draw':
              store.held += one.amount;
              account.drew(one.amount, 0);
              break;
            case 'reserve':
              if (!account.has(one.amount)) break;
              account.reserve(one.amount);
              reserved.push(one.amount);
              break;
            case 'settle': {
              const [held] = reserved.splice(one.place % (reserved.length || 1), 1);
              if (held === undefined) break;
              account.settle(held, one.cost);
              const debt = Math.min(returning, Math.max(0, -account.availableNanoUsd));
              account.reclaim(debt);
              returning -= debt;
              break;
            }
            case 'release': {
              const [held] = reserved.splice(one.place % (reserved.length || 1), 1);
              if (held !== undefined) account.release(held);
              break;
            }
            case 'giveUp': {
              const surplus = account.giveUp(one.amount);
              expect(surplus).toBeGreaterThanOrEqual(0);
              returning += surplus;
              break;
            }
            case 'commit':
              commit();
          }
          const open = account.openNanoUsd;
          expect(sumOf(account)).toBe(store.held);
          expect(account.reservedNanoUsd).toBe(reserved.reduce((a, b) => a + b, 0));
          expect(account.spentNanoUsd).toBe(store.settled + open);
        }
        for (const held of reserved.splice(0)) account.release(held);
        commit();
        returning += account.giveUp(0);
        commit();
        expect(sumOf(account)).toBe(0);
        expect(store.held).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('what others hold is committed, and what this process holds only as far as calls need it', () => {
    const account = heard({ settledNanoUsd: 100, forfeitedNanoUsd: 20, heldNanoUsd: 300 });
    account.drew(300, 0);
    account.reserve(50);
    expect(account.committedNanoUsd).toBe(170);
    account.hear(stateOf({ settledNanoUsd: 100, forfeitedNanoUsd: 20, heldNanoUsd: 700 }), false);
    expect(account.committedNanoUsd).toBe(570);
    expect(account.leftNanoUsd).toBe(430);
    expect(account.unspentNanoUsd).toBe(880);
  });

  it('what is on its way back is held by nobody else, though the store still counts it', () => {
    const account = heard({ heldNanoUsd: 300 });
    account.drew(300, 0);
    expect(account.giveUp(100)).toBe(200);
    expect(account.committedNanoUsd).toBe(0);
    // The answer to a draw that the store took up before the money was back.
    account.hear(stateOf({ heldNanoUsd: 300 }), false);
    expect(account.committedNanoUsd).toBe(0);
    account.returned(200);
    account.hear(stateOf({ heldNanoUsd: 100 }), true);
    expect(account.committedNanoUsd).toBe(0);
  });
});

describe('what can be reserved', () => {
  it('nothing before the store has numbered it, not even for nothing', () => {
    const account = accountOf('daily');
    account.drew(10, 0);
    expect(account.has(0)).toBe(false);
    account.hear(stateOf(), false);
    expect([account.has(0), account.has(10), account.has(11)]).toEqual([true, true, false]);
  });

  it('what is free also from an account in debt', () => {
    const account = heard();
    account.settle(0, 30);
    expect(account.availableNanoUsd).toBe(-30);
    expect([account.has(0), account.has(1)]).toEqual([true, false]);
    expect(account.giveUp(0)).toBe(0);
  });

  it('anything from a meter, which holds nothing and is never drawn from', () => {
    const meter = heard({ limitNanoUsd: null }, '@day:UTC');
    meter.reserve(1e9);
    meter.settle(1e9, 2e9);
    expect([meter.availableNanoUsd, meter.giveUp(0), meter.openNanoUsd]).toEqual([0, 0, 2e9]);
    expect([meter.levelNow(), meter.leftNanoUsd]).toEqual(['ok', Infinity]);
  });
});

describe('being forgotten', () => {
  it('only when nothing of it is in anybody’s hands, or on its way', () => {
    const account = heard();
    account.isRecent = false;
    expect(account.isIdle).toBe(true);
    const busy: ((account: Account) => void)[] = [
      (one) => one.drew(5, 0),
      (one) => one.settle(0, 5),
      (one) => void (one.sentNanoUsd = 5),
      (one) => void (one.waitersCount = 1),
      (one) => void (one.returningNanoUsd = 5),
      (one) => one.reserve(0),
    ];
    for (const make of busy) {
      const other = heard();
      other.isRecent = false;
      make(other);
      expect(other.isIdle).toBe(false);
    }
  });

  it('a forgotten account hears of nothing any more, as another stands in its place', () => {
    const account = heard();
    account.retire();
    account.hear(stateOf({ account: 7, settledNanoUsd: 5 }), true);
    expect(account).toMatchObject({ isRetired: true, settledNanoUsd: 0 });
    expect(account.has(0)).toBe(false);
  });
});

describe('limits', () => {
  it('a limit set from here stands against older words of the store', () => {
    const account = heard();
    account.ownLimitNanoUsd = 200;
    account.setLimit(200);
    account.hear(stateOf({ limitNanoUsd: 1_000 }), false);
    expect(account.limitNanoUsd).toBe(200);
    account.ownLimitNanoUsd = null;
    account.hear(stateOf({ limitNanoUsd: 300 }), false);
    expect(account.limitNanoUsd).toBe(300);
  });

  it.each([
    [799, 'ok'],
    [800, 'warned'],
    [999, 'warned'],
    [1_000, 'exceeded'],
  ] as const)('with %i of 1,000 spent it is %s', (spent, level) => {
    expect(heard({ settledNanoUsd: spent }).levelNow()).toBe(level);
    const open = heard({ settledNanoUsd: 500, forfeitedNanoUsd: 100 });
    open.settle(0, spent - 600);
    expect(open.levelNow()).toBe(level);
  });

  it('a limit of zero is spent from the beginning', () => {
    expect(heard({ limitNanoUsd: 0 }).levelNow()).toBe('exceeded');
  });
});

describe('what should be held', () => {
  it('the worst case of one call, as long as nobody knows the limit', () => {
    expect(accountOf('daily').targetNanoUsd(700)).toBe(700);
  });

  it('a hundredth of the limit where there is plenty, and no more than is needed where not', () => {
    const plenty = heard({ limitNanoUsd: 100_000 });
    expect(plenty.targetNanoUsd(100)).toBe(1_000);
    const scarce = heard({ limitNanoUsd: 100_000, settledNanoUsd: 91_000 });
    expect(scarce.targetNanoUsd(100)).toBe(0);
    scarce.setLowWater();
    expect(scarce.lowWaterNanoUsd).toBe(-Infinity);
  });

  it('two seconds of spending, once that is known, until it rests', () => {
    const account = heard({ limitNanoUsd: 1e12 });
    account.drew(1_000, 0);
    account.reserve(1_000);
    account.settle(1_000, 1_000);
    account.drew(1_000, 1_000);
    // Half of 1 a millisecond: the second draw is the first that tells anything.
    expect(account.targetNanoUsd(0)).toBe(1_000);
    account.setLowWater();
    expect(account.lowWaterNanoUsd).toBe(500);
    account.cool();
    expect(account.targetNanoUsd(0)).toBe(0);
  });

  it('money given back because it was forfeited is not taken again', () => {
    const account = heard({ heldNanoUsd: 50 });
    account.drew(50, 0);
    account.giveUp(0);
    expect(account.reclaimableNanoUsd).toBe(1_000);
    account.isLost = true;
    expect(account.reclaimableNanoUsd).toBe(0);
    account.returned(50);
    expect(account.isLost).toBe(false);
  });

  it('nor is money given back under a limit that was lowered below what is committed', () => {
    const account = heard({ settledNanoUsd: 600, heldNanoUsd: 100 });
    account.drew(100, 0);
    account.setLimit(650);
    account.giveUp(0);
    expect(account.reclaimableNanoUsd).toBe(50);
    account.setLimit(500);
    expect(account.reclaimableNanoUsd).toBe(0);
  });
});
