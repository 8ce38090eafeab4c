/** Which class of fault an error of OpenAI's is, from its body, status and headers. */
import { describe, expect, test } from 'vitest';

import { verdictOfFault, type FaultName } from '../../services/providers/fault.ts';
import { openai } from '../../services/providers/openai/openai.ts';
import { answer, noCount, NOW_MS, post } from './openai-views.ts';

const error = (code: string | null, type: string | null, message = 'It failed.') => ({
  error: { message, type, param: null, code },
});

type Row = readonly [status: number, code: string | null, type: string | null, fault: FaultName];

const BILLING = [
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
];

const TABLE: readonly Row[] = [
  [429, 'rate_limit_exceeded', 'tokens', 'rate_limited'],
  [429, 'rate_limit_exceeded', 'requests', 'rate_limited'],
  [429, null, 'rate_limit_error', 'rate_limited'],
  [429, 'slow_down', null, 'rate_limited'],
  [503, 'slow_down', null, 'rate_limited'],
  [429, null, null, 'rate_limited'],
  ...BILLING.map((code): Row => [429, code, 'insufficient_quota', 'quota']),
  ...BILLING.map((code): Row => [429, code, null, 'quota']),
  [429, 'a_code_of_tomorrow', 'insufficient_quota', 'quota'],
  [403, 'insufficient_quota', 'insufficient_quota', 'quota'],
  [400, 'billing_hard_limit_reached', 'invalid_request_error', 'quota'],
  [402, null, null, 'quota'],
  [401, 'invalid_api_key', 'invalid_request_error', 'unauthorized'],
  [401, null, 'invalid_request_error', 'unauthorized'],
  [403, null, null, 'unauthorized'],
  [403, 'unsupported_country_region_territory', 'request_forbidden', 'invalid'],
  [403, 'model_not_found', 'invalid_request_error', 'invalid'],
  [400, null, 'invalid_request_error', 'invalid'],
  [400, 'context_length_exceeded', 'invalid_request_error', 'invalid'],
  [500, 'context_length_exceeded', null, 'invalid'],
  [400, 'content_filter', null, 'invalid'],
  [404, 'model_not_found', 'invalid_request_error', 'invalid'],
  [409, null, null, 'invalid'],
  [413, null, null, 'invalid'],
  [422, null, null, 'invalid'],
  [408, null, null, 'transient'],
  [500, 'server_error', 'server_error', 'transient'],
  [502, null, null, 'transient'],
  [503, 'server_is_overloaded', 'service_unavailable_error', 'transient'],
  [504, null, null, 'transient'],
  [529, null, 'overloaded_error', 'transient'],
];

describe('API-11 openai transient error classification (CRIT-44): an error', () => {
  test.each(TABLE)('%i with code %s and type %s is %s', (status, code, type, fault) => {
    const read = openai.readFault(answer(error(code, type), status));
    expect(read).toMatchObject({ fault, message: 'It failed.', code: code ?? type });
    const isRetryable = fault === 'transient' || fault === 'rate_limited';
    expect(verdictOfFault(read).retryable).toBe(isRetryable);
  });

  test('with a wait gets its instant, unless no wait would help', () => {
    const headers = { 'retry-after': '60' };
    const at = (code: string) => openai.readFault(answer(error(code, null), 429, headers));
    expect(at('rate_limit_exceeded').retryAtMs).toBe(NOW_MS + 60_000);
    expect(at('insufficient_quota').retryAtMs).toBeNull();
  });

  test('429 for more than a minute of tokens at once is the request’s own', () => {
    const message =
      'Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389.';
    const read = openai.readFault(answer(error('rate_limit_exceeded', 'tokens', message), 429));
    expect(read.fault).toBe('invalid');
  });

  test('403 about a model in words alone does not latch the key', () => {
    const message = 'Project `proj_1` does not have access to model `gpt-5`.';
    expect(openai.readFault(answer(error(null, null, message), 403)).fault).toBe('invalid');
  });

  test('403 as a page of HTML comes from something in between', () => {
    const page = '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>';
    const read = openai.readFault(answer(page, 403));
    expect(read).toMatchObject({ fault: 'transient', message: 'Just a moment...' });
    expect(openai.readFault(answer('', 403)).fault).toBe('unauthorized');
  });
});

describe('API-41 api error format compliance: openai', () => {
  test('a body of the facts is read to its code and message', () => {
    const body = {
      error: {
        message: 'Rate limit reached for gpt-4o-mini on tokens per min (TPM): Limit 200000.',
        type: 'tokens',
        param: null,
        code: 'rate_limit_exceeded',
      },
    };
    expect(openai.readFault(answer(body, 429, { 'retry-after-ms': '1500' }))).toEqual({
      fault: 'rate_limited',
      code: 'rate_limit_exceeded',
      message: body.error.message,
      retryAtMs: NOW_MS + 1_500,
    });
  });

  test.each([
    ['', ''],
    ['upstream connect error', 'upstream connect error'],
    ['<html><body>502</body></html>', ''],
    [{ detail: 'The model crashed.' }, 'The model crashed.'],
    [{ detail: [{ type: 'missing', loc: ['body'], msg: 'Field required' }] }, 'Field required'],
    [{ error: 'model is loading' }, 'model is loading'],
    [{ object: 'error', message: 'CUDA ran out of memory', code: 500 }, 'CUDA ran out of memory'],
    [{ error: null }, ''],
    [{ error: { message: { nested: true } } }, ''],
  ])('a 500 of %j says %j', (body, message) => {
    expect(openai.readFault(answer(body, 500))).toMatchObject({ fault: 'transient', message });
  });

  test('a message is cut, and the key that it quotes is left out', () => {
    const quoted = error('invalid_api_key', null, 'Incorrect API key provided: hunter2. See docs.');
    expect(openai.readFault(answer(quoted, 401)).message).toBe('Incorrect API key provided.');
    const other = error(null, null, 'Key sk-proj-abcdef123456 may not do that.');
    expect(openai.readFault(answer(other, 403)).message).toBe('Key [key] may not do that.');
    const long = error(null, null, 'x'.repeat(1_000_000));
    expect(openai.readFault(answer(long, 500)).message).toHaveLength(1_024);
  });
});

describe('a failure that comes with a status of success', () => {
  const chat = post('/v1/chat/completions', { model: 'gpt-4o', messages: [] });
  const respond = post('/v1/responses', { model: 'gpt-4o', input: 'Hello' });
  const faultOf = (body: Parameters<typeof answer>[0], request = chat) =>
    openai.readAnswer(answer(body), request, noCount).fault;

  test('is read from a response that failed', () => {
    const failed = (code: string) => ({
      object: 'response',
      status: 'failed',
      error: { code, message: 'The model failed.' },
      output: [],
      usage: null,
    });
    expect(faultOf(failed('server_error'), respond)?.fault).toBe('transient');
    expect(faultOf(failed('rate_limit_exceeded'), respond)?.fault).toBe('rate_limited');
    expect(faultOf(failed('invalid_prompt'), respond)?.fault).toBe('invalid');
    expect(faultOf({ status: 'failed', error: null }, respond)?.fault).toBe('transient');
  });

  test('is read from an error of a gateway, which has its status for a code', () => {
    const at = (code: number) => faultOf({ error: { code, message: 'Upstream failed' } })?.fault;
    expect([at(502), at(429), at(401), at(400)]).toEqual([
      'transient',
      'rate_limited',
      'unauthorized',
      'invalid',
    ]);
  });

  test('is an answer that is no JSON, where one must be', () => {
    expect(faultOf('<html>Welcome to our hotel</html>')?.fault).toBe('transient');
    expect(faultOf('{"id":"chatcmpl-1","choi')?.fault).toBe('transient');
    const speech = post('/v1/audio/speech', { model: 'tts-1', input: 'Hello' });
    expect(faultOf('ID3', speech)).toBeNull();
  });

  test('is none where the model declines, is filtered, or runs out of tokens', () => {
    const ended = { choices: [{ index: 0, finish_reason: 'content_filter', message: {} }] };
    expect(faultOf(ended)).toBeNull();
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    expect(faultOf({ ...cut, error: null }, respond)).toBeNull();
  });
});
