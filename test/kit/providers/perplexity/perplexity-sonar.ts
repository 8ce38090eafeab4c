/**
 * Perplexity's former Sonar API, `POST /chat/completions`, which compatible servers and proxies
 * still speak. Shapes as perplexity-node's src/resources/shared.ts and chat/completions.ts give
 * them; in a stream every chunk carries the usage so far.
 */
import type { AnsweringBehaviour } from '../behaviours.ts';
import type { ModelAnswer } from '../model-answer.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, sseFrame, type Frame, type Reply } from '../reply.ts';
import { bodyOf, countMember, listMember, objectMember, textMember } from '../request-body.ts';
import { chatTokens } from '../token-counts.ts';
import { spoiltUsage, type JsonObject } from '../usage-fault.ts';
import { answersTo, nowSeconds, usageFault, type SimulatedWorld } from '../world.ts';
import { isSonarModel, sonarCost } from './perplexity-costs.ts';
import { FILTERED, invalidRequest, perplexityError } from './perplexity-errors.ts';
import { PAGES_PER_SEARCH, searchResults } from './perplexity-search.ts';

const DEEP_RESEARCH = 'sonar-deep-research';
/** What deep research reads and asks for one answer. */
const CITATION_TOKENS = 4_000;
const SEARCH_QUERIES = 12;

export function answerSonar(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply {
  const body = bodyOf(request);
  const model = textMember(body, 'model');
  if (!isSonarModel(model)) {
    return perplexityError(
      400,
      'invalid_model',
      `Invalid model '${model}'. Permitted models can be found in the documentation at ` +
        'https://docs.perplexity.ai/getting-started/models.',
    );
  }
  const messages = listMember(body, 'messages');
  if (messages === null || messages.length === 0) return invalidRequest('messages is required');
  if (behaviour.type === 'content_filtered')
    return perplexityError(400, 'content_filter', FILTERED);

  const [answer] = answersTo(
    world,
    request,
    behaviour,
    countMember(body, 'max_tokens'),
  ) as readonly [ModelAnswer];
  const contextSize = textMember(
    objectMember(body, 'web_search_options'),
    'search_context_size',
    'low',
  );
  const promptTokens = chatTokens(messages, world.count);
  const usageAfter = (completionTokens: number): unknown =>
    spoiltUsage(
      sonarUsage(model, promptTokens, completionTokens, answer.reasoningTokens, contextSize),
      usageFault(behaviour),
    );
  const results = searchResults(PAGES_PER_SEARCH);
  const common: JsonObject = {
    id: world.makeId('', 32),
    model,
    created: nowSeconds(world),
    citations: results.map(({ url }) => url),
    search_results: results,
  };
  const reason = answer.isCapped ? 'length' : 'stop';
  if (body['stream'] !== true) {
    const usage = usageAfter(answer.textTokens);
    return jsonReply(200, {
      ...common,
      ...(usage === undefined ? {} : { usage }),
      object: 'chat.completion',
      choices: [choice(reason, answer.text, '')],
    });
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    frames: chunks(common, answer, reason, usageAfter),
    errorFrame: (type = 'internal_server_error', message = 'Internal server error.') =>
      sseFrame({ error: { message, type, code: 500 } }, 'end').wire,
  };
}

const choice = (finish_reason: string | null, soFar: string, added: string): JsonObject => ({
  index: 0,
  finish_reason,
  message: { role: 'assistant', content: soFar },
  delta: { role: 'assistant', content: added },
});

function chunks(
  common: JsonObject,
  { pieces, text, textTokens }: ModelAnswer,
  reason: string,
  usageAfter: (completionTokens: number) => unknown,
): Frame[] {
  const chunk = (choices: readonly JsonObject[], part: Frame['part'], tokens: number): Frame => {
    const usage = usageAfter(tokens);
    const counted = usage === undefined ? {} : { usage };
    return sseFrame({ ...common, ...counted, object: 'chat.completion.chunk', choices }, part);
  };
  let soFar = '';
  const frames = pieces.map((piece, index) => {
    soFar += piece;
    return chunk([choice(null, soFar, piece)], 'delta', Math.min(index + 1, textTokens));
  });
  return [
    ...frames,
    chunk([choice(reason, text, '')], 'end', textTokens),
    { wire: 'data: [DONE]\n\n', part: 'done' },
  ];
}

function sonarUsage(
  model: string,
  promptTokens: number,
  completionTokens: number,
  reasoningTokens: number,
  contextSize: string,
): JsonObject {
  const isResearch = model === DEEP_RESEARCH;
  const citationTokens = isResearch ? CITATION_TOKENS : 0;
  const searchQueries = isResearch ? SEARCH_QUERIES : 1;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    search_context_size: contextSize,
    ...(isResearch
      ? {
          citation_tokens: citationTokens,
          num_search_queries: searchQueries,
          reasoning_tokens: reasoningTokens,
        }
      : {}),
    cost: sonarCost({
      model,
      promptTokens,
      completionTokens,
      reasoningTokens,
      citationTokens,
      searchQueries,
      contextSize,
    }),
  };
}
