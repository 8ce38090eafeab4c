/**
 * A `fetch` whose every request is a call of a breaker: its profile says what the request is about
 * to do, the breaker and the budgets decide, and what comes back says how it ended.
 */
import type { BreakerCore } from '../breaker-core.ts';
import type { Breaker, OperatorOptions } from '../breaker.ts';
import { specOf } from '../call-spec.ts';
import type { CallOptions, Operation } from '../call.ts';
import type { CostEvent } from '../cost/cost-events.ts';
import type { Treasury } from '../cost/treasury.ts';
import { ZERO, type NanoUsd } from '../cost/money.ts';
import { isFuseboardError } from '../errors.ts';
import type { BreakerOptions } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { contained, countTokens } from './answer.ts';
import { fingerprintOf, type Credentials } from './credentials.ts';
import { resolveFetchOptions, type FetchOptions, type KeyedRequest } from './fetch-options.ts';
import { LimitPacer } from './limit-pacer.ts';
import { LimitWait } from './limit-wait.ts';
import { OwnLimits } from './own-limits.ts';
import { readLater, readNow, type OutgoingRequest } from './outgoing-request.ts';
import type { Profile, RequestReading } from './profile.ts';
import type { Outlook, ProtectedFetch, Sent } from './protected-fetch.ts';
import { ProviderCall, type CallParts } from './provider-call.ts';
import { refusedResponse } from './refused-response.ts';

/** What a protected fetch needs of its board. */
export interface FetchHost {
  readonly credentials: Credentials;
  /** Null where nobody counts costs. */
  readonly treasury: Treasury | null;
  find(name: string): BreakerCore | undefined;
  /** Books a cost that an answer tells of, once for each id. */
  book(event: CostEvent): void;
  /** @throws FuseboardError as `board.breaker` */
  breaker(name: string, options: BreakerOptions): BreakerCore;
}

/** Of a breaker's name, as boards allow it. */
const NAME_MAX = 256;
const NAMES_MAX = 10_000;

/** @throws FuseboardError invalid_option */
export function protectFetch(
  profile: Profile,
  options: FetchOptions,
  host: FetchHost,
): ProtectedFetch {
  const guard = new FetchGuard(profile, options, host);
  const protectedFetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    guard.send(input, init).then(responseOf);
  return Object.assign(protectedFetch, {
    send: (input: string | URL | Request, init?: RequestInit) => guard.send(input, init),
    outlook: (input: string | URL | Request, init?: RequestInit) => guard.outlook(input, init),
    provider: guard.provider,
    breakers: () => guard.breakers(),
    rotateKey: (by?: OperatorOptions) => {
      for (const breaker of guard.breakers()) breaker.rotateKey(by);
    },
  });
}

const responseOf = ({ response }: Sent): Response => response;

/** What requests of one credential and scope share. */
interface Known {
  readonly fingerprint: string;
  readonly scope: string;
  readonly breaker: BreakerCore;
  readonly credential: string;
}

class FetchGuard {
  readonly #parts: CallParts;
  readonly #wait: LimitWait;
  readonly #host: FetchHost;
  /** Names of the breakers that were used; bounded, the oldest go first. */
  readonly #names = new Set<string>();
  /** Whose breaker was asked for last, where no option names it: the next one's as a rule. */
  #last: Known | null = null;

  constructor(profile: Profile, options: FetchOptions, host: FetchHost) {
    this.#host = host;
    const resolved = resolveFetchOptions(profile.name, options);
    const pacer = new LimitPacer();
    const ownLimits = new OwnLimits(resolved.limits);
    this.#parts = {
      profile,
      options: resolved,
      credentials: host.credentials,
      book: (event) => host.book(event),
      pacer,
      ownLimits,
    };
    const { heedLimits: heedsTold, limitWaitMaxMs: waitMaxMs } = resolved;
    this.#wait = new LimitWait({ pacer, ownLimits, heedsTold, waitMaxMs });
  }

  get provider(): string {
    return this.#parts.options.provider;
  }

  breakers(): Breaker[] {
    const living = [...this.#names].map((name) => this.#host.find(name));
    return living.filter((breaker) => breaker !== undefined);
  }

  /** In the caller's own turn where nothing must be waited for. Never throws. */
  send(input: string | URL | Request, init?: RequestInit): Promise<Sent> {
    const { bodyBytesMax } = this.#parts.options;
    try {
      return input instanceof Request
        ? readLater(input, init, bodyBytesMax).then((request) => this.#send(request))
        : this.#send(readNow(input, init, bodyBytesMax));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #send(request: OutgoingRequest): Promise<Sent> {
    let call: ProviderCall;
    try {
      call = this.#callOf(request);
    } catch (error) {
      return Promise.resolve(this.#closed(error));
    }
    const { reading, breaker } = call;
    this.#change(request, reading, breaker);
    const callOptions = this.#optionsOf(request);
    const delay = this.#wait.of(breaker, call.credential, reading, request, callOptions);
    return delay === null ? call.send(callOptions) : sendAfter(delay, call, callOptions);
  }

  /** A closed board makes no breakers: a refusal like any other. @throws every other error */
  #closed(error: unknown): Sent {
    if (!isFuseboardError(error) || error.code !== 'board_closed') throw error;
    const { profile, options } = this.#parts;
    const refusal = new Refusal('board_closed', error.breaker ?? profile.name, null, undefined);
    if (options.onRefusal === 'throw') throw refusal.toError();
    return { response: refusedResponse(profile, refusal, 0), refusal, fault: null };
  }

  outlook(input: string | URL | Request, init?: RequestInit): Outlook {
    const request = readNow(input, init, this.#parts.options.bodyBytesMax);
    const { breaker, reading } = this.#callOf(request);
    return {
      breaker,
      refusalCode: breaker.peek(),
      isDegraded: breaker.isDegraded,
      expectedNanoUsd: expectedOf(breaker, reading),
    };
  }

  #callOf(request: OutgoingRequest): ProviderCall {
    const { profile } = this.#parts;
    const { treasury } = this.#host;
    const count = treasury === null ? undefined : countTokens(treasury);
    const reading = profile.readRequest(request, count);
    const { operation } = reading;
    const fingerprint = fingerprintOf(request, profile.credentialHeaders);
    const scope = reading.scope ?? operation.model ?? operation.operation;
    const { breaker, credential } = this.#known(fingerprint, scope, operation);
    if (fingerprint !== 'anonymous') this.#parts.credentials.join(credential, breaker);
    return new ProviderCall(this.#parts, request, reading, breaker, credential);
  }

  #known(fingerprint: string, scope: string, { operation, model }: Operation): Known {
    const { breakerKey, provider } = this.#parts.options;
    const last = this.#last;
    if (last?.fingerprint === fingerprint && last.scope === scope) return last;
    const credential = `${provider}:${fingerprint}`;
    const keyed: KeyedRequest = { provider, credential: fingerprint, scope, operation, model };
    const name = breakerKey?.(keyed) ?? `${credential}:${scope}`;
    const breaker = this.#breaker(name.slice(0, NAME_MAX), scope);
    const known: Known = { fingerprint, scope, breaker, credential };
    if (breakerKey === null) this.#last = known;
    return known;
  }

  #breaker(name: string, scope: string): BreakerCore {
    const known = this.#host.find(name);
    if (known !== undefined && this.#names.has(name)) return known;
    if (this.#names.size >= NAMES_MAX) {
      this.#names.delete(this.#names.values().next().value as string);
    }
    this.#names.add(name);
    if (known !== undefined) return known;
    const { profile, options } = this.#parts;
    const { provider } = options;
    const own = profile.breakerOptions?.(scope) ?? {};
    // What costs anything says so itself; the rest, such as a list of models, is known to be free.
    const decided = { provider, requireCost: false };
    return this.#host.breaker(name, { ...own, ...options.breaker(scope), ...decided });
  }

  /** Asks for the usage of a stream, and caps the output where somebody said how. */
  #change(request: OutgoingRequest, reading: RequestReading, breaker: BreakerCore): void {
    const { options } = this.#parts;
    const { usageRequest, capMember } = reading;
    if (options.usageRequest && usageRequest !== null) request.setMembers(usageRequest);
    if (!options.outputCap || capMember === null) return;
    const { treasury } = breaker.runtime;
    const cap = breaker.options.defaultMaxOutputTokens ?? treasury?.defaultMaxOutputTokens ?? null;
    if (cap !== null) request.setMembers({ [capMember]: cap });
  }

  /** Undefined where there is nothing to say. */
  #optionsOf(request: OutgoingRequest): CallOptions | undefined {
    const { describe } = this.#parts.options;
    const { signal } = request;
    if (describe !== null) return { ...describe(request), signal };
    return signal === undefined ? undefined : { signal };
  }
}

async function sendAfter(
  delay: Promise<null> | Refusal,
  call: ProviderCall,
  callOptions: CallOptions | undefined,
): Promise<Sent> {
  const refusal = await delay;
  return refusal === null ? call.send(callOptions) : call.refused(refusal);
}

function expectedOf(breaker: BreakerCore, reading: RequestReading): NanoUsd | null {
  const { treasury } = breaker.runtime;
  const { isFree, operation } = reading;
  if (isFree) return treasury === null ? null : ZERO;
  const { cost } = specOf(operation, undefined);
  if (treasury === null || cost === null) return null;
  const estimate = (): NanoUsd => treasury.open(breaker, cost).estimate.expectedNanoUsd;
  return contained(breaker, 'readRequest', estimate) ?? null;
}
