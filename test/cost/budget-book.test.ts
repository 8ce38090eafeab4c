/** Which budgets cover a call, which account of each it is charged to, and which are forgotten. */
import { describe, expect, it } from 'vitest';

import type { Account } from '../../services/cost/budgets/account.ts';
import { BudgetBook, meterId, type CallShape } from '../../services/cost/budgets/budget-book.ts';
import { calendarOf } from '../../services/cost/budgets/calendar.ts';
import type { BudgetOptions } from '../../services/cost/budgets/budget-options.ts';
import { budgetOf, HOUR_MS, START_MS } from './account-rig.ts';

const CALL: CallShape = {
  breaker: 'openai',
  provider: 'openai',
  operation: 'llm_call',
  model: 'gpt-4o',
  tags: { tenant: 'acme', team: 'x' },
};

type Options = Partial<BudgetOptions> & { readonly id: string };

const bookOf = (...budgets: readonly Options[]): BudgetBook =>
  new BudgetBook(budgets.map(budgetOf), []);

const chargedTo = (book: BudgetBook, call: Partial<CallShape> = {}, atMs = START_MS): string[] =>
  book.accountsOf({ ...CALL, ...call }, atMs).map(({ key }) => `${key.budget}/${key.value}`);

/** As the store would tell about it. */
function told(book: BudgetBook, account: Account, number: number, settledNanoUsd = 0): void {
  account.hear(
    {
      account: number,
      limitNanoUsd: 1_000,
      settledNanoUsd,
      forfeitedNanoUsd: 0,
      heldNanoUsd: 0,
      overspentNanoUsd: 0,
    },
    false,
  );
  book.heard(account);
}

describe('scope', () => {
  it.each([
    [{}, true],
    [{ breaker: 'openai' }, true],
    [{ breaker: 'other' }, false],
    [{ provider: 'openai', model: 'gpt-4o', operation: 'llm_call' }, true],
    [{ provider: 'other' }, false],
    [{ model: 'gpt-4' }, false],
    [{ operation: 'embedding_call' }, false],
    [{ tags: { tenant: 'acme' } }, true],
    [{ tags: { tenant: 'acme', team: 'x' } }, true],
    [{ tags: { tenant: 'acme', team: 'y' } }, false],
    [{ tags: { region: 'eu' } }, false],
  ])('%j covers the call: %s', (scope, isCovered) => {
    expect(chargedTo(bookOf({ id: 'b', scope }))).toEqual(isCovered ? ['b/'] : []);
  });

  it('a meter covers every call', () => {
    const book = new BudgetBook([], [calendarOf('day', 'UTC')]);
    expect(chargedTo(book)).toEqual([`${meterId('day', 'UTC')}/`]);
  });
});

describe('division', () => {
  it.each([
    ['tag:tenant', 'acme'],
    ['tag:region', ''],
    ['breaker', 'openai'],
    ['provider', 'openai'],
    ['model', 'gpt-4o'],
    ['operation', 'llm_call'],
  ] as const)('per %s, the call’s money comes from the part of %j', (per, value) => {
    expect(chargedTo(bookOf({ id: 'b', per }))).toEqual([`b/${value}`]);
  });

  it('calls without a value share one of their own', () => {
    const book = bookOf({ id: 'b', per: 'tag:tenant' });
    const [one] = book.accountsOf({ ...CALL, tags: {} }, START_MS);
    const [other] = book.accountsOf({ ...CALL, tags: { team: 'y' } }, START_MS);
    expect(one).toBe(other);
  });
});

it('each period has an account of its own, found again as long as it lasts', () => {
  const book = bookOf({ id: 'b' });
  const [now] = book.accountsOf(CALL, START_MS);
  expect(book.accountsOf(CALL, START_MS + HOUR_MS - 1)[0]).toBe(now);
  const [next] = book.accountsOf(CALL, START_MS + HOUR_MS);
  expect(next).not.toBe(now);
  expect(next).toMatchObject({ startMs: START_MS + HOUR_MS, endMs: START_MS + 2 * HOUR_MS });
});

describe('forgetting', () => {
  it('beyond its bound it forgets those that nobody uses, and the store’s number with them', () => {
    const forgotten: Account[] = [];
    const budgets = [budgetOf({ id: 'b', per: 'tag:tenant', valuesMax: 2 })];
    const book = new BudgetBook(budgets, [], (account) => forgotten.push(account));
    const [line] = book.lines;
    const accounts = ['a', 'b', 'c', 'd', 'e'].map((tenant, place) => {
      const account = line?.account(tenant, START_MS) as Account;
      told(book, account, place + 1);
      return account;
    });
    expect(line?.accountCount).toBe(2);
    expect(forgotten).toEqual(accounts.slice(0, 3));
    expect(accounts.map(({ isRetired }) => isRetired)).toEqual([true, true, true, false, false]);
    expect([1, 2, 3, 4, 5].map((number) => book.numbered(number))).toEqual([
      undefined,
      undefined,
      undefined,
      accounts[3],
      accounts[4],
    ]);
  });

  it('one that is used, waited for, or on its way stays, however many there are', () => {
    const book = bookOf({ id: 'b', per: 'tag:tenant', valuesMax: 1 });
    const [line] = book.lines;
    const busy: ((account: Account) => void)[] = [
      (account) => account.drew(5, 0),
      (account) => account.reserve(0),
      (account) => account.settle(0, 5),
      (account) => void (account.waitersCount = 1),
      (account) => void (account.returningNanoUsd = 5),
    ];
    const kept = busy.map((make, place) => {
      const account = line?.account(`busy ${place}`, START_MS) as Account;
      told(book, account, place + 1);
      account.reserve(1);
      account.release(1);
      account.drew(0, 0);
      make(account);
      account.settle(0, 1);
      return account;
    });
    for (let place = 0; place < 50; place++) line?.account(`idle ${place}`, START_MS);
    expect(kept.map(({ isRetired }) => isRetired)).toEqual(busy.map(() => false));
    for (const [place, account] of kept.entries()) {
      expect(line?.account(`busy ${place}`, START_MS)).toBe(account);
    }
    expect(line?.accountCount).toBeLessThanOrEqual(busy.length + 1);
  });

  it('with many, one that was used since the last look gets a second chance', () => {
    const book = bookOf({ id: 'b', per: 'tag:tenant', valuesMax: 100 });
    const [line] = book.lines;
    const accountOf = (place: number): Account => line?.account(`v${place}`, START_MS) as Account;
    const accounts = Array.from({ length: 100 }, (_, place) => accountOf(place));
    for (const [place, account] of accounts.entries()) {
      told(book, account, place + 1);
      account.isRecent = place === 0;
    }
    accountOf(100);
    expect(accounts.slice(0, 3).map(({ isRetired }) => isRetired)).toEqual([false, true, false]);
  });

  it('one that was forgotten is not heard of by its number again', () => {
    const book = bookOf({ id: 'b', per: 'tag:tenant', valuesMax: 1 });
    const [line] = book.lines;
    const first = line?.account('a', START_MS) as Account;
    told(book, first, 1);
    line?.account('b', START_MS);
    const again = line?.account('a', START_MS) as Account;
    told(book, again, 1);
    told(book, first, 1, 500);
    expect(first.isRetired).toBe(true);
    expect(book.numbered(1)).toBe(again);
    expect(again.settledNanoUsd).toBe(0);
  });
});

describe('levels of a breaker', () => {
  it('only budgets that cover all its calls count, and the strongest of them', () => {
    const book = bookOf(
      { id: 'board' },
      { id: 'breaker', scope: { breaker: 'openai' } },
      { id: 'provider', per: 'provider' },
      { id: 'model', scope: { model: 'gpt-4o' } },
      { id: 'tenant', per: 'tag:tenant' },
    );
    const level = (): string => book.levelOf('openai', 'openai', START_MS);
    expect(level()).toBe('ok');
    const [board, breaker, provider, model, tenant] = book.accountsOf(CALL, START_MS);
    for (const [place, account] of [model, tenant].entries()) {
      told(book, account as Account, place + 1, 1_000);
    }
    expect(level()).toBe('ok');
    told(book, board as Account, 3, 800);
    expect(level()).toBe('warned');
    told(book, provider as Account, 4, 1_000);
    expect(level()).toBe('exceeded');
    expect(book.levelOf('other', 'else', START_MS)).toBe('warned');
    told(book, breaker as Account, 5, 1_000);
    expect(book.levelOf('openai', undefined, START_MS)).toBe('exceeded');
    expect(book.levelOf('openai', 'openai', START_MS + HOUR_MS)).toBe('ok');
  });
});
