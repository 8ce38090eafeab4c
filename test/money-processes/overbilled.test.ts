/** A provider that bills above its own stated maximum: the one way past a limit, never quiet. */
import { expect, test } from 'vitest';

import type { BudgetOptions, NanoUsd } from '../../index.ts';
import { toldCall } from './orders.ts';
import { setStage } from './stage.ts';
import { costOf, worstOf } from './tariff.ts';

test('CRIT-105 budget enforcement: bills above their maximum are booked, alerted and counted', async () => {
  const calls = [toldCall(1, 1, 5), toldCall(2, 1, 5)] as const;
  const limit = (worstOf(calls[0]) + worstOf(calls[1])) as NanoUsd;
  const budgets: readonly BudgetOptions[] = [{ id: 'all', limit, period: 'total' }];
  const stage = await setStage(budgets);
  const { books, upstream } = stage;
  const [one, two] = [await stage.teller(), await stage.teller()];
  await one.makes(calls[0]);
  await two.makes(calls[1]);

  upstream.answer(calls[0].number, 15);
  expect(await one.endOf(calls[0])).toBe('ok');
  expect(await one.says({ is: 'budget.overspent' })).toMatchObject({
    budget: 'all',
    amountNanoUsd: costOf(calls[0], 15) - worstOf(calls[0]),
  });
  upstream.answer(calls[1].number, 8);
  expect(await two.endOf(calls[1])).toBe('ok');
  expect(await two.says({ is: 'budget.overspent' })).toMatchObject({
    amountNanoUsd: costOf(calls[1], 8) - worstOf(calls[1]),
  });

  const spent = costOf(calls[0], 15) + costOf(calls[1], 8);
  const summary = { spentNanoUsd: spent, overspentNanoUsd: spent - limit, leftNanoUsd: 0 };
  expect(await one.summary('all')).toMatchObject({ ...summary, level: 'exceeded' });
  expect(await two.summary('all')).toMatchObject({ ...summary, level: 'exceeded' });
  expect(await two.tries(toldCall(2, 2, 1))).toBe('budget_exceeded');
  for (const teller of [one, two]) {
    teller.tell({ do: 'close' });
    await teller.says({ is: 'closed' });
  }
  expect(books.account('all')).toMatchObject({
    settled: spent,
    overspent: spent - limit,
    held: 0,
    forfeited: 0,
  });
  expect(books.rows().map(({ cost }) => cost)).toEqual([costOf(calls[0], 15), costOf(calls[1], 8)]);
});
