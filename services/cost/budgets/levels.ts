/**
 * Notices when a budget becomes strained, exhausted, or recovers: after every settlement, whenever
 * the store tells something new, and at the end of a period.
 */
import type { BudgetLevel } from '../../../machines/breaker-context.ts';
import type { Clock } from '../../clock.ts';
import type { Deadline, Deadlines } from '../../deadlines.ts';
import type { FactBody } from '../../facts.ts';
import type { Account } from './account.ts';

/** A wall clock that jumps forward delays the end of a period by this much at most. */
const LOOK_MS = 60_000;

export interface LevelsOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly publish: (fact: FactBody) => void;
  /** A budget that covers whole breakers changed its level. */
  readonly onMoved: () => void;
}

const FACTS = {
  ok: 'budget.recovered',
  warned: 'budget.warned',
  exceeded: 'budget.exceeded',
} as const satisfies Record<BudgetLevel, string>;

export class Levels {
  readonly #options: LevelsOptions;
  /** Accounts whose period's end will be a relief. */
  readonly #strained = new Set<Account>();
  #deadline: Deadline | null = null;
  #isEnded = false;

  constructor(options: LevelsOptions) {
    this.#options = options;
  }

  /** Every account that is warned or exceeded now. */
  get strained(): Iterable<Account> {
    return this.#strained;
  }

  check(account: Account): void {
    const level = account.levelNow();
    if (level !== account.level) this.#change(account, level);
  }

  /** An account is forgotten here: what becomes of it, whoever asks for it again will see. */
  forget(account: Account): void {
    if (this.#strained.delete(account)) this.#waitForEnd();
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#isEnded = true;
    this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = null;
  }

  #change(account: Account, level: BudgetLevel): void {
    account.level = level;
    const { budget } = account;
    if (budget === null) return;
    if (level === 'ok') this.#strained.delete(account);
    else this.#strained.add(account);
    this.#say(account, level);
    if (budget.movesBreakers) this.#options.onMoved();
    this.#waitForEnd();
  }

  #say(account: Account, level: BudgetLevel): void {
    const { key, limitNanoUsd, spentNanoUsd } = account;
    this.#options.publish({
      type: FACTS[level],
      budget: key.budget,
      value: key.value,
      period: key.period,
      limitNanoUsd,
      spentNanoUsd,
    });
  }

  #waitForEnd(): void {
    const { clock, deadlines } = this.#options;
    deadlines.cancel(this.#deadline);
    this.#deadline = null;
    if (this.#isEnded) return;
    let endMs = Infinity;
    for (const account of this.#strained) endMs = Math.min(endMs, account.endMs);
    if (endMs === Infinity) return;
    const delayMs = Math.min(LOOK_MS, Math.max(0, endMs - clock.nowMs()));
    this.#deadline = deadlines.at(clock.monotonicMs() + delayMs, () => {
      this.#deadline = null;
      this.#endPeriods();
      this.#waitForEnd();
    });
  }

  /** In a new period nothing is spent yet: whoever was strained has recovered. */
  #endPeriods(): void {
    const nowMs = this.#options.clock.nowMs();
    let isMoved = false;
    for (const account of this.#strained) {
      if (account.endMs > nowMs) continue;
      this.#strained.delete(account);
      this.#say(account, 'ok');
      isMoved ||= account.budget?.movesBreakers ?? false;
    }
    if (isMoved) this.#options.onMoved();
  }
}
