/**
 * OpenAI's errors, word for word where words are known: status, type, code and headers.
 *
 * Sources: help.openai.com articles 6614457 and 5955604 (quota), the error-codes guide, the body
 * in HKUDS/LightRAG#1653 (rate limits), openai-openapi components.responses.TooManyRequests.
 */
import type { RefusingBehaviour } from '../behaviours.ts';
import { jsonReply, proxyReply, type WholeReply } from '../reply.ts';
import type { JsonObject } from '../usage-fault.ts';

const DOCS = 'https://platform.openai.com/docs/guides/error-codes/api-errors';
const SERVER_ERROR = 'The server had an error while processing your request. Sorry about that!';
const QUOTA =
  'You exceeded your current quota, please check your plan and billing details. ' +
  `For more information on this error, read the docs: ${DOCS}.`;

export const openAiError = (
  status: number,
  message: string,
  type: string,
  code: string | null,
  param: string | null = null,
  headers: Readonly<Record<string, string>> = {},
): WholeReply => jsonReply(status, { error: { message, type, param, code } }, headers);

export const invalidRequest = (param: string | null, code: string, message: string): WholeReply =>
  openAiError(400, message, 'invalid_request_error', code, param);

export const missingParameter = (param: string): WholeReply =>
  invalidRequest(param, 'missing_required_parameter', `Missing required parameter: '${param}'.`);

export const unknownUrl = (method: string, path: string): WholeReply =>
  openAiError(404, `Invalid URL (${method} ${path})`, 'invalid_request_error', 'unknown_url');

/** The error object inside a stream. */
export const streamError = (code = 'server_error', message = SERVER_ERROR): JsonObject => ({
  error: { message, type: code, param: null, code },
});

export const noKey = (): WholeReply =>
  openAiError(
    401,
    "You didn't provide an API key. You need to provide your API key in an Authorization header " +
      'using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).',
    'invalid_request_error',
    null,
  );

export const wrongKey = (): WholeReply =>
  openAiError(
    401,
    'Incorrect API key provided: sk-*****. ' +
      'You can find your API key at https://platform.openai.com/account/api-keys.',
    'invalid_request_error',
    'invalid_api_key',
  );

export function refuseAsOpenAi(behaviour: RefusingBehaviour, model: string): WholeReply {
  switch (behaviour.type) {
    case 'rate_limited':
      return rateLimited(behaviour, model);
    case 'quota':
      return openAiError(429, QUOTA, 'insufficient_quota', behaviour.code ?? 'insufficient_quota');
    case 'unauthorized':
      return wrongKey();
    case 'forbidden':
      return openAiError(
        403,
        'Country, region, or territory not supported',
        'request_forbidden',
        'unsupported_country_region_territory',
      );
    case 'bad_request':
      return behaviour.code === undefined
        ? invalidRequest('messages', 'invalid_type', "Invalid type for 'messages'.")
        : invalidRequest('messages', behaviour.code, `Invalid request: ${behaviour.code}.`);
    case 'not_found':
      return openAiError(
        404,
        `The model \`${model}\` does not exist or you do not have access to it.`,
        'invalid_request_error',
        'model_not_found',
      );
    case 'conflict':
      return openAiError(409, 'The resource was changed meanwhile.', 'conflict_error', 'conflict');
    case 'too_large':
      return openAiError(413, 'Request too large.', 'invalid_request_error', 'request_too_large');
    case 'unprocessable':
      return openAiError(422, 'Unprocessable request.', 'invalid_request_error', null);
    case 'server_error': {
      const { status = 500 } = behaviour;
      if (status === 502 || status === 504) return proxyReply(status);
      return openAiError(status, SERVER_ERROR, 'server_error', null);
    }
    case 'overloaded':
      return openAiError(
        503,
        'The server is currently overloaded. Please try again later.',
        'service_unavailable_error',
        'server_is_overloaded',
      );
    case 'retired':
      return openAiError(
        404,
        `The model \`${model}\` has been deprecated.`,
        'invalid_request_error',
        'model_not_found',
      );
    case 'error':
      return typeof behaviour.body === 'string'
        ? { status: behaviour.status, headers: TEXT_HEADERS, body: behaviour.body }
        : jsonReply(behaviour.status, behaviour.body);
  }
}

const TEXT_HEADERS = { 'content-type': 'text/plain' };

type RateLimited = Extract<RefusingBehaviour, { readonly type: 'rate_limited' }>;

function rateLimited(behaviour: RateLimited, model: string): WholeReply {
  const { by = 'requests', retryAfterSeconds = 1, retryAfterMs } = behaviour;
  const { code = 'rate_limit_exceeded' } = behaviour;
  const waitSeconds = retryAfterMs === undefined ? retryAfterSeconds : retryAfterMs / 1000;
  const measure = by === 'requests' ? 'requests per min (RPM)' : 'tokens per min (TPM)';
  const advice = waitSeconds === null ? '' : ` Please try again in ${waitSeconds}s.`;
  return openAiError(
    429,
    `Rate limit reached for ${model} in organization org-simulated on ${measure}: ` +
      `Limit 10000, Used 10000, Requested 1.${advice} ` +
      'Visit https://platform.openai.com/account/rate-limits to learn more.',
    by,
    code,
    null,
    {
      ...(retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }),
      [`x-ratelimit-remaining-${by}`]: '0',
      ...(waitSeconds === null ? {} : { [`x-ratelimit-reset-${by}`]: `${waitSeconds}s` }),
    },
  );
}
