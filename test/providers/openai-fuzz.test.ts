/** Bodies and frames that no provider should send: profiles take all of them. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { specOf } from '../../services/call-spec.ts';
import { checkedUsage } from '../../services/cost/usage.ts';
import { loadTokenizer, type Tokenizer } from '../../services/cost/tokens/tokenizer.ts';
import { FAULTS } from '../../services/providers/fault.ts';
import { parsedJson } from '../../services/providers/json-reading.ts';
import { openai } from '../../services/providers/openai/openai.ts';
import { perplexity } from '../../services/providers/perplexity/perplexity.ts';
import type { JsonObject, Profile } from '../../services/providers/profile.ts';
import { answer, noCount, post } from './openai-views.ts';

/** Mutations of each kind. */
const RUNS = 5_000;

/** Every word that the profiles look for. */
const FIELDS = (
  'error message type code param detail msg usage prompt_tokens completion_tokens total_tokens ' +
  'input_tokens output_tokens prompt_tokens_details completion_tokens_details cached_tokens ' +
  'cache_write_tokens reasoning_tokens input_tokens_details output_tokens_details ' +
  'cache_read_input_tokens cache_creation_input_tokens tool_calls_details cost total_cost ' +
  'currency citation_tokens num_search_queries search_context_size service_tier status id model ' +
  'choices index delta content refusal tool_calls function arguments finish_reason text response ' +
  'incomplete_details reason output messages role name tool_call_id function_call audio tools ' +
  'response_format max_tokens max_completion_tokens max_output_tokens n best_of stream input ' +
  'stream_options include_usage reasoning reasoning_effort effort instructions preset models ' +
  'max_steps previous_response_id web_search_options prompt toString __proto__ constructor'
).split(' ');
const WORDS = [
  ...['failed', 'completed', 'insufficient_quota', 'content_filter', 'web_search', 'stop', 'error'],
  ...[
    'response.completed',
    'response.failed',
    'response.output_text.delta',
    'USD',
    'low',
    'gpt-4o',
  ],
  ...['image_url', 'input_text', 'function_call', 'user', '', '\0', '429', 'sk-abcdefghijkl'],
];

const { value } = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 7, 1.5, 2 ** 53, 1e300, 2 ** 53 - 1),
    fc.constantFrom(...WORDS),
    fc.string({ maxLength: 12 }),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 7 }),
}));
const body = fc.dictionary(fc.constantFrom(...FIELDS), value, {
  maxKeys: 9,
}) as fc.Arbitrary<JsonObject>;
const path = fc.oneof(
  fc.constantFrom('/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/completions'),
  fc.constantFrom('/v1/batches', '/chat/completions', '/v1/agent', '/search', '/', ''),
  fc.webPath(),
);
const status = fc.constantFrom(0, 200, 301, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500);

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer();
});

describe.each([openai, perplexity])('$name', (profile: Profile) => {
  test('reads any request as an operation that a board takes and counts', () => {
    fc.assert(
      fc.property(path, body, (at, sent) => {
        const { operation } = profile.readRequest(post(at, sent));
        const spec = specOf(operation, undefined);
        expect(spec.operation).not.toBe('');
        if (spec.messages !== undefined) tokenizer.countMessages(spec.messages, spec.model);
      }),
      { numRuns: RUNS },
    );
  });

  test('reads any answer, and any usage that it finds is one', () => {
    fc.assert(
      fc.property(path, body, (at, said) => {
        const { usage, fault } = profile.readAnswer(answer(said), post(at, said), noCount);
        if (usage !== null) checkedUsage('usage', usage);
        if (fault !== null) expect(FAULTS).toContain(fault.fault);
      }),
      { numRuns: RUNS },
    );
  });

  test('reads any failure', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('<title>'));
    fc.assert(
      fc.property(fc.oneof(body, text), status, (said, code) => {
        const fault = profile.readFault(answer(said, code));
        expect(FAULTS).toContain(fault.fault);
        expect(fault.message.length).toBeLessThanOrEqual(1_024);
        expect(fault.message).not.toContain('sk-abcdefghijkl');
      }),
      { numRuns: RUNS },
    );
  });

  test('follows any stream', () => {
    const garbled = fc
      .tuple(body, fc.nat(40))
      .map(([said, at]) => JSON.stringify(said).slice(0, at));
    const data = fc.oneof(
      body.map((said) => JSON.stringify(said)),
      garbled,
      fc.constantFrom('[DONE]', '', 'null', '[]', '1'),
    );
    fc.assert(
      fc.property(body, fc.array(data, { maxLength: 6 }), (sent, frames) => {
        const reader = profile.openStream(post('/v1/chat/completions', sent));
        for (const frame of frames) {
          expect(typeof reader.read('', frame).text).toBe('string');
          if (reader.usage !== null) checkedUsage('usage', reader.usage);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('is not exhausted by what is nested 100,000 deep, nor slowed by what is long', () => {
    const deep = parsedJson('{"messages":'.repeat(100_000) + '1' + '}'.repeat(100_000));
    const list = { messages: [{ role: 'user', tool_calls: [deep] }], tools: deep, input: [deep] };
    for (const at of ['/v1/chat/completions', '/v1/responses', '/v1/other']) {
      const { operation } = profile.readRequest(post(at, list));
      tokenizer.countMessages(operation.messages ?? [], operation.model);
    }
    const long = '<'.repeat(65_536);
    for (let turn = 0; turn < 1_000; turn++) profile.readFault(answer(long, 500));
  });
});
