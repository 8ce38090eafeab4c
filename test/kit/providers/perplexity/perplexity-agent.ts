/**
 * Perplexity's Agent API: `POST /v1/responses` and its other name `/v1/agent`, whole and as a
 * stream, and the retrieval of what was answered. Shapes as perplexity-node's
 * src/resources/responses/responses.ts gives them; the answer carries its own cost.
 */
import { isObject } from '../../../../services/check.ts';
import type { AnsweringBehaviour } from '../behaviours.ts';
import type { ModelAnswer } from '../model-answer.ts';
import { answersTo, nowSeconds, settingsOf, usageFault, type SimulatedWorld } from '../world.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, sseFrame, type Frame, type Reply } from '../reply.ts';
import { bodyOf, countMember, listMember, textMember } from '../request-body.ts';
import { chatTokens } from '../token-counts.ts';
import { spoiltUsage, type JsonObject } from '../usage-fault.ts';
import { agentCost } from './perplexity-costs.ts';
import { FILTERED, invalidRequest } from './perplexity-errors.ts';
import { PAGES_PER_SEARCH, searchResults } from './perplexity-search.ts';

/** Tools that the simulated agent calls once a request, where it is given them. */
const OWN_TOOLS = ['web_search', 'fetch_url', 'people_search', 'finance_search', 'sandbox'];
/** What presets run on and with. */
const PRESET_MODEL = 'openai/gpt-5.5';

export function answerAgent(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply {
  const body = bodyOf(request);
  const input = inputMessages(body);
  if (input === null) return invalidRequest('validation failed: input is required');
  const model = modelOf(body);
  if (model === null) {
    return invalidRequest('validation failed: one of model, models or preset is required');
  }
  if (!model.includes('/')) {
    return invalidRequest(`validation failed: model "${model}" is not supported`);
  }
  const capTokens = countMember(body, 'max_output_tokens');
  const [answer] = answersTo(world, request, behaviour, capTokens) as readonly [ModelAnswer];
  const tools = toolCalls(body);
  const usage = spoiltUsage(
    agentUsage(world, behaviour, model, input, answer, tools),
    usageFault(behaviour),
  );
  const isFiltered = behaviour.type === 'content_filtered';
  const error = { message: FILTERED, code: 'content_filter', type: 'invalid_request' };
  const begun: JsonObject = {
    id: world.makeId('resp_'),
    object: 'response',
    created_at: nowSeconds(world),
    status: 'in_progress',
    model,
    background: false,
    store: body['store'] ?? true,
    previous_response_id: body['previous_response_id'] ?? null,
    output: [],
  };
  const message = messageItem(world.makeId('msg_'), answer.text);
  const ended: JsonObject = {
    ...begun,
    status: isFiltered ? 'failed' : 'completed',
    output: isFiltered ? [] : [...searchItems(tools), message],
    ...(isFiltered ? { error } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
  if (body['stream'] !== true) return jsonReply(200, ended);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    frames: events(begun, ended, message, answer, tools, isFiltered ? error : null),
    errorFrame: (code = 'internal_server_error', text = 'Internal server error.') =>
      failure({ message: text, code, type: code }, 99).wire,
  };
}

/** Null where there is no input. */
function inputMessages(body: JsonObject): readonly unknown[] | null {
  const instructions = textMember(body, 'instructions');
  const system = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  const { input } = body;
  if (typeof input === 'string' && input !== '')
    return [...system, { role: 'user', content: input }];
  const items = listMember(body, 'input');
  return items === null || items.length === 0 ? null : [...system, ...items.filter(isObject)];
}

/** Null where the request names none. */
function modelOf(body: JsonObject): string | null {
  const [first] = listMember(body, 'models') ?? [];
  if (typeof first === 'string') return first;
  const model = textMember(body, 'model');
  if (model !== '') return model;
  return textMember(body, 'preset') === '' ? null : PRESET_MODEL;
}

/** One call of each tool that the request allows; presets search without being told. */
function toolCalls(body: JsonObject): Readonly<Record<string, number>> {
  const tools = listMember(body, 'tools') ?? [];
  const names = tools.filter(isObject).map((tool) => textMember(tool as JsonObject, 'type'));
  if (textMember(body, 'preset') !== '' && !names.includes('web_search')) names.push('web_search');
  return Object.fromEntries(OWN_TOOLS.filter((name) => names.includes(name)).map((n) => [n, 1]));
}

function agentUsage(
  world: SimulatedWorld,
  behaviour: AnsweringBehaviour,
  model: string,
  input: readonly unknown[],
  { textTokens, reasoningTokens }: ModelAnswer,
  tools: Readonly<Record<string, number>>,
): JsonObject {
  const inputTokens = chatTokens(input, world.count);
  const outputTokens = textTokens + reasoningTokens;
  const cachedTokens = Math.min(
    settingsOf(world.settings, behaviour).cachedTokens ?? 0,
    inputTokens,
  );
  const details = Object.entries(tools).map(([name, invocation]) => [name, { invocation }]);
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    input_tokens_details: {
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cachedTokens,
    },
    ...(details.length === 0 ? {} : { tool_calls_details: Object.fromEntries(details) as object }),
    cost: agentCost({ model, inputTokens, cachedTokens, outputTokens, tools }),
  };
}

const searchItems = (tools: Readonly<Record<string, number>>): readonly JsonObject[] =>
  tools['web_search'] === undefined
    ? []
    : [
        {
          type: 'search_results',
          queries: ['the question'],
          results: searchResults(PAGES_PER_SEARCH),
        },
      ];

const messageItem = (id: string, text: string): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});

const failure = (error: JsonObject, sequence_number: number): Frame =>
  sseFrame({ type: 'response.failed', error, sequence_number }, 'done', 'response.failed');

function events(
  begun: JsonObject,
  ended: JsonObject,
  message: JsonObject,
  { text, pieces }: ModelAnswer,
  tools: Readonly<Record<string, number>>,
  error: JsonObject | null,
): Frame[] {
  const frames: Frame[] = [];
  const say = (type: string, part: Frame['part'], members: JsonObject): void => {
    frames.push(sseFrame({ type, sequence_number: frames.length, ...members }, part, type));
  };
  say('response.created', 'start', { response: begun });
  say('response.in_progress', 'start', { response: begun });
  if (tools['web_search'] !== undefined) {
    say('response.reasoning.started', 'start', { thought: 'Searching.' });
    say('response.reasoning.search_queries', 'start', { queries: ['the question'] });
    const results = searchResults(PAGES_PER_SEARCH);
    say('response.reasoning.search_results', 'start', { results });
    say('response.reasoning.stopped', 'start', {});
  }
  if (error !== null) return [...frames, failure(error, frames.length)];
  const item_id = message['id'];
  const place = { item_id, output_index: 0, content_index: 0 };
  const started = { ...message, status: 'in_progress', content: [] };
  say('response.output_item.added', 'start', { output_index: 0, item: started });
  for (const delta of pieces) say('response.output_text.delta', 'delta', { ...place, delta });
  say('response.output_text.done', 'end', { ...place, text });
  say('response.output_item.done', 'end', { output_index: 0, item: message });
  say('response.completed', 'done', { response: ended });
  return frames;
}
