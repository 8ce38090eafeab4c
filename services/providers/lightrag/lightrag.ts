/**
 * The profile of a LightRAG server. Its operations fail for different reasons, so each has a
 * breaker of its own, and it takes few calls at once, so each has a limit. It reports no usage:
 * what its models have read is counted from the request's text and limits, what they have written
 * from the answer's text.
 *
 * Slow answers trip a breaker where its options say so, for example of `board.fetch`:
 * `breaker: { trip: { policy: 'count', calls: 20, slowCallMs: 30_000, slowRatio: 0.5 } }`.
 */
import type { Operation } from '../../call.ts';
import type { Usage } from '../../cost/usage.ts';
import type { BreakerOptions } from '../../options.ts';
import { jsonOf } from '../json-reading.ts';
import type { Answer, CountTokens, JsonObject, Profile, RequestView } from '../profile.ts';
import { REFUSAL_STATUS, refusalMessage } from '../refusal-status.ts';
import { faultOfAnswer, faultOfResponse } from './faults.ts';
import { insertUsageOf } from './insert-tokens.ts';
import { resolveLightrag, type LightragOptions } from './lightrag-options.ts';
import {
  answerIn,
  counterOf,
  isCanned,
  queryBodyOf,
  queryTokensOf,
  quotedTokens,
  type QueryTokens,
} from './query-request.ts';
import { isStreamed, routeOf, type LightragRoute, type LightragScope } from './routes.ts';
import { LightragStream } from './stream.ts';

/** Tokens that an operation may name at most. */
const TOKENS_MAX = 1_000_000_000;
/** Callers that may wait for each call that may run, and for how long. */
const QUEUE_FACTOR = 4;
const QUEUE_TIMEOUT_MS = 30_000;
const NOTHING_USED: Usage = Object.freeze({ inputTokens: 0, outputTokens: 0 });

/** Kinds of operation, as prices, rules and reports see them. */
const KINDS: Readonly<Record<LightragRoute['work'], string>> = {
  answer: 'llm_call',
  retrieve: 'llm_call',
  embed: 'embedding_call',
  insert: 'document_processing',
  edit: 'graph_operation',
  reprocess: 'document_processing',
  maintain: 'maintenance',
  nothing: 'lookup',
  unknown: 'lightrag_call',
};

/**
 * The profile of a server whose models, and whose limits, are the ones that `options` tell.
 * @throws FuseboardError invalid_option
 */
export function lightragProfile(options: LightragOptions = {}): Profile {
  const config = resolveLightrag(options);
  const { model, embeddingModel, answerTokensMax, contextTokens } = config;

  const modelOf = ({ scope }: LightragRoute): string | undefined =>
    scope === 'embedding' || scope === 'graph' ? embeddingModel : model;

  const tokensOf = (
    request: RequestView,
    isAnswered: boolean,
    count: (text: string) => number,
    chunkTokens: number | null,
  ): QueryTokens => {
    const body = queryBodyOf(request.path, request.body ?? {});
    return queryTokensOf(body, isAnswered, count, { contextTokens, chunkTokens });
  };

  /** What a request makes the server's models read and write; null where nothing tells. */
  const usageOf = (
    request: RequestView,
    count: CountTokens | undefined,
    answer: { readonly isAnswered: boolean; readonly tokens: number; readonly quoted: JsonObject },
  ): Usage | null => {
    const route = routeOf(request);
    const counter = counterOf(count, modelOf(route));
    switch (route.work) {
      case 'answer':
      case 'retrieve': {
        const isAnswered = answer.isAnswered && route.work === 'answer';
        const quoted = quotedTokens(answer.quoted, counter);
        const tokens = tokensOf(request, isAnswered, counter, quoted);
        return {
          inputTokens: tokens.keywordInputTokens + tokens.answerInputTokens,
          outputTokens: tokens.keywordOutputTokens + (isAnswered ? answer.tokens : 0),
        };
      }
      case 'insert':
        return insertUsageOf(request.body, counter);
      case 'embed':
      case 'edit':
        return { inputTokens: counter(jsonOf(request.body ?? {})), outputTokens: 0 };
      case 'maintain':
        return NOTHING_USED;
      default:
        return null;
    }
  };

  const unanswered = (request: RequestView) => (): Usage =>
    usageOf(request, undefined, { isAnswered: false, tokens: 0, quoted: {} }) ?? {};

  return Object.freeze<Profile>({
    name: config.name,
    framing: 'ndjson',
    breakerOptions: (scope) => breakerOptions(config.callsMax, scope),
    credentialHeaders: ['x-api-key', 'authorization'],

    readRequest(request, count) {
      const route = routeOf(request);
      const isFree = config.isFree || route.work === 'nothing';
      const isAnswer = route.work === 'answer';
      const worst = isFree
        ? null
        : usageOf(request, count, {
            isAnswered: isAnswer,
            tokens: answerTokensMax,
            quoted: {},
          });
      return {
        operation: operationOf(route, modelOf(route), worst),
        scope: route.scope,
        isStream: isStreamed(request),
        usageRequest: null,
        capMember: null,
        hidesOutput: false,
        isFree,
      };
    },

    readAnswer(response, request, count): Answer {
      const { body } = response;
      const fault = body === null ? null : faultOfAnswer(body);
      if (config.isFree || body === null) return { usage: null, isCounted: false, fault };
      const route = routeOf(request);
      // What the server did not take in, its models will not read.
      if (fault !== null && route.scope !== 'query') {
        return { usage: NOTHING_USED, isCounted: true, fault };
      }
      const text = answerIn(body) ?? '';
      const isAnswered = fault === null && body.llm_generated !== false && !isCanned(text);
      const tokens = isAnswered ? counterOf(count, modelOf(route))(text) : 0;
      const usage = usageOf(request, count, { isAnswered, tokens, quoted: body });
      return { usage, isCounted: usage !== null, fault };
    },

    openStream: (request) => new LightragStream(unanswered(request)),
    readFault: faultOfResponse,
    refusalResponse: (refusal, nowMs) => ({
      status: REFUSAL_STATUS[refusal.code].status,
      body: { detail: refusalMessage(refusal, nowMs), code: refusal.code },
    }),
    errorFrame: (code, message) => `${JSON.stringify({ error: message, code })}\n`,
    countUsage: (request, outputTokens, count) =>
      usageOf(request, count, { isAnswered: true, tokens: outputTokens, quoted: {} }) ?? {
        inputTokens: 0,
        outputTokens,
      },
  });
}

/** A server of which nothing is told: its models have the default price. */
export const lightrag: Profile = lightragProfile();

function operationOf(
  { scope, work }: LightragRoute,
  model: string | undefined,
  worst: Usage | null,
): Operation {
  const operation = {
    operation: scope === 'embedding' ? 'embedding_call' : KINDS[work],
    ...(model === undefined ? {} : { model }),
  };
  if (worst === null) return operation;
  const { inputTokens = 0, outputTokens = 0 } = worst;
  return {
    ...operation,
    inputTokens: Math.min(inputTokens, TOKENS_MAX),
    maxOutputTokens: Math.min(outputTokens, TOKENS_MAX),
  };
}

function breakerOptions(
  callsMax: Readonly<Partial<Record<LightragScope, number>>>,
  scope: string,
): BreakerOptions {
  const calls = callsMax[scope as LightragScope];
  return calls === undefined
    ? {}
    : {
        bulkhead: {
          callsMax: calls,
          queueMax: calls * QUEUE_FACTOR,
          queueTimeoutMs: QUEUE_TIMEOUT_MS,
        },
      };
}
