/** What a running stream has cost, held against its reservation. */
import { describe, expect, test } from 'vitest';

import type { Usage } from '../../index.ts';
import { PLAIN_CONTEXT } from '../../services/call.ts';
import { openai } from '../../services/providers/openai/openai.ts';
import { StreamCost } from '../../services/providers/stream-cost.ts';
import { post } from './openai-views.ts';

/** A stream whose budgets have money for so many tokens of output. */
function streamFor(tokensMax: number, bytesPerToken: number) {
  const asked: number[] = [];
  const counted: number[] = [];
  const cost = new StreamCost({
    context: {
      ...PLAIN_CONTEXT,
      cover: ({ outputTokens = 0 }: Usage) => {
        asked.push(outputTokens);
        return Promise.resolve(outputTokens <= tokensMax);
      },
    },
    profile: openai,
    request: post('/v1/chat/completions', { model: 'gpt-4o' }),
    model: 'gpt-4o',
    isCounted: true,
    count: (text) => {
      counted.push(text.length);
      return Math.ceil(text.length / bytesPerToken);
    },
  });
  return { cost, asked, counted };
}

describe('the cost of a running stream', () => {
  test('is not looked at before 256 bytes of text, nor counted while a rough figure will do', async () => {
    const { cost, asked, counted } = streamFor(1_000, 4);
    cost.add('x'.repeat(255));
    expect(cost.isCovered()).toBe(true);
    expect(asked).toEqual([]);
    cost.add('x');
    expect(await cost.isCovered()).toBe(true);
    expect(asked).toEqual([64]);
    expect(counted).toEqual([]);
  });

  test('is counted where the rough figure is too much, and the stream goes on if it fits', async () => {
    const { cost, asked, counted } = streamFor(200, 8);
    cost.add('x'.repeat(1_200));
    expect(await cost.isCovered()).toBe(true);
    expect(asked).toEqual([300, 150]);
    expect(counted).toEqual([1_200]);
  });

  test('stops the stream where the counted figure is too much as well', async () => {
    const { cost, asked } = streamFor(100, 8);
    cost.add('x'.repeat(1_200));
    expect(await cost.isCovered()).toBe(false);
    expect(asked).toEqual([300, 150]);
  });
});
