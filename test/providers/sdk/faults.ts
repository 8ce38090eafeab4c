/** Every fault of OpenAI's, and what its official client must raise for it. */
import OpenAI from 'openai';

import type { Outcome } from '../../../services/outcome.ts';
import { QUOTA_CODES, type Behaviour } from '../../kit/providers/behaviours.ts';
import { SOON } from './sdk-rig.ts';

const { APIError, AuthenticationError, BadRequestError, ConflictError } = OpenAI;
const { InternalServerError, NotFoundError, PermissionDeniedError, RateLimitError } = OpenAI;
const { UnprocessableEntityError, APIConnectionError } = OpenAI;

export interface FaultCase {
  readonly behaviour: Behaviour;
  readonly error: abstract new (...args: never[]) => Error;
  readonly status?: number;
  readonly code?: string | null;
  readonly type?: string;
  /** What each of its tries says to the breaker. */
  readonly outcome: Outcome;
  /** Requests that a client with its usual two retries makes. */
  readonly tries: 1 | 3;
}

const INVALID = { outcome: 'ignored', type: 'invalid_request_error', tries: 1 } as const;
const FAILED = { outcome: 'failed', error: InternalServerError, tries: 3 } as const;
const TOO_LARGE = 'Request too large for gpt-4o-mini: Limit 1000, Requested 2000.';

const quota = (code: (typeof QUOTA_CODES)[number]): [string, FaultCase] => [
  code,
  {
    behaviour: { type: 'quota', code, headers: SOON },
    error: RateLimitError,
    status: 429,
    code,
    type: 'insufficient_quota',
    outcome: 'over_quota',
    tries: 1,
  },
];

const said = (status: number, error: object): Behaviour => ({
  type: 'error',
  status,
  body: { error: { message: 'Said so.', param: null, ...error } },
  headers: SOON,
});

export const FAULTS: readonly (readonly [string, FaultCase])[] = [
  ...QUOTA_CODES.map(quota),
  [
    'a payment that is required',
    {
      behaviour: said(402, { type: 'billing', code: null }),
      error: APIError,
      status: 402,
      outcome: 'over_quota',
      tries: 1,
    },
  ],
  [
    'a wrong key',
    {
      behaviour: { type: 'unauthorized' },
      error: AuthenticationError,
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
      outcome: 'unauthorized',
      tries: 1,
    },
  ],
  [
    'a key without permission',
    {
      behaviour: said(403, { type: 'permission_error', code: 'missing_scope' }),
      error: PermissionDeniedError,
      status: 403,
      code: 'missing_scope',
      outcome: 'unauthorized',
      tries: 1,
    },
  ],
  [
    'a country that is not served',
    {
      behaviour: { type: 'forbidden' },
      error: PermissionDeniedError,
      status: 403,
      code: 'unsupported_country_region_territory',
      outcome: 'ignored',
      tries: 1,
    },
  ],
  [
    'a bad request',
    {
      ...INVALID,
      behaviour: { type: 'bad_request' },
      error: BadRequestError,
      status: 400,
      code: 'invalid_type',
    },
  ],
  [
    'a prompt that is too long',
    {
      ...INVALID,
      behaviour: { type: 'bad_request', code: 'context_length_exceeded' },
      error: BadRequestError,
      status: 400,
      code: 'context_length_exceeded',
    },
  ],
  [
    'an unknown model',
    {
      ...INVALID,
      behaviour: { type: 'not_found' },
      error: NotFoundError,
      status: 404,
      code: 'model_not_found',
    },
  ],
  [
    'a request that is too large',
    {
      ...INVALID,
      behaviour: { type: 'too_large' },
      error: APIError,
      status: 413,
      code: 'request_too_large',
    },
  ],
  [
    'an unprocessable request',
    {
      ...INVALID,
      behaviour: { type: 'unprocessable' },
      error: UnprocessableEntityError,
      status: 422,
      code: null,
    },
  ],
  [
    'a conflict',
    {
      outcome: 'ignored',
      behaviour: { type: 'conflict', headers: SOON },
      error: ConflictError,
      status: 409,
      code: 'conflict',
      tries: 3,
    },
  ],
  [
    'more tokens at once than a minute has',
    {
      behaviour: said(429, { message: TOO_LARGE, type: 'tokens', code: 'rate_limit_exceeded' }),
      error: RateLimitError,
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'tokens',
      outcome: 'ignored',
      tries: 1,
    },
  ],
  [
    'a time-out of the provider',
    {
      ...FAILED,
      behaviour: said(408, { type: 'timeout', code: null }),
      error: APIError,
      status: 408,
    },
  ],
  [
    'status 500',
    {
      ...FAILED,
      behaviour: { type: 'server_error', headers: SOON },
      status: 500,
      type: 'server_error',
    },
  ],
  [
    'status 502',
    { ...FAILED, behaviour: { type: 'server_error', status: 502, headers: SOON }, status: 502 },
  ],
  [
    'status 503',
    { ...FAILED, behaviour: { type: 'server_error', status: 503, headers: SOON }, status: 503 },
  ],
  [
    'status 504',
    { ...FAILED, behaviour: { type: 'server_error', status: 504, headers: SOON }, status: 504 },
  ],
  [
    'overload',
    {
      ...FAILED,
      behaviour: { type: 'overloaded', headers: SOON },
      status: 503,
      code: 'server_is_overloaded',
      type: 'service_unavailable_error',
    },
  ],
  [
    'words of FastAPI',
    {
      ...FAILED,
      behaviour: { type: 'error', status: 500, body: { detail: 'no' }, headers: SOON },
      status: 500,
    },
  ],
  [
    'an answer that is no JSON',
    { behaviour: { type: 'bad_json' }, error: SyntaxError, outcome: 'failed', tries: 1 },
  ],
  [
    'a connection that is reset',
    { behaviour: { type: 'reset' }, error: APIConnectionError, outcome: 'failed', tries: 3 },
  ],
  [
    'an answer that is cut',
    {
      behaviour: { type: 'cut', afterChunks: 3 },
      error: APIConnectionError,
      outcome: 'failed',
      tries: 3,
    },
  ],
];
