/**
 * Perplexity's errors. `code` is the status as a number, and an exhausted account is 401 like a
 * wrong key, told apart by its type alone. It sends no Retry-After that is documented.
 *
 * Sources: vercel/ai perplexityErrorSchema; published logs of its 401 `insufficient_quota`; the
 * 403 `chat_completions_not_available` that its former endpoint answers since 2026-09-27.
 */
import type { RefusingBehaviour } from '../behaviours.ts';
import { jsonReply, proxyReply, type WholeReply } from '../reply.ts';

export const perplexityError = (
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): WholeReply => jsonReply(status, { error: { message, type, code: status } }, headers);

export const invalidRequest = (message: string): WholeReply =>
  perplexityError(400, 'invalid_request', message);

export const wrongKey = (): WholeReply =>
  perplexityError(
    401,
    'invalid_api_key',
    'Invalid API key provided. You can find your API key at https://www.perplexity.ai/settings/api.',
  );

export const retiredSonar = (): WholeReply =>
  perplexityError(
    403,
    'chat_completions_not_available',
    'Sonar is now the Agent API. Use /v1/responses instead of /v1/sonar.',
  );

export const FILTERED = 'The response was withheld by content filtering.';

export function refuseAsPerplexity(behaviour: RefusingBehaviour): WholeReply {
  switch (behaviour.type) {
    case 'rate_limited': {
      const { retryAfterSeconds, retryAfterMs } = behaviour;
      return perplexityError(
        429,
        behaviour.code ?? 'request_rate_limit_exceeded',
        'Request rate limit exceeded, please try again later.',
        {
          ...(typeof retryAfterSeconds === 'number'
            ? { 'retry-after': String(retryAfterSeconds) }
            : {}),
          ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
        },
      );
    }
    case 'quota':
      return perplexityError(
        401,
        'insufficient_quota',
        'You exceeded your current quota, please check your plan and billing details. ' +
          'For more information, visit https://www.perplexity.ai/settings/api.',
      );
    case 'unauthorized':
      return wrongKey();
    case 'forbidden':
      return perplexityError(403, 'forbidden', 'You have no access to this resource.');
    case 'bad_request':
      return perplexityError(400, behaviour.code ?? 'invalid_request', 'validation failed');
    case 'not_found':
      return perplexityError(404, 'not_found', 'The resource does not exist.');
    case 'conflict':
      return perplexityError(409, 'conflict', 'The resource was changed meanwhile.');
    case 'too_large':
      return perplexityError(413, 'request_too_large', 'The request is too large.');
    case 'unprocessable':
      return perplexityError(422, 'unprocessable_entity', 'The request cannot be processed.');
    case 'server_error': {
      const { status = 500 } = behaviour;
      if (status === 502 || status === 504) return proxyReply(status);
      return perplexityError(status, 'internal_server_error', 'Internal server error.');
    }
    case 'overloaded':
      return perplexityError(503, 'service_unavailable', 'The service is overloaded.');
    case 'retired':
      return retiredSonar();
    case 'error':
      return typeof behaviour.body === 'string'
        ? {
            status: behaviour.status,
            headers: { 'content-type': 'text/plain' },
            body: behaviour.body,
          }
        : jsonReply(behaviour.status, behaviour.body);
  }
}
