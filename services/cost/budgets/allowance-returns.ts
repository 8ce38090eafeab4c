/**
 * Gives back what this process does not need, so that nobody is refused for long while another
 * process hoards. Looked at every quarter of a second for as long as something is held: where the
 * store runs low, what is idle goes back at the next look; where it has plenty, after ten seconds.
 */
import type { Clock } from '../../clock.ts';
import type { Deadline, Deadlines } from '../../deadlines.ts';
import type { Account } from './account.ts';

/** Where the store runs low, idle allowance goes back within twice this. */
const LOOK_MS = 250;
/** Looks after which idle allowance goes back, however much there is: a crash would forfeit it. */
const IDLE_LOOKS_MAX = 40;

export interface AllowanceReturnsOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly giveBack: (account: Account, amountNanoUsd: number) => void;
}

export class AllowanceReturns {
  readonly #options: AllowanceReturnsOptions;
  readonly #held = new Set<Account>();
  #deadline: Deadline | null = null;
  #isEnded = false;

  constructor(options: AllowanceReturnsOptions) {
    this.#options = options;
  }

  /** An account holds something: look after it. */
  watch(account: Account): void {
    if (account.isWatched) return;
    account.isWatched = true;
    this.#held.add(account);
    if (!this.#isEnded) this.#deadline ??= this.#next();
  }

  /** Gives back all that no call has reserved, now. */
  returnAll(account: Account): void {
    this.#options.giveBack(account, account.giveUp(0));
  }

  end(): void {
    this.#isEnded = true;
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
    // Whoever waits is about to reserve what is there; taken away, it would have to be drawn again.
    if (account.waitersCount > 0) return;
    account.idleCount = account.isBusy ? 0 : account.idleCount + 1;
    account.isBusy = false;
    const isIdle = account.idleCount > 0;
    if (isIdle) account.cool();
    if (account.isScarce || account.idleCount >= IDLE_LOOKS_MAX) {
      const keepNanoUsd = isIdle ? 0 : account.targetNanoUsd(0);
      this.#options.giveBack(account, account.giveUp(keepNanoUsd));
    }
    // What running calls hold comes back as they end.
    if (account.availableNanoUsd > 0 || account.reservedNanoUsd > 0) return;
    this.#held.delete(account);
    account.isWatched = false;
  }
}
