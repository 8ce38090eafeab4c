/**
 * What went wrong at a LightRAG server. It answers 500 with a sentence for whatever its language
 * model or its storage threw, so that a rate limit of the model can be told by its words only. That
 * the model's account is spent comes as such a rate limit too: the key that latches is the
 * server's, not ours, and its graph still answers.
 */
import type { Fault, FaultName } from '../fault.ts';
import { faultNameOf } from '../json-api/status-faults.ts';
import {
  listAt,
  isJsonObject,
  messageOf,
  messageOfText,
  objectAt,
  textAt,
} from '../json-reading.ts';
import type { JsonObject, ResponseView } from '../profile.ts';
import { retryAtMsFrom } from '../retry-times.ts';

/** Characters of a sentence that are looked at. */
const LOOKED_AT_MAX = 8_192;
/** Entries of a validation error that are told. */
const ENTRIES_MAX = 8;

const LIMIT_WORDS = [
  'rate limit',
  'rate_limit',
  'ratelimit',
  'too many requests',
  'insufficient_quota',
  'quota exceeded',
  'exceeded your current quota',
  'resource_exhausted',
];
const STATUS_429 = /\b429\b/;

/** The fault that a sentence of the server's tells: a rate limit by its words, else transient. */
export function faultOfText(said: string, retryAtMs: number | null): Fault {
  const text = said.slice(0, LOOKED_AT_MAX).toLowerCase();
  const isLimit = STATUS_429.test(text) || LIMIT_WORDS.some((words) => text.includes(words));
  return fault(isLimit ? 'rate_limited' : 'transient', said, retryAtMs);
}

/** Why an answer with a status of failure failed. */
export function faultOfResponse(response: ResponseView): Fault {
  const { status, headers, nowMs } = response;
  const said = detailOf(response);
  // A key that is missing or wrong is 403 here, a login that has expired 401. 409 is the request's
  // fault: a document that is there already, or a job that wants to be alone. 402 and 429 are sent
  // by proxies only.
  const name = faultNameOf(status);
  if (name === 'transient') return faultOfText(said, retryAtMsFrom(headers, nowMs));
  return fault(name, said, name === 'rate_limited' ? retryAtMsFrom(headers, nowMs) : null);
}

/**
 * A failure that came with status 200; null for none. A query without results is a success, and a
 * job that another one keeps from starting is like 409.
 */
export function faultOfAnswer(body: JsonObject): Fault | null {
  const said = textAt(body, 'message');
  switch (body.status) {
    case 'busy':
    case 'not_allowed':
      return fault('invalid', said, null);
    case 'failure':
    case 'fail':
    case 'error':
      return isNoResult(body, said) ? null : faultOfText(said, null);
    default:
      return null;
  }
}

const isNoResult = (body: JsonObject, said: string): boolean =>
  objectAt(body, 'metadata')?.failure_reason === 'no_results' ||
  said.startsWith('Query returned no results') ||
  said.startsWith('No relevant ');

const fault = (name: FaultName, said: string, retryAtMs: number | null): Fault => ({
  fault: name,
  code: null,
  message: messageOf(said),
  retryAtMs,
});

/** FastAPI's `detail`. Of a validation error, what was sent is left out: it holds the request. */
function detailOf({ body, text }: ResponseView): string {
  if (body === null) return messageOfText(text);
  const entries = listAt(body, 'detail');
  if (entries.length > 0) return entries.slice(0, ENTRIES_MAX).map(entryOf).join('; ');
  return textAt(body, 'detail') || textAt(body, 'message') || textAt(body, 'error');
}

function entryOf(entry: unknown): string {
  const problem = isJsonObject(entry) ? entry : null;
  const place = listAt(problem, 'loc').slice(0, ENTRIES_MAX).map(stepOf).join('.');
  return `${place}: ${textAt(problem, 'msg')}`;
}

const stepOf = (step: unknown): string =>
  typeof step === 'string' || typeof step === 'number' ? String(step) : '?';
