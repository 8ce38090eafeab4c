/**
 * The breaker once more, as plainly as it can be written: told every outcome, keeping all of them
 * in an array, looking at everything each time. Slow, and nothing in common with the services.
 */
export interface ReferenceOptions {
  readonly policy: 'consecutive' | 'count' | 'time';
  /** consecutive: failures in a row; count: calls in the window; time: its milliseconds. */
  readonly span: number;
  readonly minimumCalls: number;
  readonly failureRatio: number | null;
  readonly slowCallMs: number | null;
  readonly slowRatio: number | null;
  readonly intervalMs: (tripCount: number) => number;
  readonly recoveryTimeoutMs: number;
  readonly probesMax: number;
  readonly probesNeeded: number;
  readonly probeTimeoutMs: number;
  readonly permitTimeoutMs: number;
}

export type Latch = 'operator' | 'unauthorized' | 'quota';
export type Path =
  'closed' | 'budget_limited' | 'half_open' | 'open.cooling' | 'open.exhausted' | 'open.latched';

/** One call in flight. */
export interface ReferenceCall {
  readonly generation: number;
  readonly isProbe: boolean;
  readonly startMs: number;
  /** When its permit expires; Infinity where it does not. */
  readonly expiresMs: number;
  status: 'running' | 'expired' | 'settled';
  /** Where it was counted as slow while it ran. */
  slowEntry: Entry | null;
}

interface Entry {
  failed: boolean;
  readonly slow: boolean;
  readonly atMs: number;
}

export type Ending =
  | { readonly outcome: 'succeeded' | 'failed' | 'ignored' | 'cancelled' }
  | { readonly outcome: 'unauthorized' | 'over_quota' }
  | { readonly outcome: 'rate_limited'; readonly retryAtMs: number | null };

export class Reference {
  readonly options: ReferenceOptions;
  readonly startMs: number;
  nowMs: number;
  path: Path = 'closed';
  generation = 0;
  probeAtMs: number | null = null;
  tripCount = 0;
  probesSucceeded = 0;
  budget: 'ok' | 'warned' | 'exceeded' = 'ok';
  latches = new Set<Latch>();
  consecutiveFailures = 0;
  calls: ReferenceCall[] = [];
  /** Every counted call since the counts were last forgotten. */
  entries: Entry[] = [];

  constructor(options: ReferenceOptions, nowMs: number) {
    this.options = options;
    this.startMs = nowMs;
    this.nowMs = nowMs;
  }

  get running(): ReferenceCall[] {
    return this.calls.filter((call) => call.status === 'running');
  }

  get probesOut(): number {
    return this.running.filter((call) => call.isProbe && call.generation === this.generation)
      .length;
  }

  /** The refusal's code; null when a call is admitted. */
  refusal(): string | null {
    switch (this.path) {
      case 'closed':
      case 'budget_limited':
        return null;
      case 'half_open':
        return this.probesOut < this.options.probesMax ? null : 'probes_busy';
      case 'open.cooling':
        return 'circuit_open';
      case 'open.exhausted':
        return 'budget_exceeded';
      case 'open.latched':
        return 'circuit_latched';
    }
  }

  begin(isLeased: boolean): ReferenceCall {
    const isProbe = this.path === 'half_open';
    const leaseMs = isLeased ? this.options.permitTimeoutMs : Infinity;
    const call: ReferenceCall = {
      generation: this.generation,
      isProbe,
      startMs: this.nowMs,
      expiresMs: this.nowMs + (isProbe ? this.options.probeTimeoutMs : leaseMs),
      status: 'running',
      slowEntry: null,
    };
    this.calls.push(call);
    return call;
  }

  end(call: ReferenceCall, ending: Ending): 'counted' | 'late' | 'expired' {
    if (call.status !== 'running') return call.status === 'expired' ? 'expired' : 'late';
    call.status = 'settled';
    if (call.generation !== this.generation) {
      if (ending.outcome === 'rate_limited' && ending.retryAtMs !== null) {
        if (this.path === 'open.cooling' && ending.retryAtMs > (this.probeAtMs ?? 0)) {
          this.probeAtMs = ending.retryAtMs;
        }
      }
      return 'late';
    }
    const isProbing = this.path === 'half_open';
    switch (ending.outcome) {
      case 'succeeded':
        if (isProbing) this.probeSucceeded();
        else this.count(call, false);
        break;
      case 'failed':
        if (isProbing) this.trip();
        else this.count(call, true);
        break;
      case 'rate_limited':
        this.rateLimited(ending.retryAtMs);
        break;
      case 'unauthorized':
        this.latch('unauthorized');
        break;
      case 'over_quota':
        this.latch('quota');
        break;
      case 'ignored':
      case 'cancelled':
        break;
    }
    return 'counted';
  }

  /** Lets time pass, one millisecond after the other. */
  pass(ms: number): void {
    for (let step = 0; step < ms; step++) {
      this.nowMs++;
      if (this.path === 'open.cooling' && this.nowMs >= (this.probeAtMs ?? 0)) this.enterHalfOpen();
      for (const call of this.running) {
        const { slowCallMs } = this.options;
        const isCurrent = call.generation === this.generation && !call.isProbe;
        const becomesSlow = slowCallMs !== null && this.nowMs === call.startMs + slowCallMs;
        if (isCurrent && becomesSlow && call.status === 'running') {
          const entry = { failed: false, slow: true, atMs: this.nowMs };
          call.slowEntry = entry;
          this.entries.push(entry);
          this.judge(false, true);
        }
        if (this.nowMs === call.expiresMs) {
          call.status = 'expired';
          const decides = call.isProbe && call.generation === this.generation;
          if (decides && this.path === 'half_open') this.trip();
        }
      }
    }
  }

  forceOpen(): void {
    this.latch('operator');
  }

  forceClose(): void {
    if (this.path === 'closed' || this.path === 'budget_limited') return;
    this.reset();
  }

  reset(): void {
    this.latches.clear();
    this.heal();
    this.admitAgain();
  }

  rotateKey(): void {
    if (this.path !== 'open.latched') return;
    const lifted = this.latches.delete('unauthorized');
    const liftedToo = this.latches.delete('quota');
    if ((!lifted && !liftedToo) || this.latches.size > 0) return;
    if (this.budget === 'exceeded') this.path = 'open.exhausted';
    else if (this.probeAtMs === null) this.admitAgain();
    else this.resumeTrip(this.probeAtMs);
  }

  setBudget(level: 'ok' | 'warned' | 'exceeded'): void {
    this.budget = level;
    const { path } = this;
    if (path === 'open.latched') return;
    if (level === 'exceeded') this.path = 'open.exhausted';
    else if (path === 'open.exhausted') {
      if (this.probeAtMs === null) this.path = level === 'warned' ? 'budget_limited' : 'closed';
      else this.resumeTrip(this.probeAtMs);
    } else if (path === 'closed' || path === 'budget_limited') {
      this.path = level === 'warned' ? 'budget_limited' : 'closed';
    }
  }

  /** What the window holds. */
  window(): { calls: number; failures: number; slow: number } {
    const held = this.held();
    return {
      calls: held.length,
      failures: held.filter((entry) => entry.failed).length,
      slow: held.filter((entry) => entry.slow).length,
    };
  }

  private held(): Entry[] {
    const { policy, span } = this.options;
    if (policy !== 'time') return this.entries.slice(-span);
    const bucket = (ms: number): number => Math.floor((ms - this.startMs) / (span / 10));
    return this.entries.filter((entry) => bucket(entry.atMs) > bucket(this.nowMs) - 10);
  }

  private count(call: ReferenceCall, failed: boolean): void {
    this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
    const { slowEntry } = call;
    const slow = slowEntry === null && this.isSlow(call);
    if (slowEntry === null) {
      this.entries.push({ failed, slow, atMs: this.nowMs });
    } else if (failed) {
      // It is in the books as slow; where that has left the window, the failure stands for itself.
      if (this.held().includes(slowEntry)) slowEntry.failed = true;
      else this.entries.push({ failed: true, slow: false, atMs: this.nowMs });
    }
    this.judge(failed, slow);
  }

  /** Probes are not watched while they run; one that outlives its state is judged at its end. */
  private isSlow({ startMs }: ReferenceCall): boolean {
    const { slowCallMs } = this.options;
    return slowCallMs !== null && this.nowMs - startMs >= slowCallMs;
  }

  private judge(failed: boolean, slow: boolean): void {
    const { policy, span, minimumCalls, failureRatio, slowRatio } = this.options;
    if (policy === 'consecutive') {
      if (failed && this.consecutiveFailures >= span) this.trip();
      return;
    }
    const { calls, failures, slow: slowCount } = this.window();
    if (calls < minimumCalls) return;
    const failsTooOften = failed && failureRatio !== null && failures / calls >= failureRatio;
    const isTooSlow = slow && slowRatio !== null && slowCount / calls >= slowRatio;
    if (failsTooOften || isTooSlow) this.trip();
  }

  private trip(): void {
    this.tripCount++;
    const probeAtMs = this.nowMs + this.options.intervalMs(this.tripCount);
    this.holdOff(probeAtMs);
  }

  private rateLimited(retryAtMs: number | null): void {
    const probeAtMs = retryAtMs ?? this.nowMs + this.options.recoveryTimeoutMs;
    if (this.path !== 'half_open' && probeAtMs - this.nowMs < 1_000) return;
    const before = this.entries;
    const failuresBefore = this.consecutiveFailures;
    this.holdOff(probeAtMs);
    if (this.path !== 'open.exhausted') return;
    // A pause asked for says nothing about what was counted.
    this.entries = before;
    this.consecutiveFailures = failuresBefore;
  }

  private holdOff(probeAtMs: number): void {
    this.probeAtMs = Math.max(probeAtMs, this.probeAtMs ?? 0);
    this.forget();
    if (this.path === 'open.exhausted') return;
    this.path = 'open.cooling';
    this.generation++;
    if (this.nowMs >= this.probeAtMs) throw new Error('intervals of 0 are not compared');
  }

  private resumeTrip(probeAtMs: number): void {
    if (this.nowMs >= probeAtMs) return this.enterHalfOpen();
    this.path = 'open.cooling';
    this.generation++;
    this.forget();
  }

  private enterHalfOpen(): void {
    this.path = 'half_open';
    this.generation++;
    this.probesSucceeded = 0;
    this.forget();
  }

  private probeSucceeded(): void {
    this.probesSucceeded++;
    if (this.probesSucceeded < this.options.probesNeeded) return;
    this.heal();
    this.admitAgain();
  }

  private latch(name: Latch): void {
    this.latches.add(name);
    this.path = 'open.latched';
    this.generation++;
    this.forget();
  }

  private heal(): void {
    this.probeAtMs = null;
    this.tripCount = 0;
  }

  private admitAgain(): void {
    this.generation++;
    this.forget();
    if (this.budget === 'exceeded') this.path = 'open.exhausted';
    else this.path = this.budget === 'warned' ? 'budget_limited' : 'closed';
  }

  private forget(): void {
    this.entries = [];
    this.consecutiveFailures = 0;
  }
}
