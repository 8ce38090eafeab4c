/** A rule as users see it: what it watches, when it fires, what happens then, and to whom. */
import type { ResolvedConditions, ResolvedRule, RuleAction, RuleType } from './rule-options.ts';

/** A rule in force. Plain data. */
export interface RuleSummary {
  readonly id: string;
  readonly type: RuleType;
  readonly action: RuleAction;
  /** Null for every action but `throttle`. */
  readonly factor: number | null;
  readonly priority: number;
  /** Nano-dollars, or per cent for a percentage. */
  readonly threshold: number;
  /** Announces itself at most once in so many milliseconds. */
  readonly cooldownMs: number;
  /** Id of the budget it watches; null where it watches none. */
  readonly budget: string | null;
  /** Which calls it acts upon, in words; empty for every call. */
  readonly when: string;
}

export const summaryOfRule = (rule: ResolvedRule): RuleSummary =>
  Object.freeze({
    id: rule.id,
    type: rule.type,
    action: rule.action,
    factor: rule.factor,
    priority: rule.priority,
    threshold: rule.threshold,
    cooldownMs: rule.cooldownMs,
    budget: rule.budget,
    when: wordsOf(rule.when),
  });

/** Names that are told of one condition; of the others, how many. */
const NAMES_TOLD = 3;

function wordsOf(when: ResolvedConditions): string {
  const { operations, models, breakers, providers, tags, priorityMin, priorityMax } = when;
  const lists = [
    ['operation', operations],
    ['model', models],
    ['breaker', breakers],
    ['provider', providers],
    ...tags.map(({ name, values }) => [`tag ${name}`, values] as const),
  ] as const;
  const parts = lists.flatMap(([what, names]) =>
    names === null ? [] : [`${what} ${alternatives(names)}`],
  );
  if (priorityMin !== -Infinity) parts.push(`priority at least ${priorityMin}`);
  if (priorityMax !== Infinity) parts.push(`priority at most ${priorityMax}`);
  return parts.join(', ');
}

function alternatives(names: readonly string[]): string {
  const told = names.slice(0, NAMES_TOLD).join(' or ');
  return names.length > NAMES_TOLD ? `${told} or ${names.length - NAMES_TOLD} others` : told;
}
