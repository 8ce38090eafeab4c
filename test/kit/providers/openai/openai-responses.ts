/**
 * `POST /v1/responses`, whole and as a stream of named events. Bodies, events and usage as
 * openai-node's resources/responses/responses.ts gives them; streams end with
 * `response.completed` or `response.incomplete`, not with `[DONE]`.
 */
import { isObject } from '../../../../services/check.ts';
import type { AnsweringBehaviour } from '../behaviours.ts';
import type { ModelAnswer } from '../model-answer.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, sseFrame, type Frame, type Reply } from '../reply.ts';
import { bodyOf, countMember, listMember, textMember } from '../request-body.ts';
import { chatTokens } from '../token-counts.ts';
import { spoiltUsage, type JsonObject } from '../usage-fault.ts';
import { missingParameter } from './openai-errors.ts';
import { answersTo, nowSeconds, settingsOf, usageFault, type SimulatedWorld } from '../world.ts';
import { snapshotOf } from './openai-models.ts';

export function answerResponses(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply {
  const body = bodyOf(request);
  const model = textMember(body, 'model');
  if (model === '') return missingParameter('model');
  const input = inputMessages(body);
  if (input === null) return missingParameter('input');
  const capTokens = countMember(body, 'max_output_tokens');
  const [answer] = answersTo(world, request, behaviour, capTokens) as readonly [ModelAnswer];
  const usage = spoiltUsage(responsesUsage(world, behaviour, input, answer), usageFault(behaviour));
  const base = emptyResponse(world, body, snapshotOf(model));
  const output = outputItems(world, answer);
  const why = incompleteReason(answer, behaviour);
  const ended: JsonObject = {
    ...base,
    status: why === null ? 'completed' : 'incomplete',
    incomplete_details: why === null ? null : { reason: why },
    output,
    ...(usage === undefined ? {} : { usage }),
  };
  if (body['stream'] !== true) return jsonReply(200, ended);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    frames: events({ ...base, usage: null }, ended, output, answer),
    errorFrame: (code = 'server_error', message = 'The server had an error.') =>
      sseFrame({ type: 'error', code, message, param: null, sequence_number: 99 }, 'end', 'error')
        .wire,
  };
}

/** The input as messages of a chat; null where there is none. */
function inputMessages(body: JsonObject): readonly unknown[] | null {
  const instructions = textMember(body, 'instructions');
  const system = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  const { input } = body;
  if (typeof input === 'string') return [...system, { role: 'user', content: input }];
  const items = listMember(body, 'input');
  return items === null ? null : [...system, ...items.filter(isObject)];
}

function incompleteReason({ isCapped }: ModelAnswer, { type }: AnsweringBehaviour): string | null {
  if (type === 'content_filtered') return 'content_filter';
  return isCapped ? 'max_output_tokens' : null;
}

function responsesUsage(
  world: SimulatedWorld,
  behaviour: AnsweringBehaviour,
  input: readonly unknown[],
  { textTokens, reasoningTokens }: ModelAnswer,
): JsonObject {
  const inputTokens = chatTokens(input, world.count);
  const { cachedTokens = 0 } = settingsOf(world.settings, behaviour);
  return {
    input_tokens: inputTokens,
    input_tokens_details: {
      cached_tokens: Math.min(cachedTokens, inputTokens),
      cache_write_tokens: 0,
    },
    output_tokens: textTokens + reasoningTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + textTokens + reasoningTokens,
  };
}

function emptyResponse(world: SimulatedWorld, body: JsonObject, model: string): JsonObject {
  const tier = textMember(body, 'service_tier', 'auto');
  return {
    id: world.makeId('resp_', 48),
    object: 'response',
    created_at: nowSeconds(world),
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: null,
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: body['previous_response_id'] ?? null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: tier === 'auto' ? 'default' : tier,
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: body['tools'] ?? [],
    top_logprobs: 0,
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    user: null,
    metadata: body['metadata'] ?? {},
  };
}

function outputItems(world: SimulatedWorld, answer: ModelAnswer): readonly JsonObject[] {
  const thought = { id: world.makeId('rs_', 48), type: 'reasoning', summary: [] };
  const message = {
    id: world.makeId('msg_', 48),
    type: 'message',
    status: answer.isCapped ? 'incomplete' : 'completed',
    content: [textPart(answer.text)],
    role: 'assistant',
  };
  return answer.reasoningTokens > 0 ? [thought, message] : [message];
}

const textPart = (text: string): JsonObject => ({
  type: 'output_text',
  annotations: [],
  logprobs: [],
  text,
});

function events(
  begun: JsonObject,
  ended: JsonObject,
  output: readonly JsonObject[],
  { text, pieces }: ModelAnswer,
): Frame[] {
  const frames: Frame[] = [];
  const say = (type: string, part: Frame['part'], members: JsonObject): void => {
    const event = { type, sequence_number: frames.length, ...members };
    frames.push(sseFrame(event, part, type));
  };
  say('response.created', 'start', { response: begun });
  say('response.in_progress', 'start', { response: begun });
  output.forEach((item, output_index) => {
    const isMessage = item['type'] === 'message';
    const started = isMessage ? { ...item, status: 'in_progress', content: [] } : item;
    say('response.output_item.added', 'start', { output_index, item: started });
    if (isMessage) {
      const place = { item_id: item['id'], output_index, content_index: 0 };
      say('response.content_part.added', 'start', { ...place, part: textPart('') });
      for (const delta of pieces) {
        say('response.output_text.delta', 'delta', { ...place, delta, logprobs: [] });
      }
      say('response.output_text.done', 'end', { ...place, text, logprobs: [] });
      say('response.content_part.done', 'end', { ...place, part: textPart(text) });
    }
    say('response.output_item.done', isMessage ? 'end' : 'start', { output_index, item });
  });
  say(`response.${String(ended['status'])}`, 'done', { response: ended });
  return frames;
}
