/**
 * What each breaker spent lately: the books once a minute, and in between what facts say. Null
 * everywhere where the board counts no costs.
 */
import { isFuseboardError } from '../../services/errors.ts';
import type { Fact } from '../../services/facts.ts';
import type { BoardInside } from './board-inside.ts';

const REPORT_EVERY_MS = 60_000;
/** The books answer for full hours, so it is up to one more. */
const SPAN_MS = 86_400_000;

export class Spend {
  readonly hasMoney: boolean;
  readonly #inside: BoardInside;
  readonly #onChanged: (breaker: string) => void;
  #booked = new Sums();
  /** Settled before the books were asked last; in what they answer. */
  #earlier = new Sums();
  /** Settled since. */
  #later = new Sums();
  #askedMs = -Infinity;
  #askedAtMs = 0;
  #isAsking = false;

  constructor(inside: BoardInside, onChanged: (breaker: string) => void) {
    this.#inside = inside;
    this.#onChanged = onChanged;
    this.hasMoney = countsCosts(inside);
  }

  /** Lately, over all breakers. */
  get total(): number | null {
    return this.hasMoney ? this.#booked.total + this.#earlier.total + this.#later.total : null;
  }

  of(breaker: string): number | null {
    if (!this.hasMoney) return null;
    return this.#booked.of(breaker) + this.#earlier.of(breaker) + this.#later.of(breaker);
  }

  hear(fact: Fact): void {
    if (fact.type !== 'cost.settled' || fact.costNanoUsd === 0) return;
    // Told late: the books had it when they were asked.
    const sums = fact.atMs < this.#askedAtMs ? this.#earlier : this.#later;
    sums.add(fact.breaker, fact.costNanoUsd);
  }

  /** Asks the books, where it is time to. Until they answer, and if they do not, facts go on. */
  async advance(): Promise<void> {
    const { board, runtime } = this.#inside;
    const nowMs = runtime.clock.monotonicMs();
    if (!this.hasMoney || this.#isAsking || nowMs - this.#askedMs < REPORT_EVERY_MS) return;
    this.#isAsking = true;
    this.#askedMs = nowMs;
    this.#askedAtMs = runtime.clock.nowMs();
    this.#earlier.take(this.#later);
    this.#later = new Sums();
    try {
      const sinceMs = this.#askedAtMs - SPAN_MS;
      const { rows } = await board.costs.report({ by: 'breaker', sinceMs });
      const before = this.#booked;
      const earlier = this.#earlier;
      this.#booked = new Sums();
      this.#earlier = new Sums();
      for (const { group, costNanoUsd } of rows) this.#booked.add(group ?? '', costNanoUsd);
      for (const name of new Set([...before.names, ...earlier.names, ...this.#booked.names])) {
        if (before.of(name) + earlier.of(name) !== this.#booked.of(name)) this.#onChanged(name);
      }
    } catch {
      // The books cannot be read now; they are asked again in a minute.
    } finally {
      this.#isAsking = false;
    }
  }
}

/** Nano-dollars by breaker, and over all. */
class Sums {
  readonly #byBreaker = new Map<string, number>();
  total = 0;

  get names(): IterableIterator<string> {
    return this.#byBreaker.keys();
  }

  of(breaker: string): number {
    return this.#byBreaker.get(breaker) ?? 0;
  }

  add(breaker: string, nanoUsd: number): void {
    this.#byBreaker.set(breaker, this.of(breaker) + nanoUsd);
    this.total += nanoUsd;
  }

  take(others: Sums): void {
    for (const name of others.names) this.add(name, others.of(name));
  }
}

function countsCosts({ board }: BoardInside): boolean {
  try {
    return board.costs !== null;
  } catch (error) {
    if (isFuseboardError(error)) return false;
    throw error;
  }
}
