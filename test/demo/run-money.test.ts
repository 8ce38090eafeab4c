/** What a run may spend, on a real board: the rule acts, the scarce budget ends, a raise helps. */
import { describe, expect, test } from 'vitest';

import { openBoard, usd, type Board, type FactOf } from '../../index.ts';
import { LANES } from '../../visualizations/demo/lanes.ts';
import { REAL_LIMIT, runMoney } from '../../visualizations/demo/run-money.ts';

const MONEY = runMoney({
  run: 1,
  rate: 60,
  durationMs: 20_000,
  pace: 1,
  isEndless: false,
  real: [],
});
const [CHAT, EMBEDDINGS, O3] = ['openai gpt-4o-mini', 'openai embeddings', 'openai o3'] as const;

/** A call as the lane's requests are read, which used what they use on average. */
async function callOnce(board: Board, name: string): Promise<string> {
  const lane = LANES.find((each) => each.name === name);
  const model = lane?.scope ?? '';
  const [inputTokens, outputTokens, maxOutputTokens] =
    name === EMBEDDINGS ? [12, 0, 0] : [526, name === O3 ? 170 : 50, name === O3 ? 400 : 120];
  const operation = { operation: 'llm_call', model, inputTokens, maxOutputTokens };
  const result = await board.breaker(name, { provider: 'openai' }).tryCall(operation, (call) => {
    call.usage({ inputTokens, outputTokens });
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
    const { options, raiseNanoUsd } = runMoney({
      run: 1,
      rate,
      durationMs,
      pace: 1,
      isEndless: false,
      real: [],
    });
    const [all, scarce] = options.budgets;
    expect(all?.limit).toBeGreaterThan(3 * (scarce?.limit ?? Infinity));
    expect(scarce?.exhaustedBelow).toBeLessThan(0.1);
    expect(raiseNanoUsd).toBeGreaterThan(0);
  });

  test('runs out for the dearest breaker, which opens until an operator raises it', async () => {
    await using board = await openBoard(MONEY.options);
    const o3 = board.breaker(O3, { provider: 'openai' });
    const states = new Set([o3.state]);
    let calls = 0;
    while ((await callOnce(board, O3)) === 'ok') {
      calls++;
      states.add(o3.state);
    }
    expect(calls).toBeGreaterThan(30);
    expect([...states]).toEqual(['closed', 'budget_limited', 'open']);
    const budget = board.budget(MONEY.scarceBudget);
    const { spentNanoUsd, limitNanoUsd, level } = await budget.summary();
    expect({ level, isWithin: spentNanoUsd <= limitNanoUsd }).toEqual({
      level: 'exceeded',
      isWithin: true,
    });
    expect(await callOnce(board, CHAT)).toBe('ok');
    const raised = (limitNanoUsd + (MONEY.raiseNanoUsd ?? 0)) as typeof limitNanoUsd;
    await budget.setLimit(raised, { reason: 'a test', by: 'ops' });
    expect(o3.state).toBe('closed');
    expect(await callOnce(board, O3)).toBe('ok');
  });

  test('spent fast, slows one breaker down by a rule, and no other', async () => {
    await using board = await openBoard(MONEY.options);
    const fired: FactOf<'rule.fired'>[] = [];
    board.facts$.subscribe((fact) => {
      if (fact.type === 'rule.fired') fired.push(fact);
    });
    expect(await callOnce(board, CHAT)).toBe('ok');
    while ((await callOnce(board, O3)) === 'ok');
    board.flush();
    expect(fired).toEqual([]);
    while (fired.length === 0 && (await callOnce(board, CHAT)) === 'ok') board.flush();
    fired.length = 0;
    const chats = await Promise.all(Array.from({ length: 12 }, () => callOnce(board, CHAT)));
    expect(await callOnce(board, EMBEDDINGS)).toBe('ok');
    board.flush();
    expect(fired.map(({ rule, breaker }) => `${rule} ${breaker}`)).toEqual(
      Array.from({ length: 12 }, () => `chat-pace ${CHAT}`),
    );
    // Eight wait for their turn, and the others are too many, but for one whose turn it is.
    const okCount = chats.filter((outcome) => outcome === 'ok').length;
    expect([8, 9]).toContain(okCount);
    expect(chats.filter((outcome) => outcome === 'throttled')).toHaveLength(12 - okCount);
  });

  test('holds back money of its own for what is real, and no other call draws on it', async () => {
    const { options, realBudget, covers } = runMoney({
      run: 1,
      rate: 60,
      durationMs: 20_000,
      pace: 1,
      isEndless: false,
      real: ['openai', 'lightrag'],
    });
    expect(options.budgets.map(({ id, limit }) => [id, limit]).slice(2)).toEqual([
      ['run 1 real', usd('0.05')],
    ]);
    expect(MONEY.options.budgets).toHaveLength(2);
    const covered = LANES.filter(({ name }) => covers(realBudget ?? '', name));
    expect(covered.map(({ provider }) => provider)).not.toContain('perplexity');
    await using board = await openBoard(options);
    const counts = { model: 'gpt-4o-mini', inputTokens: 6_000, maxOutputTokens: 5_000 };
    const call = (source: string): Promise<unknown> =>
      board
        .breaker('lightrag query')
        .tryCall({ operation: 'llm_call', ...counts, tags: { source } }, ({ cost }) =>
          cost(usd('0.003')),
        );
    for (let count = 0; count < 30; count++) await call('real');
    await call('simulated');
    const { spentNanoUsd } = await board.budget('run 1 real').summary();
    expect(spentNanoUsd).toBeGreaterThan(usd('0.03'));
    expect(spentNanoUsd).toBeLessThanOrEqual(usd('0.05'));
  });
});

test('without an end every minute has money of its own, and nobody raises it', () => {
  const of = (isEndless: boolean) =>
    runMoney({ run: 1, rate: 60, durationMs: 60_000, pace: 1, isEndless, real: ['perplexity'] });
  const { options, raiseNanoUsd, isRenewed, scarceBudget } = of(true);
  expect(options.budgets.map(({ period }) => period)).toEqual(['minute', 'minute', 'total']);
  expect({ raiseNanoUsd, isRenewed }).toEqual({ raiseNanoUsd: null, isRenewed: true });
  // What is real is paid once, however long it goes on.
  expect(options.budgets[2]?.limit).toBe(REAL_LIMIT);
  const limitOf = ({ options: { budgets } }: ReturnType<typeof of>): number =>
    budgets.find(({ id }) => id === scarceBudget)?.limit ?? NaN;
  expect(limitOf(of(true))).toBeLessThan(limitOf(of(false)));
});
