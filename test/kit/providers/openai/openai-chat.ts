/**
 * `POST /v1/chat/completions`, whole and as a stream. Bodies, chunks and usage as openai-node's
 * resources/chat/completions/completions.ts and the API reference give them: cached tokens are
 * part of the prompt's, reasoning tokens of the completion's.
 */
import type { AnsweringBehaviour } from '../behaviours.ts';
import type { ModelAnswer } from '../model-answer.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, sseFrame, type Frame, type Reply } from '../reply.ts';
import { bodyOf, countMember, listMember, objectMember, textMember } from '../request-body.ts';
import { chatTokens } from '../token-counts.ts';
import { spoiltUsage, type JsonObject } from '../usage-fault.ts';
import { invalidRequest, missingParameter, streamError } from './openai-errors.ts';
import { answersTo, nowSeconds, settingsOf, usageFault, type SimulatedWorld } from '../world.ts';
import { snapshotOf } from './openai-models.ts';

const CHOICES_MAX = 128;
/** Characters of random padding that hide the lengths of deltas. */
const OBFUSCATION_DIGITS = 12;
const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8' };

export function answerChat(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply {
  const body = bodyOf(request);
  const messages = listMember(body, 'messages');
  const model = textMember(body, 'model');
  if (model === '') return missingParameter('model');
  if (messages === null) return missingParameter('messages');
  if (messages.length === 0) {
    return invalidRequest('messages', 'empty_array', "Invalid 'messages': empty array.");
  }
  const capTokens = countMember(body, 'max_completion_tokens', 'max_tokens');
  const choices = Math.min(CHOICES_MAX, countMember(body, 'n') ?? 1);
  const answers = answersTo(world, request, behaviour, capTokens, choices);
  const usage = chatUsage(world, body, behaviour, messages, answers);
  const isFiltered = behaviour.type === 'content_filtered';
  const reasons = answers.map((answer) => finishReason(answer, isFiltered));
  const tier = textMember(body, 'service_tier', 'auto');
  const common = {
    id: world.makeId('chatcmpl-', 29),
    created: nowSeconds(world),
    model: snapshotOf(model),
    service_tier: tier === 'auto' ? 'default' : tier,
    system_fingerprint: `fp_${world.seed.toString(16).padStart(10, '0')}`,
  };
  const spoilt = spoiltUsage(usage, usageFault(behaviour));
  if (body['stream'] === true) {
    return {
      status: 200,
      headers: SSE_HEADERS,
      frames: chunks(world, body, common, answers, reasons, spoilt),
      errorFrame: (code, message) => sseFrame(streamError(code, message), 'end').wire,
    };
  }
  const { id, created, ...rest } = common;
  return jsonReply(200, {
    id,
    object: 'chat.completion',
    created,
    model: rest.model,
    choices: answers.map(({ text }, index) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: reasons[index],
    })),
    ...(spoilt === undefined ? {} : { usage: spoilt }),
    service_tier: rest.service_tier,
    system_fingerprint: rest.system_fingerprint,
  });
}

function finishReason({ isCapped }: ModelAnswer, isFiltered: boolean): string {
  if (isFiltered) return 'content_filter';
  return isCapped ? 'length' : 'stop';
}

function chatUsage(
  world: SimulatedWorld,
  body: JsonObject,
  behaviour: AnsweringBehaviour,
  messages: readonly unknown[],
  answers: readonly ModelAnswer[],
): JsonObject {
  const tools = listMember(body, 'tools');
  const prompt =
    chatTokens(messages, world.count) + (tools === null ? 0 : world.count(JSON.stringify(tools)));
  const reasoning = answers.reduce((sum, { reasoningTokens }) => sum + reasoningTokens, 0);
  const completion = answers.reduce((sum, { textTokens }) => sum + textTokens, reasoning);
  const { cachedTokens = 0 } = settingsOf(world.settings, behaviour);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: Math.min(cachedTokens, prompt), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** One chunk for each token; usage in one of its own, where it was asked for. */
function chunks(
  world: SimulatedWorld,
  body: JsonObject,
  { id, ...common }: JsonObject,
  answers: readonly ModelAnswer[],
  reasons: readonly string[],
  usage: unknown,
): Frame[] {
  const options = objectMember(body, 'stream_options');
  const withUsage = options['include_usage'] === true;
  const isPadded = options['include_obfuscation'] !== false;
  const chunk = (choices: readonly JsonObject[], part: Frame['part'], used: unknown): Frame =>
    sseFrame(
      {
        id,
        object: 'chat.completion.chunk',
        ...common,
        choices,
        ...(withUsage && used !== undefined ? { usage: used } : {}),
        ...(isPadded ? { obfuscation: world.makeId('', OBFUSCATION_DIGITS) } : {}),
      },
      part,
    );
  const choice = (index: number, delta: JsonObject, reason: string | null): JsonObject[] => [
    { index, delta, logprobs: null, finish_reason: reason },
  ];

  const frames: Frame[] = answers.map((_, index) =>
    chunk(choice(index, { role: 'assistant', content: '', refusal: null }, null), 'start', null),
  );
  answers.forEach(({ pieces }, index) => {
    for (const content of pieces) {
      frames.push(chunk(choice(index, { content }, null), 'delta', null));
    }
  });
  reasons.forEach((reason, index) => frames.push(chunk(choice(index, {}, reason), 'end', null)));
  if (withUsage && usage !== undefined) frames.push(chunk([], 'end', usage));
  frames.push({ wire: 'data: [DONE]\n\n', part: 'done' });
  return frames;
}
