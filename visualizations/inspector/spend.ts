/**
 * What each breaker spent lately: the books once a minute, and in between what facts say. Null
 * everywhere where the board counts no costs.
 */
import { isFuseboardError } from '../../services/errors.ts';
import type { BoardInside } from './board-inside.ts';

const REPORT_EVERY_MS = 60_000;
/** The books answer for full hours, so it is up to one more. */
const SPAN_MS = 86_400_000;

/** Of one breaker, in nano-dollars. */
export class Spent {
  booked = 0;
  /** Settled before the books were asked last; in what they answer. */
  earlier = 0;
  /** Settled since. */
  later = 0;
  /** Whether somebody holds it, to look at. */
  isHeld = false;

  get nanoUsd(): number {
    return this.booked + this.earlier + this.later;
  }
}

export class Spend {
  readonly hasMoney: boolean;
  readonly #inside: BoardInside;
  readonly #onChanged: (breaker: string) => void;
  readonly #byBreaker = new Map<string, Spent>();
  #total = 0;
  #askedMs = -Infinity;
  #isAsking = false;

  constructor(inside: BoardInside, onChanged: (breaker: string) => void) {
    this.#inside = inside;
    this.#onChanged = onChanged;
    this.hasMoney = countsCosts(inside);
  }

  /** Lately, over all breakers. */
  get total(): number | null {
    return this.hasMoney ? this.#total : null;
  }

  /** What that breaker spent, kept up to date until it is let go; null where nobody counts. */
  hold(breaker: string): Spent | null {
    if (!this.hasMoney) return null;
    const spent = this.#of(breaker);
    spent.isHeld = true;
    return spent;
  }

  letGo(breaker: string): void {
    const spent = this.#byBreaker.get(breaker);
    if (spent !== undefined) spent.isHeld = false;
  }

  /** Calls of its breaker cost so much more. */
  add(spent: Spent, nanoUsd: number): void {
    spent.later += nanoUsd;
    this.#total += nanoUsd;
  }

  /** Asks the books, where it is time to. Until they answer, and if they do not, facts go on. */
  async advance(): Promise<void> {
    const { board, runtime } = this.#inside;
    const nowMs = runtime.clock.monotonicMs();
    if (!this.hasMoney || this.#isAsking || nowMs - this.#askedMs < REPORT_EVERY_MS) return;
    this.#isAsking = true;
    this.#askedMs = nowMs;
    for (const spent of this.#byBreaker.values()) {
      spent.earlier += spent.later;
      spent.later = 0;
    }
    try {
      const sinceMs = runtime.clock.nowMs() - SPAN_MS;
      const { rows } = await board.costs.report({ by: 'breaker', sinceMs });
      this.#take(new Map(rows.map(({ group, costNanoUsd }) => [group ?? '', costNanoUsd])));
    } catch {
      // The books cannot be read now; they are asked again in a minute.
    } finally {
      this.#isAsking = false;
    }
  }

  /** What the books answered stands for all that was settled before they were asked. */
  #take(booked: ReadonlyMap<string, number>): void {
    for (const name of booked.keys()) this.#of(name);
    this.#total = 0;
    for (const [name, spent] of this.#byBreaker) {
      const before = spent.booked + spent.earlier;
      spent.booked = booked.get(name) ?? 0;
      spent.earlier = 0;
      this.#total += spent.nanoUsd;
      if (spent.nanoUsd === 0 && !spent.isHeld) this.#byBreaker.delete(name);
      if (spent.booked !== before) this.#onChanged(name);
    }
  }

  #of(breaker: string): Spent {
    let spent = this.#byBreaker.get(breaker);
    if (spent === undefined) this.#byBreaker.set(breaker, (spent = new Spent()));
    return spent;
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
