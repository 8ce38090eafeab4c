/** How a protected fetch decides: at once, without I/O, and never beyond the money there is. */
import { describe, expect, test } from 'vitest';

import { openBoard, usd, type BoardOptions } from '../../index.ts';
import { PLENTY, QUESTION, rigOf } from './fetch-rig.ts';

const URL_OF_CHAT = 'http://127.0.0.1:1/v1/chat/completions';
const ask = (maxTokens = 50): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer sk-one', 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'gpt-4o-mini', messages: QUESTION, max_tokens: maxTokens }),
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('CRIT-48 a protected call waits for nothing but its answer', () => {
  test('the request is on its way before the turn of its caller is over', async () => {
    let sentCount = 0;
    const board = await openBoard(PLENTY);
    const fetch = board.fetch('openai', {
      fetch: () => {
        sentCount++;
        return Promise.resolve(Response.json({ usage: null }));
      },
    });
    // The first call of a budget draws its allowance; the others find it there.
    await fetch(URL_OF_CHAT, ask());
    const answer = fetch(URL_OF_CHAT, ask());
    await nextTurn();
    expect(sentCount).toBe(2);
    await answer;
    await board.close();
  });
});

describe('CRIT-49 decisions complete in the turn in which they are asked for', () => {
  const refusing: readonly (readonly [string, BoardOptions, string])[] = [
    ['an emergency', PLENTY, 'circuit_latched'],
    [
      'a rule',
      {
        ...PLENTY,
        rules: [
          { id: 'none', type: 'operation_cost', threshold: usd('0.000000001'), action: 'block' },
        ],
      },
      'rule_blocked',
    ],
  ];

  test.each(refusing)('%s refuses without I/O or a timer', async (name, options, code) => {
    const board = await openBoard(options);
    const fetch = board.fetch('openai', {
      fetch: () => Promise.reject(new Error('nothing may be sent')),
    });
    if (name === 'an emergency') board.emergencyShutdown('a drill', { by: 'ann' });
    let answered: string | null = null;
    void fetch(URL_OF_CHAT, ask()).then((response) => {
      answered = response.headers.get('x-fuseboard-refusal');
    });
    await nextTurn();
    expect(answered).toBe(code);
    await board.close();
  });
});

test('the outlook of a request that is free is a cost of nothing, not an unknown one', async () => {
  const board = await openBoard(PLENTY);
  const models = 'http://127.0.0.1:1/v1/models';
  expect(board.fetch('openai').outlook(models).expectedNanoUsd).toBe(0);
  const uncounted = await openBoard();
  expect(uncounted.fetch('openai').outlook(models).expectedNanoUsd).toBe(null);
  await board.close();
  await uncounted.close();
});

describe('CRIT-53 budgets prevent overruns', () => {
  test('of many requests at once, whole and streamed, only those are sent that are paid', async () => {
    const limit = usd('0.001');
    await using rig = await rigOf({
      budgets: [{ id: 'all', limit, period: 'day', warnAt: 1 }],
      tokenizer: false,
    });
    const { board, client, upstream } = rig;
    const chat = { model: 'gpt-4o-mini', messages: [...QUESTION], max_tokens: 300 };
    const ended = await Promise.allSettled(
      Array.from({ length: 60 }, async (_, index) => {
        if (index % 2 === 0) return client.chat.completions.create(chat);
        for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
          void chunk;
        }
      }),
    );
    const refused = ended.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(upstream.requestCount).toBe(60 - refused.length);
    for (const each of refused) {
      expect((each as PromiseRejectedResult).reason).toMatchObject({ code: 'budget_exceeded' });
    }
    const [row] = await board.budgets();
    expect(row?.spentNanoUsd).toBeLessThanOrEqual(limit);
    expect(row?.spentNanoUsd).toBeGreaterThan(0);
  });
});

describe('a running stream that is longer than was reserved', () => {
  const long = { model: 'gpt-4o-mini', messages: [...QUESTION], stream: true as const };

  test('has its reservation extended while the budget has more', async () => {
    await using rig = await rigOf(
      { ...PLENTY, defaultMaxOutputTokens: 10 },
      { outputCap: false },
      { answer: { outputTokens: 2_000 } },
    );
    const { board, client } = rig;
    let text = '';
    for await (const chunk of await client.chat.completions.create(long)) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text.length).toBeGreaterThan(5_000);
    expect((await board.budgets())[0]?.spentNanoUsd).toBeGreaterThan(2_000 * 600);
  });

  test('is stopped with an error event where it has not, and pays for what passed', async () => {
    const limit = usd('0.0003');
    await using rig = await rigOf(
      { budgets: [{ id: 'all', limit, period: 'day' }], defaultMaxOutputTokens: 10 },
      { outputCap: false },
      { answer: { outputTokens: 20_000 } },
    );
    const { board, client } = rig;
    const stream = await client.chat.completions.create(long);
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })();
    await expect(reading).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(text).not.toBe('');
    const spent = (await board.budgets())[0]?.spentNanoUsd as number;
    expect(spent).toBeGreaterThan(usd('0.0002'));
    // What the upstream had sent by then is paid for, and most of the answer never came.
    expect(spent).toBeLessThan(20_000 * 600 * 0.5);
  });
});
