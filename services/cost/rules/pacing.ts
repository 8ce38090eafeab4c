/**
 * Which calls are slowed down, and by what: a rule that throttles, or a strained budget that should
 * last to the end of its period. Each has a throttle of its own, made when it is first needed.
 */
import type { Clock } from '../../clock.ts';
import type { Deadlines } from '../../deadlines.ts';
import type { Random } from '../../random.ts';
import type { Account } from '../budgets/account.ts';
import type { CostedCall } from '../costed-call.ts';
import { visitRestingThrottles, type RuleDecision } from './rule-decision.ts';
import type { ResolvedRule } from './rule-options.ts';
import { Throttle, type PacedBudget } from './throttle.ts';

/** Budgets whose throttles are kept; beyond them those that nobody waits for are forgotten. */
const BUDGETS_MAX = 1_000;

export interface PacingOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly random: Random;
  /** Milliseconds that throttling may delay a call. */
  readonly delayMaxMs: number;
  /** Calls that may wait for one rule, or for one budget. */
  readonly queueMax: number;
}

export class Pacing {
  readonly #options: PacingOptions;
  readonly #byRule = new Map<ResolvedRule, Throttle>();
  readonly #byAccount = new Map<Account, Throttle>();
  readonly #note = (rule: ResolvedRule): void =>
    this.#ofRule(rule).note(this.#options.clock.monotonicMs());

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  /** Calls that wait for their turn. */
  get waitingCount(): number {
    let count = 0;
    for (const throttle of this.#throttles()) count += throttle.waitingCount;
    return count;
  }

  /**
   * Null: the call goes on at once. A promise: it waits, and rejects when its caller gives up.
   * `full`: too many wait.
   */
  pass(
    call: CostedCall,
    decision: RuleDecision,
    isStrained: boolean,
    priority: number,
    signal: AbortSignal | undefined,
  ): Promise<void> | null | 'full' {
    visitRestingThrottles(decision, priority, this.#note);
    const { throttle: rule } = decision;
    const account = accountOf(call, rule, isStrained);
    if (call.worstNanoUsd === 0 || (rule === null && account === null)) return null;
    const throttle = rule === null ? this.#ofAccount(account as Account) : this.#ofRule(rule);
    const budget = account === null ? null : new AccountPace(account, this.#options.clock);
    return throttle.pass({ priority, signal, costNanoUsd: call.expectedNanoUsd, budget });
  }

  /** Whether the call would have to wait for its turn. */
  holdsUp(call: CostedCall, { throttle: rule }: RuleDecision, isStrained: boolean): boolean {
    const account = accountOf(call, rule, isStrained);
    if (call.worstNanoUsd === 0 || (rule === null && account === null)) return false;
    const throttle = rule === null ? this.#ofAccount(account as Account) : this.#ofRule(rule);
    return !throttle.isFree;
  }

  /** Sends everybody away who waits. */
  close(makeReason: () => unknown): void {
    for (const throttle of this.#throttles()) throttle.rejectAll(makeReason);
  }

  #ofRule(rule: ResolvedRule): Throttle {
    let throttle = this.#byRule.get(rule);
    if (throttle === undefined) {
      throttle = this.#make(rule.factor);
      this.#byRule.set(rule, throttle);
    }
    return throttle;
  }

  #ofAccount(account: Account): Throttle {
    let throttle = this.#byAccount.get(account);
    if (throttle === undefined) {
      if (this.#byAccount.size >= BUDGETS_MAX) this.#forgetIdle();
      throttle = this.#make(null);
      this.#byAccount.set(account, throttle);
    }
    return throttle;
  }

  #make(factor: number | null): Throttle {
    const { clock, deadlines, random, delayMaxMs, queueMax } = this.#options;
    return new Throttle(clock, deadlines, random, { factor, delayMaxMs, queueMax });
  }

  #forgetIdle(): void {
    for (const [account, throttle] of this.#byAccount) {
      if (throttle.waitingCount === 0) this.#byAccount.delete(account);
    }
  }

  *#throttles(): Iterable<Throttle> {
    yield* this.#byRule.values();
    yield* this.#byAccount.values();
  }
}

/** The budget that sets the pace: the rule's own, or the tightest of those that are strained. */
function accountOf(
  { plan }: CostedCall,
  rule: ResolvedRule | null,
  isStrained: boolean,
): Account | null {
  if (rule !== null) {
    return plan.accounts.find(({ key }) => key.budget === rule.budget) ?? null;
  }
  if (!isStrained) return null;
  let tightest: Account | null = null;
  for (const account of plan.accounts) {
    if (account.level === 'ok' || !account.budget?.movesBreakers) continue;
    if (tightest === null || account.leftNanoUsd < tightest.leftNanoUsd) tightest = account;
  }
  return tightest;
}

/** An account as something that should last. */
class AccountPace implements PacedBudget {
  readonly #account: Account;
  readonly #clock: Clock;

  constructor(account: Account, clock: Clock) {
    this.#account = account;
    this.#clock = clock;
  }

  leftNanoUsd(): number {
    return this.#account.leftNanoUsd;
  }

  timeLeftMs(): number {
    return this.#account.endMs - this.#clock.nowMs();
  }
}
