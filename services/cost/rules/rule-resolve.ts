/** Reads the option `rules`: each rule by itself, then all of them against each other. */
import { choiceOption, invalidOption, isObject, knownKeys, numberOption } from '../../check.ts';
import { timeZoneOption } from '../budgets/calendar.ts';
import { isNanoUsd } from '../money.ts';
import { refuseContradictions } from './rule-contradictions.ts';
import { resolveConditions } from './rule-conditions.ts';
import {
  isPercentage,
  RULE_ACTIONS,
  RULE_BASES,
  RULE_TYPES,
  rulePeriod,
  RULES_MAX,
  type ResolvedRule,
  type RuleAction,
  type RuleBudget,
  type RuleOptions,
  type RuleType,
} from './rule-options.ts';

const COMMON = ['id', 'type', 'threshold', 'action', 'factor', 'priority', 'cooldownMs', 'when'];
const KEYS: Readonly<Record<RuleType, readonly string[]>> = {
  daily_cost: [...COMMON, 'budget', 'timeZone'],
  monthly_cost: [...COMMON, 'budget', 'timeZone'],
  daily_percentage: [...COMMON, 'budget'],
  monthly_percentage: [...COMMON, 'budget'],
  operation_cost: [...COMMON, 'basis'],
  cost_rate_per_minute: COMMON,
  cost_rate_per_hour: COMMON,
};
const ID_LENGTH_MAX = 256;
const FACTOR = 0.5;

type Given = Readonly<Record<string, unknown>>;

/**
 * Checks rules and fills in defaults; none where it is undefined.
 * @throws FuseboardError invalid_option, naming the field as `rules[i].field`.
 */
export function resolveRules(
  options: readonly RuleOptions[] | undefined,
  budgets: readonly RuleBudget[],
  path = 'rules',
): readonly ResolvedRule[] {
  if (options === undefined) return [];
  if (!Array.isArray(options)) throw invalidOption(path, 'an array of rules', options);
  if (options.length > RULES_MAX) {
    throw invalidOption(path, `at most ${RULES_MAX} rules`, options.length);
  }
  const rules = options.map((option: unknown, place) =>
    resolveRule(`${path}[${place}]`, option, place, budgets),
  );
  refuseDuplicates(rules, path);
  refuseContradictions(rules, path);
  return Object.freeze(rules);
}

function resolveRule(
  path: string,
  option: unknown,
  place: number,
  budgets: readonly RuleBudget[],
): ResolvedRule {
  if (!isObject(option)) throw invalidOption(path, 'a rule', option);
  const given = option as Given;
  const type = needed(`${path}.type`, given['type'], RULE_TYPES);
  knownKeys(path, given, KEYS[type]);
  const id = given['id'];
  if (typeof id !== 'string' || id.length === 0 || id.length > ID_LENGTH_MAX) {
    throw invalidOption(`${path}.id`, `a string of 1 to ${ID_LENGTH_MAX} characters`, id);
  }
  const action = actionOption(`${path}.action`, given['action']);
  const budget = budgetOption(`${path}.budget`, given['budget'], type, budgets);
  return Object.freeze<ResolvedRule>({
    place,
    id,
    type,
    threshold: thresholdOption(`${path}.threshold`, given['threshold'], type),
    action,
    factor: factorOption(`${path}.factor`, given['factor'], action),
    priority: numberOption(
      `${path}.priority`,
      given['priority'],
      { min: Number.MIN_SAFE_INTEGER, integer: true },
      0,
    ),
    cooldownMs: numberOption(`${path}.cooldownMs`, given['cooldownMs'], { min: 0 }, 0),
    basis:
      type === 'operation_cost'
        ? choiceOption(`${path}.basis`, given['basis'], RULE_BASES, 'expected')
        : null,
    budget,
    timeZone: zoneOption(`${path}.timeZone`, given['timeZone'], type, budget),
    when: resolveConditions(`${path}.when`, given['when']),
  });
}

function needed<T extends string>(path: string, value: unknown, choices: readonly T[]): T {
  if (value === undefined) throw invalidOption(path, `one of ${choices.join(', ')}`, value);
  return choiceOption(path, value, choices, choices[0] as T);
}

function actionOption(path: string, value: unknown): RuleAction {
  const action = needed(path, value, [...RULE_ACTIONS, 'alert_only']);
  return action === 'alert_only' ? 'alert' : action;
}

function thresholdOption(path: string, value: unknown, type: RuleType): number {
  if (isPercentage(type)) {
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    throw invalidOption(path, 'a percentage above 0, such as 80', value);
  }
  if (isNanoUsd(value) && value > 0) return value;
  throw invalidOption(path, 'an amount above 0 in whole nano-dollars, such as usd(0.5)', value);
}

function factorOption(path: string, value: unknown, action: RuleAction): number | null {
  if (action !== 'throttle') {
    if (value === undefined) return null;
    throw invalidOption(
      path,
      `left out, as it belongs to 'throttle' and not to '${action}'`,
      value,
    );
  }
  if (value === undefined) return FACTOR;
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw invalidOption(path, 'a number above 0 and below 1', value);
}

function budgetOption(
  path: string,
  value: unknown,
  type: RuleType,
  budgets: readonly RuleBudget[],
): string | null {
  const period = rulePeriod(type);
  if (period === null || (value === undefined && !isPercentage(type))) return null;
  const ids = budgets.filter((budget) => budget.period === period).map(({ id }) => id);
  if (value === undefined && ids.length === 1) return ids[0] as string;
  if (ids.includes(value as string)) return value as string;
  const there = ids.length === 0 ? 'there is none' : `these are ${ids.join(', ')}`;
  throw invalidOption(path, `the id of a budget of period '${period}' (${there})`, value);
}

function zoneOption(
  path: string,
  value: unknown,
  type: RuleType,
  budget: string | null,
): string | null {
  if (rulePeriod(type) === null || isPercentage(type)) return null;
  if (budget === null) return timeZoneOption(path, value);
  if (value === undefined) return null;
  throw invalidOption(path, `left out, as the budget "${budget}" has its own`, value);
}

function refuseDuplicates(rules: readonly ResolvedRule[], path: string): void {
  const places = new Map<string, number>();
  for (const { id, place } of rules) {
    const first = places.get(id);
    if (first !== undefined) {
      throw invalidOption(`${path}[${place}].id`, `unique (${path}[${first}] has it too)`, id);
    }
    places.set(id, place);
  }
}
