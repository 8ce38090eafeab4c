/**
 * One breaker at work. A call reads the gate, runs, and is counted beside the gate; the lanes at
 * the top are the hot path, everything below them hands on to the file that knows.
 */
import type { BreakerEvent } from '../machines/breaker-context.ts';
import type { BreakerRow } from '../persistence/store.ts';
import {
  admit,
  lease,
  peek,
  refusalCode,
  refuse,
  refusesNow,
  settle,
  takeBack,
} from './admission.ts';
import { BreakerState, LANE_FIRST, LANE_GENERAL, LANE_PLAIN, LANE_TIMED } from './breaker-state.ts';
import { explanationOf, isPristine, snapshotOf, statusOf } from './breaker-view.ts';
import type {
  Breaker,
  BreakerSnapshot,
  BreakerStatus,
  CallResult,
  OperatorOptions,
} from './breaker.ts';
import { RunningContext } from './call-context.ts';
import { payNow, type CallMoney } from './call-money.ts';
import { failed, refused, succeeded, unwrapped } from './call-result.ts';
import {
  PLAIN_CONTEXT,
  type CallContext,
  type CallOptions,
  type Operation,
  type Protected,
} from './call.ts';
import { functionFrom, specFrom, specOf, type CallSpec } from './call-spec.ts';
import { adopt, follow, hearPeer, quarantine } from './chart-follower.ts';
import { invalidArgument, isObject, objectOption, textArgument } from './check.ts';
import type { CircuitState } from './circuit.ts';
import type { CostRefusal } from './cost/cost-refusal.ts';
import { callCosted } from './costed-lane.ts';
import type { RefusalCode } from './errors.ts';
import { LIMITED } from './gate.ts';
import { callLayered, type LayeredHost } from './layered-call.ts';
import type { BreakerOptions, ResolvedOptions } from './options.ts';
import { mergeOptions, resolveOptions } from './resolve-options.ts';
import { SUCCEEDED, type Verdict } from './outcome.ts';
import type { OpenPermit, Permit, PermitOwner, Recorded } from './permit.ts';
import { count, record, recordOutside } from './recording.ts';
import { Refusal } from './refusal.ts';
import type { BreakerActor, Runtime } from './runtime.ts';
import { rewatchSlow, watchSlow } from './slow-calls.ts';

const REASON_MAX = 1_024;
const IDENTITY_MAX = 256;

type First<T> = Protected<T> | Operation;
type Second<T> = Protected<T> | CallOptions;
type Sync<T> = (context: CallContext) => T;

export class BreakerCore extends BreakerState implements Breaker, PermitOwner, LayeredHost {
  constructor(name: string, options: ResolvedOptions, runtime: Runtime, restored?: CircuitState) {
    super(name, options, runtime, restored);
    if (this.circuit !== null) adopt(this, this.circuit);
  }

  call<T>(first: First<T>, second?: Second<T>, third?: CallOptions): Promise<Awaited<T>> {
    if (second === undefined && typeof first === 'function' && !this.runtime.isObserved) {
      if (this.lane === LANE_PLAIN) return this.#callPlain(first);
      if (this.lane === LANE_TIMED) return this.#callTimed(first);
      if (this.lane === LANE_FIRST) {
        this.use();
        return this.call(first);
      }
    }
    if (this.lane === LANE_PLAIN && third === undefined) {
      const { treasury } = this.runtime;
      // A plain breaker's costed call: the money, and nothing else, stands around it.
      if (treasury !== null && typeof first === 'object') {
        return callCosted<Awaited<T>>(this, treasury, first, second, false);
      }
    }
    const isCosted = typeof first === 'object';
    if (refusesNow(this, isCosted)) return this.#throwRefusal(first, second, third);
    return this.#callLayered(first, second, third).then(unwrapped);
  }

  /** The hot path. What is not needed here is not here. */
  async #callPlain<T>(fn: Protected<T>): Promise<Awaited<T>> {
    const { generation } = this;
    this.inFlightCount++;
    let value: Awaited<T>;
    try {
      value = await fn(PLAIN_CONTEXT);
    } catch (error) {
      this.left();
      // Counted in a window only if the options have changed meanwhile.
      const nowMs = this.policy === null ? 0 : this.runtime.clock.monotonicMs();
      this.#recordThrown(error, generation, 0, nowMs, NaN);
      throw error;
    }
    if (--this.inFlightCount === 0 && this.runtime.onIdle !== null) this.runtime.onIdle();
    if (generation === this.generation) this.consecutiveFailures = 0;
    return value;
  }

  async #callTimed<T>(fn: Protected<T>): Promise<Awaited<T>> {
    const { generation, options, running, runtime } = this;
    const { clock } = runtime;
    const startMs = options.isMeasured ? clock.monotonicMs() : 0;
    const slot = running === null ? -1 : watchSlow(this, running, startMs);
    this.inFlightCount++;
    let value: Awaited<T>;
    try {
      value = await fn(PLAIN_CONTEXT);
    } catch (error) {
      this.left();
      const place = running === null ? NaN : running.end(slot);
      const nowMs = options.isDated ? clock.monotonicMs() : 0;
      this.#recordThrown(error, generation, nowMs - startMs, nowMs, place);
      throw error;
    }
    if (--this.inFlightCount === 0 && runtime.onIdle !== null) runtime.onIdle();
    const place = running === null ? NaN : running.end(slot);
    const nowMs = options.isDated ? clock.monotonicMs() : 0;
    if (generation === this.generation) count(this, false, nowMs - startMs, nowMs, place);
    return value;
  }

  #recordThrown(
    error: unknown,
    generation: number,
    durationMs: number,
    nowMs: number,
    place: number,
  ): void {
    const verdict = this.classifyError(error);
    record(this, { verdict, error, generation, durationMs, nowMs, place });
  }

  tryCall<T>(
    first: First<T>,
    second?: Second<T>,
    third?: CallOptions,
  ): Promise<CallResult<Awaited<T>>> {
    if (this.lane === LANE_PLAIN && third === undefined && typeof first === 'object') {
      const { treasury } = this.runtime;
      if (treasury !== null) {
        return callCosted<Awaited<T>>(this, treasury, first, second, true);
      }
    }
    if (refusesNow(this, typeof first === 'object')) return this.#tellRefusal(first, second, third);
    const isPlain = second === undefined && typeof first === 'function';
    if (isPlain && this.lane !== LANE_GENERAL && !this.runtime.isObserved) {
      // These lanes never refuse, so what throws is the function's own.
      return this.call(first).then(succeeded, failed);
    }
    return this.#callLayered(first, second, third);
  }

  /**
   * Arguments that are none reject here as they do elsewhere: nothing throws where it is called.
   */
  #throwRefusal<T>(first: First<T>, second?: Second<T>, third?: CallOptions): Promise<never> {
    try {
      return Promise.reject(this.#refuseNow(first, second, third).toError());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #tellRefusal<T>(
    first: First<T>,
    second?: Second<T>,
    third?: CallOptions,
  ): Promise<CallResult<never>> {
    try {
      const refusal = this.#refuseNow(first, second, third);
      return Promise.resolve(refused(refusal));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #refuseNow<T>(first: First<T>, second?: Second<T>, third?: CallOptions): Refusal {
    functionFrom(first, second);
    return refuse(this, refusalCode(this), specFrom(first, second, third));
  }

  #callLayered<T>(
    first: First<T>,
    second?: Second<T>,
    third?: CallOptions,
  ): Promise<CallResult<Awaited<T>>> {
    try {
      const fn = functionFrom<Awaited<T>>(first, second);
      return callLayered<Awaited<T>>(this, specFrom(first, second, third), fn);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  callSync<T>(first: Operation | ((context: CallContext) => T), second?: Sync<T>): T {
    const fn = typeof first === 'function' ? first : second;
    if (typeof fn !== 'function') throw invalidArgument('callSync(fn)', 'a function', fn);
    const operation = typeof first === 'function' ? null : first;
    const permit = this.#acquire(specOf(operation, undefined));
    const { money } = permit;
    const isDegraded = this.isDegraded || (money?.isDegraded ?? false);
    let value: T;
    try {
      const isPlain = !isDegraded && money === null;
      value = fn(isPlain ? PLAIN_CONTEXT : new RunningContext(undefined, 1, isDegraded, money));
    } catch (error) {
      permit.fail(error);
      throw error;
    }
    if (isThenable(value)) {
      // It runs on, and nobody hears what it uses.
      money?.end('cancelled', true);
      permit.ignore();
      // Nobody gets it, so nobody else could see it fail.
      Promise.resolve(value).catch(() => {});
      throw invalidArgument('the result of callSync', 'a value; call() takes promises', value);
    }
    settle(this, permit, this.classifyValue(value), undefined);
    return value;
  }

  wrap<This, Args extends readonly unknown[], R>(
    fn: (this: This, ...args: Args) => R,
    options?: CallOptions,
  ): (this: This, ...args: Args) => Promise<Awaited<R>> {
    if (typeof fn !== 'function') throw invalidArgument('wrap(fn)', 'a function', fn);
    const call = (run: () => R): Promise<Awaited<R>> => this.call<R>(run, options);
    return function (this: This, ...args: Args) {
      return call(() => fn.apply(this, args as unknown as Args & unknown[]));
    };
  }

  acquire(first?: Operation | CallOptions, second?: CallOptions): Permit {
    const isOperation = isObject(first) && 'operation' in first;
    const spec = isOperation ? specOf(first, second) : specOf(null, first);
    return this.#acquire(spec);
  }

  /** What cannot wait: every layer is passed now, or refuses. */
  #acquire(spec: CallSpec): OpenPermit {
    if (spec.cost !== null && this.options.mode === 'enforce') {
      // An outage must cost no reservation, nor pass for an empty allowance.
      const code = peek(this);
      if (code !== null && code !== 'budget_exceeded') throw refuse(this, code, spec).toError();
    }
    const money = payNow(this, spec);
    const answer = admit(this, spec, money);
    if (answer instanceof Refusal) {
      money?.release();
      throw answer.toError();
    }
    answer.money = money;
    const { bulkhead } = this;
    if (bulkhead === null || bulkhead.tryEnter()) answer.bulkhead = bulkhead;
    else {
      const isEnforced = this.options.mode === 'enforce';
      if (isEnforced) takeBack(this, answer);
      const refusal = refuse(this, 'bulkhead_full', spec, isEnforced);
      if (isEnforced) throw refusal.toError();
    }
    lease(this, answer);
    return answer;
  }

  // ── what layers and permits ask of it ──────────────────────────────────────────────────────

  get isDegraded(): boolean {
    return this.gate === LIMITED;
  }

  peek(): RefusalCode | null {
    return peek(this);
  }

  admit(spec: CallSpec, money?: CallMoney | null): OpenPermit | Refusal {
    return admit(this, spec, money);
  }

  refuse(code: RefusalCode, spec: CallSpec, enforced = true, money?: CostRefusal): Refusal {
    return refuse(this, code, spec, enforced, money);
  }

  classifyError(error: unknown): Verdict {
    return this.options.classify({ ok: false, error }, this.report);
  }

  classifyValue(value: unknown): Verdict {
    if (this.options.resultsSucceed) return SUCCEEDED;
    return this.options.classify({ ok: true, value }, this.report);
  }

  settlePermit(permit: OpenPermit, verdict: Verdict, error: unknown): Recorded {
    return settle(this, permit, verdict, error);
  }

  // ── what the circuit and the board tell it ─────────────────────────────────────────────────

  circuitChanged(before: CircuitState, event: BreakerEvent['type'] | 'external'): void {
    follow(this, before, event);
  }

  circuitQuarantined(): void {
    quarantine(this);
  }

  hearPeer(row: BreakerRow): void {
    hearPeer(this, row);
  }

  recordOutside(verdict: Verdict, durationMs: number, atMs: number | undefined): Recorded {
    this.catchUp();
    this.use();
    return recordOutside(this, verdict, durationMs, atMs);
  }

  get isPristine(): boolean {
    return isPristine(this);
  }

  /** The board is closing: refuse from now on, and send away who waits. */
  shut(): void {
    this.chooseLane();
    this.sendAway();
  }

  /** Nobody is admitted any more, or for now: whoever waits hears so. */
  sendAway(): void {
    const { rest } = this;
    if (rest === null) return;
    const refusal = (): unknown => refuse(this, refusalCode(this), specOf(null, undefined));
    rest.probeWaiters?.rejectAll(refusal);
    rest.bulkhead?.rejectAll(refusal);
    // Whoever waits to try again is refused, and gets what happened before.
    rest.pauses?.admitAll();
  }

  /** The board is closed: nothing moves it any more, and no deadline is left. */
  end(): void {
    const { deadlines } = this.runtime;
    deadlines.cancel(this.rest?.probeDeadline ?? null);
    deadlines.cancel(this.rest?.slowDeadline ?? null);
    // What still runs belongs to the past.
    this.generation++;
    this.circuit?.end();
  }

  // ── operators ──────────────────────────────────────────────────────────────────────────────

  forceOpen(reason: string, options?: OperatorOptions): void {
    this.#act('force_open', reason, options);
  }

  forceClose(reason: string, options?: OperatorOptions): void {
    this.#act('force_close', reason, options);
  }

  reset(reason: string, options?: OperatorOptions): void {
    this.#act('reset', reason, options);
  }

  #act(act: 'force_open' | 'force_close' | 'reset', why: string, options?: OperatorOptions): void {
    const reason = textArgument(`the reason of ${act}`, why, REASON_MAX);
    const by = identityOf(options);
    const { name, runtime } = this;
    this.#assertMovable(act === 'reset');
    runtime.publish({ type: 'operator.acted', breaker: name, act, reason, by });
    if (act === 'reset') this.circuit?.release();
    this.catchUp();
    this.send({ type: `operator.${act}`, reason, by, atMs: runtime.clock.nowMs() });
  }

  rotateKey(options?: OperatorOptions): void {
    const by = identityOf(options);
    const { name, runtime } = this;
    const reason = 'the key was rotated';
    this.#assertMovable(false);
    runtime.publish({ type: 'operator.acted', breaker: name, act: 'rotate_key', reason, by });
    this.catchUp();
    this.send({ type: 'key.rotated', atMs: runtime.clock.nowMs() });
  }

  /** An operator's act that would move nothing is an error, not a silence. */
  #assertMovable(endsQuarantine: boolean): void {
    const code = this.runtime.isClosed
      ? 'board_closed'
      : this.isQuarantined && !endsQuarantine
        ? 'quarantined'
        : null;
    if (code !== null) throw new Refusal(code, this.name, null, undefined).toError();
  }

  configure(options: BreakerOptions): void {
    objectOption('breaker', options);
    this.applyOptions(resolveOptions(mergeOptions(this.options.given, options)));
    rewatchSlow(this);
    const { name: breaker, runtime } = this;
    runtime.publish({ type: 'breaker.configured', breaker, options: Object.keys(options) });
  }

  // ── views ──────────────────────────────────────────────────────────────────────────────────

  get state(): BreakerStatus {
    this.catchUp();
    return statusOf(this.circuit?.state ?? 'closed');
  }

  get actor(): BreakerActor {
    this.catchUp();
    return this.circuitNow.actor;
  }

  snapshot(): BreakerSnapshot {
    return snapshotOf(this);
  }

  explain(): string {
    return explanationOf(this);
  }
}

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { then?: unknown }).then === 'function';

function identityOf(options: OperatorOptions | undefined): string {
  if (options === undefined) return 'unknown';
  if (!isObject(options))
    throw invalidArgument('options', `an object such as { by: 'ann' }`, options);
  const { by = 'unknown' } = options;
  return textArgument('options.by', by, IDENTITY_MAX);
}
