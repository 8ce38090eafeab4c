/** Amounts as a person says them, and what happened to money in a sentence. */
import type { BodyOf, FactBody } from '../../services/facts.ts';
import type { RuleSummary } from '../../services/cost/rules/rule-summary.ts';

const NANO_PER_USD = 1_000_000_000;
/** Somebody else's text, cut. */
const NAME_MAX = 80;
const CENTS: Intl.NumberFormatOptions = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const SMALL: Intl.NumberFormatOptions = { maximumSignificantDigits: 3 };

/** `$1,204.50`, `$0.034`: cents from a dollar on, three digits below. */
export function spokenUsd(nanoUsd: number): string {
  if (!Number.isFinite(nanoUsd)) return 'any amount';
  const dollars = nanoUsd / NANO_PER_USD;
  const isSmall = dollars !== 0 && Math.abs(dollars) < 1;
  return `$${dollars.toLocaleString('en-US', isSmall ? SMALL : CENTS)}`;
}

export const spokenName = (name: string): string =>
  `"${name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name}"`;

const SPANS: Readonly<Record<RuleSummary['type'], string>> = {
  daily_cost: 'a day',
  monthly_cost: 'a month',
  daily_percentage: 'of the day',
  monthly_percentage: 'of the month',
  operation_cost: 'a call',
  cost_rate_per_minute: 'a minute',
  cost_rate_per_hour: 'an hour',
};

/** What a rule's figure must reach: `80 % of the day`, `$0.50 a call`. */
export function thresholdText({ type, threshold }: RuleSummary): string {
  const isShare = type.endsWith('percentage');
  return `${isShare ? `${threshold} %` : spokenUsd(threshold)} ${SPANS[type]}`;
}

/** Whose call a rule fired on, and at which figure. */
export function announcementText(fact: BodyOf<'rule.fired'>): string {
  const figure = spokenUsd(fact.figureNanoUsd);
  const threshold = spokenUsd(fact.thresholdNanoUsd);
  const call = `${spokenName(fact.operation)} of ${spokenName(fact.breaker)}`;
  return `${figure} against ${threshold}, on ${call}`;
}

/** What happened, in a sentence; null for facts that move no money's fate. */
export function momentText(fact: FactBody): string | null {
  switch (fact.type) {
    case 'budget.warned':
    case 'budget.exceeded':
    case 'budget.recovered': {
      const limit = spokenUsd(fact.limitNanoUsd);
      const sum = `${spokenUsd(fact.spentNanoUsd)} of ${limit} spent`;
      return `Budget ${partName(fact)} ${LEVELS[fact.type]}: ${sum}.`;
    }
    case 'budget.overspent':
      return `Budget ${partName(fact)} was billed ${spokenUsd(fact.amountNanoUsd)} past its limit.`;
    case 'budget.forfeited': {
      const amount = spokenUsd(fact.amountNanoUsd);
      return `Budget ${spokenName(fact.budget)} forfeited ${amount} that a dead process held.`;
    }
    case 'budget.limit_changed':
      return `Budget ${spokenName(fact.budget)} has the limit ${spokenUsd(fact.limitNanoUsd)} now.`;
    case 'rule.fired':
      return `Rule ${spokenName(fact.rule)} ${DEMANDS[fact.action]}: ${announcementText(fact)}.`;
    case 'override.used': {
      const call = `${spokenName(fact.operation)} of ${spokenName(fact.breaker)}`;
      const why = `${spokenName(fact.reason)}, by ${spokenName(fact.by)}`;
      return `Override used for ${call}, ${spokenUsd(fact.worstNanoUsd)} at worst: ${why}.`;
    }
    case 'cost.drifted': {
      const what = spokenName(fact.model ?? fact.operation);
      const against = fact.kind === 'price' ? 'the price table' : 'what was expected';
      const ratios = `${share(fact.recentRatio)} of ${against}, usually ${share(fact.usualRatio)}`;
      return `${fact.isOn ? 'Bills drift' : 'Bills are back'} for ${what}: ${ratios}.`;
    }
    case 'books.failed':
      return `The books cannot be written: ${fact.problem.slice(0, 2 * NAME_MAX)}`;
    case 'books.recovered':
      return 'The books can be written again.';
    default:
      return null;
  }
}

const LEVELS = {
  'budget.warned': 'is strained',
  'budget.exceeded': 'is spent',
  'budget.recovered': 'has room again',
} as const;

const DEMANDS = {
  alert: 'alerts',
  throttle: 'throttles',
  degrade: 'degrades',
  block: 'blocks',
} as const;

const partName = ({
  budget,
  value,
}: {
  readonly budget: string;
  readonly value: string;
}): string => (value === '' ? spokenName(budget) : `${spokenName(budget)} of ${spokenName(value)}`);

const share = (ratio: number): string => `${Math.round(ratio * 100)} %`;
