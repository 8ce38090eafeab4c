/** Says in words, and as plain data, which rules fired on a call, at which figure and threshold. */
import { formatUsd } from '../money.ts';
import type { RuleDecision } from './rule-decision.ts';
import type { ResolvedRule, RuleAction, RuleType } from './rule-options.ts';
import type { PlannedRule } from './rules.ts';

/** One rule that fired. Plain data, safe to log. */
export interface RuleMatch {
  readonly rule: string;
  readonly type: RuleType;
  readonly action: RuleAction;
  /** Null for every action but `throttle`. */
  readonly factor: number | null;
  readonly figureNanoUsd: number;
  readonly thresholdNanoUsd: number;
  /** Limit of the budget, for percentages; null for all others. */
  readonly limitNanoUsd: number | null;
}

/** The rules that fired, in order of evaluation. */
export function ruleMatches(decision: RuleDecision): readonly RuleMatch[] {
  return matched(decision).map(({ rule, figure }, index) => ({
    rule: rule.id,
    type: rule.type,
    action: rule.action,
    factor: rule.factor,
    figureNanoUsd: decision.figuresNanoUsd[index] as number,
    thresholdNanoUsd: decision.thresholdsNanoUsd[index] as number,
    limitNanoUsd: figure === 'share' ? (decision.limitsNanoUsd[index] as number) : null,
  }));
}

/** A sentence for each rule that fired, the one that decides first. */
export function explainDecision(decision: RuleDecision): string {
  if (decision.rule === null) return 'No rule fires.';
  const sentences = matched(decision).map(({ rule }, index) => {
    const figure = decision.figuresNanoUsd[index] as number;
    return { rule, text: sentence(rule, figure, decision.limitsNanoUsd[index] as number) };
  });
  const decisive = sentences.filter(({ rule }) => rule === decision.rule);
  const others = sentences.filter(({ rule }) => rule !== decision.rule);
  return [...decisive, ...others].map(({ text }) => text).join(' ');
}

function matched(decision: RuleDecision): readonly PlannedRule[] {
  const rules = decision.plan?.rules ?? [];
  const places = decision.places.subarray(0, decision.matchedCount);
  return Array.from(places, (place) => rules[place] as PlannedRule);
}

function sentence(rule: ResolvedRule, figureNanoUsd: number, limitNanoUsd: number): string {
  const what = FIGURES[rule.type](rule, figureNanoUsd, limitNanoUsd);
  return `Rule "${rule.id}" ${demand(rule)}: ${what}, at or above ${threshold(rule)}.`;
}

const DEMANDS: Readonly<Record<RuleAction, string>> = {
  alert: 'alerts',
  throttle: 'throttles',
  degrade: 'degrades',
  block: 'blocks',
};

const demand = ({ action, factor }: ResolvedRule): string =>
  factor === null ? DEMANDS[action] : `${DEMANDS[action]} to ${factor} of the normal rate`;

const threshold = ({ type, threshold: value }: ResolvedRule): string =>
  type.endsWith('percentage') ? `${value} %` : formatUsd(value);

type FigureText = (rule: ResolvedRule, figureNanoUsd: number, limitNanoUsd: number) => string;

const periodCost =
  (period: string): FigureText =>
  ({ budget, timeZone }, figureNanoUsd) =>
    `${formatUsd(figureNanoUsd)} settled and reserved ` +
    (budget === null ? `this ${period} (${timeZone})` : `of budget "${budget}"`);

const share: FigureText = ({ budget }, figureNanoUsd, limitNanoUsd) =>
  `budget "${budget}" stands at ${percentText(figureNanoUsd, limitNanoUsd)} ` +
  `(${formatUsd(figureNanoUsd)} of ${formatUsd(limitNanoUsd)})`;

const rate =
  (span: string): FigureText =>
  (_rule, figureNanoUsd) =>
    `${formatUsd(figureNanoUsd)} within the last ${span}`;

const FIGURES: Readonly<Record<RuleType, FigureText>> = {
  daily_cost: periodCost('day'),
  monthly_cost: periodCost('month'),
  daily_percentage: share,
  monthly_percentage: share,
  operation_cost: ({ basis }, figureNanoUsd) =>
    `${basis === 'worst' ? 'worst-case' : 'expected'} cost ${formatUsd(figureNanoUsd)}`,
  cost_rate_per_minute: rate('minute'),
  cost_rate_per_hour: rate('hour'),
};

/** Rounded down, so that nothing looks like a threshold that it has not reached. */
const percentText = (nanoUsd: number, limitNanoUsd: number): string =>
  limitNanoUsd === 0 ? 'more than all' : `${Math.floor((nanoUsd / limitNanoUsd) * 1000) / 10} %`;
