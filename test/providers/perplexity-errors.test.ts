/** Which class of fault an error of Perplexity's is, and what filtered content is not. */
import { describe, expect, test } from 'vitest';

import { verdictOfFault, type FaultName } from '../../services/providers/fault.ts';
import { perplexity } from '../../services/providers/perplexity/perplexity.ts';
import { answer, noCount, NOW_MS, post } from './openai-views.ts';

const AGENT = post('/v1/responses', { model: 'perplexity/sonar', input: 'Hello' });
const SONAR = post('/chat/completions', { model: 'sonar', messages: [] });

const error = (code: number | string, type: string, message = 'It failed.') => ({
  error: { message, type, code },
});

describe('API-41 api error format compliance (CRIT-44): perplexity', () => {
  test.each<readonly [number, string, FaultName]>([
    [429, 'rate_limit', 'rate_limited'],
    [429, 'insufficient_quota', 'quota'],
    [401, 'insufficient_quota', 'quota'],
    [401, 'invalid_api_key', 'unauthorized'],
    [401, 'auth', 'unauthorized'],
    [403, 'forbidden', 'unauthorized'],
    [400, 'bad_request', 'invalid'],
    [404, 'not_found', 'invalid'],
    [422, 'validation', 'invalid'],
    [500, 'internal_server_error', 'transient'],
    [503, 'unavailable', 'transient'],
    [529, 'overloaded', 'transient'],
  ])('%i of type %s is %s', (status, type, fault) => {
    expect(perplexity.readFault(answer(error(status, type), status))).toEqual({
      fault,
      code: type,
      message: 'It failed.',
      retryAtMs: null,
    });
  });

  test('a wait is heeded where it is said, and not needed', () => {
    const limited = (headers: Record<string, string>) =>
      perplexity.readFault(answer(error(429, 'rate_limit'), 429, headers)).retryAtMs;
    expect(limited({})).toBeNull();
    expect(limited({ 'retry-after': '7' })).toBe(NOW_MS + 7_000);
  });

  test('a page of HTML for a wrong key is read as one', () => {
    const page = '<html>\r\n<head><title>401 Authorization Required</title></head></html>';
    expect(perplexity.readFault(answer(page, 401))).toMatchObject({
      fault: 'unauthorized',
      message: '401 Authorization Required',
    });
  });

  test.each([
    [403, error(403, 'chat_completions_not_available', 'Sonar is now the Agent API.')],
    [403, error('agent_api_migration_required', 'forbidden', 'Use /v1/responses instead.')],
    [403, { error: { message: 'Sonar is now the Agent API. Use /v1/responses.', code: 403 } }],
    [410, 'Sonar is now the Agent API'],
  ])('%i of the retired Sonar chats is the request’s doing, not the key’s', (status, body) => {
    const fault = perplexity.readFault(answer(body, status));
    expect(fault).toMatchObject({ fault: 'invalid', code: 'sonar_retired' });
    expect(verdictOfFault(fault).outcome).toBe('ignored');
  });
});

describe('API-19 perplexity content filtering responses: filtered content', () => {
  const FILTERED = { fault: 'invalid', code: 'content_filter' };

  test.each([
    [400, 'content_filter'],
    [400, 'content_policy_violation'],
    [403, 'content_moderation'],
    [422, 'content_filtered'],
  ])('told by %i of type %s does not count against Perplexity', (status, type) => {
    const fault = perplexity.readFault(answer(error(status, type), status));
    expect(fault).toMatchObject(FILTERED);
    expect(verdictOfFault(fault)).toEqual({ outcome: 'ignored', retryable: false });
  });

  test('does not excuse a server that fails', () => {
    const fault = perplexity.readFault(answer(error(500, 'moderation_unavailable'), 500));
    expect(fault.fault).toBe('transient');
  });

  test('told by how an answer ends is invalid, and is still paid', () => {
    const usage = { input_tokens: 9, output_tokens: 1, cost: { total_cost: 0.001 } };
    const ended = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    const agent = perplexity.readAnswer(answer({ ...ended, usage }), AGENT, noCount);
    expect(agent.fault).toMatchObject(FILTERED);
    expect(agent.usage?.costNanoUsd).toBe(1_000_000);
    const chat = { choices: [{ index: 0, finish_reason: 'content_filter', message: {} }] };
    expect(perplexity.readAnswer(answer(chat), SONAR, noCount).fault).toMatchObject(FILTERED);
    const failed = { status: 'failed', error: { message: 'No', type: 'content_filter' } };
    expect(perplexity.readAnswer(answer(failed), AGENT, noCount).fault).toMatchObject(FILTERED);
  });

  test('told inside a stream is invalid', () => {
    const chat = perplexity.openStream(SONAR);
    chat.read('', JSON.stringify({ choices: [{ delta: {}, finish_reason: 'content_filter' }] }));
    expect(chat.fault).toMatchObject(FILTERED);
    const agent = perplexity.openStream(AGENT);
    const response = { status: 'failed', error: { message: 'No', code: 'content_policy' } };
    agent.read('', JSON.stringify({ type: 'response.failed', response }));
    expect(agent.fault).toMatchObject(FILTERED);
  });

  test('is not what an answer that came to its end is', () => {
    const chat = { choices: [{ index: 0, finish_reason: 'stop', message: { content: 'Hi' } }] };
    expect(perplexity.readAnswer(answer(chat), SONAR, noCount).fault).toBeNull();
    const failed = { status: 'failed', error: { message: 'Out of memory', type: 'server_error' } };
    const { fault } = perplexity.readAnswer(answer(failed), AGENT, noCount);
    expect(fault).toMatchObject({ fault: 'transient', code: 'server_error' });
  });
});
