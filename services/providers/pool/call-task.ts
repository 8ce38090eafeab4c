/** A call of `pool.call`: the user's function, for one member after another. */
import { onAbort } from '../../abort.ts';
import { readFailure } from './error-reading.ts';
import type { Attempted, Task } from './failover.ts';
import type { LiveMember } from './live-member.ts';
import type { ChosenMember, PoolCallOptions, PoolContext } from './pool.ts';
import type { Prospect } from './selection.ts';

export type PoolFunction<T> = (member: ChosenMember, context: PoolContext) => T | PromiseLike<T>;

export function callTask<T>(fn: PoolFunction<T>, options: PoolCallOptions): Task<Awaited<T>> {
  const { signal, failOverIf } = options;
  return {
    signal,
    isOnceOnly: false,
    look,
    async attempt(member, context): Promise<Attempted<Awaited<T>>> {
      try {
        const value = await untilAborted(signal, () => fn(member.chosen, context));
        return { kind: 'answered', isSample: true, value };
      } catch (error) {
        return signal?.aborted ? { kind: 'over', error } : readError(error, failOverIf);
      }
    },
    drop: () => {},
    finish(end) {
      if (end.ok) return end.value;
      throw end.error;
    },
  };
}

/** Nobody knows what the function will ask for, so that only a member shut off whole is refused. */
function look(member: LiveMember): Prospect {
  const { state } = member;
  const breakers = state === 'open' ? member.options.fetch.breakers() : [];
  let retryAtMs: number | null = null;
  for (const breaker of breakers) {
    const { probeAtMs } = breaker.snapshot();
    if (probeAtMs !== null && (retryAtMs === null || probeAtMs < retryAtMs)) retryAtMs = probeAtMs;
  }
  const standing = state === 'open' ? 'refused' : state === 'budget_limited' ? 'degraded' : 'ready';
  return { standing, expectedNanoUsd: null, retryAtMs };
}

function readError(
  error: unknown,
  failOverIf: PoolCallOptions['failOverIf'],
): Extract<Attempted<never>, { kind: 'refused' | 'failed' | 'over' }> {
  const ends = { ok: false, error } as const;
  const reading = readFailure(error);
  let said: boolean | undefined;
  try {
    said = failOverIf?.(error);
  } catch {
    // What cannot be told apart is left to the pool.
  }
  if (said === false || (said !== true && reading.kind === 'over')) return { kind: 'over', error };
  return reading.kind === 'refused'
    ? { ...reading, ends }
    : { kind: 'failed', reason: 'error', ends };
}

/** The caller hears of its own abort at once, whether or not the function heeds the signal. */
function untilAborted<T>(
  signal: AbortSignal | undefined,
  run: () => T | PromiseLike<T>,
): Promise<Awaited<T>> {
  return new Promise<Awaited<T>>((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal?.reason as Error));
    const settled = Promise.resolve().then(run) as Promise<Awaited<T>>;
    settled.then(resolve, reject).finally(release);
  });
}
