/** What came of the calls of one breaker, counted from the board's facts. */
import type { Fact, FactOf, RefusalCode } from '../../index.ts';
import type { Phase } from './scenario.ts';

/** Calls of one breaker in one part of the story. */
interface PhaseTally {
  sentCount: number;
  sentForMs: number;
  refusedCount: number;
}

export interface Tally {
  /** Calls that ended, sent and refused ones. */
  readonly calls: number;
  readonly ok: number;
  readonly failed: number;
  readonly rateLimited: number;
  /** Cancelled or ignored: nothing was learnt from them. */
  readonly other: number;
  readonly refused: number;
  readonly refusedBy: Readonly<Partial<Record<RefusalCode, number>>>;
  /** Times it left a state that admits calls, other than for want of money. */
  readonly trips: number;
  readonly openForMs: number;
  /** Half of the last calls that were sent took no longer; null before the first. */
  readonly p50Ms: number | null;
  /** Calls that began or were refused in the last second. */
  readonly callsPerSecond: number;
  /** See {@link BreakerTally.waitingSavedMs}. */
  readonly waitingSavedMs: number;
}

const DURATIONS_MAX = 64;
const RATE_SPAN_MS = 1_000;

export class BreakerTally {
  #ok = 0;
  #failed = 0;
  #rateLimited = 0;
  #other = 0;
  #trips = 0;
  #openForMs = 0;
  /** Wall-clock milliseconds since which it is open; null when it is not. */
  #openSinceMs: number | null;
  readonly #refusedBy: Partial<Record<RefusalCode, number>> = {};
  readonly #phases = new Map<Phase, PhaseTally>();
  readonly #durations: number[] = [];
  readonly #endedAtMs: number[] = [];

  /** `openSinceMs`: wall-clock milliseconds, for a breaker that is open from the start. */
  constructor(openSinceMs: number | null) {
    this.#openSinceMs = openSinceMs;
  }

  add(fact: Fact, phase: Phase): void {
    if (fact.type === 'call.finished') this.#addFinished(fact, phase);
    else if (fact.type === 'call.refused') this.#addRefused(fact, phase);
    else if (fact.type === 'state.changed') this.#addChange(fact);
  }

  #addRefused({ code, atMs }: FactOf<'call.refused'>, phase: Phase): void {
    this.#refusedBy[code] = (this.#refusedBy[code] ?? 0) + 1;
    this.#in(phase).refusedCount++;
    this.#endedAtMs.push(atMs);
  }

  #addFinished(fact: FactOf<'call.finished'>, phase: Phase): void {
    if (fact.outcome === 'succeeded') this.#ok++;
    else if (fact.outcome === 'failed') this.#failed++;
    else if (fact.outcome === 'rate_limited') this.#rateLimited++;
    else this.#other++;
    const sent = this.#in(phase);
    sent.sentCount++;
    sent.sentForMs += fact.durationMs;
    this.#durations.push(fact.durationMs);
    if (this.#durations.length > DURATIONS_MAX) this.#durations.shift();
    this.#endedAtMs.push(fact.atMs);
  }

  #addChange({ from, to, atMs }: FactOf<'state.changed'>): void {
    const [wasOpen, isOpen] = [from.startsWith('open.'), to.startsWith('open.')];
    const wasAdmitting = from === 'closed' || from === 'budget_limited';
    if (isOpen && wasAdmitting && to !== 'open.exhausted') this.#trips++;
    if (isOpen && !wasOpen) this.#openSinceMs = atMs;
    if (!isOpen && this.#openSinceMs !== null) {
      this.#openForMs += Math.max(0, atMs - this.#openSinceMs);
      this.#openSinceMs = null;
    }
  }

  #in(phase: Phase): PhaseTally {
    const known = this.#phases.get(phase);
    if (known !== undefined) return known;
    const made = { sentCount: 0, sentForMs: 0, refusedCount: 0 };
    this.#phases.set(phase, made);
    return made;
  }

  /**
   * An estimate: each refused call would have taken as long as those that were sent in the same
   * part of the story did on average. A part in which none was sent counts nothing.
   */
  get waitingSavedMs(): number {
    let savedMs = 0;
    for (const { sentCount, sentForMs, refusedCount } of this.#phases.values()) {
      if (sentCount > 0) savedMs += (refusedCount * sentForMs) / sentCount;
    }
    return savedMs;
  }

  /** `nowMs`: wall-clock milliseconds. */
  at(nowMs: number): Tally {
    while ((this.#endedAtMs[0] ?? Infinity) <= nowMs - RATE_SPAN_MS) this.#endedAtMs.shift();
    const refused = Object.values(this.#refusedBy).reduce((sum, count) => sum + count, 0);
    const sent = this.#ok + this.#failed + this.#rateLimited + this.#other;
    const sorted = this.#durations.toSorted((a, b) => a - b);
    const openNowMs = this.#openSinceMs === null ? 0 : Math.max(0, nowMs - this.#openSinceMs);
    return {
      calls: sent + refused,
      ok: this.#ok,
      failed: this.#failed,
      rateLimited: this.#rateLimited,
      other: this.#other,
      refused,
      refusedBy: { ...this.#refusedBy },
      trips: this.#trips,
      openForMs: this.#openForMs + openNowMs,
      p50Ms: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
      callsPerSecond: this.#endedAtMs.length,
      waitingSavedMs: this.waitingSavedMs,
    };
  }
}
