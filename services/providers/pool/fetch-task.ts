/** A request of `pool.fetch`: sent to one member after another. */
import type { Fault } from '../fault.ts';
import type { Outlook, Sent } from '../protected-fetch.ts';
import { readThrown } from './error-reading.ts';
import type { Attempted, End, Task } from './failover.ts';
import type { LiveMember } from './live-member.ts';
import type { MemberCall, PoolRequest } from './pool-request.ts';
import type { Prospect } from './selection.ts';

const REFUSED: Prospect = Object.freeze({
  standing: 'refused',
  expectedNanoUsd: null,
  retryAtMs: null,
});

export function fetchTask(request: PoolRequest): Task<Response> {
  /** What each member gets, or why there is nothing to get, worked out once. */
  const calls = new Map<LiveMember, MemberCall | { readonly error: unknown }>();
  const callOf = (member: LiveMember): MemberCall | { readonly error: unknown } => {
    let call = calls.get(member);
    if (call === undefined) {
      call = prepare(request, member);
      calls.set(member, call);
    }
    return call;
  };
  return {
    signal: request.signal,
    isOnceOnly: request.isOnceOnly,
    look(member) {
      const call = callOf(member);
      return 'error' in call ? REFUSED : lookAt(member, call);
    },
    async attempt(member): Promise<Attempted<Response>> {
      const call = callOf(member);
      if ('error' in call) {
        const ends = { ok: false, error: call.error } as const;
        return { kind: 'refused', reason: 'headers', retryAtMs: null, ends };
      }
      try {
        return readSent(await member.options.fetch.send(call.url, call.init));
      } catch (error) {
        if (request.signal?.aborted) return { kind: 'over', error };
        const reading = readThrown(error);
        return reading.kind === 'over'
          ? { kind: 'over', error }
          : { ...reading, ends: { ok: false, error } };
      }
    },
    drop: discard,
    finish(end) {
      if (end.ok) return withoutRetry(end.value);
      throw end.error;
    },
  };
}

function prepare(
  request: PoolRequest,
  member: LiveMember,
): MemberCall | { readonly error: unknown } {
  try {
    return request.forMember(member.options);
  } catch (error) {
    return { error };
  }
}

function lookAt(member: LiveMember, call: MemberCall): Prospect {
  const outlook = outlookOf(member, call);
  if (outlook === null) return REFUSED;
  const isRefused = outlook.refusalCode !== null;
  return {
    standing: isRefused ? 'refused' : outlook.isDegraded ? 'degraded' : 'ready',
    expectedNanoUsd: outlook.expectedNanoUsd,
    retryAtMs: isRefused ? outlook.breaker.snapshot().probeAtMs : null,
  };
}

/** Null where it throws, as it does on a closed board: sending says better what is the matter. */
function outlookOf(member: LiveMember, { url, init }: MemberCall): Outlook | null {
  try {
    return member.options.fetch.outlook(url, init);
  } catch {
    return null;
  }
}

function readSent({ response, refusal, fault }: Sent): Attempted<Response> {
  const ends = { ok: true, value: response } as const;
  if (refusal !== null) {
    return { kind: 'refused', reason: refusal.code, retryAtMs: refusal.retryAtMs, ends };
  }
  if (fault === null) return { kind: 'answered', isSample: true, value: response };
  return isFinal(fault)
    ? { kind: 'answered', isSample: false, value: response }
    : { kind: 'failed', reason: fault.fault, ends };
}

/** No other member would do better, or the answer had begun. */
const isFinal = ({ fault }: Fault): boolean =>
  fault === 'invalid' || fault === 'cancelled' || fault === 'cut';

/** Lets go of a response that nobody will read. */
function discard(end: End<Response>): void {
  if (end.ok) end.value.body?.cancel().catch(() => {});
}

/** The same response, saying that the members have been tried: SDKs would try them all again. */
function withoutRetry(response: Response): Response {
  if (response.headers.get('x-should-retry') === 'false') return response;
  const { status, statusText, body } = response;
  const headers = new Headers(response.headers);
  headers.set('x-should-retry', 'false');
  return new Response(body, { status, statusText, headers });
}
