/** A simulated OpenAI: chat completions, responses, embeddings, batches and models. */
import { numberOption } from '../../../../services/check.ts';
import { systemClock } from '../../../../services/clock.ts';
import { seededRandom } from '../../seeded-random.ts';
import type { AnsweringBehaviour } from '../behaviours.ts';
import { identifiers } from '../identifiers.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, type Reply } from '../reply.ts';
import { bodyOf, textMember } from '../request-body.ts';
import { startSimulation } from '../simulated-server.ts';
import {
  checkSimulation,
  type SimulatedApi,
  type SimulatedProvider,
  type SimulationOptions,
} from '../simulation.ts';
import { currentTokens } from '../token-counts.ts';
import { Batches, type OpenAiBatches } from './openai-batches.ts';
import { answerChat } from './openai-chat.ts';
import { answerEmbeddings } from './openai-embeddings.ts';
import { noKey, openAiError, refuseAsOpenAi, unknownUrl, wrongKey } from './openai-errors.ts';
import { OpenAiRateLimits, type OpenAiLimits } from './openai-limits.ts';
import { answerResponses } from './openai-responses.ts';
import { MODELS } from './openai-models.ts';
import type { SimulatedWorld } from '../world.ts';

export interface OpenAiSimulationOptions extends SimulationOptions {
  /** Limits that are enforced, with 429 and truthful headers. @default none are */
  readonly limits?: OpenAiLimits;
  readonly batches?: OpenAiBatches;
}

const MODELS_CREATED_SECONDS = 1_715_367_049;

/**
 * Starts it on 127.0.0.1; close it when done.
 *
 *   await using openai = await simulateOpenAI({ seed: 7, plan: [{ type: 'rate_limited' }] });
 *   const client = new OpenAI({ baseURL: openai.baseUrl, apiKey: 'sk-any' });
 *
 * @throws FuseboardError invalid_option
 */
export async function simulateOpenAI(
  options: OpenAiSimulationOptions = {},
): Promise<SimulatedProvider> {
  const path = 'simulateOpenAI';
  checkSimulation(path, options, ['limits', 'batches']);
  const { limits, batches, ...common } = options;
  const clock = options.clock ?? systemClock;
  const seed = numberOption(`${path}.seed`, options.seed, { min: 0, integer: true }, 1);
  const makeId = identifiers(seededRandom(seed));
  const count = await currentTokens();
  const world: SimulatedWorld = { seed, clock, makeId, count, settings: options.answer ?? {} };
  return startSimulation(path, openAiApi(world, path, limits, batches), common);
}

function openAiApi(
  world: SimulatedWorld,
  path: string,
  limits: OpenAiLimits | undefined,
  batchOptions: OpenAiBatches = {},
): SimulatedApi {
  const rates = new OpenAiRateLimits(`${path}.limits`, limits, world.clock);
  const batches = new Batches(`${path}.batches`, batchOptions, world);
  return {
    basePath: '/v1',
    headers: ({ latencyMs }) => ({
      'openai-version': '2020-10-01',
      'openai-organization': 'org-simulated',
      'openai-processing-ms': String(Math.round(latencyMs)),
      'x-request-id': world.makeId('req_'),
      ...rates.headers(),
    }),
    authorize: ({ keyFingerprint }, isKnown) => {
      if (keyFingerprint === null) return noKey();
      return isKnown === false ? wrongKey() : null;
    },
    refuse: (request, behaviour) => refuseAsOpenAi(behaviour, textMember(bodyOf(request), 'model')),
    answer: (request, behaviour) =>
      rates.take(request) ?? answerAt(world, batches, request, behaviour),
  };
}

function answerAt(
  world: SimulatedWorld,
  batches: Batches,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply | Promise<Reply> {
  const { method, path } = request;
  const [, , resource, id = '', verb] = path.split('/');
  switch (`${method} ${path}`) {
    case 'POST /v1/chat/completions':
      return answerChat(world, request, behaviour);
    case 'POST /v1/responses':
      return answerResponses(world, request, behaviour);
    case 'POST /v1/embeddings':
      return answerEmbeddings(world, request, behaviour);
    case 'POST /v1/batches':
      return batches.create(request);
    case 'GET /v1/models':
      return jsonReply(200, { object: 'list', data: MODELS.map(modelOf) });
  }
  if (method === 'GET' && resource === 'models' && verb === undefined) {
    if (MODELS.includes(id)) return jsonReply(200, modelOf(id));
    const message = `The model '${id}' does not exist`;
    return openAiError(404, message, 'invalid_request_error', 'model_not_found', 'model');
  }
  if (method === 'GET' && resource === 'batches' && verb === undefined) {
    return batches.retrieve(id, behaviour);
  }
  if (method === 'POST' && resource === 'batches' && verb === 'cancel') {
    return batches.cancel(id, behaviour);
  }
  return unknownUrl(method, path);
}

const modelOf = (id: string) => ({
  id,
  object: 'model',
  created: MODELS_CREATED_SECONDS,
  owned_by: 'system',
});
