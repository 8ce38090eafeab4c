/** A running call whose reservation grows with what it uses. */
import { expect, test } from 'vitest';

import { openBoard, usd, type CallContext } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

/** gpt-4o puts out a million tokens for $10: a thousand for a cent. */
const CENT = { operation: 'llm_call', model: 'gpt-4o', inputTokens: 0, maxOutputTokens: 1_000 };
const cents = (count: number) => ({ outputTokens: count * 1_000 });

const openWith = (dollars: string) =>
  openBoard({
    clock: new VirtualClock(),
    tokenizer: false,
    budgets: [{ id: 'all', limit: usd(dollars), period: 'day', warnAt: 1 }],
  });

test('what was reserved covers it at once, and more is drawn for more', async () => {
  const board = await openWith('0.1');
  const breaker = board.breaker('chat', { provider: 'openai' });
  const covered: boolean[] = [];
  await breaker.call(CENT, async ({ cover, usage }: CallContext) => {
    expect(cover(cents(1))).toBe(true);
    for (const count of [2, 5, 10, 11]) covered.push(await cover(cents(count)));
    usage(cents(10));
  });
  expect(covered).toEqual([true, true, true, false]);
  expect((await board.budget('all').summary()).spentNanoUsd).toBe(usd('0.1'));
  await board.close();
});

test('more that comes when the call has ended goes back', async () => {
  const board = await openWith('0.1');
  const breaker = board.breaker('chat', { provider: 'openai' });
  const late: Promise<boolean>[] = [];
  await breaker.call(CENT, ({ cover, usage }: CallContext) => {
    late.push(Promise.resolve(cover(cents(9))));
    usage({ outputTokens: 0 });
  });
  expect(await Promise.all(late)).toEqual([true]);
  // All ten cents are there for one call.
  const dear = { ...CENT, maxOutputTokens: 10_000 };
  await expect(breaker.call(dear, () => 'answered')).resolves.toBe('answered');
  await board.close();
});

test('without money, everything is covered', async () => {
  const board = await openBoard();
  const answer = board.breaker('chat').call(CENT, ({ cover }) => cover(cents(1_000_000)));
  expect(await answer).toBe(true);
  await board.close();
});
