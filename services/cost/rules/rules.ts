/**
 * Rules, compiled: sorted once, and for each shape of call reduced to those that are about it, each
 * beside the gauge that shows its figure. What the rules say of one call is then decided by a walk
 * over a short list (rule-decision.ts).
 */
import { concerns, type CallShape } from './rule-conditions.ts';
import { isPercentage, RULE_ACTIONS, type ResolvedRule } from './rule-options.ts';

/** Shows the figure that a rule watches, as of now. */
export interface Gauge {
  /** Settled and reserved, or spent in the rate's span. `nowMs` are monotonic milliseconds. */
  valueNanoUsd(nowMs: number): number;
  /**
   * The budget's limit as it is in force; null where there is none. Asked for percentages alone.
   */
  limitNanoUsd(): number | null;
}

/** What a rule compares with its threshold. */
export type Figure = 'expected' | 'worst' | 'amount' | 'share';

/** One rule of a plan. */
export interface PlannedRule {
  readonly rule: ResolvedRule;
  readonly figure: Figure;
  /** Null for `operation_cost`. */
  readonly gauge: Gauge | null;
  /** Place of the action in {@link RULE_ACTIONS}. */
  readonly severity: number;
  readonly factor: number;
  readonly priorityMin: number;
  readonly priorityMax: number;
  /** What the figure must reach. Of a share it is worked out anew when the limit changes. */
  thresholdNanoUsd: number;
  /** The limit that the threshold of a share was worked out for; -1 before the first time. */
  limitNanoUsd: number;
}

/** The rules for calls of one shape, in order of evaluation. */
export interface RulePlan {
  readonly rules: readonly PlannedRule[];
  /** Whether one of them throttles by what it watches, so that calls it lets pass concern it. */
  readonly hasThrottles: boolean;
}

/** The rules of a board. */
export class RuleSet {
  /** In order of evaluation: the higher priority first, equals by id. */
  readonly rules: readonly ResolvedRule[];
  /**
   * Tags that conditions ask for, sorted: calls that differ in other tags fall under the same
   * rules. Their gauges may differ all the same, where a budget is kept per tag.
   */
  readonly tagNames: readonly string[];

  constructor(rules: readonly ResolvedRule[]) {
    this.rules = Object.freeze([...rules].sort(inOrder));
    const names = rules.flatMap(({ when }) => when.tags.map(({ name }) => name));
    this.tagNames = Object.freeze([...new Set(names)].sort());
  }

  /**
   * The rules that calls of this shape fall under. `gaugeOf` is asked once for each of them that
   * watches more than the call's own cost. A plan can be kept for as long as its gauges are right.
   */
  planFor(shape: CallShape, gaugeOf: (rule: ResolvedRule) => Gauge): RulePlan {
    const rules = this.rules
      .filter(({ when }) => concerns(when, shape))
      .map((rule) => planned(rule, gaugeOf));
    const hasThrottles = rules.some(
      ({ rule, gauge }) => rule.action === 'throttle' && gauge !== null,
    );
    return Object.freeze({ rules: Object.freeze(rules), hasThrottles });
  }
}

function inOrder(a: ResolvedRule, b: ResolvedRule): number {
  if (a.priority !== b.priority) return a.priority > b.priority ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function planned(rule: ResolvedRule, gaugeOf: (rule: ResolvedRule) => Gauge): PlannedRule {
  const figure = rule.basis ?? (isPercentage(rule.type) ? 'share' : 'amount');
  return {
    rule,
    figure,
    gauge: rule.basis === null ? gaugeOf(rule) : null,
    severity: RULE_ACTIONS.indexOf(rule.action),
    factor: rule.factor ?? 1,
    priorityMin: rule.when.priorityMin,
    priorityMax: rule.when.priorityMax,
    thresholdNanoUsd: figure === 'share' ? Infinity : rule.threshold,
    limitNanoUsd: -1,
  };
}
