/**
 * Gives back what this process does not need: looked at every quarter of a second for as long as
 * something is held, so that nobody is refused for long while another process hoards.
 */
import type { Clock } from '../clock.ts';
import type { Deadline, Deadlines } from '../deadlines.ts';
import type { Account } from './account.ts';

/** Unneeded allowance goes back within twice this. */
const LOOK_MS = 250;

export interface AllowanceReturnsOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly giveBack: (account: Account, amountNanoUsd: number) => void;
}

export class AllowanceReturns {
  readonly #options: AllowanceReturnsOptions;
  readonly #held = new Set<Account>();
  #deadline: Deadline | null = null;

  constructor(options: AllowanceReturnsOptions) {
    this.#options = options;
  }

  /** An account holds something: look after it. */
  watch(account: Account): void {
    if (account.isWatched) return;
    account.isWatched = true;
    this.#held.add(account);
    this.#deadline ??= this.#next();
  }

  /** Gives back all that no call has reserved, now. */
  returnAll(account: Account): void {
    this.#options.giveBack(account, account.giveUp(0));
  }

  end(): void {
    this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = null;
  }

  #next(): Deadline {
    const { clock, deadlines } = this.#options;
    return deadlines.at(clock.monotonicMs() + LOOK_MS, () => {
      this.#deadline = null;
      for (const account of this.#held) this.#look(account);
      if (this.#held.size > 0) this.#deadline = this.#next();
    });
  }

  #look(account: Account): void {
    if (!account.isBusy) account.cool();
    const keepNanoUsd = account.isBusy ? account.targetNanoUsd(0) : 0;
    account.isBusy = false;
    this.#options.giveBack(account, account.giveUp(keepNanoUsd));
    // What running calls hold comes back as they end.
    if (account.availableNanoUsd > 0 || account.reservedNanoUsd > 0) return;
    this.#held.delete(account);
    account.isWatched = false;
  }
}
