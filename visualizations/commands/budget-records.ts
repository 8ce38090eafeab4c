/** Budgets as the books have them, each with what is spent of it in its running period. */
import type { BudgetDefinition } from '../../persistence/budget-definition.ts';
import { levelAt, type Strain } from '../../services/cost/budgets/budget-strain.ts';
import type { Cell } from '../terminal/csv.ts';
import type { KeyedAccount } from './books.ts';

/** Columns of csv, and fields in json. */
export const BUDGET_COLUMNS = [
  'budget',
  'value',
  'period',
  'limitNanoUsd',
  'spentNanoUsd',
  'forfeitedNanoUsd',
  'reservedNanoUsd',
  'overspentNanoUsd',
  'leftNanoUsd',
  'spentPercent',
  'level',
  'nextPeriodAt',
] as const;

/** One budget, for one value. */
export interface BudgetRecord extends Readonly<Record<(typeof BUDGET_COLUMNS)[number], Cell>> {
  readonly budget: string;
  /** The tag's value; empty for a budget that is not divided. */
  readonly value: string;
  /** Key of the running period; null where nobody has asked for money in it yet. */
  readonly period: string | null;
  readonly limitNanoUsd: number;
  /** Settled and forfeited. */
  readonly spentNanoUsd: number;
  readonly forfeitedNanoUsd: number;
  /** Held by processes, for calls that run and calls to come. */
  readonly reservedNanoUsd: number;
  readonly overspentNanoUsd: number;
  readonly leftNanoUsd: number;
  readonly spentPercent: number;
  readonly level: 'ok' | 'warned' | 'exceeded';
  /** ISO 8601; null where none follows, or where none is running. */
  readonly nextPeriodAt: string | null;
}

/** What a board takes where a budget says nothing. */
const STRAIN: Strain = { warnAt: 0.8, exhaustedBelow: 0.0001 };

/** By budget, the most strained value first. Meters, which have no limit, are left out. */
export function budgetRecords(
  budgets: readonly BudgetDefinition[],
  accounts: readonly KeyedAccount[],
): BudgetRecord[] {
  return budgets.flatMap((budget) => {
    const own = accounts.filter(({ key }) => key.budget === budget.id);
    return own.length === 0
      ? [recordOf(budget, undefined)]
      : own.map((account) => recordOf(budget, account)).sort(byStrain);
  });
}

const byStrain = (a: BudgetRecord, b: BudgetRecord): number =>
  b.spentPercent - a.spentPercent || (a.value < b.value ? -1 : 1);

function recordOf(budget: BudgetDefinition, account: KeyedAccount | undefined): BudgetRecord {
  const limit = budget.limitNanoUsd;
  const forfeited = account?.forfeitedNanoUsd ?? 0;
  const spent = (account?.settledNanoUsd ?? 0) + forfeited;
  const reserved = account?.heldNanoUsd ?? 0;
  const { warnAt = STRAIN.warnAt, exhaustedBelow = STRAIN.exhaustedBelow } = budget;
  const endMs = account?.key.endMs ?? null;
  return {
    budget: budget.id,
    value: account?.key.value ?? '',
    period: account?.key.period ?? null,
    limitNanoUsd: limit,
    spentNanoUsd: spent,
    forfeitedNanoUsd: forfeited,
    reservedNanoUsd: reserved,
    overspentNanoUsd: account?.overspentNanoUsd ?? 0,
    leftNanoUsd: Math.max(0, limit - spent - reserved),
    spentPercent: limit === 0 ? 100 : Math.round((spent / limit) * 1e6) / 1e4,
    level: levelAt(limit, spent, { warnAt, exhaustedBelow }),
    nextPeriodAt: endMs === null ? null : new Date(endMs).toISOString(),
  };
}
