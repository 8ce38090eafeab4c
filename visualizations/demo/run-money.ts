/**
 * What a run may spend: a budget for all of it, a scarce one for its dearest breaker, a small one
 * for what is real, and a rule that slows a breaker down when spending is fast. Every run has
 * budgets of its own, so that a new one does not begin with what earlier ones have spent. All
 * amounts in nano-dollars.
 */
import { usd, type BoardOptions, type BudgetOptions, type NanoUsd } from '../../index.ts';
import { sumNanoUsd } from '../../services/cost/money.ts';
import type { ProviderName } from './endpoints.ts';
import { LANES, PACED, rateOf, SCARCE, type Lane } from './lanes.ts';
import { REAL, SOURCE_TAG } from './live-lanes.ts';

export interface RunMoney {
  /** Ids of the run's budgets. */
  readonly runBudget: string;
  readonly scarceBudget: string;
  /** Null where every provider is simulated. */
  readonly realBudget: string | null;
  readonly rule: string;
  readonly options: Required<Pick<BoardOptions, 'budgets' | 'rules' | 'throttle'>>;
  /** Whether a budget pays for the calls of a breaker. */
  readonly covers: (budget: string, breaker: string) => boolean;
  /** Whether its budgets begin anew every minute. */
  readonly isRenewed: boolean;
  /** By how much an operator raises the scarce budget when it is spent; null: not at all. */
  readonly raiseNanoUsd: NanoUsd | null;
}

export interface RunMoneyOptions {
  readonly run: number;
  /** Calls per second in all. */
  readonly rate: number;
  readonly durationMs: number;
  /** 1, or less where the story is walked faster. */
  readonly pace: number;
  /** Budgets without an end would be spent some day: then they begin anew every minute. */
  readonly isEndless: boolean;
  /** Providers that are not simulated. */
  readonly real: readonly ProviderName[];
}

/** What real providers may cost in one run, all of them together. */
export const REAL_LIMIT = usd('0.05');

/** Part of its planned cost that the dearest breaker may spend: less than a healthy story takes. */
const SCARCE_SHARE = 0.25;
/** The same of a budget that begins anew: it is spent late in its minute. */
const SCARCE_SHARE_OF_DAY = 0.22;
const SCARCE_CALLS_MIN = 12;
/** With less left than these cost at worst, the scarce budget is spent. */
const EXHAUSTED_CALLS = 1.05;
/** The run may spend so many times the scarce budget, which is raised as it goes. */
const RUN_TO_SCARCE_MIN = 4;
/** Part of the run's planned cost that, spent within a minute, is fast. */
const FAST_SHARE = 0.22;
const MINUTE_MS = 60_000;

export function runMoney(options: RunMoneyOptions): RunMoney {
  const { run, rate, durationMs, pace, isEndless, real } = options;
  const isReal = ({ provider }: Lane): boolean => real.includes(provider);
  const planned = (lane: Lane): NanoUsd => {
    const calls = Math.ceil((rateOf(lane, rate, isReal(lane)) * durationMs) / 1_000);
    return (calls * lane.usualNanoUsd) as NanoUsd;
  };
  const scarce = LANES.find(({ name }) => name === SCARCE) as Lane;
  const plannedNanoUsd = LANES.map(planned).reduce(sumNanoUsd);
  const scarceNanoUsd = Math.max(
    cents(planned(scarce) * (isEndless ? SCARCE_SHARE_OF_DAY : SCARCE_SHARE)),
    scarce.worstNanoUsd * SCARCE_CALLS_MIN,
  ) as NanoUsd;
  const runNanoUsd = Math.max(plannedNanoUsd, scarceNanoUsd * RUN_TO_SCARCE_MIN);
  const period = isEndless ? 'minute' : 'total';
  const runBudget = `run ${run}`;
  const scarceBudget = `run ${run} ${scarce.scope}`;
  const realBudget = real.length === 0 ? null : `run ${run} real`;
  const realBreakers = LANES.filter(isReal).map(({ name }) => name);
  const rule = 'chat-pace';
  return {
    runBudget,
    scarceBudget,
    realBudget,
    rule,
    isRenewed: isEndless,
    raiseNanoUsd: isEndless ? null : scarceNanoUsd,
    covers: (budget, breaker) =>
      budget === runBudget ||
      (budget === scarceBudget && breaker === SCARCE) ||
      (budget === realBudget && realBreakers.includes(breaker)),
    options: {
      budgets: [
        { id: runBudget, limit: cents(runNanoUsd), period },
        {
          id: scarceBudget,
          limit: scarceNanoUsd,
          period,
          scope: { breaker: SCARCE },
          exhaustedBelow: (EXHAUSTED_CALLS * scarce.worstNanoUsd) / scarceNanoUsd,
        },
        ...(realBudget === null ? [] : [realBudgetOf(realBudget)]),
      ],
      rules: [
        {
          id: rule,
          type: 'cost_rate_per_minute',
          threshold: cents(FAST_SHARE * plannedNanoUsd * Math.min(1, MINUTE_MS / durationMs)),
          action: 'throttle',
          factor: 0.5,
          when: { breakers: [PACED] },
        },
      ],
      throttle: { delayMaxMs: 600 * pace, queueMax: 8 },
    },
  };
}

const realBudgetOf = (id: string): BudgetOptions => ({
  id,
  limit: REAL_LIMIT,
  period: 'total',
  scope: { tags: { [SOURCE_TAG]: REAL } },
});

const NANO_PER_CENT = 10_000_000;

/** Full cents, where it is more than some. */
const cents = (nanoUsd: number): NanoUsd =>
  (nanoUsd < 10 * NANO_PER_CENT
    ? Math.ceil(nanoUsd)
    : Math.ceil(nanoUsd / NANO_PER_CENT) * NANO_PER_CENT) as NanoUsd;
