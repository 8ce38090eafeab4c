/**
 * Throttling: calls pass one by one, each keeping the next one waiting for a while. What keeps a
 * call waiting is worked out when the call before it passes, so that a budget that was raised or a
 * period that ended is felt at once. Higher priorities pass first, and nobody waits for longer than
 * `delayMaxMs`: throttling slows calls and does not refuse them, unless too many wait.
 *
 * One throttle serves one rule, or one budget that is strained. Idle, it holds no timer.
 */
import type { Clock } from '../../clock.ts';
import type { Deadline, Deadlines } from '../../deadlines.ts';
import type { Random } from '../../random.ts';
import { WaitingList } from '../../waiting-list.ts';
import { NormalRate, throttleDelayMs } from './pace.ts';

export interface ThrottleOptions {
  /** The share of the normal rate that stays allowed; null where only a budget sets the pace. */
  readonly factor: number | null;
  /** Milliseconds that a call waits at most. @default 10_000 */
  readonly delayMaxMs?: number;
  /** Calls that may wait; the others are refused. @default 1000 */
  readonly queueMax?: number;
}

/** A budget that should last to the end of its period. */
export interface PacedBudget {
  /** What is neither spent nor reserved. */
  leftNanoUsd(): number;
  /** Milliseconds to the end of the period; Infinity where it has none. */
  timeLeftMs(): number;
}

export interface ThrottledCall {
  /** Higher passes first. */
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  /** What the call is expected to cost. */
  readonly costNanoUsd: number;
  /** Sets the pace too; null where none does. */
  readonly budget: PacedBudget | null;
}

/** What a waiter hears when it has waited for as long as anybody must. */
const WAITED_ENOUGH = Symbol('waited enough');

export class Throttle {
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #random: Random;
  readonly #factor: number | null;
  readonly #delayMaxMs: number;
  readonly #queueMax: number;
  readonly #waiting: WaitingList;
  readonly #normal = new NormalRate();
  /** Monotonic milliseconds from which the next call may pass. */
  #freeAtMs = -Infinity;
  #turn: Deadline | null = null;
  /** True between letting a waiter go on and its going on. */
  #isPassing = false;
  /** Since when nobody waits; null while somebody does, and before the first call. */
  #idleFromMs: number | null = null;

  constructor(clock: Clock, deadlines: Deadlines, random: Random, options: ThrottleOptions) {
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#random = random;
    this.#factor = options.factor;
    this.#delayMaxMs = options.delayMaxMs ?? 10_000;
    this.#queueMax = options.queueMax ?? 1000;
    this.#waiting = new WaitingList(clock, deadlines);
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Milliseconds between two calls at what counts as the normal rate. */
  get normalIntervalMs(): number {
    return this.#normal.intervalMs;
  }

  /** Whether a call that came now could go on at once. */
  get isFree(): boolean {
    const nobodyWaits = !this.#isPassing && this.#waiting.size === 0;
    return nobodyWaits && this.#clock.monotonicMs() >= this.#freeAtMs;
  }

  /** Counts a call that need not pass, as the rule did not fire: that is what is normal. */
  note(nowMs: number): void {
    this.#normal.note(nowMs);
  }

  /**
   * Null when the call may go on at once; a promise to wait for, rejected with the signal's reason;
   * `full` when too many wait.
   */
  pass(call: ThrottledCall): Promise<void> | null | 'full' {
    const nowMs = this.#clock.monotonicMs();
    this.#normal.noteThrottled(this.#idleFromMs === null ? 0 : nowMs - this.#idleFromMs);
    const isFree = !this.#isPassing && this.#waiting.size === 0;
    if (isFree) this.#idleFromMs = nowMs;
    if (isFree && nowMs >= this.#freeAtMs) {
      this.#charge(call, nowMs);
      return null;
    }
    return this.#waiting.size >= this.#queueMax ? 'full' : this.#wait(call);
  }

  /** Lets everybody pass who waits. */
  admitAll(): void {
    this.#waiting.admitAll();
  }

  /** Sends everybody away who waits. */
  rejectAll(makeReason: () => unknown): void {
    this.#waiting.rejectAll(makeReason);
  }

  async #wait(call: ThrottledCall): Promise<void> {
    const { priority, signal } = call;
    const turn = this.#waiting.join({
      priority,
      signal,
      timeoutMs: this.#delayMaxMs,
      timeoutError: () => WAITED_ENOUGH,
    });
    this.#heedWaiters();
    try {
      await turn;
      this.#isPassing = false;
    } catch (reason) {
      if (reason !== WAITED_ENOUGH) {
        this.#heedWaiters();
        throw reason;
      }
    }
    this.#charge(call, this.#clock.monotonicMs());
    this.#heedWaiters();
  }

  /** The next call waits for this one's sake, and no debt grows beyond what anybody must wait. */
  #charge({ costNanoUsd, budget }: ThrottledCall, nowMs: number): void {
    const pace = {
      factor: this.#factor,
      normalIntervalMs: this.#normal.intervalMs,
      costNanoUsd,
      leftNanoUsd: budget === null ? null : budget.leftNanoUsd(),
      timeLeftMs: budget === null ? Infinity : budget.timeLeftMs(),
    };
    const delayMs = throttleDelayMs(pace, this.#delayMaxMs, this.#random());
    const fromMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = Math.min(fromMs + delayMs, nowMs + this.#delayMaxMs);
  }

  /** Sets the timer for whoever is first, or none. */
  #heedWaiters(): void {
    const hasWaiters = this.#waiting.size > 0;
    if (hasWaiters) this.#idleFromMs = null;
    else if (!this.#isPassing) this.#idleFromMs ??= this.#clock.monotonicMs();
    if (hasWaiters && this.#turn?.dueMs === this.#freeAtMs) return;
    this.#deadlines.cancel(this.#turn);
    this.#turn = null;
    if (!hasWaiters || this.#isPassing) return;
    this.#turn = this.#deadlines.at(this.#freeAtMs, this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#turn = null;
    this.#isPassing = this.#waiting.admitFirst();
  };
}
