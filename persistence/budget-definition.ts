/** A budget as the store knows it. */

export interface BudgetDefinition {
  readonly id: string;
  readonly limitNanoUsd: number;
}

export interface BudgetLimit {
  readonly budget: string;
  /** In force: the definition's, or what was set since at run time. */
  readonly limitNanoUsd: number;
}
