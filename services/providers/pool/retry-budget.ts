/**
 * A retry budget: how much failing over may add to what is sent. Every first attempt earns a part
 * of a credit and every further one costs a whole credit, so that an outage is passed on to the
 * other providers as a fraction of the load, never as a multiple of it. A trickle of credits over
 * time lets a quiet client fail over too.
 *
 * Over any span, further attempts ≤ what was saved before (at most `creditsMax`) + `ratio` × first
 * attempts + `minPerSecond` × seconds.
 */
import { knownKeys, numberOption } from '../../check.ts';
import type { Clock } from '../../clock.ts';

export interface RetryBudgetOptions {
  /** Credit that a first attempt earns. From 0 to 1. @default 0.2 */
  readonly ratio?: number;
  /** Credits that come with time. A second; from 0 to 1000. @default 1 */
  readonly minPerSecond?: number;
  /** Credits that can be saved up. From 1 to 1000000. @default 100 */
  readonly creditsMax?: number;
}

/** Credits are counted in millionths, so that a fifth five times is one. */
const MILLION = 1_000_000;
/** A new budget holds what comes with so much time. */
const START_SECONDS = 10;

export class RetryBudget {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  /** Millionths of a credit. */
  readonly #earned: number;
  readonly #perMs: number;
  readonly #balanceMax: number;
  #balance: number;
  #countedAtMs: number;

  /** @throws FuseboardError invalid_option */
  constructor(clock: Pick<Clock, 'monotonicMs'>, options: RetryBudgetOptions = {}) {
    const path = 'pool.retryBudget';
    knownKeys(path, options, ['ratio', 'minPerSecond', 'creditsMax']);
    const { ratio, minPerSecond, creditsMax } = options;
    const perSecondRange = { min: 0, max: 1_000 };
    const perSecond = numberOption(`${path}.minPerSecond`, minPerSecond, perSecondRange, 1);
    const creditsRange = { min: 1, max: MILLION };
    this.#clock = clock;
    this.#earned = Math.round(
      numberOption(`${path}.ratio`, ratio, { min: 0, max: 1 }, 0.2) * MILLION,
    );
    this.#perMs = (perSecond * MILLION) / 1_000;
    this.#balanceMax = numberOption(`${path}.creditsMax`, creditsMax, creditsRange, 100) * MILLION;
    this.#balance = Math.min(this.#balanceMax, perSecond * START_SECONDS * MILLION);
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Further attempts that could be made at this instant, fractions included. */
  get credits(): number {
    this.#count();
    return this.#balance / MILLION;
  }

  /** A request was sent for the first time. */
  earn(): void {
    this.#count();
    this.#add(this.#earned);
  }

  /** Pays for a further attempt; false where there is no credit for it. */
  spend(): boolean {
    this.#count();
    if (this.#balance < MILLION) return false;
    this.#balance -= MILLION;
    return true;
  }

  /** The attempt that was paid for was not sent after all. */
  giveBack(): void {
    this.#add(MILLION);
  }

  #count(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#add((nowMs - this.#countedAtMs) * this.#perMs);
    this.#countedAtMs = nowMs;
  }

  #add(millionths: number): void {
    this.#balance = Math.min(this.#balanceMax, this.#balance + millionths);
  }
}
