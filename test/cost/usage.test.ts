/** Usage comes in buckets that do not overlap, and knows nothing from none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isFuseboardError } from '../../services/errors.ts';
import {
  checkedUsage,
  totalInputTokens,
  totalOutputTokens,
  usageOfTotals,
} from '../../services/cost/usage.ts';

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isFuseboardError(error) && error.code === 'invalid_argument') return error.message;
    throw error;
  }
  return 'nothing thrown';
};

describe('a checked usage', () => {
  it('says what it was given, whatever becomes of that', () => {
    const given = {
      inputTokens: 3,
      outputTokens: 0,
      searchContextSize: 'low',
      serviceTier: 'flex',
    };
    const usage = checkedUsage('usage', given);
    expect(usage).toEqual(given);
    given.inputTokens = 99;
    expect(usage.inputTokens).toBe(3);
  });

  it.each([
    [{ inputTokens: -1 }, 'usage.inputTokens must be an integer of at least 0, got -1'],
    [{ cachedInputTokens: 1.5 }, 'usage.cachedInputTokens must be an integer'],
    [{ cacheWriteTokens: NaN }, 'usage.cacheWriteTokens must be an integer'],
    [{ outputTokens: '7' }, "usage.outputTokens must be an integer of at least 0, got '7'"],
    [{ reasoningTokens: 2 ** 53 }, 'usage.reasoningTokens must be an integer'],
    [{ citationTokens: null }, 'usage.citationTokens must be an integer'],
    [{ requests: -1 }, 'usage.requests must be an integer'],
    [{ searches: Infinity }, 'usage.searches must be an integer'],
    [{ costNanoUsd: 0.5 }, 'usage.costNanoUsd must be an amount of money'],
    [{ searchContextSize: 'huge' }, "usage.searchContextSize must be 'low', 'medium' or 'high'"],
    [{ serviceTier: '' }, 'usage.serviceTier must be a string'],
    [{ serviceTier: 5 }, 'usage.serviceTier must be a string'],
    [{ prompt_tokens: 5 }, 'usage.prompt_tokens is not a part of a usage'],
    [{ inputTokens: 2 ** 53 - 1, outputTokens: 1 }, 'usage must be a usage of less than 2^53'],
    [[], 'usage must be a usage, got []'],
    ['12', "usage must be a usage, got '12'"],
    [undefined, 'usage must be a usage, got undefined'],
  ])('refuses %o by name', (value, message) => {
    expect(messageOf(() => checkedUsage('usage', value))).toContain(message);
  });

  it('complaint 19: a usage of nothing is a usage, and no usage is none', () => {
    const nothing = checkedUsage('usage', { inputTokens: 0, outputTokens: 0 });
    expect(totalInputTokens(nothing) + totalOutputTokens(nothing)).toBe(0);
    expect(totalInputTokens(checkedUsage('usage', {}))).toBe(0);
    expect(messageOf(() => checkedUsage('usage', null))).toBe('usage must be a usage, got null');
  });
});

describe('totals', () => {
  it('complaint 20: totals are split into buckets that sum to them: nothing counts twice', () => {
    const totals = fc
      .tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat())
      .map(([fresh, cached, written, output, reasoning]) => ({
        inputTokens: fresh + cached + written,
        cachedInputTokens: cached,
        cacheWriteTokens: written,
        outputTokens: output + reasoning,
        reasoningTokens: reasoning,
      }));
    fc.assert(
      fc.property(totals, (reported) => {
        const usage = usageOfTotals('usage', reported);
        expect(totalInputTokens(usage)).toBe(reported.inputTokens);
        expect(totalOutputTokens(usage)).toBe(reported.outputTokens);
        expect(usage.cachedInputTokens).toBe(reported.cachedInputTokens);
        expect(usage.cacheWriteTokens).toBe(reported.cacheWriteTokens);
        expect(usage.reasoningTokens).toBe(reported.reasoningTokens);
      }),
    );
  });

  it('a part that is larger than its whole is refused, not subtracted', () => {
    expect(
      messageOf(() =>
        usageOfTotals('usage', { inputTokens: 5, cachedInputTokens: 6, outputTokens: 1 }),
      ),
    ).toContain('usage.inputTokens must be at least the sum of its parts, got 5');
    expect(
      messageOf(() =>
        usageOfTotals('usage', { inputTokens: 5, outputTokens: 1, reasoningTokens: 2 }),
      ),
    ).toContain('usage.outputTokens must be at least');
    expect(
      messageOf(() => usageOfTotals('usage', { inputTokens: NaN, outputTokens: 1 })),
    ).toContain('usage.inputTokens must be an integer');
  });
});
