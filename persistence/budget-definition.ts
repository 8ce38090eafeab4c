/** A budget as the store knows it. */

export interface BudgetDefinition {
  readonly id: string;
  readonly limitNanoUsd: number;
  /** Share of the limit at which it is strained; kept for those who only read the books. */
  readonly warnAt?: number;
  /** With less than this share of the limit left, it is spent; kept as `warnAt` is. */
  readonly exhaustedBelow?: number;
}

export interface BudgetLimit {
  readonly budget: string;
  /** In force: the definition's, or what was set since at run time. */
  readonly limitNanoUsd: number;
}
