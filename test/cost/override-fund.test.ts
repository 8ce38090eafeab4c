/**
 * Money for emergencies: capped, kept for the audit before it is used, and given back if it is not.
 */
import { expect, it } from 'vitest';

import type { AuditEntry } from '../../persistence/money-store.ts';
import { Allowances } from '../../services/cost/budgets/allowances.ts';
import { BudgetLine } from '../../services/cost/budgets/budget-book.ts';
import { OverrideFund } from '../../services/cost/budgets/override-fund.ts';
import type { FactBody } from '../../services/facts.ts';
import { deferred } from '../board/deferred.ts';
import { budgetOf, HandStore, HOUR_MS, nano } from './account-rig.ts';
import { callMaker } from './costed-calls.ts';

const WHY = { reason: 'a patient waits', by: 'ann' };

function rig() {
  const store = new HandStore({ fund: 100 });
  const { clock } = store;
  const budget = budgetOf({ id: 'fund', limit: nano(100) });
  const line = new BudgetLine('fund', budget.calendar, budget, () => {});
  const audited: AuditEntry[] = [];
  const facts: FactBody[] = [];
  const writing = deferred();
  const allowances = new Allowances({
    store,
    clock,
    onHeard: () => {},
    onDrawn: () => {},
    onFailed: () => {},
    reclaim: () => 0,
  });
  const fund = new OverrideFund({
    line,
    allowances,
    clock,
    publish: (fact) => facts.push(fact),
    store: {
      audit(entries) {
        audited.push(...entries);
        return writing.promise;
      },
    },
  });
  const { call } = callMaker([]);
  const take = (amount: number, signal?: AbortSignal) =>
    fund.take(call(amount, 'llm', WHY), signal);
  return { store, line, audited, facts, writing, take };
}

it('pays once the use is in the audit, and says so', async () => {
  const { store, line, audited, facts, writing, take } = rig();
  let isPaid = false;
  const taken = take(40).then((account) => ((isPaid = true), account));
  await store.answer();
  expect(audited).toMatchObject([
    { act: 'override.used', subject: 'llm', ...WHY, details: { worstNanoUsd: 40 } },
  ]);
  await store.clock.settle();
  expect([isPaid, facts]).toEqual([false, []]);
  writing.resolve();
  expect(await taken).toBe([...line.accounts][0]);
  expect(facts).toMatchObject([{ type: 'override.used', worstNanoUsd: 40, ...WHY }]);
  expect([...line.accounts]).toMatchObject([{ reservedNanoUsd: 40 }]);
});

it('refuses beyond its cap, without a word in the audit', async () => {
  const { store, audited, take } = rig();
  const taken = take(101);
  await store.answer();
  expect(await taken).toMatchObject({ code: 'budget_exceeded', budget: 'fund' });
  expect(audited).toEqual([]);
});

it('takes nothing, and says nothing, where the audit cannot be written', async () => {
  const { store, line, facts, writing, take } = rig();
  const taken = take(40);
  await store.answer();
  writing.reject(new Error('the disk is gone'));
  expect(await taken).toMatchObject({ code: 'budget_unavailable' });
  expect([...line.accounts]).toMatchObject([{ reservedNanoUsd: 0, availableNanoUsd: 40 }]);
  expect(facts).toEqual([]);
});

it('refuses where the store cannot say', async () => {
  const { store, take } = rig();
  const taken = take(40);
  await store.fail();
  expect(await taken).toMatchObject({ code: 'budget_unavailable' });
});

it('lets a caller give up who waits for it', async () => {
  const { store, line, take } = rig();
  const abort = new AbortController();
  const taken = take(40, abort.signal);
  abort.abort('never mind');
  await expect(taken).rejects.toBe('never mind');
  await store.answer();
  expect([...line.accounts]).toMatchObject([{ reservedNanoUsd: 0 }]);
});

it('pays out of the period in which it pays, though it was asked in another', async () => {
  const { store, line, writing, take } = rig();
  writing.resolve();
  const taken = take(100);
  store.clock.advance(HOUR_MS);
  await store.answer(2);
  const [before, now] = [...line.accounts];
  expect(await taken).toBe(now);
  expect(before).toMatchObject({ reservedNanoUsd: 0, availableNanoUsd: 100 });
  expect(now).toMatchObject({ reservedNanoUsd: 100 });
});
