/** The service and the reference through the same day, compared after every step. */
import {
  createBreaker,
  isFuseboardError,
  type Breaker,
  type LoneBreakerOptions,
  type Permit,
  type TripOptions,
} from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import type { CountingRule } from './counted-outcomes.ts';
import { ReferenceBreaker, type ReferenceCall } from './reference-breaker.ts';
import type { Configuration, Schedule, Step } from './schedules.ts';

class Ignorable extends Error {}

/** A call that both let through. */
interface RunningCall {
  readonly reference: ReferenceCall;
  /** Given by `acquire`. */
  readonly permit?: Permit;
  /** Made by `call`: how its function ends. */
  readonly end?: { resolve(): void; reject(error: Error): void };
  isOver: boolean;
}

export class SideBySide {
  readonly #clock = new VirtualClock({ startMs: 0 });
  readonly #breaker: Breaker;
  readonly #reference: ReferenceBreaker;
  readonly #calls: RunningCall[] = [];

  constructor(configuration: Configuration) {
    const { recoveryTimeoutMs: baseMs, isGrowing } = configuration;
    const maxMs = baseMs * 8;
    const backoffMs = (tripCount: number): number =>
      isGrowing ? (Math.min(maxMs, baseMs * 2 ** (tripCount - 1)) - baseMs) / 2 : 0;
    this.#reference = new ReferenceBreaker({ ...configuration, backoffMs });
    this.#breaker = createBreaker({ ...optionsOf(configuration), clock: this.#clock });
  }

  /** @throws Error saying after which step they differ, and in what. */
  static async run({ configuration, steps }: Schedule): Promise<void> {
    const pair = new SideBySide(configuration);
    for (const [index, step] of steps.entries()) {
      await pair.#take(step);
      pair.#compare(`step ${index}, ${JSON.stringify(step)}`);
    }
  }

  async #take(step: Step): Promise<void> {
    const reference = this.#reference;
    switch (step.do) {
      case 'acquire':
        return this.#acquire();
      case 'call':
        return this.#call();
      case 'settle':
        return this.#settle(step);
      case 'advance':
        this.#clock.advance(step.ms);
        return reference.advance(step.ms);
      case 'operate':
        this.#operate(step.act);
        return reference.operate(step.act);
      case 'budget':
        this.#breaker.actor.send({ type: `budget.${step.level}`, atMs: this.#clock.nowMs() });
        return reference.setBudget(step.level);
    }
  }

  #acquire(): void {
    const expected = this.#reference.admit(true);
    let permit: Permit;
    try {
      permit = this.#breaker.acquire();
    } catch (error) {
      return same('refusal', codeOf(error), expected);
    }
    if (typeof expected === 'string') return same('refusal', 'a permit', expected);
    same('isProbe', permit.isProbe, expected.isProbe);
    this.#calls.push({ reference: expected, permit, isOver: false });
  }

  async #call(): Promise<void> {
    const expected = this.#reference.admit(false);
    let end: RunningCall['end'];
    let refusal: unknown;
    const result = this.#breaker.call(
      () => new Promise<void>((resolve, reject) => (end = { resolve, reject })),
    );
    result.catch((error: unknown) => (refusal = error));
    for (let turn = 0; turn < 50 && end === undefined && refusal === undefined; turn++)
      await Promise.resolve();
    if (end === undefined) return same('refusal', codeOf(refusal), expected);
    if (typeof expected === 'string') return same('refusal', 'a call', expected);
    const call: RunningCall = { reference: expected, end, isOver: false };
    result.then(
      () => (call.isOver = true),
      () => (call.isOver = true),
    );
    this.#calls.push(call);
  }

  async #settle(step: Step & { do: 'settle' }): Promise<void> {
    const candidates = this.#calls.filter(
      ({ isOver, permit }) => !isOver || (step.again && permit !== undefined),
    );
    const call = candidates[step.which % candidates.length];
    if (call === undefined) return;
    const { permit, end, reference } = call;
    if (permit !== undefined) {
      const { outcome, retryInMs } = step;
      const retryAtMs = retryInMs === undefined ? undefined : this.#clock.nowMs() + retryInMs;
      const isInstant = retryAtMs !== undefined && retryAtMs >= 0;
      const recorded = permit.record(isInstant ? { outcome, retryAtMs } : { outcome });
      call.isOver = true;
      const expected = this.#reference.settle(
        reference,
        outcome,
        isInstant ? retryAtMs : undefined,
      );
      return same('recorded', recorded, expected);
    }
    const outcome = ['succeeded', 'ignored'].find((name) => name === step.outcome) ?? 'failed';
    if (outcome === 'succeeded') end?.resolve();
    else end?.reject(outcome === 'ignored' ? new Ignorable() : new Error('no'));
    for (let turn = 0; turn < 50 && !call.isOver; turn++) await Promise.resolve();
    this.#reference.settle(reference, outcome as 'succeeded' | 'ignored' | 'failed');
  }

  #operate(act: (Step & { do: 'operate' })['act']): void {
    const breaker = this.#breaker;
    switch (act) {
      case 'force_open':
        return breaker.forceOpen('by hand');
      case 'force_close':
        return breaker.forceClose('by hand');
      case 'reset':
        return breaker.reset('by hand');
      case 'rotate_key':
        return breaker.rotateKey();
    }
  }

  #compare(after: string): void {
    const snapshot = this.#breaker.snapshot();
    const isHalfOpen = snapshot.path === 'half_open';
    const actual = {
      path: snapshot.path,
      probeAtMs: snapshot.probeAtMs,
      cause: snapshot.cause,
      tripCount: snapshot.tripCount,
      latches: snapshot.latches,
      consecutiveFailures: snapshot.consecutiveFailures,
      window: snapshot.window,
      inFlightCount: snapshot.inFlightCount,
      probesOutCount: isHalfOpen ? snapshot.probesOutCount : null,
      probesSucceededCount: isHalfOpen ? snapshot.probesSucceededCount : null,
    };
    same(`state after ${after}`, JSON.stringify(actual), JSON.stringify(this.#reference.view()));
  }
}

function same(what: string, actual: unknown, expected: unknown): void {
  const wanted = typeof expected === 'object' && what === 'refusal' ? 'a call' : expected;
  if (actual === wanted) return;
  throw new Error(`${what}\n  service:   ${String(actual)}\n  reference: ${String(wanted)}`);
}

const codeOf = (error: unknown): string => (isFuseboardError(error) ? error.code : String(error));

function optionsOf(configuration: Configuration): LoneBreakerOptions {
  const { rule, recoveryTimeoutMs, isGrowing, isLayered, ...rest } = configuration;
  const growing = { baseMs: recoveryTimeoutMs, maxMs: recoveryTimeoutMs * 8 };
  return {
    ...rest,
    trip: tripOf(rule),
    recoveryTimeoutMs,
    ignore: Ignorable,
    random: () => 0.5,
    ...(isGrowing ? { openInterval: growing } : {}),
    ...(isLayered ? { bulkhead: { callsMax: 1_000 } } : {}),
  };
}

function tripOf(rule: CountingRule): TripOptions {
  if (rule.kind === 'consecutive') return { policy: 'consecutive', failures: rule.failures };
  const { minimumCalls, failurePercent, slowPercent, slowCallMs } = rule;
  const rates = {
    minimumCalls,
    ...(failurePercent === undefined ? {} : { failureRatio: failurePercent / 100 }),
    ...(slowPercent === undefined ? {} : { slowRatio: slowPercent / 100 }),
    ...(slowCallMs === undefined ? {} : { slowCallMs }),
  };
  return rule.kind === 'count'
    ? { policy: 'count', calls: rule.calls, ...rates }
    : { policy: 'time', windowMs: rule.windowMs, ...rates };
}
