/**
 * What an error of Perplexity's is a case of. Its `code` is a number, the status again; its `type`
 * is the word. Two things say nothing about the provider or the key, whatever their status: content
 * that was filtered, and the Sonar chats that were retired on 2026-09-27, which answer
 * 403 `chat_completions_not_available`, "Sonar is now the Agent API", to a good key.
 */
import type { Fault } from '../fault.ts';
import { isJsonObject, listAt, objectAt, textAt } from '../json-reading.ts';
import {
  errorWords,
  faultInAnswer,
  faultOfResponse,
  type ErrorWords,
} from '../openai/openai-faults.ts';
import type { JsonObject, ResponseView } from '../profile.ts';

/** Our word for the answer of a chat API that is gone. */
export const SONAR_RETIRED = 'sonar_retired';
/** Our word for content that was filtered. */
export const CONTENT_FILTER = 'content_filter';

const RETIRED = ['chat_completions_not_available', 'agent_api_migration_required'];
const RETIRED_MESSAGE = 'Sonar is now the Agent API';

/** Why an answer with a status of failure failed. */
export function perplexityFault(response: ResponseView): Fault {
  return inPerplexitysWords(
    faultOfResponse(response),
    errorWords(response.body, response.text),
    response.status < 500 && response.status !== 401 && response.status !== 429,
  );
}

/** A failure, or content that was filtered, in an answer with a status of success. */
export function perplexityFaultIn(answer: JsonObject): Fault | null {
  const fault = faultInAnswer(answer);
  if (fault !== null) return inPerplexitysWords(fault, errorWords(answer, ''), true);
  return isFiltered(answer) ? FILTERED : null;
}

const FILTERED: Fault = Object.freeze({
  fault: 'invalid',
  code: CONTENT_FILTER,
  message: 'The content was filtered.',
  retryAtMs: null,
});

/** @param mayBeFiltered the status leaves room for a filter's doing. */
function inPerplexitysWords(fault: Fault, words: ErrorWords, mayBeFiltered: boolean): Fault {
  const { code, type, message } = words;
  if (RETIRED.includes(type ?? '') || RETIRED.includes(code ?? '')) return retired(message);
  if (message.includes(RETIRED_MESSAGE)) return retired(message);
  if (mayBeFiltered && (isFilterWord(type ?? '') || isFilterWord(code ?? ''))) {
    return { ...FILTERED, message };
  }
  // The word says more than the status repeated.
  return type === null || Number.isNaN(Number(code ?? NaN)) ? fault : { ...fault, code: type };
}

const retired = (message: string): Fault => ({
  fault: 'invalid',
  code: SONAR_RETIRED,
  message,
  retryAtMs: null,
});

function isFiltered(answer: JsonObject): boolean {
  for (const choice of listAt(answer, 'choices')) {
    if (isJsonObject(choice) && isFilterWord(textAt(choice, 'finish_reason'))) return true;
  }
  return (
    isFilterWord(textAt(answer, 'status')) ||
    isFilterWord(textAt(objectAt(answer, 'incomplete_details'), 'reason'))
  );
}

/** `content_filter`, `content_filtered`, `content_policy_violation`, `content_moderation`, … */
const isFilterWord = (word: string): boolean =>
  word.startsWith('content_filter') ||
  word.startsWith('content_policy') ||
  word.includes('moderation');
