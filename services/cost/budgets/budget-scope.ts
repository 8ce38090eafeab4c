/** Which calls a budget covers, as a question to the books. */
import type { SpendScope } from '../../../persistence/cost-report.ts';
import type { ResolvedBudget } from './budget-options.ts';

export function spendScopeOf(budget: ResolvedBudget, value: string): SpendScope {
  const { scope, scopeTags, per } = budget;
  return {
    breaker: scope.breaker ?? null,
    provider: scope.provider ?? null,
    model: scope.model ?? null,
    operation: scope.operation ?? null,
    tags: scopeTags,
    part: per === null ? null : { of: per, value },
  };
}
