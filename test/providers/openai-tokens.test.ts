/** How many tokens a request to OpenAI is found to send. */
import { beforeAll, describe, expect, test } from 'vitest';

import { CallSpec } from '../../services/call-spec.ts';
import type { TokenCount } from '../../services/cost/tokens/token-count.ts';
import { loadTokenizer, type Tokenizer } from '../../services/cost/tokens/tokenizer.ts';
import { openai } from '../../services/providers/openai/openai.ts';
import type { JsonObject, RequestView } from '../../services/providers/profile.ts';
import { post } from './openai-views.ts';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer(['gpt-4']);
});

/** The tokens that a board counts for a request. */
function count(request: RequestView): TokenCount {
  const { operation } = openai.readRequest(request);
  const { messages, input, model } = new CallSpec(operation, undefined);
  if (messages !== undefined) return tokenizer.countMessages(messages, model);
  return tokenizer.countText(input ?? '', model);
}
const countChat = (body: JsonObject) => count(post('/v1/chat/completions', body));

/**
 * The chats whose tokens OpenAI's API was asked for, and its answers.
 * Source: OpenAI cookbook, How_to_count_tokens_with_tiktoken.
 */
const JARGON = [
  {
    role: 'system',
    content:
      'You are a helpful, pattern-following assistant that translates corporate jargon into ' +
      'plain English.',
  },
  {
    role: 'system',
    name: 'example_user',
    content: 'New synergies will help drive top-line growth.',
  },
  {
    role: 'system',
    name: 'example_assistant',
    content: 'Things working well together will increase revenue.',
  },
  {
    role: 'system',
    name: 'example_user',
    content:
      "Let's circle back when we have more bandwidth to touch base on opportunities for " +
      'increased leverage.',
  },
  {
    role: 'system',
    name: 'example_assistant',
    content: "Let's talk later when we're less busy about how to do better.",
  },
  {
    role: 'user',
    content:
      "This late pivot means we don't have time to boil the ocean for the client deliverable.",
  },
];
const WEATHER = {
  messages: [
    {
      role: 'system',
      content: 'You are a helpful assistant that can answer to questions about the weather.',
    },
    { role: 'user', content: "What's the weather like in San Francisco?" },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_current_weather',
        description: 'Get the current weather in a given location',
        parameters: {
          type: 'object',
          properties: {
            location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
            unit: {
              type: 'string',
              description: 'The unit of temperature to return',
              enum: ['celsius', 'fahrenheit'],
            },
          },
          required: ['location'],
        },
      },
    },
  ],
};

describe('API-07 openai token counting accuracy: a request', () => {
  test.each([
    ['gpt-4o', 124],
    ['gpt-4o-mini', 124],
    ['gpt-4', 129],
  ])('to %s has the %i tokens that the API counted', (model, tokens) => {
    expect(countChat({ model, messages: JARGON })).toEqual({
      tokens,
      tokensMax: tokens,
      isExact: true,
    });
  });

  test('has the same tokens where its texts come in parts', () => {
    const messages = JARGON.map(({ content, ...rest }) => ({
      ...rest,
      content: [{ type: 'text', text: content }],
    }));
    expect(countChat({ model: 'gpt-4o', messages }).tokens).toBe(124);
  });

  test('with a tool has no fewer tokens than the API counted, and no more than half again', () => {
    const { tokens } = countChat({ model: 'gpt-4o', ...WEATHER });
    expect(tokens).toBeGreaterThanOrEqual(101);
    expect(tokens).toBeLessThanOrEqual(101 * 1.5);
  });

  test('to the Responses API has the tokens of the same chat', () => {
    const input = [
      { role: 'system', content: WEATHER.messages[0]?.content },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And tomorrow?' }] },
    ];
    const messages = [WEATHER.messages[0], { role: 'user', content: 'And tomorrow?' }];
    const counted = count(post('/v1/responses', { model: 'gpt-4o', input }));
    expect(counted).toEqual(countChat({ model: 'gpt-4o', messages }));
  });

  test('with images, sound or files is allowed for, whatever its bytes', () => {
    const content = (part: JsonObject) => [{ role: 'user', content: [part] }];
    const data = 'QUJD'.repeat(100_000);
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } };
    const sound = { type: 'input_audio', input_audio: { data, format: 'wav' } };
    const most = (part: JsonObject) =>
      countChat({ model: 'gpt-4o', messages: content(part) }).tokensMax;
    expect(most(image)).toBeGreaterThanOrEqual(1_445);
    expect(most(image)).toBeLessThan(1_500);
    for (const part of [sound, { type: 'file', file: { file_data: data } }]) {
      expect(most(part)).toBeGreaterThanOrEqual(64_000);
      expect(most(part)).toBeLessThan(65_000);
    }
    const later = { model: 'gpt-4o', input: 'Go on', previous_response_id: 'resp_1' };
    expect(count(post('/v1/responses', later)).tokensMax).toBeGreaterThanOrEqual(64_000);
  });
});
