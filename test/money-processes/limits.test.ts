/** Limits that change while several processes spend. */
import { expect, test } from 'vitest';

import { openBoard, type BudgetOptions, type NanoUsd } from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { atEnd, scratchFile } from '../persistence/scratch.ts';
import { booksOutside } from './books-outside.ts';
import { startChild } from './money-programs.ts';
import { toldCall } from './orders.ts';
import { BUDGETS, RAISES, serviceOf } from './spending.ts';
import { setStage } from './stage.ts';
import { costOf, PRICES, tokens, worstOf } from './tariff.ts';
import { startUpstream } from './upstream.ts';

/** On a busy machine. */
const SOON = { timeout: 10_000 };
/** In other processes a limit is in force within this. */
const HEARD_MS = 1_000;

const all = (limit: NanoUsd): readonly BudgetOptions[] => [{ id: 'all', limit, period: 'total' }];

test('CRIT-87 budget enforcement: a limit lowered in one process binds another within a second', async () => {
  const stage = await setStage(all(tokens(1_000)));
  const { books, upstream } = stage;
  const [operator, other] = [await stage.teller(), await stage.teller()];
  const calls = [toldCall(operator.caller, 1, 20), toldCall(other.caller, 1, 20)] as const;
  await operator.makes(calls[0]);
  await other.makes(calls[1]);
  const reserved = worstOf(calls[0]) + worstOf(calls[1]);

  operator.tell({ do: 'limit', budget: 'all', limit: tokens(30) });
  const { atMs: setAtMs } = await operator.says({ is: 'limited' });
  const { atMs: heardAtMs } = await other.says({
    is: 'budget.limit_changed',
    limitNanoUsd: tokens(30),
  });
  expect(Number(heardAtMs) - Number(setAtMs)).toBeLessThan(HEARD_MS);
  expect(await other.tries(toldCall(other.caller, 2, 1))).toBe('budget_exceeded');
  expect(await operator.tries(toldCall(operator.caller, 2, 1))).toBe('budget_exceeded');
  // What was drawn for more goes back; what calls have reserved already stays committed.
  await expect.poll(() => books.account('all').held, SOON).toBe(reserved);

  for (const { number } of calls) upstream.answer(number, 10);
  expect([await operator.endOf(calls[0]), await other.endOf(calls[1])]).toEqual(['ok', 'ok']);
  const cost = costOf(calls[0], 10) + costOf(calls[1], 10);
  await expect
    .poll(() => books.account('all'), SOON)
    .toMatchObject({ settled: cost, held: 0, overspent: 0, limit: tokens(30) });
  const rest = toldCall(other.caller, 3, 9);
  await other.makes(rest);
  upstream.answer(rest.number, 9);
  expect(await other.endOf(rest)).toBe('ok');
  expect(books.breaches()).toEqual([]);
});

test('CRIT-87 budget enforcement: a limit raised in one process lets in who was refused in another', async () => {
  const stage = await setStage(all(tokens(10)));
  const { upstream } = stage;
  const [operator, other] = [await stage.teller(), await stage.teller()];
  const call = toldCall(other.caller, 1, 9);
  await other.makes(call);
  upstream.answer(call.number, 9);
  expect(await other.endOf(call)).toBe('ok');
  // Nothing is left from now on.
  operator.tell({ do: 'limit', budget: 'all', limit: costOf(call, 9) as NanoUsd });
  await other.says({ is: 'budget.exceeded' });
  expect(await other.tries(toldCall(other.caller, 2, 1))).toBe('budget_exceeded');
  await other.says({ is: 'state.changed', to: 'open.exhausted' });

  const eager = toldCall(other.caller, 3, 20, { triedForMs: 10_000 });
  other.tell({ do: 'calls', calls: [eager] });
  operator.tell({ do: 'limit', budget: 'all', limit: tokens(1_000) });
  const { atMs: setAtMs } = await operator.says({ is: 'limited', limitNanoUsd: tokens(1_000) });
  const { atMs: recoveredAtMs } = await other.says({ is: 'budget.recovered' });
  expect(Number(recoveredAtMs) - Number(setAtMs)).toBeLessThan(HEARD_MS);
  const { atMs: closedAtMs } = await other.says({ is: 'state.changed', to: 'closed' });
  expect(Number(closedAtMs) - Number(setAtMs)).toBeLessThan(HEARD_MS);
  await upstream.arrived(eager.number);
  upstream.answer(eager.number, 20);
  expect(await other.endOf(eager)).toBe('ok');
  expect(stage.books.breaches()).toEqual([]);
});

const CHANGES = 30;
const SPENDERS = 3;

test('CRIT-105 budget enforcement: limits that go up and down under fire add nothing beyond themselves', async () => {
  const path = scratchFile();
  const seed = 7;
  const upstream = await startUpstream((call) => serviceOf(seed, call));
  const store = `sqlite:${path}`;
  const operator = await openBoard({ store, prices: PRICES, budgets: BUDGETS, tokenizer: false });
  atEnd(() => void operator.close());
  const books = booksOutside(path);
  const spenders = await Promise.all(
    Array.from({ length: SPENDERS }, (_, index) =>
      startChild('spender.ts', [path, upstream.port, index + 1, seed + index]),
    ),
  );
  await Promise.all(spenders.map((spender) => spender.says({ is: 'ready' })));

  const random = seededRandom(seed);
  const committed = (): number => {
    const { settled, forfeited, held } = books.account('all');
    return settled + forfeited + held;
  };
  let lowered = 0;
  for (let change = 1; change <= CHANGES; change++) {
    const before = upstream.calls.length;
    const raise = random() < 0.5 ? 0.1 * random() : -0.3 * random();
    const limit = Math.max(0, Math.round(committed() + raise * (RAISES['all'] ?? 0))) as NanoUsd;
    if (limit < committed()) lowered += 1;
    await operator.budget('all').setLimit(limit, { reason: 'whim', by: 'ann' });
    if (raise > 0) await expect.poll(() => upstream.calls.length, SOON).toBeGreaterThan(before);
  }
  for (const spender of spenders) spender.kill('SIGKILL');
  await Promise.all(spenders.map(({ ended }) => ended));
  await operator.close();

  const last = await openBoard({ store, prices: PRICES, budgets: BUDGETS, tokenizer: false });
  expect((await last.costs.verify()).mismatches).toEqual([]);
  await last.close();
  expect(books.breaches()).toEqual([]);
  expect(lowered).toBeGreaterThan(CHANGES / 5);
  const { settled, forfeited, held, overspent } = books.account('all');
  const billed = upstream.calls.reduce((sum, { billNanoUsd }) => sum + billNanoUsd, 0);
  expect({ held, overspent }).toEqual({ held: 0, overspent: 0 });
  expect(billed).toBeLessThanOrEqual(settled + forfeited);
});
