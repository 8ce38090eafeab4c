/**
 * What a simulated provider can do with a request: answer it, refuse it in each of the ways of its
 * API, or fail as networks and servers do. Plain data, so that a plan can be printed and replayed.
 */
import type { Latency } from './latency.ts';
import type { UsageFault } from './usage-fault.ts';

/** What may be said about the answer of a model. */
export interface AnswerSettings {
  /** @default words drawn from the seed and the request */
  readonly text?: string;
  /** Tokens of the drawn text. A cap in the request cuts it. @default 20 to 80 of them, drawn */
  readonly outputTokens?: number;
  /** Tokens thought before the answer: billed, not shown. @default 0 */
  readonly reasoningTokens?: number;
  /** Tokens of the prompt that were in the provider's cache, at most all. @default 0 */
  readonly cachedTokens?: number;
}

/** Codes of OpenAI's 429 that no waiting helps against: each with type `insufficient_quota`. */
export const QUOTA_CODES = [
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
] as const;

export type QuotaCode = (typeof QUOTA_CODES)[number];

interface Timed {
  /** Before the first byte, in place of the provider's latency. */
  readonly latencyMs?: Latency;
  /** Headers to add, or to leave out where null, in the answer. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** Errors that the API itself words. */
export type RefusingBehaviour = Timed &
  (
    | {
        readonly type: 'rate_limited';
        /** @default 'requests' */
        readonly by?: 'requests' | 'tokens';
        /** Header Retry-After; null leaves it out. @default 1 where the API sends one */
        readonly retryAfterSeconds?: number | null;
        /** Header retry-after-ms. @default not sent */
        readonly retryAfterMs?: number;
        /** @default the API's usual */
        readonly code?: string;
      }
    | { readonly type: 'quota'; readonly code?: QuotaCode }
    | { readonly type: 'unauthorized' }
    | { readonly type: 'forbidden' }
    /** `code`: for example `context_length_exceeded`. */
    | { readonly type: 'bad_request'; readonly code?: string }
    | { readonly type: 'not_found' }
    | { readonly type: 'conflict' }
    | { readonly type: 'too_large' }
    | { readonly type: 'unprocessable' }
    /** 502 and 504 come from a proxy before the API, as HTML. @default status 500 */
    | { readonly type: 'server_error'; readonly status?: 500 | 502 | 503 | 504 }
    | { readonly type: 'overloaded' }
    /** Perplexity's answer to calls of its former Sonar API. */
    | { readonly type: 'retired' }
    /** Any other: an object is sent as JSON, a string as it is. */
    | {
        readonly type: 'error';
        readonly status: number;
        readonly body: Readonly<Record<string, unknown>> | string;
      }
  );

/**
 * An answer, whole or spoilt. Chunks are the frames of a stream; an answer that is none is sent in
 * eight pieces where chunks matter.
 */
export type AnsweringBehaviour = Timed &
  AnswerSettings &
  (
    | { readonly type: 'answer' }
    /** The provider's filter withholds the answer. LightRAG finds no context for the query. */
    | { readonly type: 'content_filtered' }
    /**
     * Silence: before the headers, or after so many chunks. Ends after `forMs`, or when the client
     * leaves.
     */
    | { readonly type: 'stall'; readonly afterChunks?: number; readonly forMs?: number }
    /** Chunks `gapMs` apart. */
    | { readonly type: 'drip'; readonly gapMs: Latency }
    /** The connection is closed after so many chunks. @default 1 */
    | { readonly type: 'cut'; readonly afterChunks?: number }
    /**
     * A stream that ends as if all was well, and misses its proper end: everything that says so, or
     * only the last of it. Other answers end in the middle.
     * @default 'end'
     */
    | {
        readonly type: 'unfinished';
        readonly without?: 'end' | 'done';
        /** Text frames before it ends. @default all */
        readonly afterChunks?: number;
      }
    /** A stream tells of an error after so many chunks, and ends. @default 1 */
    | {
        readonly type: 'error_frame';
        readonly afterChunks?: number;
        readonly code?: string;
        readonly message?: string;
      }
    /** JSON that breaks off: the body, or the frame after so many chunks. @default 1 */
    | { readonly type: 'bad_json'; readonly afterChunks?: number }
    /** Status of success and nothing else. */
    | { readonly type: 'empty' }
    | { readonly type: 'wrong_usage'; readonly usage: UsageFault }
    /** The connection is reset before the headers. */
    | { readonly type: 'reset' }
    /** A member of so many bytes in the body, or a frame of that size. @default 16 MiB */
    | { readonly type: 'huge'; readonly bytes?: number }
  );

export type Behaviour = RefusingBehaviour | AnsweringBehaviour;

const REFUSING: readonly string[] = [
  'rate_limited',
  'quota',
  'unauthorized',
  'forbidden',
  'bad_request',
  'not_found',
  'conflict',
  'too_large',
  'unprocessable',
  'server_error',
  'overloaded',
  'retired',
  'error',
] satisfies RefusingBehaviour['type'][];

const ANSWERING: readonly string[] = [
  'answer',
  'content_filtered',
  'stall',
  'drip',
  'cut',
  'unfinished',
  'error_frame',
  'bad_json',
  'empty',
  'wrong_usage',
  'reset',
  'huge',
] satisfies AnsweringBehaviour['type'][];

/** The type of every behaviour. */
export const BEHAVIOUR_TYPES: readonly string[] = [...REFUSING, ...ANSWERING];

export const isRefusing = (behaviour: Behaviour): behaviour is RefusingBehaviour =>
  REFUSING.includes(behaviour.type);
