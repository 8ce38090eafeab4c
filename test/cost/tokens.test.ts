/** Counting tokens, with the encodings that users run. */
import fc from 'fast-check';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import type { ChatCompletionMessageParam } from 'openai/resources';
import { beforeAll, describe, expect, test } from 'vitest';

import { boundTokens } from '../../services/cost/tokens/token-count.ts';
import type { ChatMessage } from '../../services/cost/tokens/token-messages.ts';
import { loadTokenizer, type Tokenizer } from '../../services/cost/tokens/tokenizer.ts';
import { isFuseboardError } from '../../services/errors.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const AS_TEXT = { disallowedSpecial: new Set<string>() };
const exactly = (text: string): number => o200k.countTokens(text, AS_TEXT);

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer(['gpt-4']);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 500 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 3 }), fc.integer({ min: 1, max: 200 }))
    .map(([piece, times]) => piece.repeat(times)),
);

describe('a text', () => {
  test('has the tokens that its model counts', () => {
    const text = 'The quick brown fox jumps over 12,345 lazy dogs.\n\n  Really?';
    const tokens = exactly(text);
    expect(tokenizer.countText(text, 'gpt-4o')).toEqual({
      tokens,
      tokensMax: tokens,
      isExact: true,
    });
  });

  test('of nothing has none', () => {
    expect(tokenizer.countText('')).toEqual({ tokens: 0, tokensMax: 0, isExact: true });
  });

  test('is counted, whatever it holds, and has no more tokens than are said', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { tokens, tokensMax, isExact } = tokenizer.countText(text);
        const exact = exactly(text);
        expect(tokensMax).toBeGreaterThanOrEqual(exact);
        expect(tokensMax).toBeGreaterThanOrEqual(tokens);
        expect(tokensMax).toBeLessThanOrEqual(Buffer.byteLength(text));
        if (isExact) expect([tokens, tokensMax]).toEqual([exact, exact]);
      }),
      { numRuns: 300 },
    );
  });

  test('has about the tokens of its halves', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (text, at) => {
        const cut = text.length === 0 ? 0 : at % text.length;
        const halves = [text.slice(0, cut), text.slice(cut)];
        const sum = halves.reduce((total, half) => total + tokenizer.countText(half).tokens, 0);
        // Where it is cut, a word of 64 characters may be counted in two pieces, or not at all so.
        expect(Math.abs(sum - tokenizer.countText(text).tokens)).toBeLessThanOrEqual(70);
      }),
    );
  });

  test('that names special tokens is text, and refused by nobody', () => {
    const { tokens, isExact } = tokenizer.countText('before <|endoftext|> <|im_start|>after');
    expect(isExact).toBe(true);
    expect(tokens).toBeGreaterThan(10);
  });

  test('with a web address is still bounded closely', () => {
    const words = 'Read what they say about it. '.repeat(100);
    const key = 'a1B2'.repeat(25);
    const { tokens, tokensMax, isExact } = tokenizer.countText(`${words}${key} ${words}`);
    expect(isExact).toBe(false);
    expect(tokensMax - tokens).toBeLessThanOrEqual(key.length + 1);
  });

  test('in Chinese sentences is counted to the token', () => {
    const text = '今天天气很好，我们去公园散步。你觉得怎么样？'.repeat(40);
    const tokens = exactly(text);
    expect(tokenizer.countText(text)).toEqual({ tokens, tokensMax: tokens, isExact: true });
  });

  test.each([42, null, undefined, {}, ['text']])('is a string, not %s', (value) => {
    const count = (): unknown => tokenizer.countText(value as string);
    expect(count).toThrow(/^text must be a string, got/);
    expect(() => boundTokens('ok')).not.toThrow();
  });
});

describe('a text that would take a tokenizer seconds', () => {
  const random = seededRandom(7);
  const randomly = (make: () => number, length: number): string =>
    Array.from({ length }, () => String.fromCodePoint(Math.floor(make()))).join('');
  const TEXTS: readonly (readonly [string, string])[] = [
    ['one letter', 'a'.repeat(50_000)],
    ['spaces', ' '.repeat(50_000)],
    ['line ends', '\n'.repeat(50_000)],
    ['one Chinese character', '漢'.repeat(50_000)],
    ['emoji', '😀'.repeat(25_000)],
    ['lone surrogates', '\ud83d'.repeat(50_000)],
    ['letters at random', randomly(() => 97 + random() * 26, 50_000)],
    ['Chinese at random', randomly(() => 0x4e00 + random() * 20_000, 50_000)],
    ['emoji at random', randomly(() => 0x1f300 + random() * 700, 25_000)],
  ];

  test.each(TEXTS)('is counted in the turn of a call, where it took seconds: %s', (_, text) => {
    o200k.clearMergeCache();
    const { user } = process.cpuUsage();
    tokenizer.countText(text);
    // Some milliseconds (the bench has them); in one piece it is 1.5 to 28 seconds.
    expect(process.cpuUsage().user - user).toBeLessThan(1_000_000);
  });

  test.each(TEXTS)('is estimated, with a bound: %s', (_, text) => {
    const { tokens, tokensMax, isExact } = tokenizer.countText(text);
    expect(isExact).toBe(false);
    expect(tokens).toBeGreaterThan(0);
    expect(tokensMax).toBe(Buffer.byteLength(text));
  });
});

describe('a text of more than 256 KB', () => {
  const prose = 'It was a bright cold day in April, and the clocks were striking thirteen.\n';
  const code = 'for (const row of rows) { total += row.amount ?? 0; }\n';

  test('is estimated by samples from all over it, and bounded by its bytes', () => {
    const text = prose.repeat(4_000) + code.repeat(4_000);
    const { tokens, tokensMax, isExact } = tokenizer.countText(text);
    const exact = (exactly(prose) + exactly(code)) * 4_000;
    expect(isExact).toBe(false);
    expect(tokens / exact).toBeGreaterThan(0.9);
    expect(tokens / exact).toBeLessThan(1.1);
    expect(tokensMax).toBe(Buffer.byteLength(text));
  });
});

describe('the model', () => {
  const text = 'Größenwahn, 東京 and 2,048 other words';

  test.each(['gpt-4o', 'openai/gpt-4o-mini', 'ft:gpt-4o:shop::1', 'gpt-5.6', 'o3-mini', undefined])(
    'of today counts with o200k_base: %s',
    (model) => {
      expect(tokenizer.countText(text, model)).toMatchObject({
        tokens: exactly(text),
        isExact: true,
      });
    },
  );

  test.each(['gpt-4', 'gpt-4-turbo', 'gpt-3.5-turbo-0125', 'text-embedding-3-small'])(
    'of yesterday counts with cl100k_base: %s',
    async (model) => {
      const { countTokens } = await import('gpt-tokenizer/encoding/cl100k_base');
      const tokens = countTokens(text);
      expect(tokens).not.toBe(exactly(text));
      expect(tokenizer.countText(text, model)).toEqual({
        tokens,
        tokensMax: tokens,
        isExact: true,
      });
    },
  );

  test('of yesterday is bounded where its encoding was not loaded', async () => {
    const current = await loadTokenizer(['gpt-4o']);
    const { tokens, tokensMax, isExact } = current.countText(text, 'gpt-4');
    expect(isExact).toBe(false);
    expect(tokens).toBe(exactly(text));
    expect(tokensMax).toBeGreaterThanOrEqual(tokenizer.countText(text, 'gpt-4').tokens);
  });

  test.each(['claude-sonnet-5', 'sonar-pro', 'mistral-large', 'llama-4'])(
    'of another maker has a bound of at least its words twice, and of its bytes at most: %s',
    (model) => {
      const { tokens, tokensMax, isExact } = tokenizer.countText('some plain words', model);
      expect([tokens, isExact]).toEqual([3, false]);
      expect(tokensMax).toBe(8);
      expect(tokenizer.countText('漢字', model).tokensMax).toBe(8);
      expect(tokenizer.countText('1234567890', model).tokensMax).toBe(12);
    },
  );
});

describe('a chat', () => {
  const chat: readonly ChatMessage[] = [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'Where is the nearest place for tea?' },
  ];

  test('has three tokens around each message and three for the answer to begin', () => {
    const texts = [
      'system',
      'You are a helpful assistant.',
      'user',
      'Where is the nearest place for tea?',
    ];
    const tokens = texts.reduce((sum, text) => sum + exactly(text), 0) + 2 * 3 + 3;
    expect(tokenizer.countMessages(chat, 'gpt-4o')).toEqual({
      tokens,
      tokensMax: tokens,
      isExact: true,
    });
    expect(tokens).toBe(
      o200k.encodeChat(chat as Parameters<typeof o200k.encodeChat>[0], 'gpt-4o').length,
    );
  });

  test('is what the OpenAI package types as one', () => {
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Good morning!' }];
    expect(tokenizer.countMessages(messages).tokens).toBe(3 + 1 + exactly('Good morning!') + 3);
  });

  test('without messages has the three for the answer', () => {
    expect(tokenizer.countMessages([]).tokens).toBe(3);
  });

  test('has one more for a name', () => {
    const named = chat.map((message) => ({ ...message, name: 'anna' }));
    const more = tokenizer.countMessages(named).tokens - tokenizer.countMessages(chat).tokens;
    expect(more).toBe(2 * (exactly('anna') + 1));
  });

  test('in parts has the tokens of its texts', () => {
    const parts = chat.map(({ role, content }) => ({
      role,
      content: [{ type: 'text', text: content as string }],
    }));
    expect(tokenizer.countMessages(parts)).toEqual(tokenizer.countMessages(chat));
  });

  test.each([
    ['gpt-4o', 765, 1_445],
    ['gpt-4o-mini', 25_501, 48_169],
    ['llama-4', 1_600, 6_404],
  ])('bounds an image on %s', (model, expected, most) => {
    const text = { type: 'text', text: 'What is this?' };
    const image = { type: 'image_url', image_url: { url: 'https://example.org/a.png' } };
    const count = (content: ChatMessage['content']) =>
      tokenizer.countMessages([{ role: 'user', content }], model);
    const [plain, pictured] = [count([text]), count([text, image])];
    expect(pictured.tokens - plain.tokens).toBe(expected);
    expect(pictured.tokensMax - plain.tokensMax).toBe(most);
    expect(pictured.isExact).toBe(false);
  });

  test('bounds a file by its bytes, and by 64,000 tokens at least', () => {
    const file = { type: 'file', file: { file_id: 'file-1' } };
    const small = tokenizer.countMessages([{ role: 'user', content: [file] }]);
    expect(small.tokensMax).toBeGreaterThan(64_000);
    const data = { type: 'input_audio', input_audio: { data: 'AAAA'.repeat(20_000) } };
    const large = tokenizer.countMessages([{ role: 'user', content: [data] }]);
    expect(large.tokensMax).toBeGreaterThan(80_000);
  });

  test('bounds calls of tools by their JSON', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
    const message: ChatMessage = { role: 'assistant', content: null, tool_calls: [call] };
    const { tokens, tokensMax, isExact } = tokenizer.countMessages([message]);
    expect(isExact).toBe(false);
    expect(tokens).toBeGreaterThan(10);
    expect(tokensMax).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify([call])));
  });

  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  test.each([
    ['messages', 'hello'],
    ['messages[0]', ['hello']],
    ['messages[0].role', [{ content: 'hello' }]],
    ['messages[0].content', [{ role: 'user', content: 7 }]],
    ['messages[0].content[1]', [{ role: 'user', content: [{ type: 'text', text: 'a' }, 7] }]],
    ['messages[0].name', [{ role: 'user', content: '', name: 7 }]],
    ['messages', [{ role: 'user', content: '', tool_calls: cyclic }]],
  ])('says that %s is not what it must be', (path, messages) => {
    let caught: unknown;
    try {
      tokenizer.countMessages(messages as readonly ChatMessage[]);
    } catch (error) {
      caught = error;
    }
    expect(isFuseboardError(caught) && caught.code).toBe('invalid_argument');
    expect((caught as Error).message.startsWith(`${path} must be `)).toBe(true);
  });
});

describe('without a tokenizer a text', () => {
  test('has a token for each byte at most, and a quarter of them as a rule', () => {
    expect(boundTokens('twelve bytes')).toEqual({ tokens: 3, tokensMax: 12, isExact: false });
    fc.assert(
      fc.property(anyText, (text) => {
        expect(boundTokens(text).tokensMax).toBeGreaterThanOrEqual(exactly(text));
      }),
    );
  });
});
