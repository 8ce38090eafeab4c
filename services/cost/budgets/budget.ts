/** A budget as users see it: what is left of it, and how it is changed while the board runs. */
import type { AccountKey, AccountState } from '../../../persistence/money-store.ts';
import type { BudgetLevel } from '../../../machines/breaker-context.ts';
import { invalidArgument, isObject, textArgument } from '../../check.ts';
import type { Clock } from '../../clock.ts';
import type { ResolvedBudget } from './budget-options.ts';
import { levelAt } from './budget-strain.ts';
import type { MoneyDesk } from '../money-desk.ts';
import { isNanoUsd, type NanoUsd } from '../money.ts';
import type { Period } from './period.ts';

/** Who acts, and why: both are kept for the audit. */
export interface ActOptions {
  readonly reason: string;
  /** Identity of whoever acts. */
  readonly by: string;
}

/** One budget, for one value, in the period that is running. All amounts in nano-dollars. */
export interface BudgetSummary {
  readonly budget: string;
  /** Empty for a budget that is not divided. */
  readonly value: string;
  readonly period: Period;
  /** Names the running period, for example `day:Europe/Berlin:2026-03-29`. */
  readonly periodKey: string;
  /** Wall-clock milliseconds at which the running period began; null for `total`. */
  readonly periodStartMs: number | null;
  readonly limitNanoUsd: NanoUsd;
  /** Share of the limit at which it warns. */
  readonly warnAt: number;
  /** Settled by every process, and forfeited. */
  readonly spentNanoUsd: NanoUsd;
  readonly forfeitedNanoUsd: NanoUsd;
  /** Held for calls that run, and drawn for calls to come, by every process. */
  readonly reservedNanoUsd: NanoUsd;
  /** The part of what is spent that passed the limit: bills above their own maximum. */
  readonly overspentNanoUsd: NanoUsd;
  /** Limit less spent and reserved; never below 0. */
  readonly leftNanoUsd: NanoUsd;
  /** Spent, in per cent of the limit; 100 for a limit of 0. */
  readonly percentage: number;
  readonly level: BudgetLevel;
  /** Wall-clock milliseconds at which the next period begins; null for `total`. */
  readonly nextPeriodAtMs: number | null;
}

export interface Budget {
  readonly id: string;
  /** The running period, of one value where the budget is divided, as the store has it now. */
  summary(value?: string): Promise<BudgetSummary>;
  /**
   * Sets the limit, for every process on the store: here at once, elsewhere within a second. Money
   * that calls hold already stays committed.
   */
  setLimit(limit: NanoUsd, act: ActOptions): Promise<void>;
  /**
   * Takes an amount out of what the running period counts as forfeited, because an operator knows
   * that it was not spent.
   */
  correctForfeit(amount: NanoUsd, act: ActOptions & { readonly value?: string }): Promise<void>;
}

const TEXT_MAX = 1_024;

export function createBudget(desk: MoneyDesk, budget: ResolvedBudget, clock: Clock): Budget {
  const { id } = budget;

  const keyOf = (value: unknown): AccountKey => {
    if (typeof value !== 'string') throw invalidArgument('value', 'a string', value);
    return accountKeyOf(budget, value, clock.nowMs());
  };

  return {
    id,
    async summary(value = '') {
      const key = keyOf(value);
      await desk.flush();
      const { accounts } = await desk.store.draw([{ key, needNanoUsd: 0, wantNanoUsd: 0 }]);
      return summaryOf(budget, key, accounts[0] as AccountState);
    },
    async setLimit(limit, act) {
      if (!isNanoUsd(limit)) {
        throw invalidArgument('limit', 'an amount such as usd(10), at least 0', limit);
      }
      const { reason, by } = actOf(act);
      const details = { limitNanoUsd: limit };
      const atMs = clock.nowMs();
      const entry = { act: 'budget.limit_set', subject: id, reason, by, atMs, details };
      await desk.setLimit(id, limit, entry);
    },
    async correctForfeit(amount, act) {
      if (!isNanoUsd(amount)) throw invalidArgument('amount', 'such as usd(0.01)', amount);
      const { reason, by } = actOf(act);
      const key = keyOf(act.value ?? '');
      const details = { amountNanoUsd: amount, value: key.value, period: key.period };
      const atMs = clock.nowMs();
      const entry = { act: 'forfeit.corrected', subject: id, reason, by, atMs, details };
      desk.hear(await desk.store.correctForfeit(key, amount, entry), false);
    },
  };
}

/** Names the account of a value in the period of an instant. */
export function accountKeyOf(budget: ResolvedBudget, value: string, atMs: number): AccountKey {
  const { key, startMs, endMs } = budget.calendar.at(atMs);
  return {
    budget: budget.id,
    value,
    period: key,
    startMs: Number.isFinite(startMs) ? startMs : null,
    endMs: Number.isFinite(endMs) ? endMs : null,
  };
}

function actOf(act: unknown): ActOptions {
  if (!isObject(act)) throw invalidArgument('act', `{ reason: 'why', by: 'who' }`, act);
  const { reason, by } = act as Partial<ActOptions>;
  return {
    reason: textArgument('reason', reason, TEXT_MAX),
    by: textArgument('by', by, TEXT_MAX),
  };
}

export function summaryOf(
  budget: ResolvedBudget,
  key: AccountKey,
  state: AccountState,
): BudgetSummary {
  const limit = state.limitNanoUsd ?? budget.limitNanoUsd;
  const spent = state.settledNanoUsd + state.forfeitedNanoUsd;
  const left = Math.max(0, limit - spent - state.heldNanoUsd);
  return {
    budget: budget.id,
    value: key.value,
    period: budget.calendar.period,
    periodKey: key.period,
    periodStartMs: key.startMs,
    limitNanoUsd: limit as NanoUsd,
    warnAt: budget.warnAt,
    spentNanoUsd: spent as NanoUsd,
    forfeitedNanoUsd: state.forfeitedNanoUsd as NanoUsd,
    reservedNanoUsd: state.heldNanoUsd as NanoUsd,
    overspentNanoUsd: state.overspentNanoUsd as NanoUsd,
    leftNanoUsd: left as NanoUsd,
    percentage: limit === 0 ? 100 : (spent * 100) / limit,
    level: levelAt(limit, spent, budget),
    nextPeriodAtMs: key.endMs,
  };
}
