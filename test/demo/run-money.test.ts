/** What a run may spend, on a real board: the rule acts, the scarce budget ends, a raise helps. */
import { describe, expect, test } from 'vitest';

import { openBoard, type Board, type FactOf } from '../../index.ts';
import { runMoney } from '../../visualizations/demo/run-money.ts';
import { SERVICES, type Service } from '../../visualizations/demo/services.ts';

const MONEY = runMoney({ run: 1, rate: 60, durationMs: 20_000, pace: 1 });

const serviceOf = (name: string): Service =>
  SERVICES.find((service) => service.name === name) as Service;

async function callOnce(board: Board, name: string): Promise<string> {
  const { operation } = serviceOf(name);
  const result = await board.breaker(name).tryCall(operation, ({ usage }) => {
    usage({ inputTokens: operation.inputTokens, outputTokens: 260 });
  });
  if (result.ok) return 'ok';
  return result.refused ? result.refusal.code : 'failed';
}

describe('what a run may spend', () => {
  test.each([
    [10, 4_000],
    [60, 20_000],
    [500, 3_600_000],
  ])('at %i calls a second for %i ms leaves room for raises', (rate, durationMs) => {
    const { options, raiseNanoUsd } = runMoney({ run: 1, rate, durationMs, pace: 1 });
    const [all, scarce] = options.budgets ?? [];
    expect(all?.limit).toBeGreaterThan(3 * (scarce?.limit ?? Infinity));
    expect(scarce?.exhaustedBelow).toBeLessThan(0.1);
    expect(raiseNanoUsd).toBeGreaterThan(0);
  });

  test('runs out for the dearest breaker, which opens until an operator raises it', async () => {
    await using board = await openBoard(MONEY.options);
    const reasoning = board.breaker('reasoning');
    const states = new Set([reasoning.state]);
    let calls = 0;
    while ((await callOnce(board, 'reasoning')) === 'ok') {
      calls++;
      states.add(reasoning.state);
    }
    expect(calls).toBeGreaterThan(60);
    expect([...states]).toEqual(['closed', 'budget_limited', 'open']);
    const budget = board.budget(MONEY.scarceBudget);
    const { spentNanoUsd, limitNanoUsd, level } = await budget.summary();
    expect({ level, isWithin: spentNanoUsd <= limitNanoUsd }).toEqual({
      level: 'exceeded',
      isWithin: true,
    });
    expect(await callOnce(board, 'chat')).toBe('ok');
    const raised = (limitNanoUsd + MONEY.raiseNanoUsd) as typeof limitNanoUsd;
    await budget.setLimit(raised, { reason: 'a test', by: 'ops' });
    expect(reasoning.state).toBe('closed');
    expect(await callOnce(board, 'reasoning')).toBe('ok');
  });

  test('spent fast, slows one breaker down by a rule, and no other', async () => {
    await using board = await openBoard(MONEY.options);
    const fired: FactOf<'rule.fired'>[] = [];
    board.facts$.subscribe((fact) => {
      if (fact.type === 'rule.fired') fired.push(fact);
    });
    expect(await callOnce(board, 'chat')).toBe('ok');
    while ((await callOnce(board, 'reasoning')) === 'ok');
    board.flush();
    expect(fired).toEqual([]);
    while (fired.length === 0 && (await callOnce(board, 'chat')) === 'ok') board.flush();
    fired.length = 0;
    const chats = await Promise.all(Array.from({ length: 12 }, () => callOnce(board, 'chat')));
    expect(await callOnce(board, 'embeddings')).toBe('ok');
    board.flush();
    expect(fired.map(({ rule, breaker }) => `${rule} ${breaker}`)).toEqual(
      Array.from({ length: 12 }, () => 'chat-pace chat'),
    );
    // Eight wait for their turn; the others are too many.
    expect(chats.filter((outcome) => outcome === 'ok')).toHaveLength(8);
    expect(chats.filter((outcome) => outcome === 'throttled')).toHaveLength(4);
  });
});
