/** Spending as the books and the facts tell it together: each call is counted once. */
import { expect, test } from 'vitest';

import type { CostReport } from '../../persistence/cost-report.ts';
import type { BoardInside } from '../../visualizations/inspector/board-inside.ts';
import { Spend, type Spent } from '../../visualizations/inspector/spend.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

/** Books that answer when the test says so. */
function opened() {
  const clock = new VirtualClock();
  const questions: { answer(nanoUsd: number): void; fail(): void }[] = [];
  const report = () =>
    new Promise<Pick<CostReport, 'rows'>>((resolve, reject) => {
      questions.push({
        answer: (costNanoUsd) => resolve({ rows: [{ group: 'a', costNanoUsd }] as never }),
        fail: () => reject(new Error('the disk is gone')),
      });
    });
  const changed: string[] = [];
  const inside = { board: { costs: { report } }, runtime: { clock } } as unknown as BoardInside;
  const spend = new Spend(inside, (name) => changed.push(name));
  const held = spend.hold('a') as Spent;
  const settle = (costNanoUsd: number): void => spend.add(held, costNanoUsd);
  return { clock, spend, held, questions, settle, changed };
}

test('what was settled before the books were asked is in their answer', async () => {
  const { spend, held, questions, settle, changed } = opened();
  settle(5);
  const asking = spend.advance();
  // Until they answer, facts tell.
  expect(spend.total).toBe(5);
  settle(7);
  expect(held.nanoUsd).toBe(12);
  questions[0]?.answer(5);
  await asking;
  expect([held.nanoUsd, spend.total]).toEqual([12, 12]);
  // The sum is what it was: nothing is to be drawn anew.
  expect(changed).toEqual([]);
});

test('a breaker of which the books know more than the facts is to be shown anew', async () => {
  const { spend, held, questions, changed } = opened();
  const asking = spend.advance();
  questions[0]?.answer(30);
  await asking;
  expect([held.nanoUsd, changed]).toEqual([30, ['a']]);
});

test('the books are asked once a minute, and never twice at a time', async () => {
  const { clock, spend, questions } = opened();
  const asking = spend.advance();
  clock.advance(120_000);
  await spend.advance();
  expect(questions).toHaveLength(1);
  questions[0]?.answer(1);
  await asking;
  void spend.advance();
  expect(questions).toHaveLength(2);
  questions[1]?.answer(1);
  await Promise.resolve();
  clock.advance(59_999);
  void spend.advance();
  expect(questions).toHaveLength(2);
});

test('books that cannot be read leave what is known, and are asked again', async () => {
  const { clock, spend, questions, settle } = opened();
  settle(5);
  const asking = spend.advance();
  settle(7);
  questions[0]?.fail();
  await asking;
  expect(spend.total).toBe(12);
  clock.advance(60_000);
  const again = spend.advance();
  questions[1]?.answer(12);
  await again;
  expect(spend.total).toBe(12);
});

test('what was spent by a breaker that was let go counts, and is there when it is back', () => {
  const { spend, settle } = opened();
  settle(5);
  spend.letGo('a');
  expect([spend.total, spend.hold('a')?.nanoUsd]).toEqual([5, 5]);
});

test('who holds the spending of a breaker sees it come back from nothing', async () => {
  const { clock, spend, held, questions } = opened();
  for (const nanoUsd of [30, 0, 9]) {
    const asking = spend.advance();
    questions.shift()?.answer(nanoUsd);
    await asking;
    expect([held.nanoUsd, spend.total]).toEqual([nanoUsd, nanoUsd]);
    clock.advance(60_000);
  }
});

test('a breaker that nobody looks at is forgotten once it spent nothing for a day', async () => {
  const { spend, held, questions } = opened();
  spend.letGo('a');
  const asking = spend.advance();
  questions[0]?.answer(0);
  await asking;
  expect(spend.hold('a')).not.toBe(held);
});
