/** What a call is charged when it has ended, from what is known of it. */
import { describe, expect, it } from 'vitest';

import type { CostBasis } from '../../persistence/ledger-batch.ts';
import { addUsage, basisOf } from '../../services/cost/charge.ts';
import { NANO_USD_MAX, usd } from '../../services/cost/money.ts';
import { checkedUsage, type Usage } from '../../services/cost/usage.ts';
import { OUTCOMES, type Outcome } from '../../services/outcome.ts';

const NOTHING_SAID = { usage: null, costNanoUsd: null, isEstimated: false };

describe('how its cost is known', () => {
  it.each([
    ['succeeded', 'assumed'],
    ['failed', 'none'],
    ['ignored', 'none'],
    ['rate_limited', 'none'],
    ['unauthorized', 'none'],
    ['over_quota', 'none'],
    ['cancelled', 'assumed'],
  ] as const satisfies readonly (readonly [Outcome, CostBasis])[])(
    'of a call that %s without a word about usage: %s',
    (outcome, basis) => {
      expect(basisOf(NOTHING_SAID, outcome, false)).toBe(basis);
    },
  );

  it.each(OUTCOMES)('one that was cut and %s may have cost all it could', (outcome) => {
    expect(basisOf(NOTHING_SAID, outcome, true)).toBe('assumed');
  });

  it.each(OUTCOMES)('what was said counts, whether it %s and was cut or not', (outcome) => {
    for (const isCut of [true, false]) {
      const basis = (usage: Usage | null, cost: number | null): CostBasis =>
        basisOf({ usage, costNanoUsd: cost, isEstimated: false }, outcome, isCut);
      expect(basis({}, null)).toBe('usage');
      expect(basis({ inputTokens: 1 }, null)).toBe('usage');
      expect(basis({ inputTokens: 1, costNanoUsd: usd(1) }, null)).toBe('reported');
      expect(basis({ inputTokens: 1 }, usd(0))).toBe('reported');
      expect(basis(null, usd(2))).toBe('reported');
      const counted = { usage: { inputTokens: 1 }, costNanoUsd: null, isEstimated: true };
      expect(basisOf(counted, outcome, isCut)).toBe('estimated');
    }
  });
});

describe('usage of several requests', () => {
  it('adds up every count that either one knows', () => {
    const one = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 5, searches: 1 };
    const other = { inputTokens: 1, outputTokens: 2, reasoningTokens: 2, citationTokens: 3 };
    expect(addUsage(one, other)).toMatchObject({
      inputTokens: 11,
      cachedInputTokens: 4,
      outputTokens: 7,
      reasoningTokens: 2,
      citationTokens: 3,
      searches: 1,
      requests: 2,
    });
  });

  it('counts requests, each usage as one unless it says more', () => {
    expect(addUsage({ requests: 3 }, {}).requests).toBe(4);
    expect(addUsage(addUsage({}, {}), {}).requests).toBe(3);
  });

  it('what providers billed adds up only where both did: else the price table speaks', () => {
    const billed = { outputTokens: 1, costNanoUsd: usd(1) };
    expect(addUsage(billed, billed).costNanoUsd).toBe(usd(2));
    expect(addUsage(billed, { outputTokens: 1 }).costNanoUsd).toBeUndefined();
    expect(addUsage({ outputTokens: 1 }, billed).costNanoUsd).toBeUndefined();
    const most = { costNanoUsd: NANO_USD_MAX };
    expect(addUsage(most, most).costNanoUsd).toBe(NANO_USD_MAX);
  });

  it('a size or a tier that only one names stays, and the later one wins', () => {
    const unsaid = checkedUsage('usage', { outputTokens: 1 });
    for (const other of [{}, unsaid]) {
      const named: Usage = { serviceTier: 'batch', searchContextSize: 'low' };
      expect(addUsage(named, other)).toMatchObject(named);
      expect(addUsage(other, named)).toMatchObject(named);
    }
    expect(addUsage({ searchContextSize: 'low' }, { searchContextSize: 'high' })).toMatchObject({
      searchContextSize: 'high',
    });
  });
});
