/**
 * Which member a request goes to next, each one at most once: those that would take it as it is,
 * then those whose budgets are strained, then the emergency members in the same order. Who would
 * refuse is passed over.
 */
import type { LiveMember } from './live-member.ts';
import type { Contender, Strategy } from './strategy.ts';

export interface Prospect {
  readonly standing: 'ready' | 'degraded' | 'refused';
  /** Expected nano-dollars; null where nobody knows. */
  readonly expectedNanoUsd: number | null;
  /** Wall-clock milliseconds at which it may be worth another try; null where nobody knows. */
  readonly retryAtMs: number | null;
}

/** What a request would meet at a member, asked when it is its turn to be looked at. */
export type Look = (member: LiveMember) => Prospect;

/** A member, as one request sees it. */
class Candidate implements Contender {
  readonly member: LiveMember;
  readonly priority: number;
  readonly weight: number;
  readonly expectedMs: number;
  prospect: Prospect | null = null;

  constructor(member: LiveMember, expectedMs: number) {
    this.member = member;
    this.priority = member.options.priority;
    this.weight = member.options.weight;
    this.expectedMs = expectedMs;
  }

  get expectedNanoUsd(): number | null {
    return this.prospect?.expectedNanoUsd ?? null;
  }

  get retryAtMs(): number {
    return this.prospect?.retryAtMs ?? Infinity;
  }
}

export class Selection {
  readonly #strategy: Strategy;
  readonly #look: Look;
  readonly #regular: Candidate[] = [];
  readonly #emergency: Candidate[] = [];
  readonly #degraded: Candidate[] = [];
  readonly #refused: Candidate[] = [];

  constructor(
    members: readonly LiveMember[],
    strategy: Strategy,
    look: Look,
    nowMs: number,
    requestNumber: number,
  ) {
    this.#strategy = strategy;
    this.#look = look;
    for (const member of members) {
      const expectedMs = member.latency.expectedMs(nowMs, requestNumber);
      const group = member.options.isEmergency ? this.#emergency : this.#regular;
      group.push(new Candidate(member, expectedMs));
    }
  }

  /** The next to ask; null where nobody is left who would take the request. */
  next(): LiveMember | null {
    return this.#nextOf(this.#regular) ?? this.#nextOf(this.#emergency);
  }

  /**
   * When all refuse: the one that may be the first to take calls again. It says so itself, and
   * better than anybody could for it; and what has changed meanwhile, it knows.
   */
  nextRefused(): LiveMember | null {
    let best: Candidate | undefined;
    for (const candidate of this.#refused) {
      if (best === undefined || candidate.retryAtMs < best.retryAtMs) best = candidate;
    }
    if (best === undefined) return null;
    this.#refused.splice(this.#refused.indexOf(best), 1);
    // It is counted once, when it refuses itself.
    best.member.refusalCount -= 1;
    return best.member;
  }

  #nextOf(group: Candidate[]): LiveMember | null {
    return this.#pick(group, 'ready') ?? this.#pick(this.#degraded, 'degraded');
  }

  #pick(from: Candidate[], wanted: 'ready' | 'degraded'): LiveMember | null {
    const { drawCount } = this.#strategy;
    const drawn: Candidate[] = [];
    while (from.length > 0 && drawn.length < drawCount) {
      const [candidate] = from.splice(this.#strategy.draw(from), 1) as [Candidate];
      candidate.prospect = this.#look(candidate.member);
      const { standing } = candidate.prospect;
      if (standing === 'refused') this.#pass(candidate);
      else if (standing === 'ready' || standing === wanted) drawn.push(candidate);
      else this.#degraded.push(candidate);
    }
    let best = drawn[0];
    if (best === undefined) return null;
    for (const other of drawn) {
      if (this.#strategy.compare(other, best) < 0) best = other;
    }
    for (const other of drawn) if (other !== best) from.push(other);
    return best.member;
  }

  #pass(candidate: Candidate): void {
    candidate.member.refusalCount += 1;
    this.#refused.push(candidate);
  }
}
