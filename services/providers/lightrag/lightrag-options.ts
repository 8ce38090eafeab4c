/** Options of a LightRAG profile: what stands behind the server, and how much it takes at once. */
import { COUNT_RANGE, invalidOption, knownKeys, numberOption, type Range } from '../../check.ts';
import { LIGHTRAG_SCOPES, type LightragScope } from './routes.ts';

/** Calls that may run at once, by scope. */
export type LightragCalls = Readonly<Partial<Record<LightragScope, number>>>;

export interface LightragOptions {
  /** Names the provider in breakers, prices and budgets. @default 'lightrag' */
  readonly name?: string;
  /** The language model that the server asks, for its price. @default unknown: the default price */
  readonly model?: string;
  /** The model that embeds, for its price. @default unknown: the default price */
  readonly embeddingModel?: string;
  /**
   * The context that the server puts together for an answer at most, its `MAX_TOTAL_TOKENS`. Every
   * answer is taken to have as much as its limits allow; the chunks that it quotes are counted.
   * @default 30000
   */
  readonly contextTokens?: number;
  /** Tokens that the server's model may answer with, as it is set up there. @default 9000 */
  readonly answerTokensMax?: number;
  /**
   * Calls that may run at once, for each scope that has a limit; some more wait in a queue.
   * `Infinity` lifts a limit.
   * @default query 16, embedding 16, graph 8, insert 4, maintenance 1
   */
  readonly callsMax?: LightragCalls;
  /**
   * Its calls cost nothing here, because the models behind the server are called through a board of
   * their own, or are yours. @default false
   */
  readonly isFree?: boolean;
}

export interface ResolvedLightrag {
  readonly name: string;
  readonly model: string | undefined;
  readonly embeddingModel: string | undefined;
  /** Null: the server's own default. */
  readonly contextTokens: number | null;
  readonly answerTokensMax: number;
  readonly callsMax: LightragCalls;
  readonly isFree: boolean;
}

const KEYS = [
  'name',
  'model',
  'embeddingModel',
  'contextTokens',
  'answerTokensMax',
  'callsMax',
  'isFree',
] as const satisfies readonly (keyof LightragOptions)[];

const TOKENS: Range = { min: 1, max: 10_000_000, integer: true };
/** `OPENAI_LLM_MAX_TOKENS` of the server's own example of a configuration. */
const ANSWER_TOKENS_MAX = 9_000;

/**
 * A server asks its model four times at once (`MAX_ASYNC`) and takes in two documents
 * (`MAX_PARALLEL_INSERT`); what is beyond it would wait there, in its memory. Maintenance wants to
 * be alone.
 */
const CALLS_MAX: LightragCalls = {
  query: 16,
  embedding: 16,
  graph: 8,
  insert: 4,
  maintenance: 1,
};

/** @throws FuseboardError invalid_option */
export function resolveLightrag(options: LightragOptions): ResolvedLightrag {
  knownKeys('lightrag', options, KEYS);
  const { contextTokens, answerTokensMax, isFree = false } = options;
  if (typeof isFree !== 'boolean') throw invalidOption('lightrag.isFree', 'true or false', isFree);
  return {
    name: nameOption('name', options.name, 64) ?? 'lightrag',
    model: nameOption('model', options.model, 256),
    embeddingModel: nameOption('embeddingModel', options.embeddingModel, 256),
    contextTokens:
      contextTokens === undefined
        ? null
        : numberOption('lightrag.contextTokens', contextTokens, TOKENS, 1),
    answerTokensMax: numberOption(
      'lightrag.answerTokensMax',
      answerTokensMax,
      TOKENS,
      ANSWER_TOKENS_MAX,
    ),
    callsMax: callsOption(options.callsMax),
    isFree,
  };
}

function nameOption(key: string, value: unknown, lengthMax: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= lengthMax) return value;
  throw invalidOption(`lightrag.${key}`, `a string of 1 to ${lengthMax} characters`, value);
}

function callsOption(given: LightragCalls | undefined): LightragCalls {
  if (given === undefined) return CALLS_MAX;
  knownKeys('lightrag.callsMax', given, LIGHTRAG_SCOPES);
  const callsMax: Partial<Record<LightragScope, number>> = { ...CALLS_MAX };
  for (const scope of LIGHTRAG_SCOPES) {
    const calls = given[scope];
    if (calls === Infinity) delete callsMax[scope];
    else if (calls !== undefined) {
      callsMax[scope] = numberOption(`lightrag.callsMax.${scope}`, calls, COUNT_RANGE, 1);
    }
  }
  return callsMax;
}
