/**
 * A call with everything around it, in the fixed order: retry, gate, bulkhead, money, permit,
 * timeout, the function. Nobody waits while holding money or a permit, and whatever throws, place,
 * money and permit are given back exactly once.
 */
import { runBounded } from './bounded-run.ts';
import type { CallResult } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';
import { callMoney, type CallMoney } from './call-money.ts';
import { failed, refused, succeeded } from './call-result.ts';
import { PLAIN_CONTEXT, type Protected } from './call.ts';
import type { CallSpec } from './call-spec.ts';
import { RunningContext } from './call-context.ts';
import type { CostRefusal } from './cost/cost-refusal.ts';
import { FuseboardError, type RefusalCode } from './errors.ts';
import type { ResolvedOptions, ResolvedRetry } from './options.ts';
import { CANCELLED, FAILED, type Verdict } from './outcome.ts';
import { OpenPermit, type Recorded } from './permit.ts';
import { Refusal } from './refusal.ts';
import { retryDelayMs } from './retry.ts';
import type { Runtime } from './runtime.ts';
import type { WaitingList } from './waiting-list.ts';

/** What a layered call needs of its breaker. */
export interface LayeredHost {
  readonly name: string;
  readonly runtime: Runtime;
  readonly options: ResolvedOptions;
  readonly bulkhead: Bulkhead | null;
  readonly probeWaiters: WaitingList;
  /** Where calls wait between two attempts. */
  readonly pauses: WaitingList;
  readonly isDegraded: boolean;
  peek(): RefusalCode | null;
  admit(spec: CallSpec, money?: CallMoney | null): OpenPermit | Refusal;
  refuse(code: RefusalCode, spec: CallSpec, enforced?: boolean, money?: CostRefusal): Refusal;
  classifyError(error: unknown): Verdict;
  classifyValue(value: unknown): Verdict;
  settlePermit(permit: OpenPermit, verdict: Verdict, error: unknown): Recorded;
  report(callback: string, error: unknown): void;
}

/** How one attempt ended; the verdict of a failed one says whether to try again. */
type AttemptResult<T> = CallResult<T> & { readonly verdict?: Verdict };

/** The verdict is for retrying alone: where nobody retries, nobody gets it. */
const failedAttempt = (error: unknown, verdict: Verdict, isRetried: boolean) =>
  isRetried ? ({ ok: false, refused: false, error, verdict } as const) : failed(error);

/** Enters in the caller's own turn. Never throws. */
export function callLayered<T>(
  host: LayeredHost,
  spec: CallSpec,
  fn: Protected<T>,
  money: CallMoney | null = callMoney(host, spec),
): Promise<CallResult<T>> {
  const { retry } = host.options;
  if (retry === null) return attempt(host, spec, fn, 1, money, false);
  return attempts(host, spec, fn, retry, money).then((result) =>
    result.ok || result.refused ? result : failed(result.error),
  );
}

async function attempts<T>(
  host: LayeredHost,
  spec: CallSpec,
  fn: Protected<T>,
  retry: ResolvedRetry,
  first: CallMoney | null,
): Promise<AttemptResult<T>> {
  const { clock } = host.runtime;
  const startMs = clock.monotonicMs();
  let last: AttemptResult<T> | undefined;
  for (let number = 1; ; number++) {
    const money = number === 1 ? first : callMoney(host, spec);
    const result = await attempt(host, spec, fn, number, money, true);
    // A refusal ends retrying; what the caller gets is what happened to the call itself.
    if (!result.ok && result.refused) return last ?? result;
    if (result.ok || number >= retry.attemptsMax) return result;
    last = result;
    const delayMs = retryDelayMs(retry, result, number, host);
    if (delayMs === null || clock.monotonicMs() + delayMs - startMs > retry.totalMs) return result;
    // A closed board lets nobody in again: what has happened is the answer.
    if (host.runtime.isClosed || host.runtime.boardGate.emergency !== null) return result;
    const { signal, priority } = spec;
    const over = Symbol('over');
    try {
      await host.pauses.join({ signal, priority, timeoutMs: delayMs, timeoutError: () => over });
    } catch (reason) {
      if (reason !== over) return failedAttempt(reason, CANCELLED, true);
    }
  }
}

function attempt<T>(
  host: LayeredHost,
  spec: CallSpec,
  fn: Protected<T>,
  number: number,
  money: CallMoney | null,
  isRetried: boolean,
): Promise<AttemptResult<T>> {
  if (spec.signal?.aborted) {
    return Promise.resolve(failedAttempt(spec.signal.reason, CANCELLED, isRetried));
  }
  try {
    const { mode, requireCost } = host.options;
    if (spec.cost === null && requireCost && mode !== 'off') {
      const refusal = host.refuse('cost_required', spec, mode === 'enforce');
      if (mode === 'enforce') return Promise.resolve(refused(refusal));
    }
    const answer = enterNow(host, spec, money);
    if (answer instanceof OpenPermit) return run(host, spec, fn, number, answer, money, isRetried);
    if (answer === null) return attemptLater(host, spec, fn, number, money, isRetried);
    money?.release();
    return Promise.resolve(refused(answer));
  } catch (reason) {
    return Promise.resolve(notEntered(reason, money, isRetried));
  }
}

/** For whoever must wait for a place, for money or for a probe's verdict. */
async function attemptLater<T>(
  host: LayeredHost,
  spec: CallSpec,
  fn: Protected<T>,
  number: number,
  money: CallMoney | null,
  isRetried: boolean,
): Promise<AttemptResult<T>> {
  let answer: OpenPermit | Refusal;
  try {
    answer = await enter(host, spec, money);
  } catch (reason) {
    return notEntered(reason, money, isRetried);
  }
  if (answer instanceof OpenPermit) return run(host, spec, fn, number, answer, money, isRetried);
  money?.release();
  return refused(answer);
}

function notEntered<T>(
  reason: unknown,
  money: CallMoney | null,
  isRetried: boolean,
): AttemptResult<T> {
  money?.release();
  return reason instanceof Refusal ? refused(reason) : failedAttempt(reason, CANCELLED, isRetried);
}

/** The permit, in the caller's own turn, where nothing stands in the way; else null. */
function enterNow(
  host: LayeredHost,
  spec: CallSpec,
  money: CallMoney | null,
): OpenPermit | Refusal | null {
  const { bulkhead } = host;
  if (host.peek() !== null || bulkhead?.tryEnter() === false) return null;
  let answer: OpenPermit | Refusal | null = null;
  try {
    const way = money === null ? 'go' : money.enterNow();
    if (way !== 'wait') answer = way === 'go' ? host.admit(spec) : way;
  } finally {
    if (answer instanceof OpenPermit) answer.bulkhead = bulkhead;
    else bulkhead?.leave();
  }
  return answer;
}

/** Gate, bulkhead, money, permit. Waits where nothing is held; rejects when the caller gives up. */
async function enter(
  host: LayeredHost,
  spec: CallSpec,
  money: CallMoney | null,
): Promise<OpenPermit | Refusal> {
  for (;;) {
    const refusal = await pass(host, spec, money);
    if (refusal !== null) return refusal;
    let { bulkhead } = host;
    if (bulkhead !== null && !bulkhead.tryEnter()) {
      const place = queue(host, bulkhead, spec);
      if (place instanceof Refusal) return place;
      if (place === null) bulkhead = null;
      else await place;
    }
    try {
      const answer = await pay(host, spec, money);
      if (answer instanceof OpenPermit) {
        answer.bulkhead = bulkhead;
        bulkhead = null;
      }
      if (answer !== null) return answer;
    } finally {
      bulkhead?.leave();
    }
  }
}

/** Money, then the permit in the same turn as a second look. Null: a probe's verdict is awaited. */
async function pay(
  host: LayeredHost,
  spec: CallSpec,
  money: CallMoney | null,
): Promise<OpenPermit | Refusal | null> {
  if (money !== null && money.enterNow() === 'wait') await money.enter();
  if (money?.refusal) return money.refusal;
  // The world may have moved while we waited: look again, and take the permit in the same turn.
  if (!isWaitedFor(host, host.peek())) return host.admit(spec, money);
  money?.release();
  return null;
}

/** A place to wait for, or the refusal. Null: only said, the call goes on without a place. */
function queue(
  host: LayeredHost,
  bulkhead: Bulkhead,
  spec: CallSpec,
): Promise<void> | Refusal | null {
  // Who joins a queue after the board began to close would be sent away by nobody.
  if (host.runtime.isClosed) return host.refuse('board_closed', spec);
  if (host.options.mode !== 'enforce') {
    host.refuse('bulkhead_full', spec, false);
    return null;
  }
  const timeoutError = (): Refusal => host.refuse('bulkhead_timeout', spec);
  const place = bulkhead.queue(spec.priority, spec.signal, timeoutError);
  return place ?? host.refuse('bulkhead_full', spec);
}

/** Refuses while open; waits for a probe's verdict where the options say so. Null: go on. */
async function pass(
  host: LayeredHost,
  spec: CallSpec,
  money: CallMoney | null,
): Promise<Refusal | null> {
  const { options, runtime } = host;
  const { clock } = runtime;
  const isEnforced = options.mode === 'enforce';
  const startMs = options.probeWait === null ? 0 : clock.monotonicMs();
  for (;;) {
    const code = host.peek();
    if (code === null || (code === 'budget_exceeded' && money?.passesSpent())) return null;
    // What only reports is decided where the permit is taken, so that it is reported once.
    if (!isEnforced && code !== 'board_closed') return null;
    if (code === 'budget_exceeded' && money !== null) return money.refuseSpent();
    if (options.probeWait === null || !isWaitedFor(host, code)) return host.refuse(code, spec);
    if (host.probeWaiters.size >= options.probeWait.callersMax) return host.refuse(code, spec);
    const timeoutMs = options.probeWait.timeoutMs - (clock.monotonicMs() - startMs);
    const timeoutError = (): Refusal => host.refuse('probe_wait_timeout', spec);
    await host.probeWaiters.join({ ...spec, timeoutMs, timeoutError });
  }
}

/** Whether callers wait until what would refuse them is over. */
const isWaitedFor = ({ options }: LayeredHost, code: RefusalCode | null): boolean =>
  code === 'probes_busy' && options.probeWait !== null && options.mode === 'enforce';

async function run<T>(
  host: LayeredHost,
  spec: CallSpec,
  fn: Protected<T>,
  number: number,
  permit: OpenPermit,
  // Ended here, and not with the permit: a call that was given up may still cost.
  money: CallMoney | null,
  isRetried: boolean,
): Promise<AttemptResult<T>> {
  const { options, runtime } = host;
  const { timeoutMs } = options;
  const { signal } = spec;
  const isDegraded = host.isDegraded || (money?.isDegraded ?? false);
  permit.attempt = number;
  let timedOut: FuseboardError | undefined;
  /** Whether the function was called at all: its caller may give up in the very last moment. */
  let isSent = timeoutMs === null && signal === undefined;
  /** The function's own promise, which may outlive the call. */
  let running: T | PromiseLike<T> | undefined;
  try {
    let value: T;
    if (timeoutMs === null && signal === undefined) {
      const isPlain = number === 1 && !isDegraded && money === null;
      value = await fn(
        isPlain ? PLAIN_CONTEXT : new RunningContext(undefined, number, isDegraded, money),
      );
    } else {
      const timeoutError = (): FuseboardError => (timedOut = timeoutErrorOf(host));
      const { clock, deadlines } = runtime;
      const bounds = { clock, deadlines, timeoutMs, signal, timeoutError };
      value = await runBounded<T>(bounds, (inner) => {
        isSent = true;
        running = fn(new RunningContext(inner, number, isDegraded, money));
        return running;
      });
    }
    const verdict = host.classifyValue(value);
    money?.end(verdict.outcome);
    host.settlePermit(permit, verdict, undefined);
    return succeeded(value);
  } catch (error) {
    const verdict = verdictOf(host, error, signal, timedOut);
    const isCut = timedOut !== undefined || signal?.aborted === true || verdict.isCut === true;
    if (!isSent) money?.release();
    else if (money !== null && isCut) money.linger(running, verdict.outcome);
    else money?.end(verdict.outcome);
    host.settlePermit(permit, verdict, error);
    return failedAttempt(error, verdict, isRetried);
  }
}

function verdictOf(
  host: LayeredHost,
  error: unknown,
  signal: AbortSignal | undefined,
  timedOut: FuseboardError | undefined,
): Verdict {
  if (timedOut !== undefined && error === timedOut) return { ...FAILED, retryable: true };
  return signal?.aborted ? CANCELLED : host.classifyError(error);
}

function timeoutErrorOf(host: LayeredHost): FuseboardError {
  const { name: breaker, options } = host;
  return new FuseboardError(
    'timeout',
    `a call through breaker "${breaker}" timed out after ${options.timeoutMs} ms`,
    { breaker, hint: 'Raise timeoutMs, or let the function heed its signal.' },
  );
}
