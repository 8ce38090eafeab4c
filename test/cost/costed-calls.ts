/** Costed calls under test: weighed by hand, over real plans of real budgets. */
import { BudgetBook } from '../../services/cost/budgets/budget-book.ts';
import type { BudgetOptions } from '../../services/cost/budgets/budget-options.ts';
import type { CallOverride } from '../../services/cost/call-cost.ts';
import { PlanCache } from '../../services/cost/cost-plan.ts';
import { CostedCall } from '../../services/cost/costed-call.ts';
import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import type { PriceTable } from '../../services/cost/prices/price-table.ts';
import type { RuleOptions } from '../../services/cost/rules/rule-options.ts';
import { resolveRules } from '../../services/cost/rules/rule-resolve.ts';
import { RuleSet } from '../../services/cost/rules/rules.ts';
import { budgetOf, nano, START_MS } from './account-rig.ts';

const NO_TABLE = { version: 'none', find: () => null } as PriceTable;
const NOBODY = { ended: () => {}, released: () => {} };

export interface CallMaker {
  readonly book: BudgetBook;
  /** A call that may cost so much, and is expected to. */
  call(nanoUsd: number, breaker?: string, override?: CallOverride): CostedCall;
}

export function callMaker(
  options: readonly (Partial<BudgetOptions> & { readonly id: string })[],
  rules: readonly RuleOptions[] = [],
): CallMaker {
  const budgets = options.map(budgetOf);
  const summaries = budgets.map(({ id, calendar }) => ({ id, period: calendar.period }));
  const book = new BudgetBook(budgets, []);
  const price = { model: 'unit', inputPerMillion: usd(1), outputPerMillion: usd(1) };
  const plans = new PlanCache({
    book,
    prices: createPriceBook({ overrides: [price] }, NO_TABLE),
    rules: new RuleSet(resolveRules(rules, summaries, 'rules')),
    rateGauge: () => ({ valueNanoUsd: () => 0, limitNanoUsd: () => null }),
  });
  return {
    book,
    call(nanoUsd, breaker = 'llm', override) {
      const plan = plans.of(breaker, undefined, 'call', 'unit', {}, START_MS);
      const cost = {
        operation: 'call',
        model: 'unit',
        messages: undefined,
        input: undefined,
        inputTokens: 0,
        outputTokens: null,
        maxOutputTokens: null,
        searchesMax: 0,
        answers: 1,
        serviceTier: undefined,
        tags: {},
        override: override ?? null,
      };
      const call = new CostedCall(NOBODY, plan, cost, null, null, START_MS);
      const amount = nano(nanoUsd);
      call.weigh({
        expectedNanoUsd: amount,
        worstNanoUsd: amount,
        lowNanoUsd: amount,
        highNanoUsd: amount,
        confidence: 1,
        method: 'said',
      });
      return call;
    },
  };
}
