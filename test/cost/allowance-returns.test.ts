/**
 * What a process does not need goes back: soon where money is scarce, later where there is plenty.
 */
import { expect, it } from 'vitest';

import { AllowanceReturns } from '../../services/cost/budgets/allowance-returns.ts';
import type { Account } from '../../services/cost/budgets/account.ts';
import { accountOf, HandStore } from './account-rig.ts';

const LOOK_MS = 250;
const LATE_MS = 10_000;

function rig() {
  const { clock, deadlines } = new HandStore({});
  const given: [Account, number][] = [];
  const giveBack = (account: Account, amount: number): void => {
    if (amount > 0) given.push([account, amount]);
  };
  const returns = new AllowanceReturns({ clock, deadlines, giveBack });
  /** An account with so much drawn, and so much of its limit left in the store. */
  const drawn = (amount: number, left: number): Account => {
    const account = accountOf('daily');
    account.hear(
      {
        account: 1,
        limitNanoUsd: left + amount,
        settledNanoUsd: 0,
        forfeitedNanoUsd: 0,
        heldNanoUsd: amount,
        overspentNanoUsd: 0,
      },
      false,
    );
    account.drew(amount, 0);
    returns.watch(account);
    return account;
  };
  return { clock, deadlines, given, returns, drawn };
}

it('idle allowance goes back within half a second where the store runs low', () => {
  const { clock, deadlines, given, drawn } = rig();
  const account = drawn(100, 50);
  account.reserve(20);
  account.release(20);
  clock.advance(LOOK_MS);
  clock.advance(LOOK_MS);
  expect(given.reduce((sum, [, amount]) => sum + amount, 0)).toBe(100);
  expect(account).toMatchObject({ availableNanoUsd: 0, returningNanoUsd: 100 });
  expect(deadlines.pendingCount).toBe(0);
});

it('and after ten seconds where it has plenty', () => {
  const { clock, deadlines, given, drawn } = rig();
  const account = drawn(100, 1_000_000);
  clock.advance(LATE_MS - 1);
  expect(given).toEqual([]);
  clock.advance(1);
  expect(given).toEqual([[account, 100]]);
  expect(deadlines.pendingCount).toBe(0);
});

it('a call in between makes it wait again', () => {
  const { clock, given, drawn } = rig();
  const account = drawn(100, 1_000_000);
  clock.advance(LATE_MS - LOOK_MS);
  account.reserve(5);
  account.release(5);
  clock.advance(LATE_MS - LOOK_MS);
  expect(given).toEqual([]);
  clock.advance(2 * LOOK_MS);
  expect(given).toEqual([[account, 100]]);
});

it('what a running call holds stays, and what it leaves goes back after it has ended', () => {
  const { clock, deadlines, given, drawn } = rig();
  const account = drawn(100, 0);
  account.reserve(60);
  clock.advance(2 * LOOK_MS);
  expect(given).toEqual([[account, 40]]);
  clock.advance(60_000);
  expect(account.reservedNanoUsd).toBe(60);
  account.settle(60, 25);
  clock.advance(2 * LOOK_MS);
  expect(given).toEqual([
    [account, 40],
    [account, 35],
  ]);
  expect(deadlines.pendingCount).toBe(0);
});

it('what somebody waits for stays: it would have to be drawn again', () => {
  const { clock, given, drawn } = rig();
  const account = drawn(100, 0);
  account.waitersCount = 1;
  clock.advance(LATE_MS);
  expect(given).toEqual([]);
  account.waitersCount = 0;
  clock.advance(2 * LOOK_MS);
  expect(given).toEqual([[account, 100]]);
});

it('a debt is no surplus, and nothing is looked after for its sake', () => {
  const { clock, deadlines, given, drawn } = rig();
  const account = drawn(10, 0);
  account.reserve(10);
  account.settle(10, 30);
  clock.advance(LOOK_MS);
  expect(given).toEqual([]);
  expect(deadlines.pendingCount).toBe(0);
});

it('all that no call has reserved goes back at once when it must', () => {
  const { given, returns, drawn } = rig();
  const account = drawn(100, 1_000_000);
  account.reserve(30);
  returns.returnAll(account);
  expect(given).toEqual([[account, 70]]);
  expect(account.availableNanoUsd).toBe(0);
});

it('an account that is watched again after it was let go is looked after again', () => {
  const { clock, given, returns, drawn } = rig();
  const account = drawn(100, 0);
  clock.advance(2 * LOOK_MS);
  account.drew(7, 0);
  returns.watch(account);
  clock.advance(2 * LOOK_MS);
  expect(given.map(([, amount]) => amount)).toEqual([100, 7]);
});

it('ended, no timer is left, and none begins when a last call ends', () => {
  const { deadlines, returns, drawn } = rig();
  drawn(100, 0);
  returns.end();
  expect(deadlines.pendingCount).toBe(0);
  drawn(100, 0);
  expect(deadlines.pendingCount).toBe(0);
});
