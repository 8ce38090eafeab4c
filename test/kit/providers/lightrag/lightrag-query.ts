/**
 * LightRAG's queries: `/query`, `/query/stream` as newline-delimited JSON, `/query/data`. Shapes as
 * lightrag/api/routers/query_routes.py gives them. No answer says what it used or cost.
 */
import { isObject } from '../../../../services/check.ts';
import type { AnsweringBehaviour } from '../behaviours.ts';
import type { ModelAnswer } from '../model-answer.ts';
import type { ReceivedRequest } from '../received-request.ts';
import {
  jsonReply,
  ndjsonFrame,
  type Frame,
  type Reply,
  type StreamReply,
  type WholeReply,
} from '../reply.ts';
import { bodyOf, textMember } from '../request-body.ts';
import type { JsonObject } from '../usage-fault.ts';
import { answersTo, type SimulatedWorld } from '../world.ts';
import { unprocessable, UPSTREAM_RATE_LIMIT } from './lightrag-errors.ts';
import { references, retrieved } from './lightrag-graph.ts';

const MODES = ['local', 'global', 'hybrid', 'naive', 'mix', 'bypass'];
const QUERY_LENGTH_MIN = 3;
const NO_CONTEXT = 'No relevant context found for the query.';
/** From here on a character counts as two: a query of two Chinese characters is long enough. */
const CJK_FROM = 0x2e80;

interface QueryAnswer {
  readonly text: string;
  readonly pieces: readonly string[];
  readonly isGenerated: boolean;
}

export function answerQuery(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
): Reply {
  const body = bodyOf(request);
  const refusal = refusedQuery(request);
  if (refusal !== null) return refusal;
  const answer = queryAnswer(world, request, behaviour, body);
  const found = body['include_references'] === false ? null : foundReferences(body, behaviour);
  const response_time = request.latencyMs / 1000;
  if (!request.path.endsWith('/stream')) {
    return jsonReply(200, {
      response: answer.text,
      references: found,
      response_time,
      llm_generated: answer.isGenerated,
    });
  }
  const extras = body['include_progress'] === true ? { response_time } : null;
  return queryStream(body['stream'] !== false && answer.isGenerated, answer, found, extras);
}

/** Without language model: what a query finds. */
export function answerQueryData(request: ReceivedRequest, behaviour: AnsweringBehaviour): Reply {
  const refusal = refusedQuery(request);
  if (refusal !== null) return refusal;
  const body = bodyOf(request);
  const isEmpty = behaviour.type === 'content_filtered';
  const data: JsonObject = isEmpty
    ? { entities: [], relationships: [], chunks: [], references: [] }
    : retrieved(textMember(body, 'query'));
  return jsonReply(200, {
    status: isEmpty ? 'failure' : 'success',
    message: isEmpty ? NO_CONTEXT : 'Query executed successfully',
    data,
    metadata: {
      query_mode: textMember(body, 'mode', 'mix'),
      keywords: {
        high_level: body['hl_keywords'] ?? ['places'],
        low_level: body['ll_keywords'] ?? ['city'],
      },
      processing_info: {
        total_entities_found: lengthOf(data['entities']),
        total_relations_found: lengthOf(data['relationships']),
        final_chunks_count: lengthOf(data['chunks']),
      },
    },
  });
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** The 422 of a request that is not as it must be; null: it is. */
function refusedQuery(request: ReceivedRequest): WholeReply | null {
  if (request.body === undefined) {
    return unprocessable(['body', '0'], 'JSON decode error', 'json_invalid');
  }
  if (!isObject(request.body)) {
    return unprocessable(['body'], 'Input should be a valid dictionary', 'model_attributes_type');
  }
  const { query, mode } = bodyOf(request);
  if (query === undefined) return unprocessable(['body', 'query'], 'Field required', 'missing');
  if (typeof query !== 'string') {
    return unprocessable(['body', 'query'], 'Input should be a valid string', 'string_type');
  }
  if (queryLength(query.trim()) < QUERY_LENGTH_MIN) {
    const msg = 'String should have at least 3 characters';
    return unprocessable(['body', 'query'], msg, 'string_too_short');
  }
  if (mode !== undefined && !MODES.includes(mode as string)) {
    const msg = `Input should be ${MODES.map((name) => `'${name}'`).join(', ')}`;
    return unprocessable(['body', 'mode'], msg, 'literal_error');
  }
  return null;
}

function queryLength(query: string): number {
  let length = 0;
  for (const character of query) {
    length += (character.codePointAt(0) as number) >= CJK_FROM ? 2 : 1;
  }
  return length;
}

function queryAnswer(
  world: SimulatedWorld,
  request: ReceivedRequest,
  behaviour: AnsweringBehaviour,
  body: JsonObject,
): QueryAnswer {
  if (behaviour.type === 'content_filtered') return ungenerated(NO_CONTEXT);
  const query = textMember(body, 'query');
  if (body['only_need_context'] === true) return ungenerated(JSON.stringify(retrieved(query)));
  if (body['only_need_prompt'] === true) return ungenerated(`---Role---\n${query}`);
  const [answer] = answersTo(world, request, behaviour, null) as readonly [ModelAnswer];
  return { ...answer, isGenerated: true };
}

const ungenerated = (text: string): QueryAnswer => ({ text, pieces: [text], isGenerated: false });

const foundReferences = (body: JsonObject, behaviour: AnsweringBehaviour): readonly JsonObject[] =>
  behaviour.type === 'content_filtered' ? [] : references(body['include_chunk_content'] === true);

/** Lines; one with everything, where nothing is generated. */
function queryStream(
  isStreamed: boolean,
  { text, pieces }: QueryAnswer,
  found: readonly JsonObject[] | null,
  extras: JsonObject | null,
): StreamReply {
  const withReferences = found === null ? {} : { references: found };
  const frames: Frame[] = [];
  if (extras !== null)
    frames.push(ndjsonFrame({ progress: 'Searching the knowledge base' }, 'start'));
  if (isStreamed) {
    if (found !== null) frames.push(ndjsonFrame(withReferences, 'start'));
    for (const response of pieces) frames.push(ndjsonFrame({ response }, 'delta'));
  } else {
    frames.push(ndjsonFrame({ ...withReferences, response: text }, 'delta'));
  }
  if (extras !== null) frames.push(ndjsonFrame(extras, 'done'));
  return {
    status: 200,
    headers: {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    },
    frames,
    errorFrame: (_, message = UPSTREAM_RATE_LIMIT) => ndjsonFrame({ error: message }, 'end').wire,
  };
}
