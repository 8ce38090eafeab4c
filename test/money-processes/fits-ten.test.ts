/** 200 calls at once where there is money for ten. */
import { expect, test } from 'vitest';

import { isFuseboardError, openBoard, type BudgetOptions } from '../../index.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { request } from './children/provider.ts';
import { toldCall, type ToldCall } from './orders.ts';
import { setStage, type Teller } from './stage.ts';
import { operationOf, PRICES, worstOf } from './tariff.ts';
import { startUpstream } from './upstream.ts';

/** On a busy machine. */
const SOON = { timeout: 10_000 };
const CALLS = 200;
const FITTING = 10;
const MOST = 3;

/** A nano-dollar less than eleven of the cheapest: ten of any fit, and never eleven. */
const exactly = (calls: readonly ToldCall[]): BudgetOptions => {
  const [cheapest = 0] = calls.map(worstOf).toSorted((a, b) => a - b);
  const limit = (cheapest * (FITTING + 1) - 1) as BudgetOptions['limit'];
  return { id: 'all', limit, period: 'total' };
};

test.each([
  ['memory:', () => 'memory:'],
  ['sqlite:', () => `sqlite:${scratchFile()}`],
])('CRIT-39 thread safety: of 200 calls at once %s lets in the ten that fit', async (_, store) => {
  const upstream = await startUpstream();
  const provider = { port: upstream.port, caller: 1 };
  const calls = Array.from({ length: CALLS }, (_, index) => toldCall(1, index + 1, MOST));
  await using board = await openBoard({
    store: store(),
    tokenizer: false,
    prices: PRICES,
    budgets: [exactly(calls)],
  });
  const breaker = board.breaker('api');
  const ends = calls.map((call) =>
    breaker
      .call(operationOf(call), (context) => request(provider, call, context, undefined))
      .then(
        () => 'ok',
        (error: unknown) => (isFuseboardError(error) ? error.code : error),
      ),
  );
  const refusals = ends.map(async (end) => {
    if ((await end) !== 'ok') return 1;
    throw new Error('let in');
  });
  // Nobody who is let in ends before the test says so.
  let refused = 0;
  for (const refusal of refusals) void refusal.then(() => (refused += 1)).catch(() => {});
  await expect.poll(() => refused, SOON).toBe(CALLS - FITTING);
  await expect.poll(() => upstream.calls.length, SOON).toBe(FITTING);
  for (const { number } of upstream.calls) upstream.answer(number, MOST);
  const codes = await Promise.all(ends);
  expect(codes.filter((code) => code === 'ok')).toHaveLength(FITTING);
  expect(codes.filter((code) => code === 'budget_exceeded')).toHaveLength(CALLS - FITTING);
  const { spentNanoUsd, overspentNanoUsd } = await board.budget('all').summary();
  expect(spentNanoUsd).toBe(upstream.calls.reduce((sum, call) => sum + call.billNanoUsd, 0));
  expect(overspentNanoUsd).toBe(0);
});

const PROCESSES = 4;
const CALLS_EACH = CALLS / PROCESSES;
const callsOf = (caller: number, more: Partial<ToldCall> = {}): ToldCall[] =>
  Array.from({ length: CALLS_EACH }, (_, index) => toldCall(caller, index + 1, MOST, more));
const everybody = Array.from({ length: PROCESSES }, (_, index) => callsOf(index + 1)).flat();

async function tellers() {
  const stage = await setStage([exactly(everybody)]);
  const each = await Promise.all(Array.from({ length: PROCESSES }, () => stage.teller()));
  const end = async (calls = stage.upstream.calls): Promise<void> => {
    for (const { number } of calls) stage.upstream.answer(number, MOST);
    await Promise.all(each.map(close));
    const account = stage.books.account('all');
    expect(account).toMatchObject({ forfeited: 0, held: 0, overspent: 0 });
    expect(stage.audit()).toMatchObject({ wrong: [], unbookedCount: 0 });
  };
  return { ...stage, each, end };
}

async function close(teller: Teller): Promise<void> {
  teller.tell({ do: 'close' });
  await teller.says({ is: 'closed' });
}

const refusedBy = (each: readonly Teller[]): number =>
  each.flatMap(({ said }) => said.filter(({ end }) => end === 'budget_exceeded')).length;

test('CRIT-105 budget enforcement: of 200 calls in 4 processes never more than the ten that fit', async () => {
  const { each, upstream, end } = await tellers();
  for (const teller of each) teller.tell({ do: 'calls', calls: callsOf(teller.caller) });
  await expect.poll(() => refusedBy(each) + upstream.calls.length, SOON).toBe(CALLS);
  expect(upstream.calls.length).toBeLessThanOrEqual(FITTING);
  await end();
});

test('CRIT-105 budget enforcement: callers in 4 processes who try again are ten in the end', async () => {
  const { each, upstream, end } = await tellers();
  for (const teller of each) {
    teller.tell({ do: 'calls', calls: callsOf(teller.caller, { triedForMs: 3_000 }) });
  }
  const seen: number[] = [];
  const look = (): number => seen.push(upstream.calls.length) && refusedBy(each);
  await expect.poll(look, SOON).toBe(CALLS - FITTING);
  expect(Math.max(...seen)).toBe(FITTING);
  expect(upstream.calls).toHaveLength(FITTING);
  await end();
});

test('CRIT-105 budget enforcement: what one process drew and does not need lets others in', async () => {
  const { each, upstream, books, end } = await tellers();
  const [first, ...others] = each as [Teller, ...Teller[]];
  // It takes all there is, and its provider fails: nothing is spent, and it needs nothing more.
  await first.makes(...callsOf(1).slice(0, FITTING));
  expect(await (others[0] as Teller).tries(toldCall(2, 900, MOST))).toBe('budget_exceeded');
  for (const { number } of upstream.calls) upstream.fail(number);
  for (const teller of others) {
    teller.tell({ do: 'calls', calls: callsOf(teller.caller, { triedForMs: 3_000 }) });
  }
  const letIn = () => upstream.calls.slice(FITTING);
  await expect.poll(() => letIn().length, { timeout: 3_000 }).toBe(FITTING);
  await expect.poll(() => refusedBy(others), SOON).toBe(CALLS_EACH * others.length - FITTING + 1);
  expect(letIn()).toHaveLength(FITTING);
  expect(books.account('all').settled).toBe(0);
  await end(letIn());
});
