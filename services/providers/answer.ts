/** What a whole JSON answer says, read with the profile's functions, none of which may break it. */
import type { BreakerCore } from '../breaker-core.ts';
import type { Treasury } from '../cost/treasury.ts';
import type { Fault } from './fault.ts';
import { isJsonObject } from './json-reading.ts';
import type { Answer, CountTokens, Profile, RequestView, ResponseView } from './profile.ts';

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

/** A response as its profile is shown it. `value`: its text as JSON; undefined where it is none. */
export function viewOf(
  breaker: BreakerCore,
  { status, headers }: Response,
  text: string,
  value: unknown,
): ResponseView {
  return {
    status,
    headers,
    body: isJsonObject(value) ? value : null,
    text: text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text,
    nowMs: breaker.runtime.clock.nowMs(),
  };
}

/** `value`: what the text says as JSON; undefined where it is none. */
export function answerOf(
  breaker: BreakerCore,
  profile: Profile,
  request: RequestView,
  response: Response,
  text: string,
  value: unknown,
): Answer {
  if (value === undefined) {
    return request.method === 'HEAD' ? NOTHING : { ...NOTHING, fault: NOT_JSON };
  }
  const view = viewOf(breaker, response, text, value);
  const count = countTokens(breaker.runtime.treasury);
  const read = (): Answer => profile.readAnswer(view, request, count);
  return contained(breaker, 'readAnswer', read) ?? NOTHING;
}

/** Counts with the board's tokenizer; nothing where the board counts no costs. */
export const countTokens =
  (treasury: Treasury | null): CountTokens =>
  (text, model) =>
    treasury?.countText(text, model) ?? 0;
