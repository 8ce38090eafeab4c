/**
 * OpenAI's rate limits: buckets that fill evenly over a minute, shown in headers of every answer
 * (https://platform.openai.com/docs/guides/rate-limits, table of headers).
 */
import { knownKeys, numberOption } from '../../../../services/check.ts';
import type { Clock } from '../../../../services/clock.ts';
import type { ReceivedRequest } from '../received-request.ts';
import type { WholeReply } from '../reply.ts';
import { bodyOf, countMember, textMember } from '../request-body.ts';
import { refuseAsOpenAi } from './openai-errors.ts';

export interface OpenAiLimits {
  /** @default 10_000 */
  readonly requestsPerMinute?: number;
  /** A request takes its cap, or a quarter of its characters where more. @default 2_000_000 */
  readonly tokensPerMinute?: number;
}

const MINUTE_MS = 60_000;
const CHARACTERS_PER_TOKEN = 4;

export class OpenAiRateLimits {
  readonly #requests: Bucket;
  readonly #tokens: Bucket;
  readonly #isEnforced: boolean;

  /** Without limits of one's own, the usual ones are shown and nobody is refused. */
  constructor(path: string, limits: OpenAiLimits | undefined, clock: Clock) {
    knownKeys(path, limits ?? {}, ['requestsPerMinute', 'tokensPerMinute']);
    const range = { min: 1, integer: true };
    const { requestsPerMinute, tokensPerMinute } = limits ?? {};
    const requests = numberOption(`${path}.requestsPerMinute`, requestsPerMinute, range, 10_000);
    const tokens = numberOption(`${path}.tokensPerMinute`, tokensPerMinute, range, 2_000_000);
    this.#requests = new Bucket(requests, clock);
    this.#tokens = new Bucket(tokens, clock);
    this.#isEnforced = limits !== undefined;
  }

  /** Counts a request; the refusal where it is one too many. */
  take(request: ReceivedRequest): WholeReply | null {
    const body = bodyOf(request);
    const cap = countMember(body, 'max_completion_tokens', 'max_tokens', 'max_output_tokens') ?? 0;
    const tokens = Math.max(cap, Math.ceil(request.text.length / CHARACTERS_PER_TOKEN));
    const waitMs = { requests: this.#requests.waitMs(1), tokens: this.#tokens.waitMs(tokens) };
    const by = waitMs.requests >= waitMs.tokens ? 'requests' : 'tokens';
    if (this.#isEnforced && waitMs[by] > 0) {
      const retryAfterSeconds = Math.ceil(waitMs[by] / 1000);
      const refusal = { type: 'rate_limited', by, retryAfterSeconds } as const;
      return refuseAsOpenAi(refusal, textMember(body, 'model'));
    }
    this.#requests.take(1);
    this.#tokens.take(tokens);
    return null;
  }

  headers(): Record<string, string> {
    const requests = this.#requests;
    const tokens = this.#tokens;
    return {
      'x-ratelimit-limit-requests': String(requests.size),
      'x-ratelimit-limit-tokens': String(tokens.size),
      'x-ratelimit-remaining-requests': String(requests.remaining()),
      'x-ratelimit-remaining-tokens': String(tokens.remaining()),
      'x-ratelimit-reset-requests': goDuration(requests.resetMs()),
      'x-ratelimit-reset-tokens': goDuration(tokens.resetMs()),
    };
  }
}

/** A duration as Go writes it: `20ms`, `1.5s`, `6m0s`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.round(ms) / 1000;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round((seconds - minutes * 60) * 1000) / 1000;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${rest}s` : `${hours}h${minutes - hours * 60}m${rest}s`;
}

class Bucket {
  readonly size: number;
  readonly #clock: Clock;
  #used = 0;
  #atMs: number;

  constructor(size: number, clock: Clock) {
    this.size = size;
    this.#clock = clock;
    this.#atMs = clock.monotonicMs();
  }

  /** Milliseconds until so many would fit; 0: now. More than it holds fit when it is full. */
  waitMs(amount: number): number {
    this.#drain();
    const over = this.#used + Math.min(amount, this.size) - this.size;
    return over <= 0 ? 0 : (over * MINUTE_MS) / this.size;
  }

  take(amount: number): void {
    this.#drain();
    this.#used = Math.min(this.size, this.#used + amount);
  }

  remaining(): number {
    this.#drain();
    return Math.floor(this.size - this.#used);
  }

  resetMs(): number {
    this.#drain();
    return (this.#used * MINUTE_MS) / this.size;
  }

  #drain(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#used = Math.max(0, this.#used - ((nowMs - this.#atMs) * this.size) / MINUTE_MS);
    this.#atMs = nowMs;
  }
}
