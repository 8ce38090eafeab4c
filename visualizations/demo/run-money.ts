/**
 * What a run may spend: a budget for all of it, a scarce one for its dearest breaker, and a rule
 * that slows another one down when spending is fast. Every run has budgets of its own, so that a
 * new one does not begin with what earlier ones have spent. All amounts in nano-dollars.
 */
import type { BoardOptions, NanoUsd } from '../../index.ts';
import { chargeNanoUsd, sumNanoUsd } from '../../services/cost/money.ts';
import { SERVICES, type Service } from './services.ts';

/** The breaker whose budget is scarce, and the one that a rule slows down. */
export const SCARCE = 'reasoning';
export const PACED = 'chat';

export interface RunMoney {
  /** Ids of the run's budgets. */
  readonly runBudget: string;
  readonly scarceBudget: string;
  readonly rule: string;
  readonly options: Pick<BoardOptions, 'budgets' | 'rules' | 'prices' | 'throttle' | 'tokenizer'>;
  /** By how much an operator raises the scarce budget when it is spent. */
  readonly raiseNanoUsd: NanoUsd;
}

export interface RunMoneyOptions {
  readonly run: number;
  /** Calls per second in all. */
  readonly rate: number;
  readonly durationMs: number;
  /** 1, or less where the story is walked faster. */
  readonly pace: number;
}

/** Part of its planned cost that the dearest breaker may spend: less than a healthy story takes. */
const SCARCE_SHARE = 0.25;
const SCARCE_CALLS_MIN = 12;
/** With less left than these cost at worst, the scarce budget is spent. */
const EXHAUSTED_CALLS = 1.05;
/** The run may spend so many times the scarce budget, which is raised as it goes. */
const RUN_TO_SCARCE_MIN = 4;
/** Part of the run's planned cost that, spent within a minute, is fast. */
const FAST_SHARE = 0.22;
/** Part of the allowed output that an answer takes on average. */
const OUTPUT_SHARE = 0.65;
const MINUTE_MS = 60_000;

export function runMoney({ run, rate, durationMs, pace }: RunMoneyOptions): RunMoney {
  const planned = (service: Service): NanoUsd => {
    const calls = Math.ceil((rate * service.share * durationMs) / 1_000);
    return (calls * costOf(service, OUTPUT_SHARE)) as NanoUsd;
  };
  const scarce = SERVICES.find(({ name }) => name === SCARCE) as Service;
  const plannedNanoUsd = SERVICES.map(planned).reduce(sumNanoUsd);
  const worstNanoUsd = costOf(scarce, 1);
  const scarceNanoUsd = Math.max(
    cents(planned(scarce) * SCARCE_SHARE),
    worstNanoUsd * SCARCE_CALLS_MIN,
  ) as NanoUsd;
  const runNanoUsd = Math.max(plannedNanoUsd, scarceNanoUsd * RUN_TO_SCARCE_MIN);
  const runBudget = `run ${run}`;
  const scarceBudget = `run ${run} ${SCARCE}`;
  const rule = `${PACED}-pace`;
  return {
    runBudget,
    scarceBudget,
    rule,
    raiseNanoUsd: scarceNanoUsd,
    options: {
      budgets: [
        { id: runBudget, limit: cents(runNanoUsd), period: 'total' },
        {
          id: scarceBudget,
          limit: scarceNanoUsd,
          period: 'total',
          scope: { breaker: SCARCE },
          exhaustedBelow: (EXHAUSTED_CALLS * worstNanoUsd) / scarceNanoUsd,
        },
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
      prices: {
        overrides: SERVICES.map(({ operation: { model }, prices }) => ({
          model,
          ...prices,
          version: 'demo',
        })),
      },
      // Requests come with their tokens counted.
      tokenizer: false,
    },
  };
}

function costOf({ operation, prices }: Service, outputShare: number): NanoUsd {
  const { inputTokens, maxOutputTokens } = operation;
  return sumNanoUsd(
    chargeNanoUsd(inputTokens, prices.inputPerMillion),
    chargeNanoUsd(Math.ceil(outputShare * maxOutputTokens), prices.outputPerMillion),
  );
}

const NANO_PER_CENT = 10_000_000;

/** Full cents, where it is more than some. */
const cents = (nanoUsd: number): NanoUsd =>
  (nanoUsd < 10 * NANO_PER_CENT
    ? Math.ceil(nanoUsd)
    : Math.ceil(nanoUsd / NANO_PER_CENT) * NANO_PER_CENT) as NanoUsd;
