/** Streams of OpenAI's, frame by frame: what they say, how they end, what they used. */
import { describe, expect, test } from 'vitest';

import { openai } from '../../services/providers/openai/openai.ts';
import type { JsonObject, StreamReader } from '../../services/providers/profile.ts';
import { post } from './openai-views.ts';

const open = (body: JsonObject = {}) =>
  openai.openStream(post('/v1/chat/completions', { stream: true, ...body }));
const openEvents = () => openai.openStream(post('/v1/responses', { stream: true }));

const send = (reader: StreamReader, data: unknown) => ({
  ...reader.read('', typeof data === 'string' ? data : JSON.stringify(data)),
});
const chunk = (delta: JsonObject, finish: string | null = null, index = 0) => ({
  object: 'chat.completion.chunk',
  choices: [{ index, delta, finish_reason: finish }],
  usage: null,
});
const USAGE = {
  object: 'chat.completion.chunk',
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
  service_tier: 'default',
};

describe('a stream of chunks', () => {
  test('says everything that is billed as output', () => {
    const reader = open();
    const text = (delta: JsonObject) => send(reader, chunk(delta)).text;
    expect(text({ role: 'assistant', content: '' })).toBe('');
    expect(text({ content: 'Hello' })).toBe('Hello');
    expect(text({ refusal: 'I will not' })).toBe('I will not');
    expect(text({ reasoning_content: 'Let me see' })).toBe('Let me see');
    expect(
      text({
        tool_calls: [
          { index: 0, id: 'call_1', function: { name: 'weather', arguments: '{"city":' } },
          { index: 1, function: { arguments: '"Bern"}' } },
        ],
      }),
    ).toBe('weather{"city":"Bern"}');
  });

  test('hides the usage that only we asked for, and keeps it', () => {
    const reader = open();
    expect(send(reader, chunk({ content: 'Hi' }))).toEqual({ text: 'Hi', isHidden: false });
    expect(reader.usage).toBeNull();
    expect(send(reader, USAGE)).toEqual({ text: '', isHidden: true });
    expect(reader.usage).toMatchObject({ inputTokens: 9, outputTokens: 4, serviceTier: 'default' });
    expect(send(open({ stream_options: { include_usage: true } }), USAGE).isHidden).toBe(false);
    const last = { ...chunk({ content: 'x' }, 'stop'), usage: USAGE.usage };
    expect(send(open(), last)).toEqual({ text: 'x', isHidden: false });
  });

  test('is complete with [DONE], or once every answer has its reason to end', () => {
    const done = open();
    send(done, chunk({ content: 'Hi' }));
    expect(done.isComplete).toBe(false);
    send(done, '[DONE]');
    expect(done.isComplete).toBe(true);

    const two = open({ n: 2 });
    send(two, chunk({}, 'stop', 1));
    send(two, chunk({}, 'stop', 1));
    expect(two.isComplete).toBe(false);
    send(two, chunk({}, 'length', 0));
    expect(two.isComplete).toBe(true);
  });

  test('tells a failure inside it, the first of them', () => {
    const reader = open();
    send(reader, { error: { message: 'Slow down', code: 'rate_limit_exceeded', type: 'tokens' } });
    send(reader, { error: { message: 'Server error', code: 'server_error' } });
    expect(reader.fault).toMatchObject({ fault: 'rate_limited', code: 'rate_limit_exceeded' });
    expect(reader.isComplete).toBe(false);
    const garbled = open();
    send(garbled, '{"choices":[{"del');
    expect(garbled.fault?.fault).toBe('transient');
  });

  test('reads the text of old completions', () => {
    const reader = openai.openStream(post('/v1/completions', { stream: true }));
    const old = { choices: [{ index: 0, text: 'Once upon', finish_reason: null }] };
    expect(send(reader, old).text).toBe('Once upon');
  });
});

describe('a stream of events', () => {
  const usage = { input_tokens: 20, output_tokens: 30, total_tokens: 50 };

  test('says its deltas, but not the sound that its transcript repeats', () => {
    const reader = openEvents();
    const text = (type: string) => send(reader, { type: `response.${type}`, delta: 'abc' }).text;
    const said = [
      'output_text.delta',
      'refusal.delta',
      'function_call_arguments.delta',
      'reasoning_summary_text.delta',
      'audio.transcript.delta',
    ];
    expect(said.map(text)).toEqual(said.map(() => 'abc'));
    expect([text('audio.delta'), text('output_text.done')]).toEqual(['', '']);
  });

  test.each(['completed', 'incomplete', 'failed'])('ends with response.%s and its usage', (end) => {
    const reader = openEvents();
    send(reader, { type: 'response.created', response: { status: 'in_progress', usage: null } });
    expect(reader.isComplete).toBe(false);
    const error = end === 'failed' ? { code: 'server_error', message: 'Oh' } : null;
    const response = { status: end, usage, error, service_tier: 'priority' };
    expect(send(reader, { type: `response.${end}`, response }).isHidden).toBe(false);
    expect(reader.isComplete).toBe(true);
    expect(reader.usage).toMatchObject({ inputTokens: 20, serviceTier: 'priority' });
    expect(reader.fault?.fault ?? null).toBe(end === 'failed' ? 'transient' : null);
  });

  test('tells an error event, worded either way', () => {
    const flat = openEvents();
    send(flat, { type: 'error', code: 'rate_limit_exceeded', message: 'Later', param: null });
    expect(flat.fault).toMatchObject({ fault: 'rate_limited', message: 'Later' });
    const nested = openEvents();
    nested.read('error', JSON.stringify({ type: 'error', error: { code: 'invalid_prompt' } }));
    expect(nested.fault?.fault).toBe('invalid');
  });
});
