/** What a whole JSON answer says, read with the profile's functions, none of which may break it. */
import type { BreakerCore } from '../breaker-core.ts';
import type { Treasury } from '../cost/treasury.ts';
import type { Fault } from './fault.ts';
import type {
  Answer,
  CountTokens,
  JsonObject,
  Profile,
  RequestView,
  ResponseView,
} from './profile.ts';

const TEXT_MAX = 65_536;
const NOT_JSON: Fault = {
  fault: 'transient',
  code: 'invalid_json',
  message: 'its answer is not JSON',
  retryAtMs: null,
};
const NOTHING: Answer = Object.freeze({ usage: null, isCounted: false, fault: null });

/** Runs a function of a profile; a throw is said as a fact, and answered with undefined. */
export function contained<T>(breaker: BreakerCore, callback: string, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    breaker.report(`profile.${callback}`, error);
    return undefined;
  }
}

/** What a text says as JSON; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON object; null for any other value. */
export const objectIn = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : null;

/** `value`: what the text says as JSON; undefined where it is none. */
export function answerOf(
  breaker: BreakerCore,
  profile: Profile,
  request: RequestView,
  response: Omit<ResponseView, 'body'>,
  value: unknown,
): Answer {
  const { text } = response;
  if (value === undefined)
    return request.method === 'HEAD' ? NOTHING : { ...NOTHING, fault: NOT_JSON };
  const { treasury } = breaker.runtime;
  const { status, headers, nowMs } = response;
  const shown = text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text;
  const view = { status, headers, body: objectIn(value), text: shown, nowMs };
  try {
    return profile.readAnswer(view, request, countTokens(treasury));
  } catch (error) {
    breaker.report('profile.readAnswer', error);
    return NOTHING;
  }
}

/** Counts with the board's tokenizer; nothing where the board counts no costs. */
export const countTokens =
  (treasury: Treasury | null): CountTokens =>
  (text, model) =>
    treasury?.countText(text, model) ?? 0;
