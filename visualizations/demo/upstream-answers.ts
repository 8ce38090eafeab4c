/** What an OpenAI-shaped API answers: bodies, statuses and headers for the official client. */
import type { OutgoingHttpHeaders } from 'node:http';

import type { Asked } from './behaviour.ts';

export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: unknown;
}

const ok = (body: unknown): Answer => ({ status: 200, headers: {}, body });

const fault = (
  status: number,
  type: string,
  code: string | null,
  message: string,
  headers: OutgoingHttpHeaders = {},
): Answer => ({ status, headers, body: { error: { message, type, param: null, code } } });

const CHARACTERS_PER_TOKEN = 4;

/** About four characters to a token, as a rule of thumb for English has it. */
export const tokensIn = (value: unknown): number =>
  Math.max(
    1,
    Math.ceil(
      (typeof value === 'string' ? value : JSON.stringify(value)).length / CHARACTERS_PER_TOKEN,
    ),
  );

const TEXT = 'Every call you do not make is a call you do not wait for.';

/** `tokens`: how long the answer is; null for one sentence. */
export function chatCompletion(
  id: string,
  model: string,
  messages: unknown,
  tokens: number | null,
  nowMs: number,
): Answer {
  const content = tokens === null ? TEXT : textOf(tokens);
  const promptTokens = tokensIn(messages);
  const completionTokens = tokensIn(content);
  return ok({
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: Math.floor(nowMs / 1000),
    model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  });
}

function textOf(tokens: number): string {
  const length = tokens * CHARACTERS_PER_TOKEN;
  return `${TEXT} `.repeat(Math.ceil(length / TEXT.length)).slice(0, length);
}

/** Vectors of eight numbers. The official client asks for base64 unless told otherwise. */
export function embeddings(model: string, input: unknown, format: unknown): Answer {
  const inputs = Array.isArray(input) ? input : [input];
  const vector = Float32Array.from({ length: 8 }, (_, index) => (index + 1) / 10);
  const embedding =
    format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : Array.from(vector);
  const promptTokens = inputs.reduce<number>((sum, each) => sum + tokensIn(each), 0);
  return ok({
    object: 'list',
    data: inputs.map((_, index) => ({ object: 'embedding', index, embedding })),
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  });
}

export const overloaded = (): Answer =>
  fault(
    503,
    'service_unavailable_error',
    'server_is_overloaded',
    'The server is currently overloaded. Please try again later.',
  );

export function rateLimited({ model }: Asked, retryAfterMs: number): Answer {
  const seconds = (retryAfterMs / 1000).toFixed(3);
  return fault(
    429,
    'requests',
    'rate_limit_exceeded',
    `Rate limit reached for ${model} on requests per min (RPM): Limit 500, Used 500,` +
      ` Requested 1. Please try again in ${seconds}s.`,
    {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': `${seconds}s`,
    },
  );
}

export const overQuota = (): Answer =>
  fault(
    429,
    'insufficient_quota',
    'insufficient_quota',
    'You exceeded your current quota, please check your plan and billing details.',
  );

export const wrongKey = (): Answer =>
  fault(401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.');

export const badRequest = (message: string): Answer =>
  fault(400, 'invalid_request_error', null, message);

export const notFound = (method: string, path: string): Answer =>
  fault(404, 'invalid_request_error', 'unknown_url', `Unknown request URL: ${method} ${path}.`);

export const tooLarge = (bytesMax: number): Answer =>
  fault(413, 'invalid_request_error', null, `The request is larger than ${bytesMax} bytes.`);
