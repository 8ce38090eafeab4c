/** A disk that is full while calls are settled: nothing is lost, nothing is booked twice. */
import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import type { BudgetOptions } from '../../index.ts';
import { toldCall } from './orders.ts';
import { setStage } from './stage.ts';
import { costOf, tokens } from './tariff.ts';

/** On a busy machine. */
const SOON = { timeout: 10_000 };
/** Changes the limits of a process that runs: its disk is full, or has room again. */
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

function limitFiles(pid: number, bytes: string): void {
  expect(spawnSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]).status).toBe(0);
}

const BUDGETS: readonly BudgetOptions[] = [{ id: 'all', limit: tokens(1_000), period: 'total' }];
const CALLS = 8;

test.skipIf(!hasPrlimit)(
  'CRIT-22 budget integration: a full disk stops new draws, and what is owed is written later',
  async () => {
    const stage = await setStage(BUDGETS);
    const { books, upstream } = stage;
    const teller = await stage.teller();
    const { caller } = teller;
    // Each costs less than it might, and pays at once for another one.
    const seconds = Array.from({ length: CALLS }, (_, index) => toldCall(caller, 101 + index, 2));
    const firsts = seconds.map((then, index) => toldCall(caller, 1 + index, 4, { then }));
    await teller.makes(...firsts);

    limitFiles(teller.pid, '1');
    for (const { number } of firsts) upstream.answer(number, 1);
    await Promise.all(seconds.map(({ number }) => upstream.arrived(number)));
    expect(await teller.tries(toldCall(caller, 200, 100))).toBe('budget_unavailable');
    for (const { number } of seconds) upstream.answer(number, 2);
    for (const call of [...firsts, ...seconds]) expect(await teller.endOf(call)).toBe('ok');
    await teller.says({ is: 'books.failed' });
    expect(books.rows()).toEqual([]);
    expect(await teller.tries(toldCall(caller, 201, 100))).toBe('budget_unavailable');

    limitFiles(teller.pid, 'unlimited');
    await teller.says({ is: 'books.recovered' });
    const settled =
      firsts.reduce((sum, call) => sum + costOf(call, 1), 0) +
      seconds.reduce((sum, call) => sum + costOf(call, 2), 0);
    await expect.poll(() => books.account('all').settled, SOON).toBe(settled);
    const last = toldCall(caller, 202, 100, { triedForMs: 5_000 });
    await teller.makes(last);
    upstream.answer(last.number, 100);
    expect(await teller.endOf(last)).toBe('ok');
    teller.tell({ do: 'close' });
    await teller.says({ is: 'closed' });
    expect(books.account('all')).toMatchObject({
      settled: settled + costOf(last, 100),
      forfeited: 0,
      held: 0,
      overspent: 0,
    });
    expect(stage.audit()).toMatchObject({ wrong: [], rowCount: 2 * CALLS + 1, unbookedCount: 0 });
  },
);

test.skipIf(!hasPrlimit)(
  'a draw that failed alone is forgotten when the next one works',
  async () => {
    const stage = await setStage(BUDGETS);
    const teller = await stage.teller();
    limitFiles(teller.pid, '1');
    expect(await teller.tries(toldCall(teller.caller, 1, 4))).toBe('budget_unavailable');
    await teller.says({ is: 'books.failed' });
    limitFiles(teller.pid, 'unlimited');
    const call = toldCall(teller.caller, 2, 4, { triedForMs: 5_000 });
    await teller.makes(call);
    await teller.says({ is: 'books.recovered' });
    stage.upstream.answer(call.number, 4);
    expect(await teller.endOf(call)).toBe('ok');
  },
);
