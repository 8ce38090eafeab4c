/** What a call that searches reserves: its tokens and its searches, each once. */
import { expect, test } from 'vitest';

import { openBoard, usd } from '../../index.ts';

const SEARCH = {
  operation: 'agent_response',
  model: 'perplexity/sonar',
  // Sources are expected to be short, and may be long.
  messages: [
    { role: 'user', content: 'When does a fuse burn?' },
    { role: 'tool', content: [{ type: 'sources' }] },
  ],
  maxOutputTokens: 100,
  searchesMax: 3,
};

/** The worst cases of twenty calls, each of which found little to read and searched once. */
async function worstCases(searchesMax: number): Promise<number[]> {
  const budgets = [{ id: 'all', limit: usd(10), period: 'total' as const }];
  await using board = await openBoard({ budgets });
  const breaker = board.breaker('perplexity sonar', { provider: 'perplexity' });
  const worst: number[] = [];
  board.facts$.subscribe((fact) => {
    if (fact.type === 'cost.settled') worst.push(fact.worstNanoUsd);
  });
  const used = { inputTokens: 20, outputTokens: 50, searches: 1 };
  for (let count = 0; count < 20; count++) {
    await breaker.call({ ...SEARCH, searchesMax }, ({ usage }) =>
      // A fee ten times what the tokens cost.
      usage({ ...used, costNanoUsd: usd('0.00263') }),
    );
  }
  board.flush();
  return worst;
}

test('fees for searches, for which it reserves, are not taken for a price of its tokens', async () => {
  const worst = await worstCases(SEARCH.searchesMax);
  expect(worst).toHaveLength(20);
  // About $0.016 for the input, $0.00025 for the output, $0.0075 for the searches.
  expect(Math.min(...worst)).toBeGreaterThan(usd('0.02'));
  expect(Math.max(...worst)).toBeLessThan(usd('0.03'));
});

test('where it reserves for none they are: nothing else would pay for them', async () => {
  const worst = await worstCases(0);
  expect(worst[0]).toBeLessThan(usd('0.02'));
  expect(worst.at(-1)).toBeGreaterThan(usd('0.05'));
});
