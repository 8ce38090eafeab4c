/**
 * A breaker as one would write it without caring for speed: told every outcome, it keeps a list of
 * all of them and works everything out anew whenever it is asked. No statechart, no generations, no
 * typed arrays, no timers: causes are remembered, the state follows from them, and a call belongs
 * to an era by being on the list of that era's calls. The service is held against it.
 */
import type { Outcome, Recorded, RefusalCode, TripCause } from '../../index.ts';
import { CountedOutcomes, type CountingRule } from './counted-outcomes.ts';

export interface ReferenceOptions {
  readonly mode: 'enforce' | 'observe' | 'off';
  readonly rule: CountingRule;
  readonly recoveryTimeoutMs: number;
  /** Added to the interval for each further trip in a row. */
  readonly backoffMs: (tripCount: number) => number;
  readonly probesMax: number;
  readonly probesNeeded: number;
  readonly probeTimeoutMs: number;
  readonly permitTimeoutMs: number;
}

/** One call, from its admission on. */
export interface ReferenceCall {
  readonly number: number;
  readonly startMs: number;
  readonly isProbe: boolean;
  /** False for a call that was let through without being asked. */
  readonly isCounted: boolean;
  readonly expiresMs: number;
  status: 'open' | 'settled' | 'expired';
  /** Where it was counted as slow while it still ran. */
  slowEntry: number | null;
}

const LATCHES = ['emergency', 'operator', 'unauthorized', 'quota'] as const;
type Latch = (typeof LATCHES)[number];

export class ReferenceBreaker {
  readonly #options: ReferenceOptions;
  readonly #outcomes: CountedOutcomes;
  #nowMs = 0;
  readonly #calls: ReferenceCall[] = [];
  /** Calls whose outcomes still mean something. */
  readonly #era = new Set<ReferenceCall>();
  readonly #latches = new Set<Latch>();
  #budget: 'recovered' | 'warned' | 'exceeded' = 'recovered';
  #cause: TripCause | null = null;
  #openUntilMs: number | null = null;
  #tripCount = 0;
  #isProbing = false;
  #probesSucceeded = 0;

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.#outcomes = new CountedOutcomes(options.rule);
  }

  get path(): string {
    if (this.#latches.size > 0) return 'open.latched';
    if (this.#budget === 'exceeded') return 'open.exhausted';
    if (this.#isProbing) return 'half_open';
    if (this.#openUntilMs !== null) return 'open.cooling';
    return this.#budget === 'warned' ? 'budget_limited' : 'closed';
  }

  /** What a snapshot of the service shows. */
  view() {
    const isHalfOpen = this.path === 'half_open';
    const openCalls = this.#calls.filter(({ status }) => status === 'open');
    return {
      path: this.path,
      probeAtMs: this.#openUntilMs,
      cause: this.#cause,
      tripCount: this.#tripCount,
      latches: LATCHES.filter((latch) => this.#latches.has(latch)),
      consecutiveFailures: this.#outcomes.consecutiveFailures,
      window: this.#outcomes.window(this.#nowMs),
      inFlightCount: openCalls.length,
      probesOutCount: isHalfOpen ? this.#probesOut() : null,
      probesSucceededCount: isHalfOpen ? this.#probesSucceeded : null,
    };
  }

  /** Lets time pass, one instant at which something happens after the other. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const nextMs = Math.min(...this.#instants().filter((instantMs) => instantMs <= endMs));
      if (nextMs === Infinity) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      this.#happen();
    }
    this.#nowMs = endMs;
  }

  /** A call, or why it is refused. `isLeased`: it expires when nobody settles it. */
  admit(isLeased: boolean): ReferenceCall | RefusalCode {
    const { mode, permitTimeoutMs, probeTimeoutMs } = this.#options;
    const code = mode === 'off' ? null : this.#refusal();
    if (code !== null && mode === 'enforce') return code;
    const isCounted = code === null && mode !== 'off';
    const isProbe = isCounted && this.path === 'half_open';
    const leaseMs = isProbe ? probeTimeoutMs : isLeased ? permitTimeoutMs : Infinity;
    const call: ReferenceCall = {
      number: this.#calls.length,
      startMs: this.#nowMs,
      isProbe,
      isCounted,
      expiresMs: this.#nowMs + leaseMs,
      status: 'open',
      slowEntry: null,
    };
    this.#calls.push(call);
    if (isCounted) this.#era.add(call);
    return call;
  }

  settle(call: ReferenceCall, outcome: Outcome, retryAtMs?: number): Recorded {
    if (call.status !== 'open') return call.status === 'expired' ? 'expired' : 'late';
    call.status = 'settled';
    if (!this.#era.delete(call)) {
      const isPause = call.isCounted && outcome === 'rate_limited' && retryAtMs !== undefined;
      if (isPause && this.path === 'open.cooling') {
        this.#openUntilMs = Math.max(this.#openUntilMs ?? 0, retryAtMs);
      }
      return 'late';
    }
    const isProbing = this.path === 'half_open';
    if (outcome === 'succeeded' && isProbing) this.#probeSucceeded();
    else if (outcome === 'failed' && isProbing) this.#trip('probe_failed', retryAtMs);
    else if (outcome === 'succeeded' || outcome === 'failed') {
      const durationMs = this.#nowMs - call.startMs;
      const cause = this.#outcomes.add(
        this.#nowMs,
        outcome === 'failed',
        durationMs,
        call.slowEntry,
      );
      if (cause !== null) this.#trip(cause, outcome === 'failed' ? retryAtMs : undefined);
    } else if (outcome === 'rate_limited') this.#pause(retryAtMs, isProbing);
    else if (outcome === 'unauthorized') this.#latch('unauthorized');
    else if (outcome === 'over_quota') this.#latch('quota');
    return 'counted';
  }

  operate(act: 'force_open' | 'force_close' | 'reset' | 'rotate_key'): void {
    const isAdmitting = this.path === 'closed' || this.path === 'budget_limited';
    if (act === 'force_open') return this.#latch('operator');
    if (act === 'rotate_key') return this.#lift('unauthorized', 'quota');
    if (act === 'force_close' && isAdmitting) return;
    this.#latches.clear();
    this.#heal();
  }

  setBudget(level: 'recovered' | 'warned' | 'exceeded'): void {
    const wasExhausted = this.path === 'open.exhausted';
    this.#budget = level;
    if (wasExhausted && this.path !== 'open.exhausted') this.#goOnBelow();
  }

  #instants(): number[] {
    const { slowCallMs } = this.#options.rule;
    const isCooling = this.path === 'open.cooling' && this.#openUntilMs !== null;
    return [
      ...(isCooling ? [this.#openUntilMs ?? 0] : []),
      ...this.#calls.filter(({ status }) => status === 'open').map(({ expiresMs }) => expiresMs),
      ...this.#quickCalls().map(({ startMs }) => startMs + (slowCallMs ?? Infinity)),
    ];
  }

  #happen(): void {
    const { slowCallMs } = this.#options.rule;
    if (this.path === 'open.cooling' && (this.#openUntilMs ?? 0) <= this.#nowMs) {
      this.#isProbing = true;
      this.#beginEra();
    }
    for (const call of this.#quickCalls()) {
      // The first of them may have tripped, and ended the era of the others.
      if (!this.#era.has(call) || call.startMs + (slowCallMs ?? Infinity) > this.#nowMs) continue;
      call.slowEntry = this.#outcomes.addRunning(this.#nowMs);
      const cause = this.#outcomes.slowCause(this.#nowMs);
      if (cause !== null) this.#trip(cause);
    }
    for (const call of this.#calls) {
      if (call.status !== 'open' || call.expiresMs > this.#nowMs) continue;
      call.status = 'expired';
      const wasCurrent = this.#era.delete(call);
      if (wasCurrent && call.isProbe && this.path === 'half_open') this.#trip('probe_expired');
    }
  }

  /** Calls that count and have not been counted as slow yet. */
  #quickCalls(): ReferenceCall[] {
    if (this.#options.rule.slowCallMs === undefined) return [];
    return [...this.#era].filter((call) => !call.isProbe && call.slowEntry === null);
  }

  #refusal(): RefusalCode | null {
    if (this.path === 'open.cooling' && (this.#openUntilMs ?? 0) <= this.#nowMs) this.#happen();
    switch (this.path) {
      case 'open.latched':
        return 'circuit_latched';
      case 'open.exhausted':
        return 'budget_exceeded';
      case 'open.cooling':
        return 'circuit_open';
      case 'half_open':
        return this.#probesOut() < this.#options.probesMax ? null : 'probes_busy';
      default:
        return null;
    }
  }

  #probesOut(): number {
    return [...this.#era].filter(({ isProbe }) => isProbe).length;
  }

  #probeSucceeded(): void {
    this.#probesSucceeded++;
    if (this.#probesSucceeded >= this.#options.probesNeeded) this.#heal();
  }

  #trip(cause: TripCause, retryAtMs = 0): void {
    const { recoveryTimeoutMs, backoffMs } = this.#options;
    const ownMs = this.#nowMs + recoveryTimeoutMs + backoffMs(this.#tripCount + 1);
    this.#tripCount++;
    this.#openUntil(Math.max(ownMs, retryAtMs), cause);
    this.#outcomes.forget();
  }

  /** A provider asks for a pause: a short one only paces, unless it answers a probe. */
  #pause(retryAtMs: number | undefined, isProbing: boolean): void {
    const isShort = retryAtMs !== undefined && retryAtMs - this.#nowMs < 1_000;
    if (isShort && !isProbing) return;
    this.#openUntil(retryAtMs ?? this.#nowMs + this.#options.recoveryTimeoutMs, 'rate_limited');
  }

  #openUntil(untilMs: number, cause: TripCause): void {
    this.#openUntilMs = Math.max(untilMs, this.#openUntilMs ?? 0);
    this.#cause = cause;
    // A spent budget hides the trip for now, and the calls in flight still belong to today.
    if (this.path === 'open.exhausted') return;
    this.#isProbing = false;
    this.#beginEra();
  }

  #latch(latch: Latch): void {
    this.#latches.add(latch);
    this.#beginEra();
  }

  #lift(...latches: readonly Latch[]): void {
    const wasLatched = this.#latches.size > 0;
    for (const latch of latches) this.#latches.delete(latch);
    const isReleased = wasLatched && this.#latches.size === 0;
    if (isReleased && this.#budget !== 'exceeded') this.#goOnBelow();
  }

  /** What held it from above is gone: what lies below decides. */
  #goOnBelow(): void {
    if (this.#openUntilMs === null) return;
    this.#isProbing = this.#nowMs >= this.#openUntilMs;
    this.#beginEra();
  }

  #heal(): void {
    this.#openUntilMs = null;
    this.#cause = null;
    this.#tripCount = 0;
    this.#isProbing = false;
    this.#beginEra();
  }

  #beginEra(): void {
    this.#era.clear();
    this.#probesSucceeded = 0;
    this.#outcomes.forget();
  }
}
