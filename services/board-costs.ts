/** A board's money, behind the few doors that the board opens to it. */
import type { BudgetLevel } from '../machines/breaker-context.ts';
import type { HolderIdentity, MoneyStore } from '../persistence/money-store.ts';
import type { HealthReason } from './board-health.ts';
import type { Operation } from './call.ts';
import { specOf } from './call-spec.ts';
import { invalidArgument, knownKeys } from './check.ts';
import type { CallCost } from './cost/call-cost.ts';
import {
  accountKeyOf,
  createBudget,
  summaryOf,
  type Budget,
  type BudgetSummary,
} from './cost/budgets/budget.ts';
import { CostEvents, type CostEvent } from './cost/cost-events.ts';
import type { ResolvedCostOptions } from './cost/cost-options.ts';
import { createCosts, type Costs } from './cost/costs.ts';
import type { Estimate } from './cost/estimates/estimate.ts';
import { UNSETTLED_MAX } from './cost/ledger-writer.ts';
import { openMoneyDesk, type MoneyDesk } from './cost/money-desk.ts';
import type { NanoUsd } from './cost/money.ts';
import type { Treasury } from './cost/treasury.ts';
import { FuseboardError } from './errors.ts';
import { resolveOptions } from './resolve-options.ts';
import type { Runtime } from './runtime.ts';

/** Whose call an estimate is for. */
export interface EstimateFrom {
  /** Name of the breaker that it would go through. @default none */
  readonly breaker?: string;
  /** @default none */
  readonly provider?: string;
}

export interface BoardCostsOptions {
  readonly config: ResolvedCostOptions;
  readonly store: MoneyStore;
  readonly identity: HolderIdentity;
  readonly runtime: Runtime;
  readonly pollMs: number;
  /** A budget that covers whole breakers changed its level. */
  readonly onMoved: () => void;
}

export interface BoardCosts {
  readonly treasury: Treasury;
  readonly costs: Costs;
  levelOf: (breaker: string, provider: string | undefined) => BudgetLevel;
  healthReasons: () => readonly HealthReason[];
  budget(id: string): Budget;
  budgets(): Promise<readonly BudgetSummary[]>;
  estimate(operation: Operation, from: EstimateFrom): Estimate;
  /** @throws FuseboardError invalid_argument */
  book(event: CostEvent): void;
  close(): Promise<void>;
  /** The process ends. */
  leaveNow(): void;
}

export async function openBoardCosts(options: BoardCostsOptions): Promise<BoardCosts> {
  const { config, store, runtime } = options;
  const { clock, deadlines, random } = runtime;
  const publish: Runtime['publish'] = (fact) => runtime.publish(fact);
  const isObserved = (): boolean => runtime.isObserved;
  let desk: MoneyDesk;
  try {
    desk = await openMoneyDesk({
      ...options,
      clock,
      deadlines,
      random,
      publish,
      isObserved,
    });
  } catch (error) {
    await store.close([]);
    throw error;
  }
  const events = new CostEvents({ desk, clock, publish });
  const bare = resolveOptions({});
  // The fund of the emergency override is looked at and changed as a budget is.
  const known = [...config.budgets, ...(config.override === null ? [] : [config.override])];

  return {
    treasury: desk.treasury,
    costs: createCosts({
      desk,
      clock,
      budgets: known,
      rules: config.rules,
      booked: () => events.booked(),
    }),
    levelOf: (breaker, provider) => desk.levelOf(breaker, provider),
    healthReasons: () => healthReasons(desk),
    budget(id) {
      const budget = known.find((candidate) => candidate.id === id);
      if (budget === undefined) {
        const ids = known.map((candidate) => candidate.id).join(', ');
        throw invalidArgument('budget(id)', `the id of a budget (${ids || 'there is none'})`, id);
      }
      return createBudget(desk, budget, clock);
    },
    async budgets() {
      await events.booked();
      await desk.flush();
      const nowMs = clock.nowMs();
      // One that nobody has asked for in this period has an account from now on.
      const undivided = known.filter(({ per }) => per === null);
      const keys = undivided.map((budget) => accountKeyOf(budget, '', nowMs));
      await desk.store.draw(keys.map((key) => ({ key, needNanoUsd: 0, wantNanoUsd: 0 })));
      const summaries: BudgetSummary[] = [];
      for (const { key, ...state } of await desk.store.accounts(nowMs)) {
        const budget = known.find(({ id }) => id === key.budget);
        if (budget !== undefined) summaries.push(summaryOf(budget, key, state));
      }
      return summaries;
    },
    estimate(operation, from) {
      knownKeys('from', from, ['breaker', 'provider']);
      const { breaker: name = '', provider } = from;
      const cost = specOf(operation, undefined).cost as CallCost;
      const host = { name, options: { ...bare, provider }, isDegraded: false };
      const { estimate, worstNanoUsd } = desk.treasury.open(host, cost);
      if (estimate.worstNanoUsd === worstNanoUsd) return estimate;
      const { expectedNanoUsd, lowNanoUsd, highNanoUsd, confidence, method } = estimate;
      return {
        expectedNanoUsd,
        worstNanoUsd: worstNanoUsd as NanoUsd,
        lowNanoUsd,
        highNanoUsd,
        confidence,
        method,
      };
    },
    book: (event) => events.take(event),
    async close() {
      await events.booked();
      await desk.close(() => new FuseboardError('board_closed', 'the board is closed'));
    },
    leaveNow: () => desk.leaveNow(),
  };
}

function healthReasons({ ledger, levels }: MoneyDesk): HealthReason[] {
  const reasons: HealthReason[] = [];
  for (const { key, level } of levels.strained) {
    const whose = key.value === '' ? '' : ` of "${key.value}"`;
    const isSpent = level === 'exceeded';
    reasons.push({
      code: isSpent ? 'budget_exceeded' : 'budget_warned',
      subject: key.budget,
      severity: 'degraded',
      words: `Budget "${key.budget}"${whose} is ${isSpent ? 'spent' : 'strained'}.`,
    });
  }
  if (ledger.isFailing) {
    const count = ledger.pendingCount;
    reasons.push({
      code: 'rows_unsettled',
      subject: 'ledger',
      severity: 'critical',
      words: `${count} settled calls wait for the store; beyond ${UNSETTLED_MAX} budgets refuse.`,
    });
  }
  return reasons;
}
