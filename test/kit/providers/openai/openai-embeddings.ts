/**
 * `POST /v1/embeddings`: unit vectors drawn from the seed and each text, as numbers or as base64 of
 * little-endian 32-bit floats, which openai-node asks for by default.
 */
import type { AnsweringBehaviour } from '../behaviours.ts';
import { textRandom } from '../model-answer.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, type Reply } from '../reply.ts';
import { bodyOf, countMember, textMember } from '../request-body.ts';
import { embeddingTokens, type CountTokens } from '../token-counts.ts';
import { spoiltUsage, type JsonObject } from '../usage-fault.ts';
import { invalidRequest, missingParameter } from './openai-errors.ts';
import { usageFault, type SimulatedWorld } from '../world.ts';

const DIMENSIONS = 1536;
const LARGE_DIMENSIONS = 3072;
const INPUTS_MAX = 2048;

export async function answerEmbeddings(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Promise<Reply> {
  const body = bodyOf(request);
  const model = textMember(body, 'model');
  if (model === '') return missingParameter('model');
  const inputs = inputsOf(body);
  if (inputs === null) return missingParameter('input');
  if (inputs.length === 0 || inputs.length > INPUTS_MAX) {
    return invalidRequest('input', 'invalid_value', "Invalid 'input': 1 to 2048 inputs.");
  }
  const size = model.includes('3-large') ? LARGE_DIMENSIONS : DIMENSIONS;
  const dimensions = Math.min(size, countMember(body, 'dimensions') ?? size);
  const isBase64 = body['encoding_format'] === 'base64';
  const count = await embeddingTokens();
  const tokens = inputs.reduce((sum: number, input) => sum + tokensOf(input, count), 0);
  const usage = spoiltUsage({ prompt_tokens: tokens, total_tokens: tokens }, usageFault(behaviour));
  return jsonReply(200, {
    object: 'list',
    data: inputs.map((input, index) => {
      const vector = unitVector(world.seed, `${model} ${JSON.stringify(input)}`, dimensions);
      const embedding = isBase64 ? base64(vector) : [...vector];
      return { object: 'embedding', index, embedding };
    }),
    model,
    ...(usage === undefined ? {} : { usage }),
  });
}

type Input = string | readonly number[];

/** A text, tokens, or a list of either. */
function inputsOf({ input }: JsonObject): readonly Input[] | null {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input)) return null;
  const list = input as readonly unknown[];
  if (list.length > 0 && list.every((one) => typeof one === 'number')) return [list];
  const isInput = (one: unknown): one is Input => typeof one === 'string' || Array.isArray(one);
  return list.every(isInput) ? list : null;
}

const tokensOf = (input: Input, count: CountTokens): number =>
  typeof input === 'string' ? count(input) : input.length;

function unitVector(seed: number, text: string, dimensions: number): Float32Array {
  const random = textRandom(seed, text);
  const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
