/**
 * The wait of a request for the limits of its provider: those that the provider tells and those
 * that the user states. Nothing is held meanwhile, neither money nor a place.
 */
import { onAbort } from '../abort.ts';
import type { BreakerCore } from '../breaker-core.ts';
import { specOf } from '../call-spec.ts';
import type { CallOptions } from '../call.ts';
import { noTurn } from '../cost/cost-refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { LimitPacer } from './limit-pacer.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { Needs, OwnLimits } from './own-limits.ts';
import type { RequestReading } from './profile.ts';

/** Characters of a request's body that are taken for one token, for limits told in tokens. */
const CHARACTERS_PER_TOKEN = 4;

export interface LimitWaitOptions {
  readonly pacer: LimitPacer;
  readonly ownLimits: OwnLimits;
  /** Whether limits that the provider tells are heeded. */
  readonly heedsTold: boolean;
  readonly waitMaxMs: number;
}

export class LimitWait {
  readonly #options: LimitWaitOptions;

  constructor(options: LimitWaitOptions) {
    this.#options = options;
  }

  /** Null: go on. */
  of(
    breaker: BreakerCore,
    credential: string,
    reading: RequestReading,
    request: OutgoingRequest,
    callOptions: CallOptions | undefined,
  ): Promise<null> | Refusal | null {
    const { heedsTold, ownLimits, pacer, waitMaxMs } = this.#options;
    // Who would be refused anyway shall hear so now.
    if ((!heedsTold && ownLimits.isEmpty) || breaker.peek() !== null) return null;
    const { clock } = breaker.runtime;
    const needs = needsOf(reading, request);
    const toldMs = heedsTold ? pacer.take(breaker.name, needs.tokens, clock.nowMs()) : 0;
    if (heedsTold) request.pacedTokens = needs.tokens;
    const ownMs = ownLimits.isEmpty ? 0 : ownLimits.take(credential, needs, clock.monotonicMs());
    const delayMs = Math.max(toldMs, ownMs);
    if (delayMs <= 0) return null;
    const giveBack = (): void => {
      if (heedsTold) pacer.giveBack(breaker.name, needs.tokens);
      request.pacedTokens = null;
      ownLimits.giveBack(credential, needs);
    };
    if (delayMs <= waitMaxMs) return waited(breaker, delayMs, request.signal, giveBack);
    giveBack();
    const whose = toldMs >= ownMs ? 'a limit of its provider' : 'one of fetch.limits';
    const why = `refuses the call: ${whose} has no room for it`;
    const money = { ...noTurn(), why, retryAtMs: clock.nowMs() + delayMs };
    return breaker.refuse('throttled', specOf(reading.operation, callOptions), true, money);
  }
}

function needsOf({ operation }: RequestReading, { length }: OutgoingRequest): Needs {
  const { maxOutputTokens = 0, searchesMax = 0 } = operation;
  return {
    requests: 1,
    tokens: Math.ceil(length / CHARACTERS_PER_TOKEN) + maxOutputTokens,
    searches: searchesMax,
  };
}

function waited(
  { runtime }: BreakerCore,
  delayMs: number,
  signal: AbortSignal | undefined,
  giveBack: () => void,
): Promise<null> {
  const { clock, deadlines } = runtime;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      deadlines.cancel(deadline);
      giveBack();
      reject(signal?.reason as Error);
    };
    const end = (): void => {
      disregard();
      resolve(null);
    };
    const disregard = onAbort(signal, giveUp);
    const deadline = deadlines.at(clock.monotonicMs() + delayMs, end, true);
    if (signal?.aborted) giveUp();
  });
}
