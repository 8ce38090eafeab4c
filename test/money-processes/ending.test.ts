/** Programs that end in the middle of their work: what they owe is booked all the same. */
import { describe, expect, test } from 'vitest';

import { openBoard, type BudgetOptions } from '../../index.ts';
import { atEnd } from '../persistence/scratch.ts';
import { request } from './children/provider.ts';
import { toldCall } from './orders.ts';
import { setStage, type Stage } from './stage.ts';
import { costOf, operationOf, PRICES, tokens, worstOf } from './tariff.ts';

/** On a busy machine. */
const SOON = { timeout: 10_000 };
const BUDGETS: readonly BudgetOptions[] = [{ id: 'all', limit: tokens(1_000), period: 'total' }];

/** A board of this process on the stage's file: it sweeps the dead when it opens. */
async function openHere({ path }: Stage, more: { readonly pollMs?: number } = {}) {
  const board = await openBoard({
    store: `sqlite:${path}`,
    tokenizer: false,
    prices: PRICES,
    budgets: BUDGETS,
    ...more,
  });
  atEnd(() => void board.close());
  return board;
}

/** Sweeps, and has the books verified from within. */
async function sweep(stage: Stage): Promise<void> {
  const board = await openHere(stage);
  expect((await board.costs.verify()).mismatches).toEqual([]);
  await board.close();
}

describe('CRIT-22 budget integration: nothing is forfeited and everything is booked by', () => {
  test('a script of three lines that never closes its board', async () => {
    const stage = await setStage(BUDGETS);
    const { books, upstream } = stage;
    const script = await stage.actor('three-lines.ts');
    const call = toldCall(script.caller, 1, 5);
    await upstream.arrived(call.number);
    expect(books.account('all').held).toBeGreaterThanOrEqual(worstOf(call));
    upstream.answer(call.number, 3);
    expect(await script.ended).toBe(0);
    expect(books.account('all')).toMatchObject({
      settled: costOf(call, 3),
      forfeited: 0,
      held: 0,
    });
    expect(stage.audit()).toMatchObject({ wrong: [], rowCount: 1, unbookedCount: 0 });
  });

  test.each([
    ['calls process.exit', 'exit', 3],
    ['throws what nobody catches', 'throw', 1],
  ] as const)('a program that %s while calls run, at their worst case', async (_, way, code) => {
    const stage = await setStage(BUDGETS);
    const { books, upstream } = stage;
    const teller = await stage.teller();
    const first = toldCall(teller.caller, 1, 5);
    const others = [toldCall(teller.caller, 2, 7), toldCall(teller.caller, 3, 9)];
    await teller.makes(first, ...others);
    upstream.answer(first.number, 2);
    expect(await teller.endOf(first)).toBe('ok');
    teller.tell({ do: way });
    expect(await teller.ended).toBe(code);
    expect(books.account('all')).toMatchObject({
      settled: costOf(first, 2) + others.reduce((sum, call) => sum + worstOf(call), 0),
      forfeited: 0,
      held: 0,
    });
    expect(books.rows().map(({ basis }) => basis)).toEqual(['usage', 'assumed', 'assumed']);
    expect(stage.audit()).toMatchObject({ wrong: [], rowCount: 3, unbookedCount: 0 });
    await sweep(stage);
  });

  test('a program that calls process.exit while its rows are on their way, each once', async () => {
    const stage = await setStage(BUDGETS);
    const { books, upstream } = stage;
    const teller = await stage.teller();
    const calls = Array.from({ length: 40 }, (_, index) => toldCall(teller.caller, index + 1, 2));
    await teller.makes(...calls);
    // Its writer waits for the file with what has ended, and the end of the process does as well.
    books.tamper('BEGIN IMMEDIATE');
    for (const { number } of calls) upstream.answer(number, 1);
    for (const call of calls) expect(await teller.endOf(call)).toBe('ok');
    teller.tell({ do: 'exit', afterMs: 100 });
    await teller.says({ is: 'exiting' });
    books.tamper('COMMIT');
    expect(await teller.ended).toBe(3);
    const billed = calls.reduce((sum, call) => sum + costOf(call, 1), 0);
    expect(books.account('all')).toMatchObject({ settled: billed, forfeited: 0, held: 0 });
    expect(stage.audit()).toMatchObject({ wrong: [], rowCount: 40, unbookedCount: 0 });
    await sweep(stage);
  });

  test('a board that is closed while calls run: some end in time, some do not', async () => {
    const stage = await setStage(BUDGETS);
    const { books, upstream } = stage;
    const teller = await stage.teller();
    const [timely, late] = [toldCall(teller.caller, 1, 5), toldCall(teller.caller, 2, 7)];
    await teller.makes(timely, late);
    teller.tell({ do: 'close', drainTimeoutMs: 300 });
    expect(await teller.tries(toldCall(teller.caller, 3, 1))).toBe('board_closed');
    upstream.answer(timely.number, 2);
    expect(await teller.endOf(timely)).toBe('ok');
    await teller.says({ is: 'closed' });
    const closed = { settled: costOf(timely, 2) + worstOf(late), forfeited: 0, held: 0 };
    expect(books.account('all')).toMatchObject(closed);
    upstream.answer(late.number, 1);
    expect(await teller.endOf(late)).toBe('ok');
    teller.tell({ do: 'end' });
    expect(await teller.ended).toBe(0);
    expect(books.account('all')).toMatchObject(closed);
    expect(stage.audit()).toMatchObject({ wrong: [], rowCount: 2 });
    await sweep(stage);
  });
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'CRIT-22 budget integration: a program that %s ends forfeits at most what it had drawn',
  async (signal) => {
    const stage = await setStage(BUDGETS);
    const { books, upstream } = stage;
    const teller = await stage.teller();
    const [done, running] = [toldCall(teller.caller, 1, 5), toldCall(teller.caller, 2, 7)];
    await teller.makes(done, running);
    upstream.answer(done.number, 2);
    expect(await teller.endOf(done)).toBe('ok');
    await expect.poll(() => books.account('all').settled, SOON).toBe(costOf(done, 2));
    const { held } = books.account('all');
    teller.kill(signal);
    expect(await teller.ended).toBe(signal);
    await sweep(stage);
    const { settled, forfeited, held: heldNow } = books.account('all');
    expect({ settled, heldNow }).toEqual({ settled: costOf(done, 2), heldNow: 0 });
    expect(forfeited).toBeLessThanOrEqual(held);
    expect(forfeited).toBeGreaterThanOrEqual(worstOf(running));
    expect(stage.audit()).toMatchObject({ wrong: [], rowCount: 1, unbookedCount: 1 });
  },
);

test('CRIT-22 budget integration: two boards of one process on one file settle each for itself', async () => {
  const stage = await setStage(BUDGETS);
  const { books, upstream } = stage;
  const [one, two] = [await openHere(stage), await openHere(stage)];
  const run = async (board: typeof one, number: number) => {
    const call = toldCall(1, number, 5);
    const provider = { port: upstream.port, caller: 1 };
    const ended = board
      .breaker('api')
      .call(operationOf(call), (context) => request(provider, call, context, undefined));
    await upstream.arrived(call.number);
    const answer = (outputTokens: number): void => upstream.answer(call.number, outputTokens);
    return { call, ended, answer };
  };
  const ofOne = await run(one, 1);
  const ofTwo = await run(two, 2);
  const holders = books.holders();
  expect(holders.map(({ pid, state }) => ({ pid, state }))).toEqual([
    { pid: process.pid, state: 'active' },
    { pid: process.pid, state: 'active' },
  ]);
  expect(books.account('all').held).toBeGreaterThanOrEqual(worstOf(ofOne.call) * 2);

  ofOne.answer(3);
  await ofOne.ended;
  await one.close();
  expect(books.account('all')).toMatchObject({ settled: costOf(ofOne.call, 3), forfeited: 0 });
  expect(books.account('all').held).toBeGreaterThanOrEqual(worstOf(ofTwo.call));
  expect(books.holders().map(({ state }) => state)).toEqual(['left', 'active']);

  const more = await run(two, 3);
  ofTwo.answer(4);
  more.answer(5);
  await Promise.all([ofTwo.ended, more.ended]);
  const { spentNanoUsd } = await two.budget('all').summary();
  const spent = costOf(ofOne.call, 3) + costOf(ofTwo.call, 4) + costOf(more.call, 5);
  expect(spentNanoUsd).toBe(spent);
  expect((await two.costs.verify()).mismatches).toEqual([]);
  await two.close();
  expect(books.account('all')).toMatchObject({ settled: spent, forfeited: 0, held: 0 });
  expect(books.breaches()).toEqual([]);
});

test('CRIT-22 budget integration: who wakes after its lease was forfeited settles against it', async () => {
  const stage = await setStage(BUDGETS);
  const { books, upstream } = stage;
  const sleeper = await stage.teller();
  const calls = [5, 7].map((most, index) => toldCall(sleeper.caller, index + 1, most));
  await sleeper.makes(...calls);
  const drawn = books.account('all').held;
  const here = await openHere(stage, { pollMs: 20 });
  sleeper.kill('SIGSTOP');
  books.tamper(`UPDATE holders SET expires_at_ms = 0 WHERE id = ${sleeper.holder()}`);
  await expect.poll(() => books.account('all'), SOON).toMatchObject({ forfeited: drawn, held: 0 });
  expect(await here.budget('all').summary()).toMatchObject({
    spentNanoUsd: drawn,
    forfeitedNanoUsd: drawn,
    reservedNanoUsd: 0,
  });

  sleeper.kill('SIGCONT');
  // Once it has heard of it, it reserves nothing of what it lost, nor of what its calls leave.
  await sleeper.says({ is: 'budget.forfeited' });
  for (const { number } of calls) upstream.answer(number, 3);
  const cost = calls.reduce((sum, call) => sum + costOf(call, 3), 0);
  for (const call of calls) expect(await sleeper.endOf(call)).toBe('ok');
  await expect.poll(() => books.account('all').settled, SOON).toBe(cost);
  expect(books.account('all')).toMatchObject({ forfeited: drawn - cost, overspent: 0 });

  const next = toldCall(sleeper.caller, 3, 4);
  await sleeper.makes(next);
  expect(books.account('all').held).toBeGreaterThanOrEqual(worstOf(next));
  upstream.answer(next.number, 4);
  expect(await sleeper.endOf(next)).toBe('ok');
  sleeper.tell({ do: 'close' });
  await sleeper.says({ is: 'closed' });
  await here.close();
  expect(books.account('all')).toMatchObject({
    settled: cost + costOf(next, 4),
    forfeited: drawn - cost,
    held: 0,
    overspent: 0,
  });
  expect(books.breaches()).toEqual([]);
  await sweep(stage);
});

test('CRIT-87 budget integration: what was spent in a period stays spent after a restart', async () => {
  const monthly: readonly BudgetOptions[] = [{ id: 'all', limit: tokens(10), period: 'month' }];
  const stage = await setStage(monthly);
  const { books, upstream } = stage;
  const first = await stage.teller();
  const call = toldCall(first.caller, 1, 7);
  await first.makes(call);
  upstream.answer(call.number, 6);
  expect(await first.endOf(call)).toBe('ok');
  first.tell({ do: 'end' });
  expect(await first.ended).toBe(0);

  const second = await stage.teller();
  expect(await second.summary('all')).toMatchObject({
    spentNanoUsd: costOf(call, 6),
    limitNanoUsd: tokens(10),
    reservedNanoUsd: 0,
  });
  expect(await second.tries(toldCall(second.caller, 1, 4))).toBe('budget_exceeded');
  const rest = toldCall(second.caller, 2, 3);
  await second.makes(rest);
  upstream.answer(rest.number, 3);
  expect(await second.endOf(rest)).toBe('ok');
  second.tell({ do: 'end' });
  expect(await second.ended).toBe(0);
  expect(books.account('all')).toMatchObject({
    settled: costOf(call, 6) + costOf(rest, 3),
    held: 0,
    forfeited: 0,
  });
});
