/** What happened to money, as facts on the bus. All amounts in nano-dollars. */
import type { CostBasis } from '../../persistence/ledger-batch.ts';
import type { Outcome } from '../outcome.ts';
import type { RuleAction, RuleType } from './rules/rule-options.ts';

/** A budget's account: which budget, whose, and in which period. */
export interface BudgetPeriod {
  readonly budget: string;
  /** The tag's value; empty for a budget that is not divided. */
  readonly value: string;
  readonly period: string;
}

interface CostLabels {
  readonly breaker: string;
  readonly operation: string;
  readonly model?: string;
}

export type CostFact =
  | (CostLabels & {
      /** A call has ended and was booked. */
      readonly type: 'cost.settled';
      readonly costNanoUsd: number;
      readonly expectedNanoUsd: number;
      /** What was reserved. */
      readonly worstNanoUsd: number;
      /** How it was estimated. */
      readonly method: string;
      /** How the cost came to be known. */
      readonly basis: CostBasis;
      readonly outcome: Outcome;
    })
  | (BudgetPeriod & {
      /** A budget reached `warnAt`, ran out, or has room again. */
      readonly type: 'budget.warned' | 'budget.exceeded' | 'budget.recovered';
      /** Infinity for a limit that nobody knows. */
      readonly limitNanoUsd: number;
      readonly spentNanoUsd: number;
    })
  | (BudgetPeriod & {
      /** A provider billed more than its own maximum, past what was drawn. */
      readonly type: 'budget.overspent';
      readonly amountNanoUsd: number;
    })
  | {
      /** A process died with money in its hands: it counts as spent. */
      readonly type: 'budget.forfeited';
      readonly budget: string;
      readonly amountNanoUsd: number;
    }
  | {
      readonly type: 'budget.limit_changed';
      readonly budget: string;
      readonly limitNanoUsd: number;
    }
  | (CostLabels & {
      readonly type: 'rule.fired';
      readonly rule: string;
      readonly ruleType: RuleType;
      readonly action: RuleAction;
      /** Null for every action but `throttle`. */
      readonly factor: number | null;
      readonly figureNanoUsd: number;
      readonly thresholdNanoUsd: number;
      /** Limit of the budget, for percentages; null for all others. */
      readonly limitNanoUsd: number | null;
    })
  | {
      /** A call runs on the emergency override. */
      readonly type: 'override.used';
      readonly breaker: string;
      readonly operation: string;
      readonly worstNanoUsd: number;
      readonly reason: string;
      readonly by: string;
    }
  | {
      /** What calls cost has moved away from what it was, or has come back. */
      readonly type: 'cost.drifted';
      readonly operation: string;
      readonly model?: string;
      /** `price`: bills against the price table. `behaviour`: bills against what was expected. */
      readonly kind: 'price' | 'behaviour';
      /** False when an earlier drift is over. */
      readonly isOn: boolean;
      /** Bills to what they are held against, lately, and before that. */
      readonly recentRatio: number;
      readonly usualRatio: number;
    }
  | { readonly type: 'books.failed'; readonly problem: string; readonly pendingCount: number }
  | { readonly type: 'books.recovered' };
