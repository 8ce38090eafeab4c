/**
 * LightRAG's errors: FastAPI's `{"detail": …}`. What its own language model refuses comes out as
 * 500 with the text of the exception, so a rate limit upstream can be told by the text alone.
 */
import type { RefusingBehaviour } from '../behaviours.ts';
import { jsonReply, proxyReply, type WholeReply } from '../reply.ts';

export const detail = (status: number, text: string): WholeReply =>
  jsonReply(status, { detail: text });

/** What FastAPI says of a body or a parameter that is not as it must be. */
export const unprocessable = (
  loc: readonly string[],
  msg: string,
  type = 'value_error',
): WholeReply => jsonReply(422, { detail: [{ type, loc, msg }] });

/** A refusal of OpenAI's, as Python prints the exception of its client. */
const upstream = (message: string, type: string, code: string): string =>
  `Error code: 429 - {'error': {'message': '${message}', 'type': '${type}', 'param': None, ` +
  `'code': '${code}'}}`;

export const UPSTREAM_RATE_LIMIT = upstream(
  'Rate limit reached for gpt-4o-mini in organization org-simulated on tokens per min (TPM): ' +
    'Limit 200000, Used 200000, Requested 1. Please try again in 1s.',
  'tokens',
  'rate_limit_exceeded',
);
const UPSTREAM_QUOTA = upstream(
  'You exceeded your current quota, please check your plan and billing details.',
  'insufficient_quota',
  'insufficient_quota',
);

export function refuseAsLightRag(behaviour: RefusingBehaviour): WholeReply {
  switch (behaviour.type) {
    case 'rate_limited':
      return detail(500, UPSTREAM_RATE_LIMIT);
    case 'quota':
      return detail(500, UPSTREAM_QUOTA);
    case 'unauthorized':
      return detail(401, 'Invalid token. Please login again.');
    case 'forbidden':
      return detail(403, 'Invalid API Key');
    case 'bad_request':
      return detail(400, 'Unsupported file type.');
    case 'not_found':
      return detail(404, 'Not Found');
    case 'conflict':
      return detail(409, 'The pipeline is busy with another job. Try again when it has ended.');
    case 'too_large':
      return detail(413, 'File too large.');
    case 'unprocessable':
      return unprocessable(['body', 'query'], 'Field required', 'missing');
    case 'server_error': {
      const { status = 500 } = behaviour;
      if (status === 502 || status === 504) return proxyReply(status);
      return status === 503
        ? detail(503, 'Service Unavailable')
        : jsonReply(500, { detail: 'Internal server error' });
    }
    case 'overloaded':
      return detail(500, 'LLM func: Worker execution timeout after 360s');
    case 'retired':
      return detail(404, 'Not Found');
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
