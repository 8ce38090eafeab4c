/**
 * Rules: a threshold on money and what happens to calls once it is reached. A rule fires when its
 * figure is equal to its threshold or above; of several that fire, the strictest action acts.
 */
import type { NanoUsd } from '../money.ts';
import type { Period } from '../budgets/period.ts';

export const RULE_TYPES = [
  'daily_cost',
  'monthly_cost',
  'daily_percentage',
  'monthly_percentage',
  'operation_cost',
  'cost_rate_per_minute',
  'cost_rate_per_hour',
] as const;
export type RuleType = (typeof RULE_TYPES)[number];

/** From the mildest to the strictest. */
export const RULE_ACTIONS = ['alert', 'throttle', 'degrade', 'block'] as const;
/**
 * `alert` reports, `throttle` makes calls wait, `degrade` asks for a cheaper answer, `block`
 * refuses.
 */
export type RuleAction = (typeof RULE_ACTIONS)[number];

/** What `operation_cost` looks at. */
export const RULE_BASES = ['expected', 'worst'] as const;
export type RuleBasis = (typeof RULE_BASES)[number];

/** Rules that one board can have. */
export const RULES_MAX = 1000;

/**
 * Which calls a rule acts upon: all conditions must hold, and a call that lacks what is asked for
 * is left alone. Conditions choose calls, not money: the figure is what it is for everybody.
 */
export interface RuleConditions {
  readonly operations?: readonly string[];
  /** As the call names them. */
  readonly models?: readonly string[];
  readonly breakers?: readonly string[];
  readonly providers?: readonly string[];
  /** Only calls of at least this priority. */
  readonly priorityMin?: number;
  /** Only calls of at most this priority. */
  readonly priorityMax?: number;
  /** Each tag must have the value, or one of the values. */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
}

interface CommonRuleOptions {
  /** Names the rule in errors, facts and alerts; unique, 1 to 256 characters. */
  readonly id: string;
  /** `alert_only` means `alert`. */
  readonly action: RuleAction | 'alert_only';
  /** Only with `throttle`: the share of the normal rate that stays allowed. @default 0.5 */
  readonly factor?: number;
  /**
   * Higher is evaluated and reported first, and names the refusal among rules of the same action;
   * equals go by id. Which action acts is decided by strictness alone. @default 0
   */
  readonly priority?: number;
  /** Announces itself at most once in so many milliseconds; it acts all the same. @default 0 */
  readonly cooldownMs?: number;
  /** @default every call */
  readonly when?: RuleConditions;
}

/** What is settled and reserved since the period began: of the whole board, or of a budget. */
export interface PeriodCostRuleOptions extends CommonRuleOptions {
  readonly type: 'daily_cost' | 'monthly_cost';
  readonly threshold: NanoUsd;
  /** Watches this budget, whose period must be a day or a month as the rule's. */
  readonly budget?: string;
  /** Where the day begins; a budget brings its own. @default 'UTC' */
  readonly timeZone?: string;
}

/** The share of a budget's limit that is settled or reserved. */
export interface PercentageRuleOptions extends CommonRuleOptions {
  readonly type: 'daily_percentage' | 'monthly_percentage';
  /** Per cent: 80 for four fifths. Above 0. */
  readonly threshold: number;
  /** Needed where several budgets have the rule's period. @default the only one that has it */
  readonly budget?: string;
}

/** What one call costs. */
export interface OperationCostRuleOptions extends CommonRuleOptions {
  readonly type: 'operation_cost';
  readonly threshold: NanoUsd;
  /** Looks at the expected cost or at the worst case. @default 'expected' */
  readonly basis?: RuleBasis;
}

/** What the board's calls cost within the last minute or hour. */
export interface CostRateRuleOptions extends CommonRuleOptions {
  readonly type: 'cost_rate_per_minute' | 'cost_rate_per_hour';
  readonly threshold: NanoUsd;
}

export type RuleOptions =
  PeriodCostRuleOptions | PercentageRuleOptions | OperationCostRuleOptions | CostRateRuleOptions;

/** What rules need to know of a budget. */
export interface RuleBudget {
  readonly id: string;
  readonly period: Period;
}

/** Conditions, checked; null where anything will do. */
export interface ResolvedConditions {
  readonly operations: readonly string[] | null;
  readonly models: readonly string[] | null;
  readonly breakers: readonly string[] | null;
  readonly providers: readonly string[] | null;
  /** Sorted by name. */
  readonly tags: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly priorityMin: number;
  readonly priorityMax: number;
}

/** A rule, checked, with its defaults filled in. */
export interface ResolvedRule {
  /** Its place among the options. */
  readonly place: number;
  readonly id: string;
  readonly type: RuleType;
  /** Nano-dollars, or per cent for a percentage. */
  readonly threshold: number;
  readonly action: RuleAction;
  /** Null for every action but `throttle`. */
  readonly factor: number | null;
  readonly priority: number;
  readonly cooldownMs: number;
  /** Null for every type but `operation_cost`. */
  readonly basis: RuleBasis | null;
  /** Null where it watches no budget. */
  readonly budget: string | null;
  /** Null for every type but period costs without a budget. */
  readonly timeZone: string | null;
  readonly when: ResolvedConditions;
}

export const isPercentage = (type: RuleType): boolean =>
  type === 'daily_percentage' || type === 'monthly_percentage';

/** The period that a rule is about; null where it is about none. */
export function rulePeriod(type: RuleType): 'day' | 'month' | null {
  if (type.startsWith('daily')) return 'day';
  return type.startsWith('monthly') ? 'month' : null;
}
