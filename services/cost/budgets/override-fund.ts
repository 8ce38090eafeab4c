/**
 * Money for emergencies: a call that carries a reason and an identity may run on it when no budget
 * has any left. The fund has a limit of its own, so that what can be overspent is known beforehand,
 * and every use is kept for the audit before the call is made.
 */
import type { MoneyStore } from '../../../persistence/money-store.ts';
import type { Clock } from '../../clock.ts';
import type { Account } from './account.ts';
import type { Allowances } from './allowances.ts';
import type { BudgetLine } from './budget-book.ts';
import type { CallOverride } from '../call-cost.ts';
import { budgetShort, storeUnavailable, type CostRefusal } from '../cost-refusal.ts';
import type { CostedCall } from '../costed-call.ts';
import type { FactBody } from '../../facts.ts';

export interface OverrideFundOptions {
  readonly line: BudgetLine;
  readonly allowances: Allowances;
  readonly store: Pick<MoneyStore, 'audit'>;
  readonly clock: Clock;
  readonly publish: (fact: FactBody) => void;
}

export class OverrideFund {
  readonly #options: OverrideFundOptions;

  constructor(options: OverrideFundOptions) {
    this.#options = options;
  }

  /** The account that pays, with the call's worst case reserved in it; or why it cannot. */
  async take(call: CostedCall, signal: AbortSignal | undefined): Promise<Account | CostRefusal> {
    const { line, allowances, clock, store } = this.#options;
    const worstNanoUsd = call.worstNanoUsd;
    for (;;) {
      const account = line.account('', clock.nowMs());
      const taken = await allowances.take([account], worstNanoUsd, signal);
      if (taken === 'unavailable') return storeUnavailable();
      if (line.account('', clock.nowMs()) !== account) {
        // Its period ended meanwhile: neither its money nor the lack of it is this call's.
        if (taken === 'reserved') account.release(worstNanoUsd);
        continue;
      }
      if (taken !== 'reserved') return budgetShort(taken.shortOf, worstNanoUsd);
      try {
        await store.audit([this.#entryOf(call)]);
      } catch {
        account.release(worstNanoUsd);
        return storeUnavailable();
      }
      this.#say(call);
      return account;
    }
  }

  #say({ breaker, operation, worstNanoUsd, cost }: CostedCall): void {
    const { reason, by } = cost.override as CallOverride;
    this.#options.publish({ type: 'override.used', breaker, operation, worstNanoUsd, reason, by });
  }

  #entryOf(call: CostedCall) {
    const { breaker, operation, model = null, worstNanoUsd } = call;
    const { reason, by } = call.cost.override as CallOverride;
    const atMs = this.#options.clock.nowMs();
    const details = { operation, model, worstNanoUsd };
    return { act: 'override.used', subject: breaker, reason, by, atMs, details };
  }
}
