/** What a call asks for beside its model: a tier, several answers, searches. */
import { expect, test } from 'vitest';

import { openBoard, usd } from '../../index.ts';

const operation = {
  operation: 'llm_call',
  model: 'gpt-4o',
  inputTokens: 1_000,
  maxOutputTokens: 1_000,
} as const;

test('a call in a dearer tier is reserved at its price, whatever tier the call before it had', async () => {
  await using board = await openBoard({
    budgets: [{ id: 'all', limit: usd(1), period: 'day' }],
    tokenizer: false,
  });
  const worst = (serviceTier?: string): number =>
    board.estimate({ ...operation, ...(serviceTier && { serviceTier }) }, { provider: 'openai' })
      .worstNanoUsd;
  const [standard, flex, priority] = [worst(), worst('flex'), worst('priority')];
  expect(flex).toBeLessThan(standard);
  expect(priority).toBeGreaterThan(standard);
  expect([worst(), worst('priority'), worst('flex')]).toEqual([standard, priority, flex]);
});

test('several answers may each be as long as the model allows', async () => {
  await using board = await openBoard({
    budgets: [{ id: 'all', limit: usd(100), period: 'day' }],
    tokenizer: false,
  });
  const open = { operation: 'llm_call', model: 'gpt-4o', inputTokens: 0 } as const;
  const one = board.estimate(open, { provider: 'openai' }).worstNanoUsd;
  const four = board.estimate({ ...open, answers: 4 }, { provider: 'openai' }).worstNanoUsd;
  expect(four).toBe(4 * one);
});
