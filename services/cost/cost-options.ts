/** What a board is told about money, read, defaulted and checked in one place. */
import { invalidOption, knownKeys, numberOption } from '../check.ts';
import { resolveBudgets, type ResolvedBudget } from './budgets/budget-options.ts';
import { timeZoneOption } from './budgets/calendar.ts';
import type { CostOptions } from './cost-keys.ts';
import type { Estimator } from './estimates/estimate.ts';
import type { DefaultCosts } from './estimates/estimator-default.ts';
import { resolveOverride } from './budgets/override-options.ts';
import type { PriceOptions } from './prices/price-options.ts';
import { resolveRules } from './rules/rule-resolve.ts';
import type { ResolvedRule } from './rules/rule-options.ts';

export interface ResolvedCostOptions {
  readonly budgets: readonly ResolvedBudget[];
  readonly rules: readonly ResolvedRule[];
  readonly prices: PriceOptions | undefined;
  readonly estimators: readonly Estimator[];
  readonly defaultCosts: DefaultCosts | undefined;
  readonly defaultMaxOutputTokens: number | null;
  readonly retentionMs: number;
  readonly delayMaxMs: number;
  readonly queueMax: number;
  readonly override: ResolvedBudget | null;
  readonly tokenizer: boolean;
}

const DAY_MS = 86_400_000;

/** @throws FuseboardError invalid_option */
export function resolveCostOptions(options: CostOptions): ResolvedCostOptions {
  const { ledger = {}, throttle = {}, tokenizer = true, estimators = [] } = options;
  const timeZone = timeZoneOption('board.timeZone', options.timeZone);
  knownKeys('board.ledger', ledger, ['retentionDays']);
  knownKeys('board.throttle', throttle, ['delayMaxMs', 'queueMax']);
  if (typeof tokenizer !== 'boolean') {
    throw invalidOption('board.tokenizer', 'true or false', tokenizer);
  }
  const budgets = resolveBudgets(options.budgets, timeZone);
  const summaries = budgets.map(({ id, calendar }) => ({ id, period: calendar.period }));
  const { defaultMaxOutputTokens: tokens } = options;
  const whole = { min: 0, max: 1_000_000, integer: true };
  return {
    budgets,
    rules: resolveRules(options.rules, summaries, 'board.rules'),
    prices: options.prices,
    estimators,
    defaultCosts: options.defaultCosts,
    defaultMaxOutputTokens:
      tokens === undefined
        ? null
        : numberOption('board.defaultMaxOutputTokens', tokens, { ...whole, min: 1 }, 1),
    retentionMs:
      numberOption(
        'board.ledger.retentionDays',
        ledger.retentionDays,
        { min: 1, max: 36_500 },
        90,
      ) * DAY_MS,
    delayMaxMs: numberOption('board.throttle.delayMaxMs', throttle.delayMaxMs, { min: 0 }, 10_000),
    queueMax: numberOption('board.throttle.queueMax', throttle.queueMax, whole, 1_000),
    override: resolveOverride(options.emergencyOverride, timeZone),
    tokenizer,
  };
}
