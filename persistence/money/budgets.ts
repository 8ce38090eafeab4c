/** Budgets in the file: as they were defined, and the limits in force. */
import type { BudgetDefinition, BudgetLimit } from '../budget-definition.ts';
import { assertAmount, wrong } from '../memory-money-checks.ts';
import { isMeter } from './accounts.ts';
import type { Books } from './books.ts';

export interface Budgets {
  /** A definition that differs from the last one replaces the limit; inside a write. */
  define(definitions: readonly BudgetDefinition[], revision: number): void;
  /** Inside a write. @throws FuseboardError invalid_argument for a budget nobody has defined. */
  setLimit(budget: string, limitNanoUsd: number, revision: number): void;
  /** Limits that were set after a revision; all of them after -1. */
  limitsSince(revision: number): BudgetLimit[];
  /** Every budget, with the limit in force. */
  list(): BudgetDefinition[];
}

type DefinitionRow = readonly [string, number, number | null, number | null];

export function storedBudgets({ file }: Books): Budgets {
  const upsert = file.prepare(
    `INSERT INTO budgets (id, defined_nano_usd, limit_nano_usd, revision) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE
     SET defined_nano_usd = excluded.defined_nano_usd, limit_nano_usd = excluded.limit_nano_usd,
         revision = excluded.revision
     WHERE defined_nano_usd IS NOT excluded.defined_nano_usd`,
  );
  const strain = file.prepare('UPDATE budgets SET warn_at = ?, exhausted_below = ? WHERE id = ?');
  const update = file.prepare('UPDATE budgets SET limit_nano_usd = ?, revision = ? WHERE id = ?');
  const defined = file
    .prepare('SELECT id, limit_nano_usd, warn_at, exhausted_below FROM budgets ORDER BY id')
    .raw();
  const select = file
    .prepare('SELECT id, limit_nano_usd FROM budgets WHERE revision > ? ORDER BY id')
    .raw();

  return {
    define(definitions, revision) {
      for (const { id, limitNanoUsd, warnAt = null, exhaustedBelow = null } of definitions) {
        upsert.run(id, limitNanoUsd, limitNanoUsd, revision);
        strain.run(warnAt, exhaustedBelow, id);
      }
    },
    setLimit(budget, limitNanoUsd, revision) {
      if (update.run(limitNanoUsd, revision, budget).changes > 0) return;
      throw wrong('budget', 'the id of a budget that somebody has defined', budget);
    },
    list: () =>
      (defined.all() as DefinitionRow[]).map(([id, limitNanoUsd, warnAt, exhaustedBelow]) => ({
        id,
        limitNanoUsd,
        ...(warnAt === null ? {} : { warnAt }),
        ...(exhaustedBelow === null ? {} : { exhaustedBelow }),
      })),
    limitsSince: (revision) =>
      (select.all(revision) as [string, number][]).map(([budget, limitNanoUsd]) => ({
        budget,
        limitNanoUsd,
      })),
  };
}

/** @throws FuseboardError invalid_argument */
export function assertDefinition({ id, limitNanoUsd }: BudgetDefinition): void {
  if (typeof id !== 'string' || isMeter(id)) {
    throw wrong('budget.id', 'a text that does not begin with @', id);
  }
  assertAmount(`limit of the budget ${id}`, limitNanoUsd);
}
