/**
 * Permits of a breaker that are held while paths are executed, so that calls are in flight when
 * its state changes: later they are the stale ones, whose outcomes must move nothing.
 */
import type { Breaker } from '../../services/breaker.ts';
import { isFuseboardError } from '../../services/errors.ts';
import type { Permit, Recorded } from '../../services/permit.ts';

/** The ways in which a late call can end; a late rate limit may prolong an open breaker. */
const LATE_ENDS: readonly ((permit: Permit) => Recorded)[] = [
  (permit) => permit.fail(),
  (permit) => permit.succeed(),
  (permit) => permit.record('unauthorized'),
  (permit) => permit.record('over_quota'),
  (permit) => permit.ignore(),
  (permit) => permit.cancel(),
];

export class HeldPermits {
  readonly #breaker: Breaker;
  readonly #countMax: number;
  readonly #held: Permit[] = [];
  /** Whether the last refusal only said that enough calls are in flight. */
  #isFull = false;

  constructor(breaker: Breaker, countMax: number) {
    this.#breaker = breaker;
    this.#countMax = countMax;
  }

  /** Held permits of the breaker's present generation. */
  get currentCount(): number {
    const { generation } = this.#breaker.snapshot();
    return this.#held.filter((permit) => permit.generation === generation).length;
  }

  /** Takes as many permits as are to be held and the breaker gives. */
  fill(): void {
    while (this.currentCount < this.#countMax && this.refusal() === undefined) {
      if (this.#isFull) return;
    }
  }

  /** What a call would be refused with; undefined when it is let through (and then held). */
  refusal(): string | undefined {
    this.#isFull = false;
    try {
      this.#held.push(this.#breaker.acquire());
      return undefined;
    } catch (error) {
      if (!isFuseboardError(error)) throw error;
      // These say that enough calls are in flight, not that the state refuses them.
      this.#isFull =
        error.code === 'bulkhead_full' || (error.code === 'probes_busy' && this.currentCount > 0);
      return this.#isFull ? undefined : error.code;
    }
  }

  takeCurrent(): Permit | undefined {
    const { generation } = this.#breaker.snapshot();
    return this.#take((permit) => permit.generation === generation);
  }

  takeStale(): Permit | undefined {
    const { generation } = this.#breaker.snapshot();
    return this.#take((permit) => permit.generation !== generation);
  }

  /** @throws Error when one of them was counted. */
  settleStale(): void {
    for (let count = 0; ; count += 1) {
      const permit = this.takeStale();
      const end = LATE_ENDS[count % LATE_ENDS.length];
      if (permit === undefined || end === undefined) return;
      if (end(permit) === 'counted')
        throw new Error('An outcome of a past generation was counted.');
    }
  }

  cancelCurrent(): void {
    for (let permit = this.takeCurrent(); permit !== undefined; permit = this.takeCurrent()) {
      permit.cancel();
    }
  }

  #take(isWanted: (permit: Permit) => boolean): Permit | undefined {
    const index = this.#held.findIndex(isWanted);
    return index < 0 ? undefined : this.#held.splice(index, 1)[0];
  }
}
