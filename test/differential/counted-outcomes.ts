/** Outcomes on a list that only grows, and the three counting rules applied to it by looking. */
import type { TripCause } from '../../index.ts';

export interface RateRule {
  readonly minimumCalls: number;
  /** Whole percent; undefined where failures trip nothing. */
  readonly failurePercent?: number;
  readonly slowPercent?: number;
  readonly slowCallMs?: number;
}

export type CountingRule =
  | { readonly kind: 'consecutive'; readonly failures: number; readonly slowCallMs?: undefined }
  | ({ readonly kind: 'count'; readonly calls: number } & RateRule)
  | ({ readonly kind: 'time'; readonly windowMs: number } & RateRule);

interface Entry {
  readonly atMs: number;
  failed: boolean;
  readonly slow: boolean;
}

export class CountedOutcomes {
  readonly #rule: CountingRule;
  #entries: Entry[] = [];
  consecutiveFailures = 0;
  /** Entries forgotten so far, so that a place on the list stays a place. */
  #forgotten = 0;

  constructor(rule: CountingRule) {
    this.#rule = rule;
  }

  /** An outcome; the cause when it reaches a threshold. `slowEntry`: it is on the list already. */
  add(
    atMs: number,
    failed: boolean,
    durationMs: number,
    slowEntry: number | null,
  ): TripCause | null {
    this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
    if (this.#rule.kind === 'consecutive') {
      return failed && this.consecutiveFailures >= this.#rule.failures
        ? 'consecutive_failures'
        : null;
    }
    if (slowEntry !== null) {
      if (!failed) return null;
      const entry = this.#entries[slowEntry - this.#forgotten];
      // What has left the window by now comes in again, as a failure of today.
      if (entry !== undefined && this.#inWindow(atMs).includes(entry)) entry.failed = true;
      else this.#entries.push({ atMs, failed: true, slow: false });
      return this.#failureCause(atMs);
    }
    const { slowCallMs } = this.#rule;
    const slow = slowCallMs !== undefined && durationMs >= slowCallMs;
    this.#entries.push({ atMs, failed, slow });
    return (failed ? this.#failureCause(atMs) : null) ?? (slow ? this.slowCause(atMs) : null);
  }

  /** A call that still runs is slow. Its place on the list. */
  addRunning(atMs: number): number {
    this.#entries.push({ atMs, failed: false, slow: true });
    return this.#forgotten + this.#entries.length - 1;
  }

  slowCause(atMs: number): TripCause | null {
    const percent = this.#rule.kind === 'consecutive' ? undefined : this.#rule.slowPercent;
    return this.#reaches(atMs, percent, ({ slow }) => slow) ? 'slow_rate' : null;
  }

  /** Null for a rule that needs no window. */
  window(nowMs: number): { calls: number; failures: number; slow: number } | null {
    if (this.#rule.kind === 'consecutive') return null;
    const entries = this.#inWindow(nowMs);
    return {
      calls: entries.length,
      failures: entries.filter(({ failed }) => failed).length,
      slow: entries.filter(({ slow }) => slow).length,
    };
  }

  forget(): void {
    this.consecutiveFailures = 0;
    this.#forgotten += this.#entries.length;
    this.#entries = [];
  }

  #failureCause(atMs: number): TripCause | null {
    const percent = this.#rule.kind === 'consecutive' ? undefined : this.#rule.failurePercent;
    return this.#reaches(atMs, percent, ({ failed }) => failed) ? 'failure_rate' : null;
  }

  #reaches(atMs: number, percent: number | undefined, matches: (entry: Entry) => boolean): boolean {
    if (percent === undefined || this.#rule.kind === 'consecutive') return false;
    const entries = this.#inWindow(atMs);
    if (entries.length < this.#rule.minimumCalls) return false;
    return entries.filter(matches).length * 100 >= percent * entries.length;
  }

  #inWindow(nowMs: number): readonly Entry[] {
    const rule = this.#rule;
    if (rule.kind === 'consecutive') return [];
    if (rule.kind === 'count') return this.#entries.slice(-rule.calls);
    // A tenth of the window at a time falls out, counted from when the breaker was made.
    const tenth = (ms: number): number => Math.floor((ms * 10) / rule.windowMs);
    return this.#entries.filter(({ atMs }) => tenth(atMs) > tenth(nowMs) - 10);
  }
}
