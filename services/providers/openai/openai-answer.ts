/** What an answer with a status of success says: its usage, and a failure in disguise. */
import type { Fault } from '../fault.ts';
import { textAt } from '../json-reading.ts';
import type { Answer, JsonObject, RequestView, ResponseView } from '../profile.ts';
import { faultInAnswer } from './openai-faults.ts';
import { modelName } from './openai-request.ts';
import { routeOf, type Route } from './openai-routes.ts';
import { inTier, NO_USAGE, usageIn } from './openai-usage.ts';

/** Texts are shown up to here; a longer one may have been JSON. Characters. */
const TEXT_LENGTH_MAX = 65_536;
const NOTHING: Answer = Object.freeze({ usage: null, isCounted: false, fault: null });

const NO_JSON: Fault = Object.freeze({
  fault: 'transient',
  code: null,
  message: 'The answer is no JSON object.',
  retryAtMs: null,
});

/** Statuses after which a batch uses nothing more. What was done before them is billed. */
const FINISHED: readonly string[] = ['completed', 'expired', 'cancelled', 'failed'];

export function readOpenAIAnswer(response: ResponseView, request: RequestView): Answer {
  const { kind } = routeOf(request.method, request.path);
  const { body } = response;
  if (body === null) return withoutBody(response, kind);
  switch (kind) {
    case 'free':
      // What is looked at may have failed; looking at it did not.
      return NOTHING;
    case 'batch':
      return { ...NOTHING, usage: NO_USAGE };
    case 'batch_status':
      return ofBatch(body);
    default:
      return { usage: usageIn(body), isCounted: false, fault: faultInAnswer(body) };
  }
}

/** Sound and files are no JSON; the other answers must be. */
export function withoutBody({ text }: ResponseView, kind: Route['kind']): Answer {
  const isOpen = kind === 'free' || kind === 'other' || text.length >= TEXT_LENGTH_MAX;
  return isOpen ? NOTHING : { ...NOTHING, fault: NO_JSON };
}

/** A batch that failed is the fault of its file: OpenAI was there to say so. */
function ofBatch(batch: JsonObject): Answer {
  if (!FINISHED.includes(textAt(batch, 'status'))) return { ...NOTHING, usage: NO_USAGE };
  const usage = usageIn(batch);
  const usageKey = textAt(batch, 'id');
  const model = modelName(batch.model);
  return {
    ...NOTHING,
    usage: usage === null ? null : inTier(usage, 'batch'),
    ...(model === undefined ? {} : { model }),
    ...(usageKey === '' ? {} : { usageKey }),
  };
}
