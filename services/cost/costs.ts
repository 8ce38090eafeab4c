/** The books of a board as users ask them. */
import type {
  CostReport,
  CostReportQuery,
  LedgerVerdict,
  SpendHour,
} from '../../persistence/cost-report.ts';
import type { AuditEntry } from '../../persistence/money-store.ts';
import { accountKeyOf } from './budgets/budget.ts';
import { spendScopeOf } from './budgets/budget-scope.ts';
import { OVERRIDE_FUND, type ResolvedBudget } from './budgets/budget-options.ts';
import { invalidArgument, isObject } from '../check.ts';
import type { Clock } from '../clock.ts';
import type { MoneyDesk } from './money-desk.ts';
import type { NanoUsd } from './money.ts';
import type { ResolvedRule } from './rules/rule-options.ts';
import { RuleSet } from './rules/rules.ts';
import { summaryOfRule, type RuleSummary } from './rules/rule-summary.ts';

/** A budget, of one value where it is divided. */
export interface BudgetPart {
  readonly budget: string;
  /** @default '' */
  readonly value?: string;
}

export interface Costs {
  /**
   * What was spent, by whatever calls have in common, as the store has it now: all processes, and
   * what others reported. With what was expected, what was refused, and what bills say.
   */
  report(query?: Partial<CostReportQuery>): Promise<CostReport>;
  /** Recomputes every total from the rows. Reads the whole ledger. */
  verify(): Promise<LedgerVerdict>;
  /** Who changed budgets or used the override, oldest first: the newest so many. @default 1000 */
  audit(limit?: number): Promise<readonly AuditEntry[]>;
  /**
   * Through the running period of each of these budgets, the hours in which calls that it covers
   * cost something, oldest first; by the labels that calls were booked with. What a call on the
   * override cost is among them, what was forfeited is not: the summary alone says what a budget
   * has spent. Null for the override's fund, whose calls no label tells apart.
   * @throws FuseboardError invalid_argument for a budget that there is none of.
   */
  spendByHour(budgets: readonly BudgetPart[]): Promise<readonly (readonly SpendHour[] | null)[]>;
  /** The rules in force, in order of evaluation. */
  rules(): readonly RuleSummary[];
  /** What is reserved for a breaker's calls in flight, at worst. Looks at every call in flight. */
  reserved(breaker: string): NanoUsd;
}

export interface CostsParts {
  readonly desk: MoneyDesk;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly budgets: readonly ResolvedBudget[];
  readonly rules: readonly ResolvedRule[];
  /** Resolves when every cost from outside is booked. */
  readonly booked: () => Promise<void>;
}

const GROUPS = ['model', 'operation', 'breaker', 'provider', 'none'];

export function createCosts({ desk, clock, budgets, rules, booked }: CostsParts): Costs {
  const settled = async (): Promise<void> => {
    await booked();
    await desk.flush();
  };
  const summaries = Object.freeze(new RuleSet(rules).rules.map(summaryOfRule));
  return {
    async report(query = {}) {
      if (!isObject(query)) throw invalidArgument('query', 'an object', query);
      const { by = 'none', sinceMs = null } = query;
      if (!GROUPS.includes(by) && !/^tag:./.test(by)) {
        throw invalidArgument('query.by', `one of ${GROUPS.join(', ')}, or tag:NAME`, by);
      }
      if (sinceMs !== null && !Number.isFinite(sinceMs)) {
        throw invalidArgument('query.sinceMs', 'wall-clock milliseconds, or null', sinceMs);
      }
      await settled();
      return desk.store.report({ by, sinceMs });
    },
    async verify() {
      await settled();
      return desk.store.verify();
    },
    async audit(limit = 1_000) {
      if (!Number.isSafeInteger(limit) || limit < 1) {
        throw invalidArgument('limit', 'an integer of at least 1', limit);
      }
      return desk.store.auditLog(limit);
    },
    async spendByHour(parts) {
      if (!Array.isArray(parts)) throw invalidArgument('budgets', 'an array', parts);
      const asked = parts.map(({ budget: id, value = '' }: BudgetPart) => {
        const budget = budgets.find((one) => one.id === id);
        if (budget !== undefined) return { budget, value };
        throw invalidArgument('budgets[].budget', 'the id of a budget', id);
      });
      await settled();
      const nowMs = clock.nowMs();
      const queries = asked.flatMap(({ budget, value }) => {
        if (budget.id === OVERRIDE_FUND) return [];
        const { startMs } = accountKeyOf(budget, value, nowMs);
        return [{ scope: spendScopeOf(budget, value), sinceMs: startMs }];
      });
      const answers = [...(await desk.store.spendByHour(queries))];
      return asked.map(({ budget }) =>
        budget.id === OVERRIDE_FUND ? null : (answers.shift() ?? []),
      );
    },
    rules: () => summaries,
    reserved: (breaker) => desk.treasury.heldFor(breaker),
  };
}
