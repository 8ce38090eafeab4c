/** The options about money: light, so that a board without money loads nothing more. */
import type { BudgetOptions } from './budgets/budget-options.ts';
import type { Estimator } from './estimates/estimate.ts';
import type { DefaultCosts } from './estimates/estimator-default.ts';
import type { EmergencyOverrideOptions } from './budgets/override-options.ts';
import type { PriceOptions } from './prices/price-options.ts';
import type { RuleOptions } from './rules/rule-options.ts';

/** What is kept of the books. */
export interface LedgerOptions {
  /** Days that single rows are kept; totals outlast them. @default 90, at least 1 */
  readonly retentionDays?: number;
}

/** How far throttling goes. */
export interface ThrottleBounds {
  /** How long a call may be delayed. Milliseconds. @default 10000, at least 0 */
  readonly delayMaxMs?: number;
  /** Calls that may wait for one rule, or for one budget. @default 1000, at least 0 */
  readonly queueMax?: number;
}

/** The options about money. With none of them given, a board counts no costs. */
export interface CostOptions {
  /** @default none */
  readonly budgets?: readonly BudgetOptions[];
  /** @default none */
  readonly rules?: readonly RuleOptions[];
  /** Prices of the user's own, and what a model costs that nobody knows. @default price tables */
  readonly prices?: PriceOptions;
  /** Estimators of the user's own, asked before the built-in ones. @default none */
  readonly estimators?: readonly Estimator[];
  /** What a call costs of which nothing is known, by operation. @default usd(0.005) */
  readonly defaultCosts?: DefaultCosts;
  /** Zone of periods that name none. @default 'UTC' */
  readonly timeZone?: string;
  /**
   * Output that a call is reserved for when nobody names a maximum. Tokens. @default the model's
   */
  readonly defaultMaxOutputTokens?: number;
  /** @default {} */
  readonly ledger?: LedgerOptions;
  /** @default {} */
  readonly throttle?: ThrottleBounds;
  /** Money for critical calls when every budget is spent. @default none */
  readonly emergencyOverride?: EmergencyOverrideOptions;
  /**
   * Whether to load a tokenizer while the board opens (a third of a second, 46 MB), so that
   * `messages` and `input` of calls are counted exactly; without it they are bounded by their
   * bytes.
   * @default true
   */
  readonly tokenizer?: boolean;
}

export const COST_KEYS = [
  'budgets',
  'rules',
  'prices',
  'estimators',
  'defaultCosts',
  'timeZone',
  'defaultMaxOutputTokens',
  'ledger',
  'throttle',
  'emergencyOverride',
  'tokenizer',
] as const satisfies readonly (keyof CostOptions)[];
