/**
 * What the rules say of one call: a walk over its plan that fills an object made once, and
 * allocates nothing.
 */
import { RULE_ACTIONS, type ResolvedRule, type RuleAction } from './rule-options.ts';
import type { Gauge, PlannedRule, RulePlan } from './rules.ts';

/** Filled by {@link decide}, and good until it is filled again. */
export class RuleDecision {
  /** The strictest action of the rules that fired; null where none did. */
  action: RuleAction | null = null;
  /** Names that action: the first rule in order that asks for it. */
  rule: ResolvedRule | null = null;
  /** Where `throttle` is the strictest: the smallest factor of all that fired. Otherwise 1. */
  factor = 1;
  /** The rule whose factor that is, the first of equals; null where nothing is throttled. */
  throttle: ResolvedRule | null = null;
  /** What was decided about; null before the first time. */
  plan: RulePlan | null = null;
  /** Rules that fired: the first so many entries of the arrays below, in order of evaluation. */
  matchedCount = 0;
  /** Their places in the plan. */
  places = new Uint16Array(16);
  figuresNanoUsd = new Float64Array(16);
  thresholdsNanoUsd = new Float64Array(16);
  /** Limits of the budgets that percentages are of; without meaning for other rules. */
  limitsNanoUsd = new Float64Array(16);

  /** Whether the rule at this place of the plan fired. */
  isMatched(place: number): boolean {
    for (let index = 0; index < this.matchedCount; index++) {
      if (this.places[index] === place) return true;
    }
    return false;
  }

  /** Makes room for as many rules, and forgets what was decided. */
  begin(plan: RulePlan): void {
    this.plan = plan;
    this.action = null;
    this.rule = null;
    this.factor = 1;
    this.throttle = null;
    this.matchedCount = 0;
    const size = plan.rules.length;
    if (size <= this.places.length) return;
    this.places = new Uint16Array(size);
    this.figuresNanoUsd = new Float64Array(size);
    this.thresholdsNanoUsd = new Float64Array(size);
    this.limitsNanoUsd = new Float64Array(size);
  }
}

const THROTTLE = RULE_ACTIONS.indexOf('throttle');

/**
 * Holds a call against the rules of its plan. A call whose worst case costs nothing is free, and
 * no rule about money concerns it. A figure that is no number counts as reached.
 * @param callPriority as the call states it.
 * @param nowMs monotonic milliseconds; handed on to the gauges.
 */
export function decide(
  plan: RulePlan,
  expectedNanoUsd: number,
  worstNanoUsd: number,
  callPriority: number,
  nowMs: number,
  into: RuleDecision,
): RuleDecision {
  into.begin(plan);
  if (worstNanoUsd === 0) return into;
  const { rules } = plan;
  let strictest = -1;
  for (let place = 0; place < rules.length; place++) {
    const one = rules[place] as PlannedRule;
    if (callPriority < one.priorityMin || callPriority > one.priorityMax) continue;
    let figure: number;
    if (one.figure === 'expected') figure = expectedNanoUsd;
    else if (one.figure === 'worst') figure = worstNanoUsd;
    else {
      const gauge = one.gauge as Gauge;
      if (one.figure === 'share' && !heedLimit(one, gauge.limitNanoUsd())) continue;
      figure = gauge.valueNanoUsd(nowMs);
    }
    if (figure < one.thresholdNanoUsd) continue;
    const index = into.matchedCount++;
    into.places[index] = place;
    into.figuresNanoUsd[index] = figure;
    into.thresholdsNanoUsd[index] = one.thresholdNanoUsd;
    into.limitsNanoUsd[index] = one.limitNanoUsd;
    if (one.severity > strictest) {
      strictest = one.severity;
      into.rule = one.rule;
    }
    if (one.severity === THROTTLE && one.factor < into.factor) {
      into.factor = one.factor;
      into.throttle = one.rule;
    }
  }
  if (strictest < 0) return into;
  into.action = RULE_ACTIONS[strictest] as RuleAction;
  if (strictest !== THROTTLE) {
    into.factor = 1;
    into.throttle = null;
  }
  return into;
}

/** Works the threshold out when the limit is a new one; false where there is no limit. */
function heedLimit(one: PlannedRule, limitNanoUsd: number | null): boolean {
  if (limitNanoUsd === null) return false;
  if (limitNanoUsd !== one.limitNanoUsd) {
    one.limitNanoUsd = limitNanoUsd;
    one.thresholdNanoUsd = shareNanoUsd(limitNanoUsd, one.rule.threshold);
  }
  return true;
}

/**
 * The least amount that is so many per cent of a limit, worked out in whole numbers, so that an
 * amount at exactly 80 % is never just below it. At least 1: of no limit at all, nothing is no
 * share.
 */
export function shareNanoUsd(limitNanoUsd: number, percentage: number): number {
  const [mantissa = '0', exponent = '0'] = percentage.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length + 2 - Number(exponent);
  const product = BigInt(limitNanoUsd) * BigInt(whole + fraction);
  const unit = 10n ** BigInt(Math.abs(scale));
  const share = scale <= 0 ? product * unit : (product + unit - 1n) / unit;
  return Math.max(1, Number(share));
}

/**
 * Visits the throttling rules that this call falls under and that did not fire: the call is part of
 * what is normal to them (`Throttle.note`). Rules about single calls are left out, as the calls
 * that they throttle are others than those that they leave alone.
 */
export function visitRestingThrottles(
  decision: RuleDecision,
  callPriority: number,
  visit: (rule: ResolvedRule) => void,
): void {
  const { plan } = decision;
  if (plan === null || !plan.hasThrottles) return;
  const { rules } = plan;
  for (let place = 0; place < rules.length; place++) {
    const { severity, gauge, priorityMin, priorityMax, rule } = rules[place] as PlannedRule;
    if (severity !== THROTTLE || gauge === null) continue;
    if (callPriority < priorityMin || callPriority > priorityMax) continue;
    if (!decision.isMatched(place)) visit(rule);
  }
}
