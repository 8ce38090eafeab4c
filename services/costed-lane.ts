/**
 * The short way of a call with a price through a plain breaker: the money, and nothing else, stands
 * around it. Whoever must wait, or is refused, goes the long way.
 */
import { reportFinished, type Finished } from './admission.ts';
import type { CallResult } from './breaker.ts';
import type { BreakerState } from './breaker-state.ts';
import { RunningContext } from './call-context.ts';
import { CallMoney } from './call-money.ts';
import { failed, succeeded, unwrapped } from './call-result.ts';
import { CallSpec, functionFrom } from './call-spec.ts';
import type { Operation, Protected } from './call.ts';
import type { Treasury } from './cost/treasury.ts';
import { callLayered, type LayeredHost } from './layered-call.ts';
import { SUCCEEDED } from './outcome.ts';
import { record } from './recording.ts';

type CostedHost = BreakerState & LayeredHost;

/** `isTold`: its end is told apart, as `tryCall` does, and not thrown. */
export function callCosted<T>(
  breaker: CostedHost,
  treasury: Treasury,
  operation: Operation,
  second: unknown,
  isTold: true,
): Promise<CallResult<T>>;
export function callCosted<T>(
  breaker: CostedHost,
  treasury: Treasury,
  operation: Operation,
  second: unknown,
  isTold: false,
): Promise<T>;
export function callCosted<T>(
  breaker: CostedHost,
  treasury: Treasury,
  operation: Operation,
  second: unknown,
  isTold: boolean,
): Promise<T | CallResult<T>> {
  try {
    const fn = functionFrom<T>(operation, second);
    const spec = new CallSpec(operation, undefined);
    const money = new CallMoney(breaker, spec, treasury, spec);
    if (money.enterNow() !== 'go') {
      // The long way goes on with what has been found out so far.
      const result = callLayered(breaker, spec, fn, money);
      return isTold ? result : result.then(unwrapped);
    }
    // What throws from here on is the function's own.
    const value = run(breaker, fn, spec, money);
    return isTold ? value.then(succeeded, failed) : value;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** What an async function knows is kept while it waits: this one knows as little as it can. */
async function run<T>(
  breaker: CostedHost,
  fn: Protected<T>,
  spec: CallSpec,
  money: CallMoney,
): Promise<T> {
  const { generation } = breaker;
  const startMs = breaker.runtime.isObserved ? breaker.runtime.clock.monotonicMs() : NaN;
  breaker.inFlightCount++;
  let value: T;
  try {
    value = await fn(new RunningContext(undefined, 1, money.isDegraded, money));
  } catch (error) {
    fail(breaker, spec, money, generation, startMs, error);
    throw error;
  }
  succeed(breaker, spec, money, generation, startMs);
  return value;
}

function succeed(
  breaker: CostedHost,
  spec: CallSpec,
  money: CallMoney,
  generation: number,
  startMs: number,
): void {
  breaker.left();
  money.end('succeeded');
  const isCurrent = generation === breaker.generation;
  if (isCurrent) breaker.consecutiveFailures = 0;
  if (Number.isNaN(startMs)) return;
  const durationMs = breaker.runtime.clock.monotonicMs() - startMs;
  const recorded = isCurrent ? 'counted' : 'late';
  const verdict = SUCCEEDED;
  report(breaker, spec, { verdict, error: undefined, durationMs, attempt: 1, recorded });
}

function fail(
  breaker: CostedHost,
  spec: CallSpec,
  money: CallMoney,
  generation: number,
  startMs: number,
  error: unknown,
): void {
  breaker.left();
  const verdict = breaker.classifyError(error);
  money.end(verdict.outcome, verdict.isCut);
  const isTimed = breaker.policy !== null || !Number.isNaN(startMs);
  const nowMs = isTimed ? breaker.runtime.clock.monotonicMs() : 0;
  const durationMs = nowMs - startMs;
  const ended = { verdict, error, generation, durationMs: durationMs || 0, nowMs, place: NaN };
  const recorded = record(breaker, ended);
  report(breaker, spec, { verdict, error, durationMs, attempt: 1, recorded });
}

/** Nothing is said of a call that began before anybody listened: nobody timed it. */
function report(breaker: CostedHost, spec: CallSpec, finished: Finished): void {
  if (Number.isNaN(finished.durationMs) || !breaker.runtime.isObserved) return;
  reportFinished(breaker, spec, finished);
}
