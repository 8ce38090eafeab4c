/**
 * What an error of OpenAI's, or of a server that speaks its language, is a case of. Its own words
 * for it, `code` and `type`, go before the status: an account without money answers 429 like one
 * that is too fast, and only the code tells them apart.
 *
 * Sources: https://platform.openai.com/docs/guides/error-codes, and the billing codes of
 * https://help.openai.com/en/articles/6614457 and 5955604.
 */
import type { Fault, FaultName } from '../fault.ts';
import {
  isJsonObject,
  listAt,
  messageOf,
  messageOfText,
  objectAt,
  textAt,
  wordAt,
} from '../json-reading.ts';
import type { JsonObject, ResponseView } from '../profile.ts';
import { retryAtMsFrom } from '../retry-times.ts';

/** An error in its provider's words. */
export interface ErrorWords {
  readonly code: string | null;
  readonly type: string | null;
  readonly message: string;
}

const words = (fault: FaultName, ...names: readonly string[]): [string, FaultName][] =>
  names.map((name) => [name, fault]);

/** Codes and types that mean one thing, whatever the status. */
const FAULT_OF_WORD: ReadonlyMap<string, FaultName> = new Map([
  ...words(
    'quota',
    'insufficient_quota',
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'billing_hard_limit_reached',
    'billing_not_active',
  ),
  ...words(
    'unauthorized',
    'invalid_api_key',
    'invalid_organization',
    'mismatched_organization',
    'account_deactivated',
    'authentication_error',
  ),
  // Where a call comes from and which model it names are not the key's fault: other models work.
  ...words(
    'invalid',
    'unsupported_country_region_territory',
    'model_not_found',
    'context_length_exceeded',
    'content_filter',
    'content_policy_violation',
    'moderation_blocked',
    'invalid_prompt',
    'bio_policy',
    'data_residency_mismatch',
    'image_content_policy_violation',
    'string_above_max_length',
  ),
  ...words(
    'rate_limited',
    'rate_limit_exceeded',
    'rate_limit_error',
    'slow_down',
    'too_many_requests',
  ),
  ...words(
    'transient',
    'server_error',
    'server_is_overloaded',
    'service_unavailable_error',
    'overloaded_error',
    'vector_store_timeout',
  ),
]);

/** In a stream there is no status, and this type says what 400 would. */
const INVALID_TYPE = 'invalid_request_error';
/** A 429 for what exceeds a whole minute's tokens at once: no wait makes it fit. */
const TOO_LARGE = 'Request too large for';
/** A 403 about the model, not the key, in words alone. */
const NO_MODEL = 'does not have access to model';

/** The words of an error, wherever its server puts them. `error` is the body, or an event. */
export function errorWords(error: JsonObject | null, text: string): ErrorWords {
  const said = error?.error;
  if (typeof said === 'string') {
    return { code: wordAt(error, 'code'), type: null, message: messageOf(said) };
  }
  const inner = isJsonObject(said) ? said : error;
  if (inner === null) return { code: null, type: null, message: messageOfText(text) };
  const message = textAt(inner, 'message') || detailOf(inner);
  return { code: wordAt(inner, 'code'), type: wordAt(inner, 'type'), message: messageOf(message) };
}

/** How servers made with FastAPI word it: a text, or a list of what is wrong with the request. */
function detailOf(error: JsonObject): string {
  const [first] = listAt(error, 'detail');
  return textAt(error, 'detail') || textAt(isJsonObject(first) ? first : null, 'msg');
}

/** @param status of HTTP; null inside a stream. */
export function faultNameOf(status: number | null, { code, type, message }: ErrorWords): FaultName {
  const known = FAULT_OF_WORD.get(code ?? '') ?? FAULT_OF_WORD.get(type ?? '');
  if (known === 'rate_limited' && message.startsWith(TOO_LARGE)) return 'invalid';
  if (known !== undefined) return known;
  // Gateways put the status of what failed behind them into `code`.
  const said = status ?? statusIn(code);
  if (said === null) return type === INVALID_TYPE ? 'invalid' : 'transient';
  if (said === 403 && message.includes(NO_MODEL)) return 'invalid';
  return faultOfStatus(said);
}

function statusIn(code: string | null): number | null {
  const status = Number(code ?? NaN);
  return status >= 400 && status < 600 ? status : null;
}

function faultOfStatus(status: number): FaultName {
  switch (status) {
    case 401:
    case 403:
      return 'unauthorized';
    case 402:
      return 'quota';
    case 408:
    case 425:
      return 'transient';
    case 429:
      return 'rate_limited';
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'transient';
  }
}

/** A fault inside an answer or a stream, of which no header tells when to try again. */
export function faultInside(error: JsonObject): Fault {
  const said = errorWords(error, '');
  const fault = faultNameOf(null, said);
  return { fault, code: said.code ?? said.type, message: said.message, retryAtMs: null };
}

/** Why an answer with a status of failure failed. */
export function faultOfResponse(response: ResponseView): Fault {
  const { status, headers, body, text, nowMs } = response;
  const said = errorWords(body, text);
  const fault = isWall(response) ? 'transient' : faultNameOf(status, said);
  const mayRetry = fault === 'transient' || fault === 'rate_limited';
  const retryAtMs = mayRetry ? retryAtMsFrom(headers, nowMs) : null;
  return { fault, code: said.code ?? said.type, message: said.message, retryAtMs };
}

/** A page of HTML with 403 comes from something in between, which knows nothing of the key. */
const isWall = ({ status, body, text }: ResponseView): boolean =>
  status === 403 && body === null && text.trimStart().startsWith('<');

/** An error that came with a status of success; null where the answer holds none. */
export function faultInAnswer(body: JsonObject): Fault | null {
  const isFailed = body.status === 'failed';
  const hasError = typeof body.error === 'string' || objectAt(body, 'error') !== null;
  if (isFailed) return faultInside(hasError ? body : { error: {} });
  return hasError && body.choices === undefined && body.output === undefined
    ? faultInside(body)
    : null;
}
