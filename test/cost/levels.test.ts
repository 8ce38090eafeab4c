/** Who notices that a budget is strained, spent, or has recovered, and when. */
import { expect, it } from 'vitest';

import type { FactBody } from '../../services/facts.ts';
import type { Account } from '../../services/cost/budgets/account.ts';
import { BudgetBook } from '../../services/cost/budgets/budget-book.ts';
import type { BudgetOptions } from '../../services/cost/budgets/budget-options.ts';
import { Levels } from '../../services/cost/budgets/levels.ts';
import { budgetOf, HandStore, HOUR_MS, START_MS } from './account-rig.ts';

const CALL = { breaker: 'b', provider: undefined, operation: 'o', model: undefined, tags: {} };

function rig(options: Partial<BudgetOptions> = {}) {
  const { clock, deadlines } = new HandStore({});
  const facts: FactBody[] = [];
  let movedCount = 0;
  const levels = new Levels({
    clock,
    deadlines,
    publish: (fact) => facts.push(fact),
    onMoved: () => (movedCount += 1),
  });
  const book = new BudgetBook([budgetOf({ id: 'hourly', ...options })], []);
  const accountAt = (atMs: number): Account => book.accountsOf(CALL, atMs)[0] as Account;
  const settled = (account: Account, settledNanoUsd: number, limitNanoUsd = 1_000): void => {
    account.hear(
      {
        account: 1,
        limitNanoUsd,
        settledNanoUsd,
        forfeitedNanoUsd: 0,
        heldNanoUsd: 0,
        overspentNanoUsd: 0,
      },
      false,
    );
    levels.check(account);
  };
  return {
    clock,
    deadlines,
    levels,
    accountAt,
    settled,
    types: () => facts.map(({ type }) => type),
    facts,
    movedCount: () => movedCount,
  };
}

it('every change is said once, with what was spent of which limit', () => {
  const { accountAt, settled, types, facts, movedCount } = rig();
  const account = accountAt(START_MS);
  for (const amount of [0, 799, 800, 850, 1_000, 1_000]) settled(account, amount);
  expect(types()).toEqual(['budget.warned', 'budget.exceeded']);
  expect(facts[0]).toMatchObject({
    budget: 'hourly',
    value: '',
    limitNanoUsd: 1_000,
    spentNanoUsd: 800,
  });
  expect(movedCount()).toBe(2);
});

it('a limit that is raised or lowered changes the level as spending does', () => {
  const { accountAt, settled, types, levels } = rig();
  const account = accountAt(START_MS);
  settled(account, 1_000);
  settled(account, 1_000, 1_200);
  settled(account, 1_000, 5_000);
  settled(account, 1_000, 900);
  expect(types()).toEqual([
    'budget.exceeded',
    'budget.warned',
    'budget.recovered',
    'budget.exceeded',
  ]);
  expect([...levels.strained]).toEqual([account]);
});

it('at the end of its period a strained budget recovers, to the millisecond, and once', () => {
  const { clock, deadlines, accountAt, settled, types, levels, movedCount } = rig();
  settled(accountAt(START_MS), 1_000);
  clock.advance(HOUR_MS - 1);
  expect(types()).toEqual(['budget.exceeded']);
  clock.advance(1);
  expect(types()).toEqual(['budget.exceeded', 'budget.recovered']);
  expect([...levels.strained]).toEqual([]);
  expect(movedCount()).toBe(2);
  clock.advance(HOUR_MS);
  expect(types()).toHaveLength(2);
  expect(deadlines.pendingCount).toBe(0);
});

it('a wall clock that jumps over the end is noticed within a minute', () => {
  const { clock, accountAt, settled, types } = rig();
  settled(accountAt(START_MS), 1_000);
  clock.jumpWall(2 * HOUR_MS);
  clock.advance(60_000);
  expect(types()).toEqual(['budget.exceeded', 'budget.recovered']);
});

it('a budget without an end waits for nothing', () => {
  const { deadlines, accountAt, settled } = rig({ period: 'total' });
  settled(accountAt(START_MS), 1_000);
  expect(deadlines.pendingCount).toBe(0);
});

it('a budget of single calls is said, and moves no breaker', () => {
  const { accountAt, settled, types, movedCount } = rig({ per: 'tag:tenant' });
  settled(accountAt(START_MS), 1_000);
  expect(types()).toEqual(['budget.exceeded']);
  expect(movedCount()).toBe(0);
});

it('one that is forgotten is strained no longer, and is not waited for', () => {
  const { deadlines, levels, accountAt, settled, types } = rig();
  const account = accountAt(START_MS);
  settled(account, 1_000);
  levels.forget(account);
  account.retire();
  expect([...levels.strained]).toEqual([]);
  expect(deadlines.pendingCount).toBe(0);
  expect(types()).toEqual(['budget.exceeded']);
});

it('ended, it says what it hears, and no timer is left or begins', () => {
  const { deadlines, levels, accountAt, settled, types } = rig();
  settled(accountAt(START_MS), 800);
  levels.end();
  expect(deadlines.pendingCount).toBe(0);
  settled(accountAt(START_MS), 1_000);
  expect(types()).toEqual(['budget.warned', 'budget.exceeded']);
  expect(deadlines.pendingCount).toBe(0);
});
