/** What calls of one shape have in common, and when it must be worked out anew. */
import { describe, expect, it } from 'vitest';

import type { Account } from '../../services/cost/budgets/account.ts';
import { BudgetBook } from '../../services/cost/budgets/budget-book.ts';
import type { BudgetOptions } from '../../services/cost/budgets/budget-options.ts';
import { calendarOf } from '../../services/cost/budgets/calendar.ts';
import { PlanCache, type CostPlan } from '../../services/cost/cost-plan.ts';
import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import type { PriceTable } from '../../services/cost/prices/price-table.ts';
import { decide, RuleDecision } from '../../services/cost/rules/rule-decision.ts';
import type { RuleOptions } from '../../services/cost/rules/rule-options.ts';
import { resolveRules } from '../../services/cost/rules/rule-resolve.ts';
import { RuleSet } from '../../services/cost/rules/rules.ts';
import { budgetOf, HOUR_MS, START_MS } from './account-rig.ts';

const NO_TABLE = { version: 'none', find: () => null } as PriceTable;
const CHANGE_MS = START_MS + HOUR_MS / 2;

const perMillion = (dollars: number, effectiveFromMs?: number) => ({
  model: 'unit',
  inputPerMillion: usd(dollars),
  outputPerMillion: usd(dollars),
  ...(effectiveFromMs === undefined ? {} : { effectiveFromMs }),
});

interface Rig {
  readonly cache: PlanCache;
  readonly book: BudgetBook;
  plan(about?: Partial<CostPlan['shape']>, atMs?: number): CostPlan;
}

function rigOf(
  options: readonly (Partial<BudgetOptions> & { readonly id: string })[],
  rules: readonly RuleOptions[] = [],
): Rig {
  const budgets = options.map(budgetOf);
  const summaries = budgets.map(({ id, calendar }) => ({ id, period: calendar.period }));
  const book = new BudgetBook(budgets, [calendarOf('day', 'UTC')]);
  const overrides = [perMillion(1), perMillion(2, CHANGE_MS)];
  const cache = new PlanCache({
    book,
    prices: createPriceBook({ overrides }, NO_TABLE),
    rules: new RuleSet(resolveRules(rules, summaries, 'rules')),
    rateGauge: () => ({ valueNanoUsd: () => 0, limitNanoUsd: () => null }),
  });
  return {
    cache,
    book,
    plan(about = {}, atMs = START_MS) {
      const { breaker = 'llm', provider, operation = 'call', model = 'unit', tags = {} } = about;
      return cache.of(breaker, provider, operation, model, tags, atMs);
    },
  };
}

let lastNumber = 0;

/** Numbers an account, as the store would. */
function number(account: Account, settledNanoUsd = 0): void {
  account.hear(
    {
      account: ++lastNumber,
      limitNanoUsd: account.isMeter ? null : 1_000,
      settledNanoUsd,
      forfeitedNanoUsd: 0,
      heldNanoUsd: 0,
      overspentNanoUsd: 0,
    },
    false,
  );
}

describe('one plan for all calls of a shape', () => {
  it('is found again, whatever object its tags come in', () => {
    const { cache, plan } = rigOf([{ id: 'daily' }]);
    const first = plan({ tags: { a: '1', b: '2' } });
    plan({ tags: {} });
    expect(plan({ tags: { a: '1', b: '2' } })).toBe(first);
    expect(cache.size).toBe(2);
  });

  it.each([
    [{ tags: { tenant: 'a' } }, { tags: { tenant: 'b' } }],
    [{ tags: { tenant: 'a' } }, { tags: { team: 'a' } }],
    [{ tags: { tenant: 'a' } }, { tags: {} }],
    [{ tags: { a: '1\0b\u00002' } }, { tags: { a: '1', b: '2' } }],
    [
      { operation: 'x\0y', model: 'z' },
      { operation: 'x', model: 'y\0z' },
    ],
    [
      { breaker: 'x\0y', provider: 'z' },
      { breaker: 'x', provider: 'y\0z' },
    ],
    [{ provider: 'undefined' }, { provider: undefined }],
  ] as const)('%j is another shape than %j', (one, other) => {
    const { plan } = rigOf([{ id: 'tenants', per: 'tag:tenant' }]);
    const plans = [plan(one), plan(other)];
    expect(plan(one).shape).toMatchObject(one);
    expect(plan(other).shape).toMatchObject(other);
    expect(plans[0]).not.toBe(plans[1]);
  });

  it('a model that is named undefined is not a call that names none', () => {
    const { cache } = rigOf([]);
    const none = cache.of('llm', undefined, 'call', undefined, {}, START_MS);
    const named = cache.of('llm', undefined, 'call', 'undefined', {}, START_MS);
    expect([none.shape.model, named.shape.model]).toEqual([undefined, 'undefined']);
    expect(cache.of('llm', undefined, 'call', undefined, {}, START_MS).shape.model).toBeUndefined();
  });

  it('keeps twenty thousand of them and no more', () => {
    const { cache, plan } = rigOf([]);
    for (let place = 0; place < 20_100; place++) plan({ tags: { place: `${place}` } });
    expect(cache.size).toBe(20_000);
  });
});

describe('what changes with time', () => {
  it('a period that ends brings other accounts, and a wall clock set back the old ones', () => {
    const { plan } = rigOf([{ id: 'hourly' }, { id: 'ever', period: 'total' }]);
    const [hourly, ever] = plan().accounts;
    expect(plan({}, START_MS + HOUR_MS - 1).accounts[0]).toBe(hourly);
    const [next, same] = plan({}, START_MS + HOUR_MS).accounts;
    expect(next).not.toBe(hourly);
    expect(same).toBe(ever);
    expect(plan({}, START_MS).accounts[0]).toBe(hourly);
  });

  it('a price that becomes effective is used from its instant on', () => {
    const { plan } = rigOf([{ id: 'ever', period: 'total' }]);
    const chargeAt = (atMs: number): number => plan({}, atMs).price.chargeTokens(1_000_000, 0);
    expect([chargeAt(CHANGE_MS - 1), chargeAt(CHANGE_MS)]).toEqual([usd(1), usd(2)]);
  });

  it('rows name the accounts of the period, and are told anew with every other one', () => {
    const { plan } = rigOf([{ id: 'hourly' }]);
    for (const account of plan().accounts) number(account);
    const told = plan().charges;
    expect(told.what).toEqual(plan().accounts.map((account) => account.number));
    expect(plan().charges).toBe(told);
    const next = plan({}, START_MS + HOUR_MS);
    for (const account of next.accounts) number(account);
    expect(next.charges).not.toBe(told);
    expect(told.what).not.toEqual(next.charges.what);
  });

  it('an account that was forgotten is asked for again, so that it hears of limits', () => {
    const { book, plan } = rigOf([{ id: 'tenants', per: 'tag:tenant', valuesMax: 1 }]);
    const [first] = plan({ tags: { tenant: 'a' } }).accounts;
    number(first as Account, 1_000);
    book.line('tenants')?.account('b', START_MS);
    expect(first?.isRetired).toBe(true);
    const [again] = plan({ tags: { tenant: 'a' } }).accounts;
    expect(again).not.toBe(first);
    expect(again).toMatchObject({ isRetired: false, settledNanoUsd: 0 });
  });
});

describe('what rules look at', () => {
  const fires = (rule: RuleOptions, { plan }: Rig, atMs = START_MS): boolean => {
    const decision = new RuleDecision();
    decide(plan({}, atMs).rules, 1, 1, 0, 0, decision);
    return decision.matchedCount > 0;
  };

  it.each(['hourly', undefined] as const)('what is committed of budget %s, in its period', (id) => {
    const rule: RuleOptions = {
      id: 'r',
      type: 'daily_cost',
      threshold: usd('0.0000005'),
      action: 'block',
      ...(id === undefined ? {} : { budget: 'daily' }),
    };
    const rig = rigOf([{ id: 'daily', period: 'day' }], [rule]);
    expect(fires(rule, rig)).toBe(false);
    const { accounts } = rig.plan();
    for (const account of accounts)
      number(account, account.isMeter === (id === undefined) ? 500 : 0);
    expect(fires(rule, rig)).toBe(true);
    expect(fires(rule, rig, START_MS + 24 * HOUR_MS)).toBe(false);
  });
});
