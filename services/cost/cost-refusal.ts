/** Why money refuses a call, in a code and in words that a person can check. */
import type { RefusalCode } from '../errors.ts';
import type { Account } from './budgets/account.ts';
import { formatUsd } from './money.ts';
import { explainDecision } from './rules/rule-explanation.ts';
import type { RuleDecision } from './rules/rule-decision.ts';
import type { ResolvedLimited } from './rules/rule-shedding.ts';

export interface CostRefusal {
  readonly code: RefusalCode;
  /** Id of the budget that has not enough; null where none is meant. */
  readonly budget: string | null;
  /** Id of the rule that blocks; null where none does. */
  readonly rule: string | null;
  /** What follows `breaker "name"` in the error's message. */
  readonly why: string;
  /** Wall-clock milliseconds from which another try may help; null where nobody knows. */
  readonly retryAtMs: number | null;
}

export function budgetShort(account: Account, worstNanoUsd: number): CostRefusal {
  const { key, limitNanoUsd } = account;
  const whose = key.value === '' ? '' : ` of "${key.value}"`;
  const left = formatUsd(Math.max(0, account.leftNanoUsd));
  return {
    code: 'budget_exceeded',
    budget: key.budget,
    rule: null,
    why:
      `refuses the call: it may cost ${formatUsd(worstNanoUsd)}, and budget "${key.budget}"` +
      `${whose} has ${left} left of ${formatUsd(limitNanoUsd)}`,
    retryAtMs: key.endMs,
  };
}

export const ruleBlocks = (decision: RuleDecision): CostRefusal => ({
  code: 'rule_blocked',
  budget: decision.rule?.budget ?? null,
  rule: decision.rule?.id ?? null,
  why: `refuses the call: ${explainDecision(decision)}`,
  retryAtMs: null,
});

export const shed = (
  why: 'cost' | 'priority',
  limited: ResolvedLimited,
  expectedNanoUsd: number,
  priority: number,
): CostRefusal => ({
  code: 'shed',
  budget: null,
  rule: null,
  why:
    'refuses the call while a budget is strained: ' +
    (why === 'cost'
      ? `it is expected to cost ${formatUsd(expectedNanoUsd)}, more than limited.costMax, ` +
        formatUsd(limited.costMaxNanoUsd)
      : `its priority ${priority} is below limited.priorityMin, ${limited.priorityMin}`),
  retryAtMs: null,
});

export const throttleFull = (): CostRefusal => ({
  code: 'throttled',
  budget: null,
  rule: null,
  why: 'refuses the call: too many calls wait for their turn already',
  retryAtMs: null,
});

export const storeUnavailable = (): CostRefusal => ({
  code: 'budget_unavailable',
  budget: null,
  rule: null,
  why: 'refuses the call: the store that keeps its budgets cannot be used',
  retryAtMs: null,
});

export const booksBehind = (pendingCount: number): CostRefusal => ({
  ...storeUnavailable(),
  why: `refuses the call: ${pendingCount} settled calls wait for the store to take them`,
});

export const allowanceEmpty = (): CostRefusal => ({
  code: 'allowance_empty',
  budget: null,
  rule: null,
  why: 'cannot wait for money here: no allowance is drawn for the call',
  retryAtMs: null,
});

/** For calls that cannot wait, where others must. */
export const noTurn = (): CostRefusal => ({
  ...throttleFull(),
  why: 'refuses the call: it would have to wait for its turn, and cannot wait here',
});

/** Why a breaker is open, where a budget that covers it keeps it so. */
export const budgetSpent = ({ key, limitNanoUsd, spentNanoUsd }: Account): CostRefusal => ({
  code: 'budget_exceeded',
  budget: key.budget,
  rule: null,
  why:
    `is open because budget "${key.budget}" is spent: ${formatUsd(spentNanoUsd)} of ` +
    formatUsd(limitNanoUsd),
  retryAtMs: key.endMs,
});
